//! The player's own history of matches, in SQLite: what the outbox forgets is kept
//! here, match by match, until the player erases it or the room ends.
//!
//! An [`Archive`] is filled from the outbox by its sequence: [`Archive::place`] says
//! how far, [`Archive::take_in`] takes what comes next and moves the place in the same
//! transaction. Any process may do so; whoever comes second finds that the place has
//! moved.
//!
//! This crate reads no outbox, asks no server and does not know the time.
//!
//! # Invariants
//!
//! - The place never runs ahead of the events: what a crash takes is read again from
//!   the outbox.
//! - A match is given up whole, the oldest first, and counted.
//! - While a match is being erased nothing of it is taken in.
//! - A damaged file is set aside, never deleted. What it still has goes on in the new
//!   one, and the outbox is read from its beginning.

mod archive;
mod bounds;
mod connection;
mod damage;
mod erasing;
mod error;
mod matches;
mod meta;
mod taking_in;

pub use archive::{Archive, Counts, KeptMatch};
pub use bounds::Bounds;
pub use damage::set_aside;
pub use erasing::Erasing;
pub use error::Error;
pub use taking_in::{Captured, Place, Taken};
