//! What a set of reports is solved to.

mod counters;
mod crowd;
mod figures;
mod measure;
mod told;
