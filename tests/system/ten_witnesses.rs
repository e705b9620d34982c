//! Ten players of one match, a real companion beside each, one real server: what
//! happened is recorded once, whoever told of it, when, and by what clock.

mod gateway;
mod league;
mod told;
mod wall_clock;
