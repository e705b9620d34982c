//! Which keys do what, and who else wants them.
//!
//! An [`Accelerator`] is read and written in one normal form, such as
//! `Ctrl+Shift+F9`, whose names the shell's hotkey crate reads as they are. Keys
//! are named for where they lie on a US keyboard, as browsers' `code` does: `Z`
//! is the key that a German keyboard prints Y on.
//!
//! Whether a press arrives can only be tried: a system may say that it gave us a
//! key and give it to somebody else.

mod accelerator;
mod bindings;
mod key;
mod modifiers;
mod taken;
mod trigger;

pub use accelerator::{ACCELERATOR_BYTES_MAX, Accelerator, NotAHotkey};
pub use bindings::{Action, Bindings, BindingsUnreadable, Refused};
pub use key::Key;
pub use modifiers::{Modifier, Modifiers};
pub use taken::{Concern, GameWithKeys, System, concerns, is_reserved};
