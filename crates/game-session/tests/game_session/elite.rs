//! Elite Dangerous.

mod laws;
mod quirks;
mod sessions;
mod support;
