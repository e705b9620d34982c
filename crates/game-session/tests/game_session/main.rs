//! The state machines, game by game.

mod cs2;
mod dota2;
mod elite;
mod golden_event;
mod hearthstone;
mod laws;
mod league;
mod overwolf;
mod rocket_league;
