//! The look that all windows wear, and the language of what the shell itself says.

use std::sync::{Arc, Mutex, MutexGuard};

use companion::{DataDir, Error, Language, Look, Theme};
use tauri::{AppHandle, Manager, ipc::Channel};
use tokio::sync::watch;

use crate::words::Spoken;

/// The look as it was last chosen.
pub(crate) struct Worn {
    dir: Arc<DataDir>,
    look: watch::Sender<Look>,
    /// The system's language, as the environment or a page knows it.
    systems: Mutex<Spoken>,
}

impl Worn {
    /// Wears `look`; what is chosen later is kept in `dir`.
    pub(crate) fn new(dir: Arc<DataDir>, look: Look) -> Self {
        let systems = Mutex::new(Spoken::of_the_environment());
        Self { dir, look: watch::Sender::new(look), systems }
    }

    /// What is worn.
    pub(crate) fn now(&self) -> Look {
        *self.look.borrow()
    }

    /// Wears this from here on, in every window and after a restart.
    ///
    /// # Errors
    /// Where the settings file cannot be read or written: then nothing changes.
    pub(crate) fn choose(&self, look: Look) -> Result<(), Error> {
        look.save(&self.dir)?;
        self.look.send_replace(look);
        Ok(())
    }

    /// Wakes whoever follows the look.
    pub(crate) fn changes(&self) -> watch::Receiver<Look> {
        self.look.subscribe()
    }

    /// Tells one page through `channel` until nobody takes it any more.
    pub(crate) async fn tell(changes: &mut watch::Receiver<Look>, channel: Channel<Look>) {
        loop {
            let look = *changes.borrow_and_update();
            if channel.send(look).is_err() || changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// A page says which of our languages its system wants: some systems tell
    /// only the web view.
    pub(crate) fn heard(&self, systems: Spoken) {
        *self.systems() = systems;
        // The words of the tray are followed with the look.
        self.look.send_modify(|_| {});
    }

    /// The language of what the shell itself says.
    pub(crate) fn spoken(&self) -> Spoken {
        match self.now().language {
            Language::System => *self.systems(),
            Language::En => Spoken::English,
            Language::De => Spoken::German,
        }
    }

    fn systems(&self) -> MutexGuard<'_, Spoken> {
        self.systems.lock().expect("no holder of this lock panics")
    }
}

/// Gives frames and title bars the colours of what is in them.
pub(crate) fn dress(app: &AppHandle) {
    app.set_theme(frame(app.state::<Arc<Worn>>().now().theme));
}

/// The frame that goes with a theme; `None` follows the system.
fn frame(theme: Theme) -> Option<tauri::Theme> {
    match theme {
        Theme::System => None,
        Theme::Dark | Theme::Contrast => Some(tauri::Theme::Dark),
        Theme::Light => Some(tauri::Theme::Light),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_worn_at_once_and_after_a_restart() {
        let (_folder, dir) = installation();
        let worn = Worn::new(Arc::clone(&dir), Look::default());
        let changes = worn.changes();
        let chosen = Look { theme: Theme::Light, ..Look::default() };
        worn.choose(chosen).unwrap();
        assert!(changes.has_changed().unwrap(), "every window is told");
        assert_eq!(companion::Settings::as_they_stand(&dir).look, chosen);
    }

    #[test]
    fn what_cannot_be_kept_is_not_worn() {
        let (_folder, dir) = installation();
        std::fs::write(dir.settings(), "[look\n").unwrap();
        let worn = Worn::new(Arc::clone(&dir), Look::default());
        worn.choose(Look { theme: Theme::Light, ..Look::default() }).unwrap_err();
        assert_eq!(worn.now(), Look::default());
    }

    #[test]
    fn a_chosen_language_goes_before_the_systems() {
        let (_folder, dir) = installation();
        let worn = Worn::new(dir, Look::default());
        worn.heard(Spoken::German);
        assert_eq!(worn.spoken(), Spoken::German);
        worn.choose(Look { language: Language::En, ..Look::default() }).unwrap();
        assert_eq!(worn.spoken(), Spoken::English);
    }

    fn installation() -> (tempfile::TempDir, Arc<DataDir>) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        std::fs::write(dir.settings(), "").unwrap();
        (folder, Arc::new(dir))
    }
}
