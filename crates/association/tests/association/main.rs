//! What a set of reports is solved to, and how a match comes to it.

mod absorb;
mod arrival;
mod counters;
mod crowd;
mod ids;
mod reader;
mod reopen;
mod seal;
mod told;
mod withdraw;
