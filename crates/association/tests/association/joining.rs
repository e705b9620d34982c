//! Which sessions become one match.

mod bounds;
mod clients;
mod generated;
mod ids;
mod league;
mod matches;
mod rounds;
