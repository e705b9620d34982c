//! Journals made by hand, and what became of them.

use event_model::{Channel, Event, Frame, Kind, Reading, Source};
use game_session::{SourceState, Step};
use serde_json::{Value, json};

pub(crate) const FIRST: &str = "Journal.2026-01-01T120000.01.log";
pub(crate) const SECOND_PART: &str = "Journal.2026-01-01T120000.02.log";
pub(crate) const NEXT: &str = "Journal.2026-01-01T150000.01.log";

pub(crate) fn empty() -> SourceState {
    SourceState::new(Source::Elite).expect("it has rules")
}

/// A line of this second, which the journal began with.
pub(crate) fn line(second: u32, event: &str, rest: Value) -> String {
    let (minute, second) = (second / 60, second % 60);
    let mut line =
        json!({"timestamp": format!("2026-01-01T11:{minute:02}:{second:02}Z"), "event": event});
    let Value::Object(rest) = rest else { panic!("members") };
    line.as_object_mut().expect("an object").extend(rest);
    line.to_string()
}

pub(crate) fn header(second: u32, part: u32) -> String {
    let rest = json!({
        "part": part, "language": "English/UK", "Odyssey": true,
        "gameversion": "4.2.1.2", "build": "r320146/r0 ",
    });
    line(second, "Fileheader", rest)
}

pub(crate) fn commander(second: u32, name: &str) -> String {
    line(second, "Commander", json!({"FID": format!("F-{name}"), "Name": name}))
}

pub(crate) fn load(second: u32, name: &str) -> String {
    let rest = json!({
        "FID": format!("F-{name}"), "Commander": name, "Ship": "Krait_MkII", "GameMode": "Open",
    });
    line(second, "LoadGame", rest)
}

/// How every journal begins.
pub(crate) fn opening(name: &str) -> Vec<String> {
    vec![header(0, 1), commander(2, name), load(3, name)]
}

pub(crate) fn bounty(second: u32, pilot: &str, reward: u32) -> String {
    let rest = json!({
        "Rewards": [{"Faction": "Law", "Reward": reward}], "Target": "cobramkiv",
        "PilotName": format!("$npc_name_decorate:#name={pilot};"), "PilotName_Localised": pilot,
        "TotalReward": reward, "VictimFaction": "Mob",
    });
    line(second, "Bounty", rest)
}

/// The lines as a follower reads them from a file.
pub(crate) fn file(name: &str, lines: &[String]) -> Vec<Frame> {
    let mut offset = 0;
    let frame = |line: &String| {
        let mut frame = Frame::new(Channel::File, line.clone().into_bytes());
        frame.file = Some(name.to_owned());
        frame.offset = Some(offset);
        offset += line.len() as u64 + 2;
        frame
    };
    lines.iter().map(frame).collect()
}

pub(crate) fn steps(state: &mut SourceState, frames: &[Frame]) -> Vec<Step> {
    frames.iter().map(|frame| state.observe(&Reading::Frame(frame.clone()))).collect()
}

pub(crate) fn run(state: &mut SourceState, frames: &[Frame]) -> Vec<Event> {
    steps(state, frames).into_iter().flat_map(|step| step.events).collect()
}

/// What a journal of these lines tells, after who plays.
pub(crate) fn told(lines: &[String]) -> Vec<Event> {
    let all = [opening("Ana"), lines.to_vec()].concat();
    run(&mut empty(), &file(FIRST, &all)).split_off(1)
}

pub(crate) fn kinds(events: &[Event]) -> Vec<Kind> {
    events.iter().map(|event| event.kind).collect()
}

pub(crate) fn name(event: &Event) -> &str {
    event.data.details["name"].as_str().expect("a word")
}
