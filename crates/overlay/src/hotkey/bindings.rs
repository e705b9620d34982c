//! Which hotkey does what.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Accelerator, Key, Modifier, Modifiers, NotAHotkey, System, is_reserved};

/// What a hotkey does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Shows the overlay, or hides it.
    ToggleOverlay,
    /// Into edit mode, or locks the overlay.
    EditOverlay,
    /// Marks a chapter at this moment.
    MarkChapter,
    /// Pauses the upload, or goes on with it.
    PauseUpload,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::ToggleOverlay, Self::EditOverlay, Self::MarkChapter, Self::PauseUpload];

    /// What it has on the first day. Neither League nor Counter-Strike uses F8,
    /// F9 or F11 by default. Pausing the upload by accident would go unnoticed:
    /// who wants a key for it chooses one.
    fn first_day(self) -> Option<Accelerator> {
        let key = match self {
            Self::ToggleOverlay => Key::F9,
            Self::EditOverlay => Key::F8,
            Self::MarkChapter => Key::F11,
            Self::PauseUpload => return None,
        };
        let held = Modifiers::of(&[Modifier::Ctrl, Modifier::Shift]);
        Some(Accelerator::new(held, key).expect("a function key may be a hotkey"))
    }
}

/// The hotkeys of all actions. Each can be off, and no two are the same.
///
/// A settings file holds a text for each action, empty where it is off. What it
/// leaves out has its hotkey of the first day, unless another action uses that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[cfg_attr(feature = "specta", specta(type = BTreeMap<Action, String>))]
#[serde(try_from = "BTreeMap<Action, String>", into = "BTreeMap<Action, String>")]
pub struct Bindings {
    by_action: BTreeMap<Action, Accelerator>,
}

/// Why an action cannot have a hotkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is this action's already.
    UsedFor(Action),
    /// The system keeps it for itself.
    Reserved(System),
}

/// Why hotkeys of a settings file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BindingsUnreadable {
    /// What stands there for this action is no hotkey.
    NotAHotkey(Action, NotAHotkey),
    /// Both have the same.
    Twice(Action, Action),
}

impl Default for Bindings {
    fn default() -> Self {
        Self { by_action: BTreeMap::new() }.completed(&[])
    }
}

impl Bindings {
    /// The hotkey of an action; `None` where it is off.
    #[must_use]
    pub fn of(&self, action: Action) -> Option<Accelerator> {
        self.by_action.get(&action).copied()
    }

    /// What a hotkey does.
    #[must_use]
    pub fn action_of(&self, accelerator: Accelerator) -> Option<Action> {
        let mut bound = self.by_action.iter();
        bound.find(|(_, other)| **other == accelerator).map(|(action, _)| *action)
    }

    /// Gives an action this hotkey in place of the one it has.
    ///
    /// # Errors
    ///
    /// Another action's, or the system's: nothing changes.
    pub fn bind(
        &mut self,
        action: Action,
        accelerator: Accelerator,
        on: System,
    ) -> Result<(), Refused> {
        if is_reserved(accelerator, on) {
            return Err(Refused::Reserved(on));
        }
        self.insert(action, accelerator).map_err(Refused::UsedFor)
    }

    /// Switches an action's hotkey off.
    pub fn unbind(&mut self, action: Action) {
        self.by_action.remove(&action);
    }

    fn insert(&mut self, action: Action, accelerator: Accelerator) -> Result<(), Action> {
        match self.action_of(accelerator) {
            Some(other) if other != action => Err(other),
            Some(_) | None => {
                self.by_action.insert(action, accelerator);
                Ok(())
            }
        }
    }

    /// With the hotkeys of the first day for all but these actions.
    fn completed(mut self, known: &[Action]) -> Self {
        for action in Action::ALL.into_iter().filter(|action| !known.contains(action)) {
            let free = action.first_day().filter(|wished| self.action_of(*wished).is_none());
            if let Some(accelerator) = free {
                self.by_action.insert(action, accelerator);
            }
        }
        self
    }
}

impl TryFrom<BTreeMap<Action, String>> for Bindings {
    type Error = BindingsUnreadable;

    fn try_from(texts: BTreeMap<Action, String>) -> Result<Self, BindingsUnreadable> {
        let known: Vec<_> = texts.keys().copied().collect();
        let mut bindings = Self { by_action: BTreeMap::new() };
        for (action, text) in texts.into_iter().filter(|(_, text)| !text.trim().is_empty()) {
            let accelerator =
                text.parse().map_err(|why| BindingsUnreadable::NotAHotkey(action, why))?;
            let inserted = bindings.insert(action, accelerator);
            inserted.map_err(|other| BindingsUnreadable::Twice(other, action))?;
        }
        Ok(bindings.completed(&known))
    }
}

impl From<Bindings> for BTreeMap<Action, String> {
    fn from(bindings: Bindings) -> Self {
        let text = |action| bindings.of(action).map(String::from).unwrap_or_default();
        Action::ALL.into_iter().map(|action| (action, text(action))).collect()
    }
}

impl fmt::Display for BindingsUnreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAHotkey(action, why) => write!(f, "the hotkey of {action:?}: {why}"),
            Self::Twice(one, other) => write!(f, "{one:?} and {other:?} have the same hotkey"),
        }
    }
}

impl std::error::Error for BindingsUnreadable {}
