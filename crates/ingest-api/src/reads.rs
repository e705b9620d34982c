//! What the server's reads answer.

use std::collections::BTreeMap;

use event_model::{Actors, WallTime};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// `GET /v1/matches`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MatchList {
    /// Newest first.
    pub matches: Vec<MatchView>,
    /// Path of the next page; `null` on the last.
    pub next: Option<String>,
}

/// `GET /v1/matches/{key}`, and an item of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MatchView {
    /// The match.
    pub key: String,
    /// The game.
    pub game: String,
    /// When the first of its events happened, as far as is known.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<WallTime>,
    /// How many devices reported it.
    pub devices: u64,
    /// How many occurrences it has.
    pub occurrences: u64,
    /// Number of its latest change.
    pub revision: u64,
    /// Whether occurrences can still move.
    pub sealed: bool,
}

/// `GET /v1/matches/{key}/occurrences`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OccurrenceList {
    /// The match.
    #[serde(rename = "match")]
    pub match_key: String,
    /// Number of its latest change.
    pub revision: u64,
    /// Whether occurrences can still move.
    pub sealed: bool,
    /// Position in the server's log up to which events are folded in.
    pub associated_through: u64,
    /// In the order they happened.
    pub occurrences: Vec<OccurrenceView>,
    /// Path of the next page; `null` on the last.
    pub next: Option<String>,
}

/// What really happened once, however many events express it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OccurrenceView {
    /// Its public id; resolves for ever.
    pub id: Uuid,
    /// The kind's word, such as `kill`; another's type as it is.
    pub kind: String,
    /// Who, to whom, with whose help.
    #[schema(value_type = Object)]
    pub actors: Actors,
    /// Counted from 1.
    pub round: Option<u32>,
    /// The game's own clock.
    pub match_clock_ms: Option<i64>,
    /// When it happened, on the server's clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<WallTime>,
    /// From 0 to 1.
    pub confidence: f64,
    /// Number of its latest change.
    pub revision: u64,
    /// Whether it came after the seal.
    pub late: bool,
    /// What else the game said, from the first event that expressed it.
    #[schema(value_type = Object)]
    pub details: BTreeMap<String, Value>,
    /// Who saw it.
    pub witnesses: Vec<WitnessView>,
}

/// One event that expresses an occurrence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WitnessView {
    /// The device that sent it.
    pub device: Uuid,
    /// The event.
    pub event_id: String,
}
