//! One app a data folder: a second start goes to the first.
//!
//! On Linux the session bus knows them apart by the folder. Elsewhere the plugin
//! knows one app a user, so that whoever names a folder has the lock of the
//! upload queue alone to say that somebody else is there ([`crate::entrance`]).

use std::path::{Path, PathBuf};

use clap::Parser;
use companion::DataDir;
use tauri::{AppHandle, Manager, Wry, plugin::TauriPlugin};

use crate::{arguments::Arguments, invitations::Invitations, quiet};

/// The plugin, which ends a second start before it opens anything; `None` where
/// it would take another folder's app for this one.
pub(crate) fn plugin(identifier: &str, dir: &DataDir, is_named: bool) -> Option<TauriPlugin<Wry>> {
    if cfg!(not(target_os = "linux")) && is_named {
        return None;
    }
    let plugin = tauri_plugin_single_instance::Builder::new()
        .dbus_id(bus_name(identifier, dir.path()))
        .callback(|app, arguments, _folder| heard(app, &arguments));
    Some(plugin.build())
}

/// Does as the second start was asked.
fn heard(app: &AppHandle, arguments: &[String]) {
    let second = Arguments::try_parse_from(arguments).ok();
    // There is nothing to tell an app that is itself just starting.
    let Some(invitations) = app.try_state::<Invitations>() else { return };
    if let Some(link) = second.as_ref().and_then(Arguments::link) {
        invitations.offer(link);
    }
    // An entry for the system's start asks for no window.
    if second.is_some_and(|second| second.hidden()) {
        return;
    }
    let handle = app.clone();
    app.run_on_main_thread(move || quiet::started_again(&handle)).ok();
}

/// A name of the session bus for this folder. The same folder under another
/// path gets another one: then the lock of its upload queue says so.
fn bus_name(identifier: &str, folder: &Path) -> String {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let folder: PathBuf = folder.components().collect();
    format!("{identifier}.d{:016x}", fnv1a(folder.as_os_str().as_encoded_bytes()))
}

/// FNV-1a, 64 bits: two versions of Ringside come to the same, and nobody gains
/// by two folders that do.
fn fnv1a(bytes: &[u8]) -> u64 {
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    bytes.iter().fold(OFFSET_BASIS, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_folders_have_two_names_and_one_has_one() {
        let name = |folder| bus_name("app.ringside.desktop", Path::new(folder));
        assert_ne!(name("/data/a"), name("/data/b"));
        assert_eq!(name("/data/a"), name("/data/a/"), "a path is not its spelling");
    }

    #[test]
    fn a_name_of_the_bus_begins_no_part_with_a_digit() {
        let name = bus_name("app.ringside.desktop", Path::new("/data/a"));
        let parts = name.split('.').map(|part| part.chars().next());
        assert!(parts.flatten().all(|first| first.is_ascii_alphabetic()), "{name}");
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
