//! What is believed of an occurrence, and who is told when that changes.

use std::collections::BTreeMap;

use association::{
    Change, Changes, MatchState, Occurrence, OccurrenceNo, ReportSet, Streams, solve,
    trust::{self, Belief, Gap, Known, Standing},
};
use event_model::DeviceId;
use proptest::prelude::*;

use crate::{
    ids::{through, turns},
    sketch::{league, live, sketch},
    told::{Told, outbox_of, set_of},
};

/// One who reads an occurrence again whenever a change names it, and nothing
/// else, as the feed's consumers do.
#[derive(Debug, Default)]
struct Consumer(BTreeMap<OccurrenceNo, Occurrence>);

impl Consumer {
    fn read(&mut self, changes: &Changes, state: &MatchState) {
        for change in &changes.changes {
            match *change {
                Change::Created { occurrence, .. }
                | Change::Witnessed { occurrence, .. }
                | Change::Unwitnessed { occurrence, .. }
                | Change::Split { occurrence, .. }
                | Change::Retimed { occurrence } => {
                    let there = state.occurrences_named(&[occurrence]);
                    self.0.extend(there.into_iter().map(|read| (occurrence, read)));
                }
                Change::Merged { occurrence, .. } | Change::Retracted { occurrence } => {
                    self.0.remove(&occurrence);
                }
                Change::Moved | Change::Sealed | Change::Reopened => {}
            }
        }
    }
}

/// What a solved set is to be believed, by the events of each occurrence.
fn judged(set: &ReportSet) -> BTreeMap<Vec<String>, (i64, Belief)> {
    let solution = solve(set, &league());
    let judgement = trust::judge(set, &league(), &solution, &Known::default());
    let trusts = &judgement.assessment.occurrences;
    let events = |members: &[association::ReportNo]| {
        let mut events: Vec<String> =
            members.iter().map(|no| event(set, set.get(*no).unwrap())).collect();
        events.sort_unstable();
        events
    };
    let believed = |(cluster, trust): (&association::Cluster, &trust::Trust)| {
        (events(&cluster.members), (cluster.at.at.unix_ms(), Belief::from(trust)))
    };
    solution.clusters.iter().zip(trusts).map(believed).collect()
}

fn event(set: &ReportSet, report: &association::Packed) -> String {
    format!("{} {:?}", set.stream_of(report).device, report.key)
}

fn believed(state: &MatchState) -> BTreeMap<Vec<String>, (i64, Belief)> {
    let set = state.reports();
    let of = |no: &association::LogNo| {
        event(set, set.iter().find(|(_, report)| report.position == no.0).unwrap().1)
    };
    let entry = |occurrence: Occurrence| {
        let mut events: Vec<String> = occurrence.reports.iter().map(of).collect();
        events.sort_unstable();
        (events, (occurrence.said.at.at.unix_ms(), occurrence.belief))
    };
    state.occurrences().into_iter().map(entry).collect()
}

fn told() -> impl Strategy<Value = Vec<Told>> {
    sketch().prop_flat_map(|sketch| Just(sketch.told()).prop_shuffle())
}

proptest! {
    #[test]
    fn who_reads_again_what_a_change_names_has_the_record(told in told(), turns in turns()) {
        let mut consumer = Consumer::default();
        through(&told, &turns, |state| {
            let changes = state.take_changes();
            consumer.read(&changes, state);
            let record: BTreeMap<OccurrenceNo, Occurrence> =
                state.occurrences().into_iter().map(|read| (read.no, read)).collect();
            assert_eq!(consumer.0.keys().collect::<Vec<_>>(), record.keys().collect::<Vec<_>>());
            for (no, read) in &consumer.0 {
                assert_eq!(read, &record[no]);
            }
        });
    }

    #[test]
    fn at_the_seal_time_and_belief_are_the_solved_sets_in_any_order(told in told()) {
        let (mut state, _) = live(&told);
        state.seal();
        prop_assert_eq!(believed(&state), judged(&set_of(&told)));
    }
}

fn seen_by(devices: std::ops::RangeInclusive<u128>, ms: u64, victim: &str) -> Vec<Told> {
    devices.map(|device| Told::kill(device, ms + device as u64, "Ana", victim)).collect()
}

#[test]
fn what_most_of_those_who_watch_saw_is_confirmed_at_once() {
    let mut told = seen_by(1..=5, 60_000, "Bo");
    told.extend(seen_by(1..=4, 70_000, "Cy"));
    let (state, _) = live(&told);
    let beliefs: Vec<Belief> = state.occurrences().iter().map(|o| o.belief).collect();
    let counts: Vec<_> = beliefs.iter().map(|b| (b.standing, b.seen_by, b.expected)).collect();
    assert_eq!(counts, [(Standing::Confirmed, 5, 5), (Standing::Confirmed, 4, 5)]);
    assert!(beliefs[1].confidence.thousandths() > 950, "{beliefs:?}");
}

