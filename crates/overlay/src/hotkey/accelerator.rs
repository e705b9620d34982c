//! A key and what is held with it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Key, Modifier, Modifiers};

/// Longer texts are no hotkey: the longest that is one has 33 bytes, and a
/// settings file may hold anything.
pub const ACCELERATOR_BYTES_MAX: usize = 64;

/// A hotkey, such as `Ctrl+Shift+F9`. There is none that would take a letter from
/// a player who writes in the game's chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[cfg_attr(feature = "specta", specta(type = String))]
#[serde(try_from = "String", into = "String")]
pub struct Accelerator {
    modifiers: Modifiers,
    key: Key,
}

/// Why something is no hotkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAHotkey {
    /// There is no key of this name.
    UnknownKey(String),
    /// Modifiers alone.
    NoKey,
    /// Two keys that are no modifiers.
    SeveralKeys,
    /// The key writes or moves something, and neither Ctrl nor Alt is held.
    NeedsCtrlOrAlt(Key),
    /// Too long to be one.
    TooLong,
}

impl Accelerator {
    /// A hotkey of this key.
    ///
    /// # Errors
    ///
    /// [`NotAHotkey::NeedsCtrlOrAlt`] for a key that writes or moves something:
    /// with Shift alone it still does.
    pub fn new(modifiers: Modifiers, key: Key) -> Result<Self, NotAHotkey> {
        let held = [Modifier::Ctrl, Modifier::Alt, Modifier::Super];
        if key.is_free_alone() || held.into_iter().any(|modifier| modifiers.has(modifier)) {
            return Ok(Self { modifiers, key });
        }
        Err(NotAHotkey::NeedsCtrlOrAlt(key))
    }

    /// What is held.
    #[must_use]
    pub fn modifiers(self) -> Modifiers {
        self.modifiers
    }

    /// What is pressed.
    #[must_use]
    pub fn key(self) -> Key {
        self.key
    }
}

impl FromStr for Accelerator {
    type Err = NotAHotkey;

    fn from_str(text: &str) -> Result<Self, NotAHotkey> {
        if text.len() > ACCELERATOR_BYTES_MAX {
            return Err(NotAHotkey::TooLong);
        }
        let (mut modifiers, mut key) = (Modifiers::NONE, None);
        for name in text.split('+').map(str::trim).filter(|name| !name.is_empty()) {
            if let Some(modifier) = Modifier::named(name) {
                modifiers = modifiers.with(modifier);
                continue;
            }
            let named = Key::named(name).ok_or_else(|| NotAHotkey::UnknownKey(name.to_owned()))?;
            if key.replace(named).is_some() {
                return Err(NotAHotkey::SeveralKeys);
            }
        }
        Self::new(modifiers, key.ok_or(NotAHotkey::NoKey)?)
    }
}

impl TryFrom<String> for Accelerator {
    type Error = NotAHotkey;

    fn try_from(text: String) -> Result<Self, NotAHotkey> {
        text.parse()
    }
}

impl From<Accelerator> for String {
    fn from(accelerator: Accelerator) -> Self {
        accelerator.to_string()
    }
}

impl fmt::Display for Accelerator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for modifier in Modifier::ALL.into_iter().filter(|it| self.modifiers.has(*it)) {
            write!(f, "{}+", modifier.name())?;
        }
        f.write_str(self.key.name())
    }
}

impl fmt::Display for NotAHotkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey(name) => write!(f, "there is no key {name:?}"),
            Self::NoKey => f.write_str("a hotkey needs a key besides Ctrl, Alt and Shift"),
            Self::SeveralKeys => f.write_str("a hotkey has one key besides Ctrl, Alt and Shift"),
            Self::NeedsCtrlOrAlt(key) => {
                write!(f, "{} is a hotkey only together with Ctrl or Alt", key.name())
            }
            Self::TooLong => write!(f, "a hotkey has at most {ACCELERATOR_BYTES_MAX} letters"),
        }
    }
}

impl std::error::Error for NotAHotkey {}
