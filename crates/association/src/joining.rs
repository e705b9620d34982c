//! Which sessions are one match.
//!
//! A session without the game's own match id is a match of its own until
//! something shows that it is another session's: an id that one of them learnt
//! later, the same run of events, the same run of rounds, or the same players
//! who began in the same instant. A [`SessionSummary`] keeps, bounded, what
//! can show that; [`verdict()`] judges two of them; [`join`] makes matches of
//! many.
//!
//! A join is never undone, since its key is handed on for ever. So sessions wait
//! until one match is certain: two matches that should be one heal by a later
//! join, one match that should be two does not heal.
//!
//! # Invariants
//!
//! - A summary is the same for the same reports, in any order and with any
//!   repetition.
//! - [`verdict()`] is symmetric, and [`join`] a function of the summaries alone.
//! - No two sessions whose verdict is [`Verdict::Refuse`] are in one match,
//!   unless they were before they said so.
//! - Two sessions that the game itself gave different ids are never in one match,
//!   whatever anybody says that they learnt later.

mod block;
mod bounds;
mod clocks;
mod events;
mod evidence;
mod learnt;
mod partition;
mod roster;
mod rounds;
mod short_hash;
mod smallest;
mod summary;
mod verdict;
mod verdicts;

pub use block::{Neighbours, nearest_starts};
pub use bounds::{BLOCK_SESSIONS_MAX, BLOCK_STARTS_APART_MS};
pub use evidence::{Evidence, RoundResult};
pub use partition::{JoinFlag, Partition, join, join_further, join_knowing};
pub use short_hash::ShortHash;
pub use summary::{SessionFlag, SessionSummary};
pub use verdict::{Reason, Verdict, Weight, concerns, verdict};
pub use verdicts::Verdicts;
