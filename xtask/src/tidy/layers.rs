//! What each member of the workspace is, and what it may depend on.
//!
//! This is the table of `docs/architecture.md` as data. A member without a row
//! here does not pass.

/// What a member may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No runtime, socket, file, database or clock.
    Pure,
    /// Anything that its crates' owners allow.
    Io,
}

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) member: &'static str,
    pub(crate) kind: Kind,
    pub(crate) may_depend_on: &'static [&'static str],
}

/// External crates that only some members may name.
#[derive(Debug)]
pub(crate) struct Ownership {
    pub(crate) what: &'static str,
    pub(crate) crates: &'static [&'static str],
    pub(crate) owners: &'static [&'static str],
}

pub(crate) const LAYERS: &[Layer] = &[
    pure("event-model", &[]),
    pure("game-session", &["event-model"]),
    pure("ingest-api", &["event-model"]),
    pure("delivery", &["event-model", "ingest-api"]),
    pure("association", &["event-model"]),
    pure("live-view", &["game-session"]),
    pure("match-story", &["event-model"]),
    pure("overlay", &[]),
    pure("replay-report", &["event-model"]),
    io("boot-clock", &["event-model"]),
    io("window-system", &["overlay"]),
    io("recording", &["event-model", "game-session"]),
    io("outbox", &["event-model", "delivery"]),
    io("loopback", &[]),
    io("portal-hotkeys", &[]),
    io("game-client", &["event-model", "game-session", "loopback", "recording"]),
    io("stream-page", &["live-view", "loopback"]),
    io("match-archive", &["event-model", "match-story"]),
    io("uploader", &["event-model", "outbox", "delivery", "ingest-api"]),
    io(
        "companion",
        &[
            "boot-clock",
            "delivery",
            "event-model",
            "game-client",
            "game-session",
            "ingest-api",
            "live-view",
            "match-archive",
            "match-story",
            "outbox",
            "overlay",
            "recording",
            "replay-report",
            "uploader",
        ],
    ),
    io("cli", &["boot-clock", "companion", "game-stage", "replay-report"]),
    io(
        "ringside-desktop",
        &[
            "boot-clock",
            "companion",
            "live-view",
            "match-story",
            "overlay",
            "portal-hotkeys",
            "stream-page",
            "window-system",
        ],
    ),
    io("ingest-store", &["association", "event-model", "ingest-api"]),
    io(
        "ingest-server",
        &["association", "boot-clock", "event-model", "ingest-api", "ingest-store"],
    ),
    // Plays on the games' protocols whatever frames it is given; knows no rules.
    io("game-stage", &["boot-clock", "event-model"]),
    io("simulator", &["association", "boot-clock", "event-model", "game-stage"]),
    // The client alone, against a server of the table's own.
    io(
        "fault-table",
        &["boot-clock", "delivery", "event-model", "ingest-api", "outbox", "uploader"],
    ),
    // Client and server meet here, but as processes.
    io("system-tests", &[]),
    // The demo starts the programs as the system tests do; a measurement is dated.
    io("xtask", &["boot-clock", "event-model", "system-tests"]),
];

pub(crate) const OWNERSHIPS: &[Ownership] = &[
    Ownership {
        what: "the window",
        crates: &[
            "tauri",
            "tauri-build",
            "tauri-plugin-*",
            "specta-typescript",
            "tauri-specta",
            "tao",
            "wry",
        ],
        owners: &["ringside-desktop"],
    },
    Ownership {
        what: "the display server",
        crates: &["x11rb"],
        owners: &["ringside-desktop", "system-tests", "window-system", "xtask"],
    },
    Ownership { what: "the desktop of Windows", crates: &["windows"], owners: &["window-system"] },
    Ownership {
        what: "the session bus",
        crates: &["ashpd", "dbus", "zbus"],
        owners: &["portal-hotkeys", "ringside-desktop", "system-tests"],
    },
    Ownership {
        what: "SQLite",
        crates: &["rusqlite", "libsqlite3-sys", "sqlx", "diesel"],
        // The history outlives the outbox and is bounded apart from it, so it is a file
        // of its own with an owner of its own (decision 0024).
        owners: &["ingest-store", "match-archive", "outbox"],
    },
    Ownership {
        what: "HTTP requests",
        crates: &["reqwest", "ureq", "isahc", "attohttpc", "curl"],
        owners: &["game-client", "game-stage", "system-tests", "uploader"],
    },
    Ownership {
        what: "HTTP listeners",
        crates: &["axum", "axum-server", "tiny_http", "warp", "actix-web"],
        owners: &["game-client", "ingest-server", "loopback", "stream-page"],
    },
    Ownership {
        what: "HTTP connections",
        crates: &["hyper", "hyper-rustls", "hyper-util"],
        owners: &["game-client", "game-stage", "ingest-server", "stream-page", "uploader"],
    },
    Ownership {
        what: "the clock",
        crates: &["chrono", "coarsetime", "quanta", "rustix", "time", "web-time", "windows-sys"],
        owners: &["boot-clock"],
    },
];

/// External crates that bring a runtime, a socket, a file or the machine.
///
/// What [`OWNERSHIPS`] lists is closed to pure members already.
pub(crate) const IMPURE: &[&str] = &[
    "async-std",
    "axum-*",
    "crossbeam-*",
    "directories",
    "dirs",
    "fs-err",
    "getrandom",
    "libc",
    "memmap2",
    "mio",
    "notify",
    "rand",
    "rustls",
    "smol",
    "socket2",
    "steamlocate",
    "tempfile",
    "tokio",
    "tokio-*",
    "tungstenite",
    "walkdir",
    "winreg",
];

const fn pure(member: &'static str, may_depend_on: &'static [&'static str]) -> Layer {
    Layer { member, kind: Kind::Pure, may_depend_on }
}

const fn io(member: &'static str, may_depend_on: &'static [&'static str]) -> Layer {
    Layer { member, kind: Kind::Io, may_depend_on }
}

/// The row of a member.
pub(crate) fn layer(member: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.member == member)
}

/// Whether `name` is `pattern`, or begins with it where it ends in `*`.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_the_tables_has_a_row() {
        let named = LAYERS.iter().flat_map(|layer| layer.may_depend_on);
        let owners = OWNERSHIPS.iter().flat_map(|ownership| ownership.owners);
        for name in named.chain(owners) {
            assert!(layer(name).is_some(), "{name} is mentioned but has no row");
        }
    }

    #[test]
    fn a_pure_member_depends_on_pure_members_only() {
        for Layer { member, may_depend_on, .. } in LAYERS.iter().filter(|l| l.kind == Kind::Pure) {
            for name in *may_depend_on {
                let dependency = layer(name).expect("it has a row");
                assert_eq!(dependency.kind, Kind::Pure, "{member} would become impure by {name}");
            }
        }
    }

    #[test]
    fn client_and_server_share_the_words_and_the_contract_only() {
        let client = layer("companion").expect("it has a row").may_depend_on;
        let server = layer("ingest-server").expect("it has a row").may_depend_on;
        let shared: Vec<_> = client.iter().filter(|name| server.contains(name)).collect();
        assert_eq!(shared, [&"boot-clock", &"event-model", &"ingest-api"]);
    }

    #[test]
    fn a_star_stands_for_any_ending() {
        assert!(matches("tauri-plugin-*", "tauri-plugin-shell"));
        assert!(!matches("tauri", "tauri-build"), "without a star the whole name counts");
    }
}
