//! What the companion's own rules make of simulated frames, beside the truth.

use std::collections::BTreeMap;

use event_model::{Channel, Event, Frame, Kind, Reading, Source};
use game_session::SourceState;
use simulator::TrueEvent;

/// Every event of the frames, in their order, and what in them was unknown.
pub(crate) struct Told {
    pub(crate) events: Vec<Event>,
    pub(crate) drift: Vec<String>,
    pub(crate) unreadable: usize,
}

/// What a stream that starts empty makes of the frames. Before each of `restarts` the
/// state goes to disk and back.
pub(crate) fn told<'f>(
    source: Source,
    channel: Channel,
    bodies: impl Iterator<Item = &'f str>,
    restarts: usize,
) -> Told {
    let mut state = SourceState::new(source).unwrap();
    let mut told = Told { events: Vec::new(), drift: Vec::new(), unreadable: 0 };
    let mut take = |step: game_session::Step| {
        told.drift.extend(step.drift.iter().map(|(name, _)| name.to_owned()));
        told.unreadable += usize::from(step.unreadable.is_some());
        told.events.extend(step.events);
    };
    for (number, body) in bodies.enumerate() {
        if restarts > 0 && number % restarts == 0 {
            state = SourceState::decode(source, &state.encode()).unwrap();
        }
        take(state.observe(&Reading::Frame(Frame::new(channel, body))));
    }
    take(state.finish());
    told
}

/// How often each thing happened.
pub(crate) type Happened = BTreeMap<String, i64>;

pub(crate) fn by_truth(events: &[TrueEvent]) -> Happened {
    count(events.iter().map(|event| {
        let TrueEvent { kind, name, attacker, victim, assists, match_clock_ms, .. } = event;
        format!("{kind} {name:?} {attacker:?} {victim:?} {assists:?} {match_clock_ms:?}")
    }))
}

pub(crate) fn by_rules(events: &[Event]) -> Happened {
    count(events.iter().filter(|event| event.kind != Kind::SessionEvidence).map(|event| {
        let data = &event.data;
        let name = data.details.get("name").and_then(|name| name.as_str());
        let name = name.filter(|_| event.kind == Kind::Other).map(str::to_owned);
        let actors = &data.actors;
        format!(
            "{} {name:?} {:?} {:?} {:?} {:?}",
            event.kind, actors.attacker, actors.victim, actors.assists, data.match_clock_ms,
        )
    }))
}

fn count(lines: impl Iterator<Item = String>) -> Happened {
    let mut counts = Happened::new();
    for line in lines {
        *counts.entry(line).or_default() += 1;
    }
    counts
}

/// What one has and the other has not.
pub(crate) fn difference(one: &Happened, other: &Happened) -> Vec<String> {
    let mut all = one.clone();
    for (line, count) in other {
        *all.entry(line.clone()).or_default() -= count;
    }
    let lines = all.into_iter().filter(|(_, count)| *count != 0);
    lines.map(|(line, count)| format!("{count:+} {line}")).collect()
}
