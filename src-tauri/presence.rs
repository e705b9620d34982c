//! Whether Ringside stays when its window is closed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use companion::{DataDir, Error, Presence};
use tauri::{AppHandle, Manager};

use crate::tray;

/// What the player chose, and where it is kept.
pub(crate) struct Staying {
    dir: Arc<DataDir>,
    close_to_tray: AtomicBool,
}

impl Staying {
    pub(crate) fn new(dir: Arc<DataDir>, chosen: Presence) -> Self {
        Self { dir, close_to_tray: AtomicBool::new(chosen.close_to_tray) }
    }

    /// Whether closing the window leaves Ringside in the tray.
    pub(crate) fn closes_to_tray(&self) -> bool {
        self.close_to_tray.load(Ordering::Relaxed)
    }

    /// Chooses it, from here on and after a restart.
    ///
    /// # Errors
    /// Where the settings file cannot be read or written: then nothing changes.
    pub(crate) fn choose(&self, close_to_tray: bool) -> Result<(), Error> {
        Presence { close_to_tray }.save(&self.dir)?;
        self.close_to_tray.store(close_to_tray, Ordering::Relaxed);
        Ok(())
    }
}

/// The main window is gone: the app goes with it, unless the player wants it to
/// stay and can see it in a tray.
pub(crate) fn window_closed(app: &AppHandle) {
    if !(app.state::<Staying>().closes_to_tray() && tray::is_seen(app)) {
        app.exit(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_holds_at_once_and_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let dir = Arc::new(DataDir::open(Some(folder.path().to_owned())).unwrap());
        std::fs::write(dir.settings(), "").unwrap();
        let staying = Staying::new(Arc::clone(&dir), Presence::default());
        assert!(staying.closes_to_tray(), "a match goes on without the window");
        staying.choose(false).unwrap();
        assert!(!staying.closes_to_tray());
        assert!(!companion::Settings::as_they_stand(&dir).presence.close_to_tray);
    }
}
