//! Sources, games, and the keys of sessions and matches.

use std::{fmt, fmt::Write as _, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::event_id::hash_fields;

/// What begins the subjects under which a server keeps what was replayed apart: nobody
/// tells events under one, and no source is called so.
pub const REPLAYED: &str = "replay.";

/// One local game API that Ringside can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// League of Legends, Live Client Data API.
    League,
    /// Counter-Strike 2 (and CS:GO), Game State Integration.
    Cs2,
    /// Dota 2, Game State Integration.
    Dota2,
    /// Rocket League, Stats API.
    RocketLeague,
    /// Overwolf's Game Events Provider.
    Overwolf,
    /// Elite Dangerous, player journal.
    Elite,
    /// Hearthstone, Power.log.
    Hearthstone,
}

/// The text names no source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown source {0:?}: expected one of league, cs2, dota2, rocket-league, overwolf, elite, hearthstone"
)]
pub struct UnknownSource(pub String);

impl Source {
    /// Every source, in the order that screens list them.
    pub const ALL: [Self; 7] = [
        Self::League,
        Self::Cs2,
        Self::Dota2,
        Self::RocketLeague,
        Self::Overwolf,
        Self::Elite,
        Self::Hearthstone,
    ];

    /// The name used in files, settings and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::League => "league",
            Self::Cs2 => "cs2",
            Self::Dota2 => "dota2",
            Self::RocketLeague => "rocket-league",
            Self::Overwolf => "overwolf",
            Self::Elite => "elite",
            Self::Hearthstone => "hearthstone",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, UnknownSource> {
        Self::ALL
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or_else(|| UnknownSource(text.to_owned()))
    }
}

/// The game that an event belongs to: 1 to 32 of `a-z`, `0-9` and `-`.
///
/// Not the same as its source: one source may speak for several games.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Game(String);

/// The text cannot name a game.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot name a game: expected 1 to 32 of a-z, 0-9 and -")]
pub struct InvalidGame(pub String);

impl Game {
    /// Longest name in bytes: a game's name stands in every key and label.
    const LENGTH_MAX: usize = 32;

    /// Names a game.
    ///
    /// # Errors
    /// Where the text is empty, too long, or has other characters.
    pub fn new(name: &str) -> Result<Self, InvalidGame> {
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if name.is_empty() || name.len() > Self::LENGTH_MAX || !name.bytes().all(plain) {
            return Err(InvalidGame(name.to_owned()));
        }
        Ok(Self(name.to_owned()))
    }

    /// League of Legends.
    #[must_use]
    pub fn league() -> Self {
        Self("league".to_owned())
    }

    /// Counter-Strike 2; CS:GO's payloads do not tell themselves apart.
    #[must_use]
    pub fn cs2() -> Self {
        Self("cs2".to_owned())
    }

    /// Dota 2.
    #[must_use]
    pub fn dota2() -> Self {
        Self("dota2".to_owned())
    }

    /// Rocket League.
    #[must_use]
    pub fn rocket_league() -> Self {
        Self("rocket-league".to_owned())
    }

    /// VALORANT, which Overwolf speaks for.
    #[must_use]
    pub fn valorant() -> Self {
        Self("valorant".to_owned())
    }

    /// Elite Dangerous.
    #[must_use]
    pub fn elite() -> Self {
        Self("elite".to_owned())
    }

    /// Hearthstone.
    #[must_use]
    pub fn hearthstone() -> Self {
        Self("hearthstone".to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Game {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Game {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::new(&name).map_err(serde::de::Error::custom)
    }
}

/// Tells one play from the next, from the source's own primary frames.
///
/// Fixed once, at the start of a session. Its text is a list of netstrings
/// (`5:hello,`), so that no two lists of values ever write the same text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionKey(String);

impl SessionKey {
    /// The key made of `values`, in this order.
    #[must_use]
    pub fn from_values<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        let mut text = String::new();
        for value in values {
            write!(text, "{}:{value},", value.len()).expect("writing to a String cannot fail");
        }
        Self(text)
    }

    /// The text that enters an event id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a match is named by the game or by the session that saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchOrigin {
    /// The game gave the match an id.
    Native,
    /// No id: the session stands for the match until the server joins it.
    Session,
}

/// `<game>:<native id>`, or `<game>:session-<hash>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MatchKey(String);

impl MatchKey {
    /// The match that the game itself names.
    #[must_use]
    pub fn native(game: &Game, native_id: &str) -> Self {
        Self(format!("{game}:{native_id}"))
    }

    /// The match that only one session is known to have seen.
    #[must_use]
    pub fn session(game: &Game, session: &SessionKey) -> Self {
        let mut hash = Sha256::new();
        hash_fields(&mut hash, &["ringside.session.v1", game.as_str(), session.as_str()]);
        let digest = hash.finalize();
        // 128 bits: as unlikely to collide as the event ids themselves.
        Self(format!("{game}:session-{}", hex::encode(&digest[..16])))
    }

    /// A key that came over the wire or from a database.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MatchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_read_back_from_its_name() {
        for source in Source::ALL {
            assert_eq!(source.as_str().parse(), Ok(source));
            assert_eq!(serde_json::to_value(source).unwrap(), source.as_str(), "one spelling");
        }
    }

    #[test]
    fn values_cannot_run_into_each_other() {
        let one = SessionKey::from_values(["ab", "c"]);
        assert_ne!(one, SessionKey::from_values(["a", "bc"]));
        assert_ne!(one, SessionKey::from_values(["ab,1:c"]));
    }

    #[test]
    fn a_game_has_a_plain_name() {
        assert!(Game::new("rocket-league").is_ok());
        for bad in ["", "CS2", "a:b", "päck", &"a".repeat(33)] {
            assert_eq!(Game::new(bad), Err(InvalidGame(bad.to_owned())));
        }
    }
}
