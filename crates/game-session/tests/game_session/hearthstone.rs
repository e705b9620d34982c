//! Hearthstone.

mod laws;
mod quirks;
mod recorded;
mod sessions;
mod sides;
mod support;
