//! The overlay's core, seen from outside.

mod edit;
mod hotkey;
mod placement;
mod quiet;
mod visibility;
mod watchdog;
