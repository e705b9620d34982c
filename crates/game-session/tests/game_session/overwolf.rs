//! Overwolf's provider.

mod counter_strike;
mod laws;
mod matches;
mod quirks;
mod samples;
mod support;
