//! What really happened, in the words of the wire contract.

use event_model::Kind;
use serde::{Deserialize, Serialize};

/// How long a match lasts, in seconds of its own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length(u32);

impl Length {
    /// Shorter, and a match has no room for a restart, two rounds and an end.
    pub const SECONDS_MIN: u32 = 10;
    /// Longer than any match is.
    pub const SECONDS_MAX: u32 = 2 * 60 * 60;

    /// A length, brought into its bounds.
    #[must_use]
    pub fn seconds(seconds: u32) -> Self {
        Self(seconds.clamp(Self::SECONDS_MIN, Self::SECONDS_MAX))
    }

    /// In milliseconds.
    #[must_use]
    pub fn ms(self) -> u64 {
        u64::from(self.0) * 1_000
    }
}

/// Everything that a companion beside these clients must record, and nothing
/// else (but for evidence and gaps, which are never occurrences).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// The seed that gives it again.
    pub seed: u64,
    /// One per match.
    pub sessions: Vec<SessionTruth>,
}

/// One match as one client saw it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionTruth {
    /// The game's name, as events have it.
    pub game: String,
    /// The account whose client it is, as events name it.
    pub observer: String,
    /// In the order they happened.
    pub events: Vec<TrueEvent>,
}

/// One thing that happened.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrueEvent {
    /// The word of [`Kind`].
    pub kind: String,
    /// The game's own word, where its events have names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who did it, as the game writes the name.
    pub attacker: Option<String>,
    /// To whom or what.
    pub victim: Option<String>,
    /// With whose help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assists: Vec<String>,
    /// Counted from 1.
    pub round: Option<u32>,
    /// The game counter's value after it, where one numbers it.
    pub ordinal: Option<u64>,
    /// How often the game's counters had been set back before it.
    pub run: u32,
    /// The game's own clock, where its events carry it.
    pub match_clock_ms: Option<u64>,
}

impl TrueEvent {
    /// Something of a kind, with nothing else known.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        Self { kind: kind.as_str().to_owned(), ..Self::default() }
    }
}

/// One match that several clients show: each happening once.
///
/// Its file has one JSON document a line: the match, then each happening.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedTruth {
    /// The seed that gives it again.
    pub seed: u64,
    /// The game's name, as events have it.
    pub game: String,
    /// Whose clients they are, in their order.
    pub observers: Vec<Observer>,
    /// In the order they happened.
    pub events: Vec<WitnessedEvent>,
}

/// A player whose client shows the match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observer {
    /// The account, as events name their observer.
    pub account: String,
    /// The name, as events name who did something.
    pub name: String,
}

/// One thing that happened, and whose clients show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WitnessedEvent {
    /// What it was.
    #[serde(flatten)]
    pub event: TrueEvent,
    /// The victim's own counter after it, where only the victim's client shows
    /// that; `ordinal` is the attacker's then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub victim_ordinal: Option<u64>,
    /// Accounts of the clients that show it, or their part in it.
    pub seen_by: Vec<String>,
}

/// The first line of a shared truth's file.
#[derive(Serialize)]
struct SharedHead<'t> {
    seed: u64,
    game: &'t str,
    observers: &'t [Observer],
}

impl SharedTruth {
    /// The lines of its file.
    ///
    /// # Errors
    /// Never: all of it is plain data.
    pub fn lines(&self) -> serde_json::Result<Vec<String>> {
        let head = SharedHead { seed: self.seed, game: &self.game, observers: &self.observers };
        let events = self.events.iter().map(serde_json::to_string);
        std::iter::once(serde_json::to_string(&head)).chain(events).collect()
    }
}
