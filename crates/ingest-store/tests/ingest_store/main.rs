//! The store as its callers see it, over a real file.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

mod accounts;
mod answers;
mod backups;
mod gate;
mod laws;
mod reads;
mod sequences;
mod support;
