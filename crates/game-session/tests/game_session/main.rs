//! The state machines, game by game.

mod cs2;
mod league;
