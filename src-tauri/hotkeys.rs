//! The hotkeys of the whole desktop: which are set, and what a press does.
//!
//! A system may say that it gave us a key and give it to somebody else, so a
//! hotkey counts as working only once it was pressed ([`Hotkeys::arrives`]).

mod asking;
mod desk;
mod place;
mod trial;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use companion::{DataDir, Error, Settings};
use overlay::hotkey::{Accelerator, Action, Bindings, Refused, System};
use tauri::{AppHandle, Manager};
use tauri_plugin_global_shortcut::{GlobalShortcutExt, ShortcutState};
use tokio::sync::watch;
use tracing::{info, warn};

use crate::actions;
use asking::Line;
pub(crate) use asking::{ask, configure};
use desk::Desk;
pub(crate) use desk::DeskState;
pub(crate) use place::Place;
use trial::Trial;

#[cfg(windows)]
const SYSTEM: System = System::Windows;
#[cfg(not(windows))]
const SYSTEM: System = System::Linux;

/// What the hotkeys are, and which of them the system took.
pub(crate) struct Hotkeys {
    dir: Arc<DataDir>,
    place: Place,
    /// Never held while a press is handled: whoever holds it may wait for the
    /// main thread, which hands out the presses on Windows.
    kept: Mutex<Kept>,
    trial: Trial,
    /// To whoever keeps the desktop's hotkeys, where it decides on the keys.
    line: Line,
    /// Says that something of all this has changed.
    changes: watch::Sender<()>,
}

struct Kept {
    bindings: Bindings,
    /// What the system said where it did not take a hotkey.
    refused: BTreeMap<Action, String>,
    /// What is wrong with the file's own, where the first day's are in their place.
    unreadable: Option<String>,
    /// What the desktop gave, where it decides on the keys.
    desk: Desk,
}

/// Why an action does not get the keys that were asked for.
#[derive(Debug)]
pub(crate) enum NotBound {
    /// They belong to another action, or to the system.
    Refused(Refused),
    /// The settings file cannot be written.
    NotKept(Error),
}

/// One hotkey as it stands.
pub(crate) struct Standing {
    pub(crate) action: Action,
    pub(crate) keys: Option<Accelerator>,
    /// What the system said where it did not take it.
    pub(crate) refused: Option<String>,
    /// Whether the desktop gave it, and its words for the keys where it has any.
    pub(crate) given: Option<Option<String>>,
}

/// What a desktop says that decides on the keys itself.
pub(crate) struct DeskStanding {
    pub(crate) state: DeskState,
    /// Whether it opens its own page of the keys.
    pub(crate) configures: bool,
    /// What it said of a failure.
    pub(crate) said: Option<String>,
}

/// Sets the hotkeys of the settings, where this desktop has any.
pub(crate) fn begin(app: &AppHandle, dir: Arc<DataDir>, settings: &Settings) {
    let place = match Place::of_the_environment() {
        Place::Here => begin_plugin(app),
        place @ (Place::Wayland | Place::Nowhere) => place,
    };
    let (line, heard) = Line::new();
    app.manage(Hotkeys::new(dir, place, settings, line));
    if place == Place::Wayland {
        asking::begin(app, heard, settings.desktop_hotkeys.wanted);
    }
    let hotkeys = app.state::<Hotkeys>();
    let mut kept = hotkeys.kept();
    for action in Action::ALL {
        let keys = kept.bindings.of(action);
        hotkeys.renew(app, &mut kept, action, None, keys);
    }
}

fn begin_plugin(app: &AppHandle) -> Place {
    let plugin = tauri_plugin_global_shortcut::Builder::new().build();
    match app.plugin(plugin) {
        Ok(()) => Place::Here,
        Err(error) => {
            warn!(%error, "There are no hotkeys");
            Place::Nowhere
        }
    }
}

impl Hotkeys {
    fn new(dir: Arc<DataDir>, place: Place, settings: &Settings, line: Line) -> Self {
        let (bindings, unreadable) = match read(&settings.hotkeys) {
            Ok(bindings) => (bindings, None),
            Err(why) => (Bindings::default(), Some(why)),
        };
        let desk = Desk::default();
        let kept = Mutex::new(Kept { bindings, refused: BTreeMap::new(), unreadable, desk });
        let changes = watch::Sender::new(());
        Self { dir, place, kept, trial: Trial::default(), line, changes }
    }

    /// Wakes whoever follows the hotkeys.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// What the desktop says, where it decides on the keys itself.
    pub(crate) fn desk(&self) -> Option<DeskStanding> {
        let Kept { desk, .. } = &*self.kept();
        (self.place == Place::Wayland).then(|| DeskStanding {
            state: desk.state(),
            configures: desk.configures(),
            said: desk.said().map(str::to_owned),
        })
    }

    /// Whether there are hotkeys on this desktop.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// What is wrong with the hotkeys of the settings file, where something is.
    pub(crate) fn unreadable(&self) -> Option<String> {
        self.kept().unreadable.clone()
    }

