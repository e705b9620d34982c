//! The state of a stream, whatever its game.

use event_model::{Moment, Reading, Source};
use serde::{Deserialize, Serialize};

use crate::{FollowedTo, Step, cs2, dota2, elite, hearthstone, league, overwolf, rocket_league};

/// Version of the rules that turn frames into events. It rises whenever the
/// same frames would yield other events; recordings say under which they were
/// made.
pub const SESSION_LOGIC: u32 = 4;

/// What is known of a stream so far.
///
/// Live capture continues its saved state; a replay starts with an empty one
/// of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "kebab-case")]
pub enum SourceState {
    /// League of Legends.
    League(Box<league::LeagueState>),
    /// Counter-Strike 2 and CS:GO.
    Cs2(Box<cs2::Cs2State>),
    /// Dota 2.
    Dota2(Box<dota2::Dota2State>),
    /// Rocket League.
    RocketLeague(Box<rocket_league::RocketLeagueState>),
    /// Hearthstone.
    Hearthstone(Box<hearthstone::HearthstoneState>),
    /// Elite Dangerous.
    Elite(Box<elite::EliteState>),
    /// Overwolf's provider, for several games.
    Overwolf(Box<overwolf::OverwolfState>),
}

/// Saved state that cannot be continued: the stream starts a new session, and
/// that is counted.
#[derive(Debug, thiserror::Error)]
pub enum StateFault {
    /// Not the JSON that [`SourceState::encode`] writes.
    #[error("the saved session state cannot be read")]
    Undecodable(#[source] serde_json::Error),
    /// State of another source.
    #[error("the saved session state belongs to another source")]
    OtherSource,
}

impl SourceState {
    /// An empty state; `None` for a source that has no state machine yet.
    #[must_use]
    pub fn new(source: Source) -> Option<Self> {
        match source {
            Source::League => Some(Self::League(Box::default())),
            Source::Cs2 => Some(Self::Cs2(Box::default())),
            Source::Dota2 => Some(Self::Dota2(Box::default())),
            Source::RocketLeague => Some(Self::RocketLeague(Box::default())),
            Source::Overwolf => Some(Self::Overwolf(Box::default())),
            Source::Hearthstone => Some(Self::Hearthstone(Box::default())),
            Source::Elite => Some(Self::Elite(Box::default())),
        }
    }

    /// The source it belongs to.
    #[must_use]
    pub fn source(&self) -> Source {
        match self {
            Self::League(_) => Source::League,
            Self::Cs2(_) => Source::Cs2,
            Self::Dota2(_) => Source::Dota2,
            Self::RocketLeague(_) => Source::RocketLeague,
            Self::Hearthstone(_) => Source::Hearthstone,
            Self::Overwolf(_) => Source::Overwolf,
            Self::Elite(_) => Source::Elite,
        }
    }

    /// Takes one reading of which nobody asks when it came.
    pub fn observe(&mut self, reading: &Reading) -> Step {
        self.take(reading, None)
    }

    /// Takes one reading that came at `at`: an event that waits for a later one remembers
    /// it. Nothing else depends on it.
    pub fn observe_at(&mut self, reading: &Reading, at: Moment) -> Step {
        self.take(reading, Some(at))
    }

    fn take(&mut self, reading: &Reading, at: Option<Moment>) -> Step {
        match self {
            Self::League(state) => state.observe(reading, at),
            Self::Cs2(state) => state.observe(reading),
            Self::Dota2(state) => state.observe(reading),
            Self::RocketLeague(state) => state.observe(reading),
            Self::Hearthstone(state) => state.observe(reading),
            Self::Overwolf(state) => state.observe(reading, at),
            Self::Elite(state) => state.observe(reading),
        }
    }

    /// The end of the frames: what was held back for a further one comes out.
    pub fn finish(&mut self) -> Step {
        match self {
            Self::League(state) => state.finish(),
            Self::RocketLeague(state) => state.finish(),
            Self::Overwolf(state) => state.finish(),
            Self::Cs2(_) | Self::Dota2(_) | Self::Hearthstone(_) | Self::Elite(_) => {
                Step::default()
            }
        }
    }

    /// The last line that was taken, where the source is a game's own files: where
    /// their reader goes on.
    #[must_use]
    pub fn followed_to(&self) -> Option<&FollowedTo> {
        match self {
            Self::Elite(state) => state.followed_to(),
            Self::Hearthstone(state) => state.followed_to(),
            Self::League(_)
            | Self::Cs2(_)
            | Self::Dota2(_)
            | Self::RocketLeague(_)
            | Self::Overwolf(_) => None,
        }
    }

    /// The bytes to save beside the events made so far.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("state is plain data with string keys")
    }

    /// Reads saved bytes.
    ///
    /// # Errors
    /// Where the bytes are not a state of this source.
    pub fn decode(source: Source, bytes: &[u8]) -> Result<Self, StateFault> {
        let state: Self = serde_json::from_slice(bytes).map_err(StateFault::Undecodable)?;
        if state.source() == source { Ok(state) } else { Err(StateFault::OtherSource) }
    }
}

#[cfg(test)]
mod tests {
    use super::SESSION_LOGIC;

    #[test]
    fn the_list_of_versions_ends_with_this_one() {
        let list = include_str!("../../../docs/session-logic.md");
        let of = |line: &str| line.split('|').nth(1)?.trim().parse::<u32>().ok();
        assert_eq!(list.lines().filter_map(of).next_back(), Some(SESSION_LOGIC));
    }
}
