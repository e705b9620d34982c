//! What happened, who told of it, and what the server made of that.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use event_model::WallTime;
use serde_json::{Value, json};
use simulator::SharedTruth;

use crate::log;

/// What tells an event from all others: the device's id, and the event's.
pub(super) type Name = (String, String);

/// Kinds that are never occurrences.
const EVIDENCE: [&str; 2] = ["ringside.session_evidence.v1", "ringside.sequence_gap.v1"];

/// What happened: the lines of a shared truth's file.
pub(super) struct Truth {
    pub(super) observers: Vec<Observer>,
    pub(super) happenings: Vec<Value>,
}

/// A player whose companion tells.
pub(super) struct Observer {
    pub(super) account: String,
    pub(super) name: String,
}

/// An event in the server's log.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) name: Name,
    pub(super) sequence: u64,
    pub(super) observer: String,
    pub(super) kind: String,
    /// What the device's wall clock said.
    pub(super) time_ms: i64,
    pub(super) data: Value,
}

/// Which happening each event tells of: its place in the truth.
pub(super) type Attributed = BTreeMap<Name, usize>;

impl Truth {
    pub(super) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let head = lines.next().unwrap();
        let observers = head["observers"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let observers = observers
            .iter()
            .map(|one| Observer { account: text(&one["account"]), name: text(&one["name"]) });
        Self { observers: observers.collect(), happenings: lines.collect() }
    }

    /// The same, of a match that nobody plays.
    pub(super) fn of(truth: &SharedTruth) -> Self {
        let observers = truth
            .observers
            .iter()
            .map(|one| Observer { account: one.account.clone(), name: one.name.clone() });
        let happenings = truth.events.iter().map(|event| serde_json::to_value(event).unwrap());
        Self { observers: observers.collect(), happenings: happenings.collect() }
    }

    /// Kills, deaths and assists of a player.
    pub(super) fn counts_of(&self, name: &str) -> [u64; 3] {
        let kills = self.happenings.iter().filter(|happening| happening["kind"] == "kill");
        kills.fold([0; 3], |[kills, deaths, assists], kill| {
            let helped = kill["assists"].as_array().is_some_and(|all| all.contains(&name.into()));
            [
                kills + u64::from(kill["attacker"] == name),
                deaths + u64::from(kill["victim"] == name),
                assists + u64::from(helped),
            ]
        })
    }

    /// Places of what an account's client shows, in order.
    pub(super) fn shown_to(&self, account: &str) -> impl Iterator<Item = (usize, &Value)> {
        let is_shown = move |(_, happening): &(usize, &Value)| {
            happening["seen_by"].as_array().unwrap().iter().any(|seen| seen == account)
        };
        self.happenings.iter().enumerate().filter(is_shown)
    }
}

/// All events of a server's log that can be occurrences, of each device in its
/// own order.
pub(super) fn told(server: &Path) -> Vec<Told> {
    log::each_once(server);
    let events = log::events(server);
    told_by(&events)
}

/// The same of events that somebody else has.
pub(super) fn told_by(events: &[Value]) -> Vec<Told> {
    let occurring =
        events.iter().filter(|event| !EVIDENCE.contains(&event["type"].as_str().unwrap()));
    let mut told: Vec<Told> = occurring.map(Told::of).collect();
    told.sort_by(|one, other| (&one.name.0, one.sequence).cmp(&(&other.name.0, other.sequence)));
    told
}

impl Told {
    fn of(event: &Value) -> Self {
        let (source, id) = log::name_of(event);
        let device = source.rsplit(':').next().unwrap().to_owned();
        let kind = event["type"].as_str().unwrap();
        let kind = kind.strip_prefix("ringside.").and_then(|kind| kind.strip_suffix(".v1"));
        let time: WallTime = event["time"].as_str().unwrap().parse().unwrap();
        Self {
            time_ms: time.unix_ms(),
            name: (device, id),
            sequence: event["sequence"].as_str().unwrap().parse().unwrap(),
            observer: event["data"]["observer"].as_str().unwrap().to_owned(),
            kind: kind.unwrap().to_owned(),
            data: event["data"].clone(),
        }
    }
}

/// What is wrong with a server's occurrences, in words; nothing of it may be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Happenings that somebody told of and no occurrence is.
    pub(super) lost: Vec<String>,
    /// Happenings that several occurrences are.
    pub(super) doubled: Vec<String>,
    /// Occurrences that several happenings are in.
    pub(super) merged: Vec<String>,
    /// Events that are witnesses of nothing, or of two things.
    pub(super) witnesses: Vec<String>,
    /// Occurrences that say something else than what happened.
    pub(super) says: Vec<String>,
}

