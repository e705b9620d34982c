//! Which sources a server asks its devices not to read.

use std::{collections::BTreeMap, fmt, str::FromStr};

use event_model::{Game, Source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /v1/sources`, shown to devices: what they are asked not to read for now. It
/// turns nothing on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourcePolicy {
    /// One a switch; every source that is not among them may be read.
    pub turned_off: Vec<TurnedOff>,
}

/// A source, or a game, that is not to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TurnedOff {
    /// The name of a source, with it the game in every other source that gives it, or of
    /// a game that has no source of its own. A device leaves out one that it does not know.
    pub source: String,
    /// Why, in a sentence for players.
    #[schema(max_length = 300)]
    pub reason: String,
}

/// What can be turned off by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Switch {
    /// A source, and its game wherever else it is given.
    Source(Source),
    /// VALORANT, which only Overwolf gives.
    Valorant,
}

/// The text names nothing that can be turned off.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown game {0:?}: expected one of league, cs2, dota2, rocket-league, overwolf, elite, \
     hearthstone, valorant"
)]
pub struct UnknownSwitch(pub String);

impl Switch {
    const VALORANT: &str = "valorant";

    /// What turns a game off in every source that gives it; none for a game that only
    /// other programs tell of.
    #[must_use]
    pub fn of_game(game: &Game) -> Option<Self> {
        let switch: Self = game.as_str().parse().ok()?;
        // Overwolf is no game.
        (switch != Self::Source(Source::Overwolf)).then_some(switch)
    }

    /// Its name, on the wire and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source(source) => source.as_str(),
            Self::Valorant => Self::VALORANT,
        }
    }
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Switch {
    type Err = UnknownSwitch;

    fn from_str(text: &str) -> Result<Self, UnknownSwitch> {
        match text.parse() {
            Ok(source) => Ok(Self::Source(source)),
            Err(_) if text == Self::VALORANT => Ok(Self::Valorant),
            Err(_) => Err(UnknownSwitch(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Switch {
    type Error = UnknownSwitch;

    fn try_from(text: String) -> Result<Self, UnknownSwitch> {
        text.parse()
    }
}

impl From<Switch> for String {
    fn from(switch: Switch) -> Self {
        switch.as_str().to_owned()
    }
}

/// The longest reason that is shown, in characters: two lines of a window.
pub const REASON_CHARS_MAX: usize = 300;

impl SourcePolicy {
    /// The switches that this version knows, each with its reason as a player may be
    /// shown it: without control characters and no longer than [`REASON_CHARS_MAX`].
    /// The first word on one counts.
    #[must_use]
    pub fn read(&self) -> BTreeMap<Switch, String> {
        let mut read = BTreeMap::new();
        for one in &self.turned_off {
            if let Ok(switch) = one.source.parse::<Switch>() {
                read.entry(switch).or_insert_with(|| shown_reason(&one.reason));
            }
        }
        read
    }
}

/// A reason as a player may be shown it.
#[must_use]
pub fn shown_reason(reason: &str) -> String {
    let plain = reason.chars().map(|char| if char.is_control() { ' ' } else { char });
    let short: String = plain.take(REASON_CHARS_MAX).collect();
    match short.trim() {
        "" => "no reason was given".to_owned(),
        reason => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_each_known_source_once_with_a_bounded_reason() {
        let off = |source: &str, reason: &str| TurnedOff {
            source: source.to_owned(),
            reason: reason.to_owned(),
        };
        let policy = SourcePolicy {
            turned_off: vec![
                off("cs2", &format!("new\u{1b}[31m patch\n{}", "x".repeat(9_000))),
                off("cs2", "a second word"),
                off("a-source-of-tomorrow", "unknown here"),
                off("league", " \n"),
            ],
        };
        let read = policy.read();
        let [league, cs2] = [Source::League, Source::Cs2].map(Switch::Source);
        assert_eq!(read.keys().copied().collect::<Vec<_>>(), [league, cs2]);
        let reason = &read[&cs2];
        assert!(reason.starts_with("new [31m patch x"), "{reason}");
        assert_eq!(reason.chars().count(), REASON_CHARS_MAX);
        assert_eq!(read[&league], "no reason was given");
    }

    #[test]
    fn every_game_has_a_switch_and_every_switch_its_name() {
        let sources = Source::ALL.map(Switch::Source);
        for switch in sources.into_iter().chain([Switch::Valorant]) {
            assert_eq!(switch.as_str().parse(), Ok(switch));
            assert_eq!(serde_json::to_value(switch).unwrap(), switch.as_str());
        }
        let of = |game: &Game| Switch::of_game(game);
        assert_eq!(of(&Game::valorant()), Some(Switch::Valorant));
        assert_eq!(of(&Game::cs2()), Some(Switch::Source(Source::Cs2)));
        assert_eq!(of(&Game::new("overwolf").unwrap()), None, "it is no game");
        assert_eq!(of(&Game::new("chess").unwrap()), None);
        assert!("csgo".parse::<Switch>().unwrap_err().to_string().contains("valorant"));
    }
}
