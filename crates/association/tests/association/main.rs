//! What a set of reports is solved to.

mod counters;
mod told;
