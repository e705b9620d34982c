//! Hotkeys that a Wayland desktop gives through its portal,
//! `org.freedesktop.portal.GlobalShortcuts`.
//!
//! No program sees a key there that is not meant for it. It may ask the desktop,
//! which asks the player and decides on the keys: what was asked for is a wish,
//! and what the desktop says of the keys is text for the player, in no form that
//! a program could read.
//!
//! # What desktops do
//!
//! Read in November 2026 in the sources of xdg-desktop-portal and of the portals
//! of GNOME, KDE and Hyprland; none of them was run with this crate.
//!
//! - Since 1.21 the portal gives hotkeys only to programs with an id that an
//!   installed `<id>.desktop` has. So [`Portal`] says its id first of all, as
//!   `org.freedesktop.host.portal.Registry` has it.
//! - Keys are bound once a session. GNOME and KDE remember what the player chose
//!   and ask about new hotkeys alone; KDE then answers without a list.
//! - GNOME leaves `trigger_description` out where a hotkey has no keys, and
//!   Hyprland always leaves it empty: its keys are set in the compositor's file.
//! - The portal ends with its session when it is started anew, and says nothing.

mod failure;
mod given;
mod keeper;
#[cfg(target_os = "linux")]
mod portal;
#[cfg(target_os = "linux")]
mod request;
#[cfg(target_os = "linux")]
mod session;
mod wish;

pub use failure::Failure;
pub use given::{GIVEN_MAX, Given, KEYS_LETTERS_MAX};
#[cfg(target_os = "linux")]
pub use keeper::keep;
pub use keeper::{ORDERS_MAX, Order, Told, keep_for};
#[cfg(target_os = "linux")]
pub use portal::{ANSWER_WITHIN, Portal};
#[cfg(target_os = "linux")]
pub use session::{News, Session};
pub use wish::Wish;
