//! The overlay's core, seen from outside.

mod edit;
mod placement;
mod visibility;
mod watchdog;
