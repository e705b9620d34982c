//! Claims about the story of a match.

mod counts;
mod damage;
mod rounds;
mod support;
