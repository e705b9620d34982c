//! Dota 2.

mod golden;
mod laws;
mod quirks;
mod sessions;
mod support;
