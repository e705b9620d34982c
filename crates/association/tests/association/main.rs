//! What a set of reports is solved to, and how a match comes to it.

#![expect(clippy::unwrap_used, reason = "a step of a test that fails is its failure")]

mod absorb;
mod arrival;
mod bounds;
mod clocks;
mod counters;
mod crowd;
mod figures;
mod floods;
mod halves;
mod ids;
mod laws;
mod measure;
mod reader;
mod reopen;
mod rows;
mod seal;
mod sketch;
mod told;
mod withdraw;
