//! Rocket League.

mod golden;
mod laws;
mod quirks;
mod recorded;
mod sessions;
mod support;
