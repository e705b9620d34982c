//! Laws of the outbox, over real SQLite files.

#![expect(clippy::unwrap_used, reason = "what a test relies on fails it")]

mod accounting;
mod appending;
mod claiming;
mod clock_steps;
mod concluding;
mod crash;
mod damage;
mod damage_again;
mod damage_kinds;
mod damage_large;
mod damage_places;
mod damage_random;
mod damage_running;
mod damage_worlds;
mod damaging;
mod fairness;
mod full_disk;
mod keeping;
mod model;
mod opening;
mod processes;
mod pruning;
mod refusing;
#[cfg(unix)]
mod removed;
mod support;
mod told;
mod upgrading;
mod viewing;
