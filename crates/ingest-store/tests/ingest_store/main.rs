//! The store as its callers see it, over a real file.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

mod accounts;
mod answers;
mod association_bounds;
mod backups;
mod erased_matches;
mod erasing;
mod feed;
mod founders;
mod gaps;
mod gate;
mod index;
mod joins;
mod laws;
mod lost_index;
mod matches;
mod model;
mod reads;
mod retention;
mod rosters;
mod seals;
mod sequences;
mod statistics;
mod steps;
mod support;
mod upgrade;
mod viewers;
