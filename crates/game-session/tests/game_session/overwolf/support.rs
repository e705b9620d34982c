//! Messages made by hand, and what became of them.

use event_model::{Channel, Event, Frame, Kind, Reading, Source};
use game_session::{SourceState, Step};
use serde_json::{Value, json};

pub(crate) const VALORANT: u64 = 21_640;
pub(crate) const MATCH: &str = "5c0b1c34-0000-4000-8000-000000000001";
pub(crate) const OTHER_MATCH: &str = "5c0b1c34-0000-4000-8000-000000000002";

/// Players, by place: their names, teams and agents. The first is whose screen it is.
pub(crate) const PLAYERS: [(&str, bool, &str); 4] = [
    ("Ana #EU", true, "Thorne"),
    ("Bo #EU", false, "Wushu"),
    ("Cy #1", true, "Clay"),
    ("Cy #2", false, "Vampire"),
];

pub(crate) fn empty() -> SourceState {
    SourceState::new(Source::Overwolf).expect("overwolf has a state machine")
}

pub(crate) fn reading(body: impl Into<Vec<u8>>) -> Reading {
    Reading::Frame(Frame::new(Channel::WebSocket, body))
}

pub(crate) fn account(place: usize) -> String {
    format!("puuid-{place}")
}

/// A change of one value, as Overwolf's own client tells it.
pub(crate) fn info(key: &str, value: impl Into<Value>) -> Value {
    json!({"info": {"match_info": {key: value.into()}}, "feature": "match_info"})
}

/// Something that happened.
pub(crate) fn event(name: &str, data: impl Into<Value>) -> Value {
    json!({"events": [{"name": name, "data": data.into()}]})
}

pub(crate) fn me() -> Value {
    json!({"info": {"me": {"player_id": account(0)}}, "feature": "me"})
}

/// A row of the scoreboard.
pub(crate) fn row(place: usize, deaths: i64, alive: bool) -> Value {
    let (name, teammate, character) = PLAYERS[place];
    let row = json!({
        "name": name, "player_id": account(place), "character": character, "team": 0,
        "teammate": teammate, "alive": alive, "kills": 0, "deaths": deaths, "assists": 0,
        "money": 800, "is_local": place == 0,
    });
    info(&format!("scoreboard_{place}"), row.to_string())
}

/// A line of the feed: names without tags.
pub(crate) fn feed(attacker: usize, victim: usize) -> String {
    let bare = |place: usize| PLAYERS[place].0.split(' ').next().unwrap_or_default();
    json!({
        "attacker": bare(attacker), "victim": bare(victim),
        "is_attacker_teammate": PLAYERS[attacker].1, "is_victim_teammate": PLAYERS[victim].1,
        "weapon": "TX_Hud_Volcano", "ult": "", "assist1": "", "assist2": "", "assist3": "",
        "assist4": "", "headshot": true,
    })
    .to_string()
}

/// A kill on both channels, as it comes.
pub(crate) fn kill(attacker: usize, victim: usize) -> [Value; 2] {
    let feed = feed(attacker, victim);
    [event("kill_feed", feed.as_str()), info("kill_feed", feed.as_str())]
}

/// A match up to its first combat, the name before the start.
pub(crate) fn opening() -> Vec<Value> {
    let mut opening = vec![me(), info("match_id", MATCH), event("match_start", "")];
    opening.extend((0..PLAYERS.len()).map(|place| row(place, 0, true)));
    opening.extend(round(1));
    opening
}

/// A round up to its combat.
pub(crate) fn round(number: u32) -> [Value; 3] {
    [
        info("round_number", number.to_string()),
        info("round_phase", "shopping"),
        info("round_phase", "combat"),
    ]
}

/// What our page makes of messages.
pub(crate) fn wrapped(messages: &[Value]) -> Vec<Value> {
    let wrap = |(seq, payload): (usize, &Value)| json!({"run": "page-1", "seq": seq + 1, "channel": "x", "gameId": VALORANT, "payload": payload});
    messages.iter().enumerate().map(wrap).collect()
}

/// What a stream that starts empty makes of each message of a page.
pub(crate) fn steps(messages: &[Value]) -> Vec<Step> {
    let mut state = empty();
    let mut steps: Vec<_> = wrapped(messages)
        .iter()
        .map(|message| state.observe(&reading(message.to_string())))
        .collect();
    steps.push(state.finish());
    steps
}

pub(crate) fn events(messages: &[Value]) -> Vec<Event> {
    steps(messages).into_iter().flat_map(|step| step.events).collect()
}

pub(crate) fn unknown(messages: &[Value]) -> Vec<String> {
    let named = |step: &Step| -> Vec<_> {
        step.drift.iter().map(|(name, times)| format!("{name} {times}")).collect()
    };
    steps(messages).iter().flat_map(named).collect()
}

/// The events that are no evidence, a line each.
pub(crate) fn lines(messages: &[Value]) -> Vec<String> {
    let told = events(messages).into_iter().filter(|event| event.kind != Kind::SessionEvidence);
    told.map(|event| line(&event)).collect()
}

/// Those of one kind.
pub(crate) fn kills(messages: &[Value]) -> Vec<String> {
    lines(messages).into_iter().filter(|line| line.starts_with("kill")).collect()
}

/// `kill in 1 by "Ana #EU" of "Bo #EU" death 1 native`, as far as the event says so.
pub(crate) fn line(event: &Event) -> String {
    let mut line = event.kind.to_string();
    let data = &event.data;
    if let Some(round) = data.round {
        line += &format!(" in {round}");
    }
    for (word, name) in [("by", &data.actors.attacker), ("of", &data.actors.victim)] {
        if let Some(name) = name {
            line += &format!(" {word} {name}");
        }
    }
    if let Some(ordinal) = &data.ordinal {
        line += &format!(" death {}", ordinal.value);
    }
    for detail in ["score", "winner", "result", "joined_late", "inferred"] {
        if let Some(value) = data.details.get(detail).filter(|value| !value.is_null()) {
            line += &format!(" {detail} {value}");
        }
    }
    if data.identity == event_model::Identity::Counted {
        line += " counted";
    }
    line
}
