//! What a set of reports is solved to, how a match comes to it, and which sessions
//! are one match.

#![expect(clippy::unwrap_used, reason = "a step of a test that fails is its failure")]

mod absorb;
mod arrival;
mod belief;
mod bounds;
mod clocks;
mod counters;
mod crowd;
mod dota2;
mod effort;
mod figures;
mod floods;
mod halves;
mod ids;
mod joining;
mod late;
mod laws;
mod links;
mod measure;
mod misnamed;
mod nameless;
mod reader;
mod reopen;
mod rosters;
mod rows;
mod seal;
mod short;
mod sketch;
mod tally;
mod told;
mod trust;
mod twice;
mod two;
mod withdraw;
