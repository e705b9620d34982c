//! A recording that is given away names nobody.

use std::path::{Path, PathBuf};

use event_model::{Channel, Fault, Frame, Source, WallTime};
use proptest::prelude::*;
use recording::{Compression, Entry, Header, Item, Recording, RecordingWriter, Redaction};
use serde_json::{Value, json};

/// A recording with these names in every place that a name can have.
fn recording(folder: &Path, source: Source, names: &[String]) -> PathBuf {
    let path = folder.join("named.rsrec");
    let header = Header::new(source, WallTime::from_unix_ms(0), "test");
    let state = br#"{"roster":["somebody"]}"#;
    let mut writer =
        RecordingWriter::create(&path, &header, Some(state), Compression::Plain).unwrap();
    for (n, name) in names.iter().enumerate() {
        let t_ms = n as u64;
        let body = if source == Source::League {
            league(name, names)
        } else {
            counter_strike(n, name, names)
        };
        let frame = Frame::new(Channel::Http, body.to_string());
        writer.append(Entry { t_ms, item: Item::Frame(frame) }).unwrap();
        writer.mark(t_ms, &format!("look at {name}!")).unwrap();
        let fault = Fault { channel: Channel::Poll, error: format!("{name} went away") };
        writer.append(Entry { t_ms, item: Item::Fault(fault) }).unwrap();
        let golden = Item::Event(json!({ "data": { "attacker": name } }));
        writer.append(Entry { t_ms, item: golden }).unwrap();
    }
    writer.end(99, "stopped").unwrap()
}

fn counter_strike(n: usize, name: &str, names: &[String]) -> Value {
    let account = format!("7656119800000{n:04}");
    json!({
        "provider": { "appid": 730, "steamid": account, "timestamp": 1 },
        "player": { "steamid": account, "name": name, "clan": names[0], "team": "CT" },
        "allplayers": { account: { "name": name } },
        "previously": { "player": { "name": name } },
        "unknown": { "said_by": name, "all": names },
    })
}

fn league(name: &str, names: &[String]) -> Value {
    json!({
        "activePlayer": { "riotId": format!("{name}#EUW") },
        "allPlayers": [{ "riotId": format!("{name}#EUW"), "riotIdGameName": name }],
        "events": { "Events": [{ "EventName": "ChampionKill", "KillerName": name,
            "VictimName": names[0], "Assisters": names }] },
        "unknown": { "said_by": name },
    })
}

fn items(path: &Path) -> Vec<Entry> {
    Recording::open(path).unwrap().entries().unwrap().map(Result::unwrap).collect()
}

fn kinds(entries: &[Entry]) -> Vec<(u64, &'static str)> {
    let kind = |entry: &Entry| match entry.item {
        Item::Frame(_) => Some("frame"),
        Item::Fault(_) => Some("fault"),
        Item::Mark(_) => Some("mark"),
        Item::Event(_) => None,
        Item::End(_) => Some("end"),
    };
    entries.iter().filter_map(|entry| Some((entry.t_ms, kind(entry)?))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    // Letters that no word of a frame, header or pseudonym has, so that a name that is
    // found is one that was left.
    #[test]
    fn no_name_is_left_in_any_string_of_the_file(
        names in proptest::collection::vec("[àéîöûßñžåø][àéîöûßñžåø #.]{0,8}[àéîöûßñžåø]", 1..5),
        source in prop_oneof![Just(Source::Cs2), Just(Source::League)],
    ) {
        let names: Vec<_> = names.iter().map(|name| name.replace('#', "")).collect();
        let folder = tempfile::tempdir().unwrap();
        let named = recording(folder.path(), source, &names);
        let out = folder.path().join("given-away.rsrec");
        let redacted = Recording::open(&named)
            .unwrap()
            .redact_to(&out, Compression::Plain)
            .unwrap();
        let text = std::fs::read_to_string(&out).unwrap();
        for name in &names {
            prop_assert!(!text.contains(name.as_str()), "{name} in {text}");
        }
        prop_assert!(!text.contains("76561198"), "{text}");
        prop_assert_eq!(redacted.events_left_out, names.len() as u64);
        prop_assert!(redacted.state_left_out);
        prop_assert_eq!(Recording::open(&out).unwrap().header().redaction, Redaction::Names);
        prop_assert_eq!(kinds(&items(&out)), kinds(&items(&named)), "order and times stay");
    }
}

#[test]
fn a_player_is_one_player_from_the_first_frame_to_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["Ana".to_owned(), "Bo".to_owned(), "Ana".to_owned()];
    let named = recording(folder.path(), Source::Cs2, &names);
    let out = folder.path().join("given-away.rsrec");
    Recording::open(&named).unwrap().redact_to(&out, Compression::Plain).unwrap();
    let frames = items(&out).into_iter().filter_map(|entry| match entry.item {
        Item::Frame(frame) => Some(serde_json::from_slice::<Value>(&frame.body).unwrap()),
        Item::Fault(_) | Item::Mark(_) | Item::Event(_) | Item::End(_) => None,
    });
    let called: Vec<_> = frames.map(|body| body["player"]["name"].clone()).collect();
    assert_eq!(called, ["Player 1", "Player 2", "Player 1"]);
}

/// The name of the first player in each frame of a redacted copy.
fn first_name(path: &Path) -> String {
    let body = items(path).into_iter().find_map(|entry| match entry.item {
        Item::Frame(frame) => Some(frame.body),
        Item::Fault(_) | Item::Mark(_) | Item::Event(_) | Item::End(_) => None,
    });
    let body: Value = serde_json::from_slice(&body.unwrap()).unwrap();
    body["player"]["name"].as_str().unwrap().to_owned()
}

#[test]
fn under_one_key_a_player_is_called_the_same_in_every_recording() {
    let called = |names: &[&str], key: Option<&str>| {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let recording = Recording::open(&recording(folder.path(), Source::Cs2, &names)).unwrap();
        let copy = folder.path().join("copy.rsrec");
        match key {
            Some(word) => {
                recording.redact_under(&recording::key_of(word), &copy, Compression::Plain)
            }
            None => recording.redact_to(&copy, Compression::Plain),
        }
        .unwrap();
        first_name(&copy)
    };
    let word = Some("a word");
    assert_eq!(called(&["Ana", "Bo"], word), called(&["Ana", "Cy", "Dee"], word));
    assert_ne!(called(&["Ana"], word), called(&["Bo"], word));
    assert_ne!(called(&["Ana"], word), called(&["Ana"], Some("another word")));
    assert_eq!(called(&["Ana"], None), called(&["Bo"], None), "without a key by order alone");
}
