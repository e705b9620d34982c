//! Counter-Strike 2 and CS:GO: claims on small frames, golden files, laws.

mod counters;
mod glance;
mod golden;
mod laws;
mod reading;
mod rounds;
mod sessions;
mod support;
