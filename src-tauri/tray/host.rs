//! Whether anything on this desktop shows tray icons.

/// Windows and macOS always do.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_there() -> bool {
    true
}

/// A panel says so on the session bus, or, an older one, on its X screen. The
/// library that makes the icon does not tell whether anybody takes it.
#[cfg(target_os = "linux")]
pub(super) fn is_there() -> bool {
    linux::on_the_session_bus().unwrap_or(false) || linux::on_the_screen().unwrap_or(false)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{error::Error, time::Duration};

    use x11rb::protocol::xproto::{ConnectionExt, Window};
    use zbus::blocking::{connection, fdo::DBusProxy};

    /// The panel's name on the bus, as freedesktop.org's draft has it.
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";

    /// A bus answers in a millisecond; closing a window waits for no broken one.
    const BUS_TIMEOUT: Duration = Duration::from_millis(500);

    pub(super) fn on_the_session_bus() -> Result<bool, Box<dyn Error>> {
        let bus = connection::Builder::session()?.method_timeout(BUS_TIMEOUT).build()?;
        Ok(DBusProxy::new(&bus)?.name_has_owner(WATCHER.try_into()?)?)
    }

    pub(super) fn on_the_screen() -> Result<bool, Box<dyn Error>> {
        const NOBODY: Window = 0;
        let (display, screen) = x11rb::connect(None)?;
        let name = format!("_NET_SYSTEM_TRAY_S{screen}");
        let atom = display.intern_atom(false, name.as_bytes())?.reply()?.atom;
        Ok(display.get_selection_owner(atom)?.reply()?.owner != NOBODY)
    }
}
