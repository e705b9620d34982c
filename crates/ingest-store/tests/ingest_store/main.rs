//! The store as its callers see it, over a real file.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

mod accounts;
mod answers;
mod backups;
mod erasing;
mod gate;
mod index;
mod joins;
mod laws;
mod lost_index;
mod model;
mod reads;
mod retention;
mod seals;
mod sequences;
mod support;
mod upgrade;
