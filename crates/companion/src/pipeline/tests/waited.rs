//! An event that waited for a later frame is of the time at which it was seen.

use event_model::{Channel, Frame, Kind, Reading, Received, Source};
use outbox::{NewEvent, StreamKey};
use serde_json::{Value, json};

use super::{Stage, at};
use crate::pipeline::{Beginning, Pipeline};

/// What a pipeline, begun anew before each reading, makes of these.
fn made(source: Source, readings: &[(u64, Value)]) -> Vec<NewEvent> {
    let stage = Stage::set();
    let mut events = Vec::new();
    for (mono_ms, body) in readings {
        let mut pipeline = stage.pipeline();
        begin(&mut pipeline, source);
        pipeline.remember_events();
        let reading = Reading::Frame(Frame::new(Channel::Http, body.to_string()));
        pipeline.take(&Received { source, at: at(*mono_ms), reading });
        events.extend(pipeline.take_events().events);
        pipeline.commit(at(*mono_ms)).unwrap();
    }
    events
}

fn begin(pipeline: &mut Pipeline, source: Source) {
    let key = StreamKey { source, stream: "live".to_owned() };
    pipeline.begin(key, Beginning::Saved).unwrap();
}

fn observed(events: &[NewEvent], kind: Kind) -> Vec<u64> {
    let of_kind = events.iter().filter(|new| new.event.kind == kind);
    of_kind.map(|new| new.observed.mono_ms).collect()
}

#[test]
fn what_a_match_waits_with_for_its_name_is_of_the_time_at_which_it_was_told() {
    let info = |key: &str, value: &str| json!({"info": {"match_info": {key: value}}});
    let feed = json!({"attacker": "Ana", "victim": "Bo", "weapon": "w", "headshot": true});
    let payloads = [
        (10, json!({"info": {"me": {"player_id": "puuid-0"}}})),
        (20, json!({"events": [{"name": "match_start", "data": ""}]})),
        (30, info("round_number", "1")),
        (40, json!({"events": [{"name": "kill_feed", "data": feed}]})),
        (9_000, info("match_id", "5c0b1c34-0000-4000-8000-000000000001")),
        (9_500, info("round_number", "2")),
    ];
    let message = |(seq, (mono_ms, payload)): (usize, &(u64, Value))| {
        (*mono_ms, json!({"run": "r", "seq": seq, "gameId": 21_640, "payload": payload}))
    };
    let messages: Vec<_> = payloads.iter().enumerate().map(message).collect();
    let events = made(Source::Overwolf, &messages);
    assert_eq!(observed(&events, Kind::MatchStarted), [20]);
    assert_eq!(observed(&events, Kind::Kill), [40]);
    assert_eq!(observed(&events, Kind::RoundStarted), [30, 9_500]);
}

#[test]
fn a_kill_that_waits_for_the_scoreboard_is_of_the_time_at_which_it_was_listed() {
    let player = |name: &str| {
        json!({
            "riotId": format!("{name}#EU"), "riotIdGameName": name, "team": "ORDER",
            "scores": {"kills": 1, "deaths": 3, "assists": 0},
        })
    };
    let poll = |second: u64| {
        let kill = json!({
            "EventID": 1, "EventName": "ChampionKill", "EventTime": 501.0,
            "KillerName": "Ana", "VictimName": "Bo", "Assisters": [],
        });
        let start = json!({"EventID": 0, "EventName": "GameStart", "EventTime": 500.5});
        let poll = json!({
            "activePlayer": {"riotId": "Ana#EU"},
            "allPlayers": [player("Ana"), player("Bo")],
            "events": {"Events": [start, kill]},
            "gameData": {"gameTime": format!("{}.2", 501 + second).parse::<f64>().unwrap(), "gameMode": "CLASSIC"},
        });
        (1_000 * (second + 1), poll)
    };
    let polls: Vec<_> = (0..8).map(poll).collect();
    assert_eq!(observed(&made(Source::League, &polls[..2]), Kind::Kill), [0; 0], "it waits");
    assert_eq!(observed(&made(Source::League, &polls), Kind::Kill), [1_000]);
}
