//! Overwolf's provider.

mod counter_strike;
mod laws;
mod league;
mod matches;
mod quirks;
mod samples;
mod support;
