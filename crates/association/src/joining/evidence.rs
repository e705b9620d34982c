//! What a `session_evidence` says.

use serde_json::Value;

use super::bounds::{EVIDENCE_ROUNDS_MAX, LEARNT_BYTES_MAX, ROSTER_MAX};

/// The details of a `session_evidence` event, in the parts that joining reads.
///
/// League sends `roster`, `map` and `mode` once; Counter-Strike the same, and
/// after each round all `rounds` so far. `match_id` comes from whoever learns
/// it later, as the key of the match or as the game's bare id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Everybody that the source names, by account.
    pub roster: Vec<String>,
    /// The map.
    pub map: Option<String>,
    /// The mode.
    pub mode: Option<String>,
    /// The game's own id of the match.
    pub match_id: Option<String>,
    /// How rounds ended.
    pub rounds: Vec<RoundResult>,
}

/// How a round ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoundResult {
    /// Its number, from 1.
    pub round: u32,
    /// Who won it.
    pub winner: Option<String>,
    /// The score after it, as JSON.
    pub score: Option<String>,
}

impl Evidence {
    /// Reads the JSON text of an event's details. What is not as it should be
    /// is left out: another program's evidence must not stop the log.
    #[must_use]
    pub fn read(details: &str) -> Self {
        let Ok(Value::Object(details)) = serde_json::from_str(details) else {
            return Self::default();
        };
        let text = |name: &str| details.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            roster: details.get("roster").map(roster).unwrap_or_default(),
            map: text("map"),
            mode: text("mode"),
            match_id: text("match_id").filter(|id| id.len() <= LEARNT_BYTES_MAX),
            rounds: details.get("rounds").map(rounds).unwrap_or_default(),
        }
    }
}

/// A list of accounts, or an object from account to name.
fn roster(value: &Value) -> Vec<String> {
    match value {
        Value::Array(accounts) => {
            let accounts = accounts.iter().filter_map(Value::as_str);
            // One more than is kept, so that too many are seen to be too many.
            accounts.take(ROSTER_MAX + 1).map(str::to_owned).collect()
        }
        Value::Object(names) => names.keys().take(ROSTER_MAX + 1).cloned().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn rounds(value: &Value) -> Vec<RoundResult> {
    let rounds = value.as_array().into_iter().flatten();
    rounds.filter_map(round).take(EVIDENCE_ROUNDS_MAX).collect()
}

fn round(value: &Value) -> Option<RoundResult> {
    Some(RoundResult {
        round: u32::try_from(value.get("round")?.as_u64()?).ok()?,
        winner: value.get("winner").and_then(Value::as_str).map(str::to_owned),
        score: value.get("score").filter(|score| !score.is_null()).map(Value::to_string),
    })
}
