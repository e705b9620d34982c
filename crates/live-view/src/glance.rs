//! The match at this moment, as one look takes it in.

use serde::Serialize;

/// What a game's last frame says of the running match. Whatever the game does
/// not tell is absent: nothing here is guessed or counted by us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Glance {
    /// The source's name, such as `cs2`.
    pub source: String,
    /// The match, where its key is known already.
    pub match_key: Option<String>,
    /// The game's own word for where it is played.
    pub map: Option<String>,
    /// The game's own clock at the last frame.
    pub match_clock_ms: Option<i64>,
    /// Counted from 1.
    pub round: Option<u32>,
    /// Rounds or points, the player's own side first.
    pub score: Option<Score>,
    /// The player's own numbers.
    pub you: Option<Tally>,
    /// What the player can do with a look aside.
    pub moment: Moment,
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
    pub kills: i32,
    /// Deaths.
    pub deaths: i32,
    /// Assists.
    pub assists: i32,
}

/// What the game says that the player is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// In the midst of it, or the game does not say.
    #[default]
    Playing,
    /// Dead until a respawn or the next round.
    Dead,
    /// In the time to buy before a round.
    Buying,
    /// A round is over, and the next has not begun.
    BetweenRounds,
    /// Before the match, in its break, or after it.
    OutOfPlay,
}
