//! Whether there are hotkeys on this desktop.

use serde::Serialize;

/// Where the app runs, as far as hotkeys care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    /// A desktop that gives programs hotkeys.
    Here,
    /// One that lets no program see a key that is not meant for it, and gives
    /// hotkeys through its portal where it has one.
    Wayland,
    /// The system gives none.
    Nowhere,
}

impl Place {
    /// What the environment says.
    pub(super) fn of_the_environment() -> Self {
        if cfg!(not(target_os = "linux")) {
            return Self::Here;
        }
        let said = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self::of(said("XDG_SESSION_TYPE").as_deref(), said("WAYLAND_DISPLAY").as_deref())
    }

    /// X11's grabs see nothing under Wayland, although they say that they do.
    fn of(session: Option<&str>, wayland: Option<&str>) -> Self {
        let is_wayland = session.map_or(wayland.is_some(), |session| session == "wayland");
        if is_wayland { Self::Wayland } else { Self::Here }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_knows_itself_and_else_its_socket_does() {
        assert_eq!(Place::of(Some("x11"), None), Place::Here);
        assert_eq!(Place::of(Some("wayland"), None), Place::Wayland);
        assert_eq!(Place::of(None, Some("wayland-0")), Place::Wayland);
        assert_eq!(Place::of(None, None), Place::Here, "a display server without a session");
        let nested = Place::of(Some("x11"), Some("wayland-1"));
        assert_eq!(nested, Place::Here, "a window of another display server changes nothing");
    }
}
