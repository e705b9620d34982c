//! Who else wants a hotkey: systems, games, and keyboards with `AltGr`.
//!
//! # Sources, read in November 2026
//!
//! - Windows: Microsoft's page of `RegisterHotKey` keeps all that involves the
//!   Windows key for the system and F12 for the debugger, and names `PrintScreen`
//!   as a default of the system's own. Alt+Tab, Alt+Escape, Alt+Space, Alt+F4,
//!   Alt+F6, Ctrl+Escape and Ctrl+Shift+Escape are its system key combinations;
//!   Ctrl+Alt+Delete reaches no program.
//! - Linux: Ctrl+Alt with a function key changes the virtual console,
//!   Ctrl+Alt+Delete and Ctrl+Alt+Backspace end the session where they are on.
//! - League: the defaults of `input.ini` as public tools for it hold them. The
//!   game tells a key with modifiers from the key alone.
//! - Counter-Strike 2: binds as players' published `config.cfg` of the game and
//!   of its predecessor hold them. The engine binds keys, not combinations: what
//!   is bound to F3 happens with Ctrl held, too.
//!
//! A player may have bound other keys. These lists warn; they prove nothing.

use super::{Accelerator, Key, Modifier, Modifiers};

use Modifier::{Alt, Ctrl, Shift};

/// An operating system that keeps keys for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Windows.
    Windows,
    /// Linux, whatever the desktop.
    Linux,
}

/// A game whose default keys are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum GameWithKeys {
    /// League of Legends.
    League,
    /// Counter-Strike 2.
    Cs2,
}

/// Something to be said before a hotkey is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// The game does something of its own at it by default.
    GameUses(GameWithKeys),
    /// It writes a character on keyboards with `AltGr`, which Windows takes for
    /// Ctrl+Alt: `@` is Ctrl+Alt+Q on a German one.
    WritesWithAltGr,
}

/// What a system keeps for itself, besides what [`is_reserved`] says of whole
/// families of keys.
const WINDOWS: &[(&[Modifier], Key)] = &[
    (&[Alt], Key::Tab),
    (&[Alt, Shift], Key::Tab),
    (&[Ctrl, Alt], Key::Tab),
    (&[Alt], Key::Escape),
    (&[Alt, Shift], Key::Escape),
    (&[Ctrl], Key::Escape),
    (&[Ctrl, Shift], Key::Escape),
    (&[Alt], Key::Space),
    (&[Alt], Key::F4),
    (&[Alt], Key::F6),
    (&[Ctrl, Alt], Key::Delete),
];

const LINUX: &[(&[Modifier], Key)] = &[(&[Ctrl, Alt], Key::Delete), (&[Ctrl, Alt], Key::Backspace)];

/// Keys alone are left out where they cannot be hotkeys.
const LEAGUE: &[(&[Modifier], Key)] = &[
    (&[], Key::F1),
    (&[], Key::F2),
    (&[], Key::F3),
    (&[], Key::F4),
    (&[], Key::F5),
    (&[Ctrl], Key::Q),
    (&[Ctrl], Key::W),
    (&[Ctrl], Key::E),
    (&[Ctrl], Key::R),
    (&[Alt], Key::Q),
    (&[Alt], Key::W),
    (&[Alt], Key::E),
    (&[Alt], Key::R),
    (&[Ctrl], Key::Digit1),
    (&[Ctrl], Key::Digit2),
    (&[Ctrl], Key::Digit3),
    (&[Ctrl], Key::Digit4),
    (&[Ctrl], Key::Digit5),
    (&[Ctrl], Key::F),
];

const CS2: &[Key] = &[
    Key::A,
    Key::B,
    Key::D,
    Key::E,
    Key::F,
    Key::G,
    Key::I,
    Key::M,
    Key::Q,
    Key::R,
    Key::S,
    Key::T,
    Key::U,
    Key::W,
    Key::X,
    Key::Y,
    Key::Z,
    Key::Digit1,
    Key::Digit2,
    Key::Digit3,
    Key::Digit4,
    Key::Digit5,
    Key::F3,
    Key::F4,
    Key::F5,
    Key::F6,
    Key::F7,
    Key::F10,
    Key::Backquote,
    Key::Space,
    Key::Tab,
    Key::Escape,
    Key::Delete,
    Key::Pause,
];

/// Whether a system keeps this hotkey for itself.
#[must_use]
pub fn is_reserved(accelerator: Accelerator, on: System) -> bool {
    let (key, modifiers) = (accelerator.key(), accelerator.modifiers());
    match on {
        System::Windows => {
            modifiers.has(Modifier::Super)
                || matches!(key, Key::F12 | Key::PrintScreen)
                || is_listed(accelerator, WINDOWS)
        }
        System::Linux => {
            let console = modifiers == Modifiers::of(&[Ctrl, Alt]);
            console && (Key::F1..=Key::F12).contains(&key) || is_listed(accelerator, LINUX)
        }
    }
}

/// What is to be said before this hotkey is saved; empty for a good one.
#[must_use]
pub fn concerns(accelerator: Accelerator) -> Vec<Concern> {
    let (key, modifiers) = (accelerator.key(), accelerator.modifiers());
    let alt_gr = modifiers.has(Ctrl) && modifiers.has(Alt) && key.is_writing();
    [
        is_listed(accelerator, LEAGUE).then_some(Concern::GameUses(GameWithKeys::League)),
        CS2.contains(&key).then_some(Concern::GameUses(GameWithKeys::Cs2)),
        alt_gr.then_some(Concern::WritesWithAltGr),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn is_listed(accelerator: Accelerator, list: &[(&[Modifier], Key)]) -> bool {
    let same = |(held, key): &(&[Modifier], Key)| {
        *key == accelerator.key() && Modifiers::of(held) == accelerator.modifiers()
    };
    list.iter().any(same)
}
