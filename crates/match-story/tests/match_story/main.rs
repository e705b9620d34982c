//! Claims about the story of a match.

mod chapters;
mod counts;
mod csv;
mod damage;
mod golden;
mod laws;
mod rounds;
mod search;
mod support;
mod witnesses;
