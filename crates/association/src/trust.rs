//! How far an occurrence can be believed.
//!
//! A witness is an account on the roster, never a mere device: ten programs of
//! one player are one witness, and somebody who is not in the match is none. Nor is
//! who does not tell whose game was watched: its reports are kept and may be members,
//! and where nobody tells that, every occurrence is lone and counts for nobody.
//! What counts is how many of those who should have seen an occurrence did:
//! more than half confirm it, so that of ten players four, and five, who agree
//! on a lie confirm nothing. Nothing is ever dropped for want of trust: it is
//! kept, flagged, and left out of statistics.
//!
//! [`judge()`] does all of it to a solved match. It is a function of what it is given, whole numbers throughout, so
//! that every machine says the same.

mod account;
mod assess;
mod belief;
mod conduct;
mod confidence;
mod coverage;
mod judge;
mod lost;
mod misses;
mod once;
mod roster;
mod solved;
mod standing;

pub use account::{Account, DeviceTrust, Quorum};
pub use assess::{AccountTrust, Assessment, Sighted, Trust, assess};
pub use belief::Belief;
pub(crate) use belief::{Seen, Watcher, believe};
pub use conduct::{Conduct, voters};
pub use confidence::Confidence;
pub use coverage::{Coverage, Seers, Span};
pub use judge::{Judgement, Known, judge};
pub(crate) use lost::Numbers;
pub use lost::{Gap, Unsent};
pub use roster::{Lists, Roster, agreed_roster, borne_out};
pub use solved::{conducts_in, coverage_of, quorum_of, sighted_in};
pub use standing::{Standing, withstood};