#[test]
fn a_word_that_the_others_contradict_is_flagged_before_any_resolve() {
    let mut told = seen_by(1..=6, 60_000, "Bo");
    told.extend(seen_by(6..=6, 70_000, "Nobody"));
    let (state, _) = live(&told);
    assert_eq!(state.resolves(), 0);
    let alone = state.occurrences()[1].belief;
    assert_eq!((alone.standing, alone.seen_by, alone.expected), (Standing::Contradicted, 1, 6));
}

/// Three kills, of which the third device tells the first and the last one: as its
/// events 3 and 8.
fn one_missed() -> Vec<Told> {
    let mut told = seen_by(1..=3, 60_000, "Bo");
    told.extend(seen_by(1..=2, 70_000, "Cy"));
    told.extend(seen_by(1..=3, 80_000, "Bo"));
    told
}

/// How many were expected to have seen each, where the third device has such a gap.
fn expected_with(gap: Gap) -> Vec<u16> {
    let (mut state, _) = live(&one_missed());
    state.hear_gap(DeviceId(uuid::Uuid::from_u128(3)), gap);
    state.resolve_if_due();
    state.occurrences().iter().map(|one| one.belief.expected).collect()
}

#[test]
fn a_gap_says_nothing_of_what_its_device_told_no_earlier_or_no_later_than() {
    let gap = |of, from, to| Gap { outbox: outbox_of(of), from, to };
    assert_eq!(expected_with(gap(3, 4, 7)), [3, 2, 3]);
    assert_eq!(expected_with(gap(3, 5, 5)), [3, 2, 3], "what was lost was between the two");
    assert_eq!(expected_with(gap(3, 1, 2)), [3, 3, 3], "before it told of the match");
    assert_eq!(expected_with(gap(3, 9, u64::MAX)), [3, 3, 3], "and afterwards");
    assert_eq!(expected_with(gap(1, 4, 7)), [3, 3, 3], "the numbers of another outbox");
}

#[test]
fn a_gap_that_comes_before_what_is_behind_it_counts_once_that_is_there() {
    let told = one_missed();
    let (mut state, _) = live(&told[..7]);
    let gap = Gap { outbox: outbox_of(3), from: 4, to: 7 };
    state.hear_gap(DeviceId(uuid::Uuid::from_u128(3)), gap);
    state.place(&told[7].report(8));
    state.resolve();
    assert_eq!(state.occurrences()[1].belief.expected, 2);
}

#[test]
fn who_lost_what_it_saw_is_not_expected() {
    let (mut state, _) = live(&one_missed());
    let gap = Gap { outbox: outbox_of(3), from: 4, to: 7 };
    state.hear_gap(DeviceId(uuid::Uuid::from_u128(3)), gap);
    state.resolve_if_due();
    let changes = state.take_changes().changes;
    let second = state.occurrences()[1].clone();
    assert_eq!((second.belief.seen_by, second.belief.expected), (2, 2));
    assert_eq!(changes, [Change::Retimed { occurrence: second.no }]);
}

#[test]
fn a_witness_tells_when_it_saw_it_in_the_servers_time() {
    let mut told = seen_by(1..=2, 60_000, "Bo");
    told[1].at_ms += 40_000;
    told[1].quality = association::TimeQuality::Low;
    let mut both: Vec<Told> = Vec::new();
    for kill in 0..8_u64 {
        for one in &told {
            let mut one = one.clone();
            one.mono_ms += kill * 20_000 + kill * kill * 137;
            one.at_ms += i64::try_from(kill * 20_000 + kill * kill * 137).unwrap();
            one.event_id = uuid::Uuid::from_u128(one.device << 64 | u128::from(kill)).to_string();
            one.actors.victim = Some(format!("v{}", kill % 3));
            both.push(one);
        }
    }
    let (mut state, _) = live(&both);
    state.resolve();
    let rows = state.rows();
    let streams = Streams::read(&rows.whole).unwrap();
    let at = |row: &association::ReportRow| streams.at(&row.told).unwrap().at.unix_ms();
    let (first, second) = (at(&rows.reports[0]), at(&rows.reports[1]));
    assert!(first.abs_diff(second) < 300, "{first} {second}");
    let clock = &streams.views()[1].clocks[0];
    let offset = clock.segments[0].offset_ms;
    assert!((offset + 40_000).abs() < 300, "it told times 40 s late: {offset}");
    assert!(clock.is_placed && clock.reports == 8, "{clock:?}");
}