    /// All of them.
    pub(crate) fn standing(&self) -> Vec<Standing> {
        let kept = self.kept();
        let standing = |action| Standing {
            action,
            keys: kept.bindings.of(action),
            refused: kept.refused.get(&action).cloned(),
            given: kept.desk.given(action).map(|keys| keys.map(str::to_owned)),
        };
        Action::ALL.into_iter().map(standing).collect()
    }

    /// Gives an action these keys, or none, from here on and after a restart.
    ///
    /// # Errors
    /// Where they are taken, or cannot be kept: then nothing changes.
    pub(crate) fn bind(
        &self,
        app: &AppHandle,
        action: Action,
        keys: Option<Accelerator>,
    ) -> Result<(), NotBound> {
        let mut kept = self.kept();
        let before = kept.bindings.of(action);
        let mut bindings = kept.bindings.clone();
        match keys {
            Some(keys) => bindings.bind(action, keys, SYSTEM).map_err(NotBound::Refused)?,
            None => bindings.unbind(action),
        }
        Settings::save_hotkeys(&self.dir, &written(&bindings)).map_err(NotBound::NotKept)?;
        kept.bindings = bindings;
        kept.unreadable = None;
        self.renew(app, &mut kept, action, before, keys);
        self.changed();
        Ok(())
    }

    /// Whether a press of this action's keys arrives within the time of a trial;
    /// it does nothing else.
    pub(crate) async fn arrives(&self, action: Action) -> bool {
        self.trial.of(action).await
    }

    fn renew(
        &self,
        app: &AppHandle,
        kept: &mut Kept,
        action: Action,
        before: Option<Accelerator>,
        keys: Option<Accelerator>,
    ) {
        if self.place != Place::Here {
            return;
        }
        let shortcuts = app.global_shortcut();
        if let Some(before) = before
            && !kept.refused.contains_key(&action)
            && let Err(error) = shortcuts.unregister(before.to_string().as_str())
        {
            warn!(%error, %before, "A hotkey is not given back");
        }
        kept.refused.remove(&action);
        let Some(keys) = keys else { return };
        let pressed =
            move |app: &AppHandle, _: &_, event: tauri_plugin_global_shortcut::ShortcutEvent| {
                if event.state == ShortcutState::Pressed {
                    heard(app, action);
                }
            };
        match shortcuts.on_shortcut(keys.to_string().as_str(), pressed) {
            Ok(()) => info!(?action, %keys, "A hotkey is set"),
            Err(error) => {
                warn!(?action, %keys, %error, "The system does not give us a hotkey");
                kept.refused.insert(action, error.to_string());
            }
        }
    }

    fn changed(&self) {
        self.changes.send_replace(());
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("no holder of this lock panics")
    }
}

fn heard(app: &AppHandle, action: Action) {
    if !app.state::<Hotkeys>().trial.takes(action) {
        actions::perform(app, action);
    }
}

/// The hotkeys of a settings file.
fn read(texts: &companion::Hotkeys) -> Result<Bindings, String> {
    let texts = serde_json::to_value(texts).map_err(|error| error.to_string())?;
    serde_json::from_value(texts).map_err(|error| error.to_string())
}

/// The same as they are written there.
fn written(bindings: &Bindings) -> companion::Hotkeys {
    let texts = serde_json::to_value(bindings).ok();
    texts.and_then(|texts| serde_json::from_value(texts).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use overlay::hotkey::{Key, Modifier, Modifiers};
    use tauri_plugin_global_shortcut::Shortcut;

    use super::*;

    #[test]
    fn the_hotkey_crate_reads_every_key_as_we_write_it() {
        let held = [Modifier::Ctrl, Modifier::Alt, Modifier::Shift];
        let held = held.into_iter().fold(Modifiers::NONE, Modifiers::with);
        for key in Key::ALL {
            let text = Accelerator::new(held, *key).unwrap().to_string();
            assert!(text.parse::<Shortcut>().is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut bindings = Bindings::default();
        bindings.unbind(Action::MarkChapter);
        bindings.bind(Action::PauseUpload, "Ctrl+F7".parse().unwrap(), SYSTEM).unwrap();
        assert_eq!(read(&written(&bindings)), Ok(bindings));
    }

    #[test]
    fn hotkeys_that_cannot_be_read_are_those_of_the_first_day_and_it_is_said() {
        let twice = [("toggle_overlay", "F9"), ("edit_overlay", "F9")];
        let hotkeys = of(&settings(&twice));
        assert_eq!(hotkeys.kept().bindings, Bindings::default());
        assert!(hotkeys.unreadable().unwrap().contains("same hotkey"));
        let misspelt = of(&settings(&[("toggle", "F9")]));
        assert!(misspelt.unreadable().unwrap().contains("toggle"));
    }

    fn of(settings: &Settings) -> Hotkeys {
        let (line, _) = Line::new();
        Hotkeys::new(dir(), Place::Nowhere, settings, line)
    }

    fn settings(hotkeys: &[(&str, &str)]) -> Settings {
        let hotkeys = hotkeys.iter().map(|(action, keys)| ((*action).into(), (*keys).into()));
        Settings { hotkeys: hotkeys.collect(), ..Settings::default() }
    }

    fn dir() -> Arc<DataDir> {
        Arc::new(DataDir::look(Some("nowhere".into())).unwrap())
    }
}
