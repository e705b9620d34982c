//! The recorded seven seconds of a private match, where they are.

use std::{fs, path::Path};

use event_model::Kind;
use serde_json::Value;

use super::support::{events, steps};

const RECORDING: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/recordings/rocket-league/xentrick_player_private_match_7s_60hz.jsonl"
);

#[test]
fn recorded_messages_are_read_whole_and_yield_no_play() {
    let Some(messages) = messages() else {
        eprintln!("skipped: no recordings here");
        return;
    };
    assert_eq!(messages.len(), 438);
    let steps = steps(&messages);
    assert!(steps.iter().all(|step| step.unreadable.is_none() && step.drift.is_empty()));
    let kinds: Vec<_> = events(&messages).iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [Kind::SessionEvidence, Kind::MatchStarted]);
}

fn messages() -> Option<Vec<Value>> {
    let text = fs::read_to_string(Path::new(RECORDING)).ok()?;
    let line = |line: &str| serde_json::from_str::<Value>(line).map(|line| line["msg"].clone());
    Some(text.lines().map(|text| line(text).expect("a line of the recording")).collect())
}
