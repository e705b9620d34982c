//! What a set of reports is solved to, and which sessions are one match.

#![expect(clippy::unwrap_used, reason = "a step of a test that fails is its failure")]

mod bounds;
mod clocks;
mod counters;
mod crowd;
mod figures;
mod halves;
mod joining;
mod laws;
mod measure;
mod told;
mod trust;
