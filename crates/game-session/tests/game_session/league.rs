//! League of Legends: every quirk of the Live Client Data API, and the laws.

mod client;
mod glance;
mod golden;
mod laws;
mod poll;
mod quirks;