impl Wrong {
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares occurrences with what happened. `is_whole` says whether these
/// occurrences are a happening as it is to be recorded.
pub(super) fn compare(
    truth: &Truth,
    attributed: &Attributed,
    occurrences: &[Value],
    is_whole: impl Fn(&Value, &[&Value]) -> bool,
) -> Wrong {
    let mut wrong = Wrong::default();
    let mut held: BTreeMap<usize, Vec<&Value>> = BTreeMap::new();
    let mut seen: BTreeMap<Name, usize> = BTreeMap::new();
    for occurrence in occurrences {
        let names: Vec<Name> = witnesses(occurrence).collect();
        let places: BTreeSet<usize> =
            names.iter().filter_map(|name| attributed.get(name).copied()).collect();
        match places.first() {
            Some(place) if places.len() == 1 => held.entry(*place).or_default().push(occurrence),
            Some(_) => wrong.merged.push(format!("{places:?}: {occurrence}")),
            None => wrong.witnesses.push(format!("of nothing that happened: {occurrence}")),
        }
        for name in names {
            *seen.entry(name).or_default() += 1;
        }
    }
    for (name, place) in attributed {
        let times = seen.get(name).copied().unwrap_or(0);
        if times != 1 {
            let what = &truth.happenings[*place];
            wrong.witnesses.push(format!("{name:?} is in {times} occurrences: {what}"));
        }
    }
    for place in attributed.values().collect::<BTreeSet<_>>() {
        let happening = &truth.happenings[*place];
        let held = held.get(place).map(Vec::as_slice).unwrap_or_default();
        match held {
            [] => wrong.lost.push(happening.to_string()),
            held if is_whole(happening, held) => {}
            [occurrence] => wrong.says.push(format!("{happening} is {occurrence}")),
            several => {
                let parts: Vec<usize> = several.iter().map(|one| witnesses(one).count()).collect();
                wrong.doubled.push(format!("{parts:?}: {happening}"));
            }
        }
    }
    wrong
}

/// Who tells of an occurrence.
pub(super) fn witnesses(occurrence: &Value) -> impl Iterator<Item = Name> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let witnesses = occurrence["witnesses"].as_array().unwrap().iter();
    witnesses.map(move |witness| (text(&witness["device"]), text(&witness["event_id"])))
}

#[test]
fn whatever_is_lost_doubled_merged_or_made_up_is_found() {
    let happenings = ["one", "two"].map(|kind| json!({ "kind": kind })).to_vec();
    let truth = Truth { observers: Vec::new(), happenings };
    let name = |device: &str, event: &str| (device.to_owned(), event.to_owned());
    let attributed = Attributed::from([
        (name("a", "1"), 0),
        (name("b", "2"), 0),
        (name("a", "3"), 1),
        (name("b", "4"), 1),
    ]);
    let occurrence = |kind: &str, witnesses: &[(&str, &str)]| {
        let witnesses = witnesses.iter();
        let witnesses: Vec<_> =
            witnesses.map(|(device, id)| json!({ "device": device, "event_id": id })).collect();
        json!({ "kind": kind, "witnesses": witnesses })
    };
    let is_whole = |happening: &Value, occurrences: &[&Value]| {
        occurrences.len() == 1 && occurrences[0]["kind"] == happening["kind"]
    };
    let found = |occurrences: &[Value]| {
        let wrong = compare(&truth, &attributed, occurrences, is_whole);
        let Wrong { lost, doubled, merged, witnesses, says } = &wrong;
        [lost, doubled, merged, witnesses, says].map(Vec::len)
    };
    let (one, two) = ([("a", "1"), ("b", "2")], [("a", "3"), ("b", "4")]);
    let right = [occurrence("one", &one), occurrence("two", &two)];
    assert_eq!(found(&right), [0; 5]);
    assert_eq!(found(&right[..1]), [1, 0, 0, 2, 0], "lost, with both its witnesses");
    let halves = [occurrence("one", &one[..1]), occurrence("one", &one[1..]), right[1].clone()];
    assert_eq!(found(&halves), [0, 1, 0, 0, 0], "doubled");
    let mixed = [("a", "1"), ("b", "2"), ("a", "3"), ("b", "4")];
    assert_eq!(found(&[occurrence("one", &mixed)]), [2, 0, 1, 0, 0], "merged");
    let twice = [right[0].clone(), occurrence("two", &[two[0], two[1], two[0]])];
    assert_eq!(found(&twice), [0, 0, 0, 1, 0], "a witness twice");
    let invented = [right[0].clone(), right[1].clone(), occurrence("one", &[("c", "9")])];
    assert_eq!(found(&invented), [0, 0, 0, 1, 0], "made up");
    assert_eq!(found(&[occurrence("two", &one), right[1].clone()]), [0, 0, 0, 0, 1], "says");
}
