//! What can be read, and what is new to this version.

use event_model::{Channel, Fault, Kind, Reading};
use game_session::{Step, Unreadable};
use serde_json::{Value, json};

use super::support::{Gsi, empty, live, reading, steps};

fn why_unreadable(body: impl Into<Vec<u8>>) -> Option<Unreadable> {
    empty().observe(&reading(body)).unreadable
}

fn drift_of(frame: &Value) -> Vec<(String, u64)> {
    let step = empty().observe(&reading(frame.to_string()));
    step.drift.iter().map(|(name, times)| (name.to_owned(), times)).collect()
}

#[test]
fn only_the_game_is_believed() {
    let own_post = json!({ "map": { "mode": "competitive" }, "round": { "phase": "over" } });
    let other_game = json!({ "provider": { "appid": 570, "timestamp": 1 } });
    for foreign in [own_post, other_game, json!([]), json!(null), json!({ "provider": true })] {
        let why = why_unreadable(foreign.to_string());
        assert!(matches!(why, Some(Unreadable::Foreign(_))), "{foreign}: {why:?}");
    }
}

#[test]
fn what_is_no_frame_is_malformed() {
    let mut no_clock = live().json();
    no_clock["provider"]["timestamp"] = json!("soon");
    let mut no_name = live().json();
    no_name["map"]["name"] = json!(7);
    let mut long = live().json();
    long["map"]["name"] = json!("m".repeat(513));
    for body in
        ["", "{", "\u{feff}{}", &no_clock.to_string(), &no_name.to_string(), &long.to_string()]
    {
        let why = why_unreadable(body);
        assert!(matches!(why, Some(Unreadable::Malformed(_))), "{body}: {why:?}");
    }
}

#[test]
fn a_frame_has_at_most_a_mebibyte() {
    let limit = 1024 * 1024;
    let padded = |bytes: usize| {
        let mut body = live().json().to_string().into_bytes();
        body.resize(bytes, b' ');
        body
    };
    assert_eq!(why_unreadable(padded(limit)), None);
    assert_eq!(
        why_unreadable(padded(limit + 1)),
        Some(Unreadable::TooLarge { bytes: limit + 1, limit })
    );
}

#[test]
fn an_unreadable_frame_or_a_fault_leaves_the_state_alone() {
    let mut state = empty();
    state.observe(&live().reading());
    let before = state.clone();
    for body in ["", "{}", "[1", r#"{"provider":{"appid":730}}"#] {
        let step = state.observe(&reading(body));
        assert!(step.unreadable.is_some() && step.events.is_empty());
        assert_eq!(state, before);
    }
    let fault = Fault { channel: Channel::Http, error: "connection reset".to_owned() };
    assert_eq!(state.observe(&Reading::Fault(fault)), Step::default());
    assert_eq!(state, before);
}

#[test]
fn known_fields_are_no_drift() {
    assert_eq!(drift_of(&live().json()), []);
}

#[test]
fn new_fields_are_counted_by_their_path() {
    let mut frame = live().json();
    frame["weather"] = json!({ "rain": true });
    frame["map"]["season"] = json!(3);
    frame["allplayers"] = json!({ "1": { "mood": 1 }, "2": { "mood": 2 } });
    frame["player"]["weapons"]["weapon_1"]["skin"] = json!("x");
    frame["map"]["round"] = json!("0");
    frame["previously"] = json!({ "anything": 1 });
    let counted = [
        ("allplayers.*.mood", 2),
        ("map.round: text", 1),
        ("map.season", 1),
        ("player.weapons.*.skin", 1),
        ("weather", 1),
    ];
    assert_eq!(drift_of(&frame), counted.map(|(name, times)| (name.to_owned(), times)));
}

#[test]
fn the_token_is_never_looked_into() {
    let mut frame = live().json();
    frame["auth"] = json!({ "s3cret": "s3cret" });
    assert_eq!(drift_of(&frame), []);
}

#[test]
fn a_new_word_is_told_once_a_session_and_counted_each_time() {
    let foo = Gsi { round_phase: Some("foo"), ..live() };
    let taken = steps(&[live(), foo.clone(), live(), foo.clone()]);
    let others: Vec<_> = taken
        .iter()
        .flat_map(|step| &step.events)
        .filter(|event| event.kind == Kind::Other)
        .map(|event| event.data.details["name"].clone())
        .collect();
    assert_eq!(others, ["round.phase=foo"]);
    assert!(taken[3].drift.iter().eq([("round.phase=foo", 1)]), "counted again");
}

#[test]
fn every_list_of_words_is_watched() {
    let mut frame = Gsi { phase: "a", round_phase: Some("b"), bomb: Some("c"), ..live() }.json();
    frame["player"]["activity"] = json!("d");
    let names: Vec<_> = drift_of(&frame).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["map.phase=a", "player.activity=d", "round.bomb=c", "round.phase=b"]);
}
