//! The match at this moment, as one look takes it in.

use serde::Serialize;

/// What a reading says of the match that runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum MatchNow {
    /// Nothing: it could not be read, or does not speak of it.
    #[default]
    Untold,
    /// None runs.
    NoMatch,
    /// This one does.
    Running(Box<Glance>),
}

/// What a game's last frame says of the running match. Whatever the game does
/// not tell is absent: nothing here is guessed or counted by us.
///
/// It is for the eyes alone: no event is made of it, and no state keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Glance {
    /// The match.
    pub match_key: String,
    /// The game's own word for where it is played.
    pub map: Option<String>,
    /// The game's own clock at the frame.
    pub match_clock_ms: Option<i64>,
    /// Counted from 1.
    pub round: Option<u32>,
    /// Rounds won, the player's own side first.
    pub score: Option<Score>,
    /// The player's own numbers.
    pub you: Option<Tally>,
    /// What the player is doing.
    pub phase: Phase,
}

/// A score from the player's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Score {
    /// The player's own side.
    pub own: u32,
    /// The other side.
    pub other: u32,
}

/// Kills, deaths and assists as the game counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Tally {
    /// Kills; below 0 where a game takes some off.
    pub kills: i64,
    /// Deaths.
    pub deaths: i64,
    /// Assists.
    pub assists: i64,
}

/// What the game says that the player is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// In the midst of it, or the game does not say.
    #[default]
    Playing,
    /// Dead, or watching others.
    Dead,
    /// In the time to buy before a round.
    Buying,
    /// A round is over, and the next has not begun.
    BetweenRounds,
    /// Before the match, in its break, or after it.
    OutOfPlay,
}
