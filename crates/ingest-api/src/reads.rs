//! What the server's reads answer.

use std::collections::BTreeMap;

use event_model::{Actors, ClockEpoch, Origin, WallTime};
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
    /// Events that express its occurrences.
    pub reports: u64,
    /// Of them, those that came after the seal.
    pub late: u64,
    /// Events that are kept and express nothing, since there were too many.
    pub overflow: u64,
    /// Its occurrences by how they stand.
    pub standing: StandingCounts,
    /// Events for each occurrence, to two decimals; `null` where there is none.
    pub deduplication: Option<f64>,
    /// Every key that leads to it, its own first; in the view of one match only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub keys: Option<Vec<String>>,
    /// What is odd about it, in words; in the view of one match only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub flags: Option<Vec<String>>,
}

/// How an occurrence stands among those who should have seen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Seen by one player, and nobody speaks against it.
    Lone,
    /// Seen by several, but not by most.
    Supported,
    /// Seen by two at least and by more than half.
    Confirmed,
    /// Seen by a third at most of three or more: kept, and in no statistic.
    Contradicted,
}

/// Occurrences by how they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct StandingCounts {
    /// Seen by more than half of those who should have.
    pub confirmed: u64,
    /// Seen by several, but not by most.
    pub supported: u64,
    /// Seen by one.
    pub lone: u64,
    /// Seen by a third at most of three or more.
    pub contradicted: u64,
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
    /// How it stands among those who should have seen it.
    pub standing: Standing,
    /// Players who saw it.
    pub seen_by: u64,
    /// Players who saw it or should have.
    pub expected: u64,
    /// Number of its latest change.
    pub revision: u64,
    /// Whether it came after the seal.
    pub late: bool,
    /// Occurrences that may be its other half, where more than one may.
    pub linked: Vec<Uuid>,
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
    /// The account whose game was watched, where the game names it.
    pub account: Option<String>,
    /// When it says that it happened, on the server's clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<WallTime>,
    /// Whether it came after the seal.
    pub late: bool,
}

/// `GET /v1/matches/{key}/streams`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StreamList {
    /// The match.
    #[serde(rename = "match")]
    pub match_key: String,
    /// Number of its latest change.
    pub revision: u64,
    /// In the order in which they were first heard.
    pub streams: Vec<StreamView>,
}

/// What one device told of one account's game.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StreamView {
    /// The device.
    pub device: Uuid,
    /// The account whose game was watched, where the game names it.
    pub account: Option<String>,
    /// Whether the game was watched or a recording was read again; `null` where
    /// its events do not say.
    #[schema(value_type = Option<String>, pattern = "^(live|replay)$")]
    pub origin: Option<Origin>,
    /// How many events it has.
    pub reports: u64,
    /// When the first of them happened, on the server's clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub first_at: Option<WallTime>,
    /// When the last of them happened.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_at: Option<WallTime>,
    /// What is odd about it, in words.
    pub flags: Vec<String>,
    /// The clocks that its events were seen on.
    pub clocks: Vec<ClockView>,
}

/// One clock of a stream, as far as it is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClockView {
    /// The run of a monotonic clock; `null` for any other.
    #[schema(value_type = Option<Uuid>)]
    pub epoch: Option<ClockEpoch>,
    /// What it counts.
    pub axis: ClockAxis,
    /// How far its times could be trusted as they came.
    pub quality: ClockQuality,
    /// Whether it was placed among the others by what they saw.
    pub placed: bool,
    /// By how much it is corrected, in the order of time; each counts up to the
    /// next.
    pub segments: Vec<ClockSegment>,
    /// How far its times lie from those of the others, once corrected.
    pub residual_ms: Option<i64>,
    /// How many events were seen on it.
    pub reports: u64,
}

/// What a clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockAxis {
    /// Time since some instant of the device's own.
    Monotonic,
    /// The device's date and time.
    Wall,
    /// Time of the match, as the game tells it.
    Match,
}

/// How far times could be trusted as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockQuality {
    /// Right to within a round trip plus drift, or a recording's own time.
    Good,
    /// Only the sender's date and time are known.
    Low,
}

/// A stretch of a clock with one correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClockSegment {
    /// From here on, on the server's clock.
    #[schema(value_type = String, format = DateTime)]
    pub from: WallTime,
    /// What is added to the times as they came.
    pub offset_ms: i64,
}

/// `GET /v1/matches/{key}/statistics`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MatchStatistics {
    /// The match.
    #[serde(rename = "match")]
    pub match_key: String,
    /// Number of its latest change.
    pub revision: u64,
    /// Whether the counts can still change but by late witnesses.
    pub sealed: bool,
    /// In the order of their accounts.
    pub players: Vec<PlayerCounts>,
}

/// What one player did in one match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlayerCounts {
    /// The game's account id where it gives one, else the name.
    pub account: String,
    /// Players killed.
    pub kills: u64,
    /// Times killed.
    pub deaths: u64,
    /// Kills helped with.
    pub assists: u64,
    /// Objectives, structures, goals, bombs planted and defused.
    pub objectives: u64,
}

/// `GET /v1/players/{account}/statistics`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlayerStatistics {
    /// The account, as it was asked for.
    pub account: String,
    /// In the order of their names; none where nothing is known.
    pub games: Vec<GameCounts>,
}

/// What one player did in all matches of one game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GameCounts {
    /// The game.
    pub game: String,
    /// Matches in which anything is counted.
    pub matches: u64,
    /// Players killed.
    pub kills: u64,
    /// Times killed.
    pub deaths: u64,
    /// Kills helped with.
    pub assists: u64,
    /// Objectives, structures, goals, bombs planted and defused.
    pub objectives: u64,
}
