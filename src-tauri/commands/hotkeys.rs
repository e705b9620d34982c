//! Which keys do what.

use overlay::{
    hotkey::{Accelerator, Action, Concern, NotAHotkey, Refused, concerns},
    quiet::May,
};
use serde::Serialize;
use tauri::{AppHandle, Manager, State, async_runtime, ipc::Channel};

use super::problem::{Problem, ProblemCode};
use crate::hotkeys::{self, DeskStanding, DeskState, Hotkeys, NotBound, Place, Standing};

/// All hotkeys as they stand.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct HotkeysShown {
    /// Whether this desktop has any.
    place: Place,
    /// What is wrong with those of the settings file, where something is.
    unreadable: Option<String>,
    /// What the desktop says, where it decides on the keys itself.
    desk: Option<DeskShown>,
    /// One for each action.
    hotkeys: Vec<HotkeyShown>,
}

/// One action's hotkey.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct HotkeyShown {
    /// What it does.
    action: Action,
    /// Such as `Ctrl+Shift+F9`; `None` where it is off.
    keys: Option<Accelerator>,
    /// What the system said where it did not take it.
    refused: Option<String>,
    /// What the desktop gave for it, where it decides on the keys itself.
    given: Option<KeysGiven>,
    /// Who else may want these keys.
    concerns: Vec<Concern>,
}

/// What a desktop says that decides on the keys itself.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct DeskShown {
    /// Where it stands.
    state: DeskState,
    /// Whether it opens its own page of the keys.
    configures: bool,
    /// What it said of a failure, in its own words.
    said: Option<String>,
}

/// A hotkey that the desktop gave.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct KeysGiven {
    /// Its words for the keys, where it has any.
    keys: Option<String>,
}

/// What became of a wish for other keys.
#[derive(Debug, Clone, Serialize, specta::Type)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum Bound {
    /// They are the action's.
    Done,
    /// They are no hotkey.
    NotAHotkey {
        /// Why.
        why: WhyNot,
    },
    /// Another action has them.
    UsedFor {
        /// Which.
        action: Action,
    },
    /// The system keeps them for itself.
    Reserved,
}

/// Why something is no hotkey.
#[derive(Debug, Clone, Copy, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhyNot {
    /// A key that no hotkey has.
    UnknownKey,
    /// Nothing but Ctrl, Alt and Shift.
    NoKey,
    /// More than one key besides.
    SeveralKeys,
    /// It would take a letter from whoever writes in the game's chat.
    NeedsCtrlOrAlt,
}

/// The hotkeys as they stand.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hotkeys_state(hotkeys: State<'_, Hotkeys>) -> Result<HotkeysShown, Problem> {
    Ok(HotkeysShown::of(&hotkeys))
}

/// Tells the page the hotkeys through `channel`: at once, then as they change.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hotkeys_watch(app: AppHandle, channel: Channel<HotkeysShown>) {
    let mut changes = app.state::<Hotkeys>().changes();
    async_runtime::spawn(async move {
        loop {
            changes.mark_unchanged();
            let shown = HotkeysShown::of(&app.state::<Hotkeys>());
            if channel.send(shown).is_err() || changes.changed().await.is_err() {
                return;
            }
        }
    });
}

/// Asks a desktop for the hotkeys that decides on the keys itself: whether at once,
/// or after the match.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hotkeys_ask(app: AppHandle) -> Result<bool, Problem> {
    Ok(hotkeys::ask(&app).await == May::Now)
}

/// Opens the desktop's own page of the keys: whether, for in a match it is not.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hotkeys_configure(app: AppHandle) -> Result<bool, Problem> {
    Ok(hotkeys::configure(&app).await == May::Now)
}

/// Gives an action these keys; without any it is off.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hotkey_bind(
    app: AppHandle,
    action: Action,
    keys: Option<String>,
) -> Result<Bound, Problem> {
    let keys = match keys.map(|keys| keys.parse::<Accelerator>()).transpose() {
        Ok(keys) => keys,
        Err(why) => return Ok(Bound::NotAHotkey { why: why.into() }),
    };
    let bind = move || app.state::<Hotkeys>().bind(&app, action, keys);
    match async_runtime::spawn_blocking(bind).await.map_err(|_| ProblemCode::Other)? {
        Ok(()) => Ok(Bound::Done),
        Err(NotBound::Refused(Refused::UsedFor(action))) => Ok(Bound::UsedFor { action }),
        Err(NotBound::Refused(Refused::Reserved(_))) => Ok(Bound::Reserved),
        Err(NotBound::NotKept(error)) => Err(error.into()),
    }
}

/// Whether a press of an action's keys arrives within ten seconds.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hotkey_test(
    hotkeys: State<'_, Hotkeys>,
    action: Action,
) -> Result<bool, Problem> {
    Ok(hotkeys.arrives(action).await)
}

impl HotkeysShown {
    fn of(hotkeys: &Hotkeys) -> Self {
        Self {
            place: hotkeys.place(),
            unreadable: hotkeys.unreadable(),
            desk: hotkeys.desk().map(DeskShown::from),
            hotkeys: hotkeys.standing().into_iter().map(HotkeyShown::from).collect(),
        }
    }
}

impl From<DeskStanding> for DeskShown {
    fn from(DeskStanding { state, configures, said }: DeskStanding) -> Self {
        Self { state, configures, said }
    }
}

impl From<Standing> for HotkeyShown {
    fn from(Standing { action, keys, refused, given }: Standing) -> Self {
        let concerns = keys.map(concerns).unwrap_or_default();
        Self { action, keys, refused, given: given.map(|keys| KeysGiven { keys }), concerns }
    }
}

impl From<NotAHotkey> for WhyNot {
    fn from(why: NotAHotkey) -> Self {
        match why {
            NotAHotkey::UnknownKey(_) | NotAHotkey::TooLong => Self::UnknownKey,
            NotAHotkey::NoKey => Self::NoKey,
            NotAHotkey::SeveralKeys => Self::SeveralKeys,
            NotAHotkey::NeedsCtrlOrAlt(_) => Self::NeedsCtrlOrAlt,
        }
    }
}
