//! What stands at the seal is the solver's word about the set, however it came.

use association::{MatchState, ReportSet, solve};
use proptest::prelude::*;

use crate::{
    reader::{assert_agree, record},
    sketch::{contents, league, live, sketch},
    told::{Told, set_of},
};

/// The solver's clusters, each event by device and id.
fn solved(set: &ReportSet) -> Vec<Vec<String>> {
    let solution = solve(set, &league());
    let event = |no: &association::ReportNo| {
        let report = set.get(*no).unwrap();
        format!("{} {:?}", set.stream_of(report).device, report.key)
    };
    let mut clusters: Vec<Vec<String>> = solution
        .clusters
        .iter()
        .map(|cluster| {
            let mut events: Vec<String> = cluster.members.iter().map(event).collect();
            events.sort_unstable();
            events
        })
        .collect();
    clusters.sort_unstable();
    clusters
}

proptest! {
    #[test]
    fn the_seal_is_the_solvers_word_in_any_order_with_any_repetition_and_batching(
        (told, arrived, repeated, resolves) in sketch().prop_flat_map(|sketch| {
            let told = sketch.told();
            let repeated = prop::collection::vec(any::<prop::sample::Index>(), 0..8);
            let resolves = prop::collection::vec(any::<bool>(), 70);
            (Just(told.clone()), Just(told).prop_shuffle(), repeated, resolves)
        }),
    ) {
        let mut state = MatchState::new(league());
        let mut all = arrived.clone();
        if !arrived.is_empty() {
            all.extend(repeated.iter().map(|index| arrived[index.index(arrived.len())].clone()));
        }
        for ((position, told), resolve) in (1..).zip(&all).zip(resolves.iter().cycle()) {
            state.place(&told.report(position));
            if *resolve {
                state.resolve_if_due();
            }
        }
        state.seal();
        prop_assert_eq!(contents(&state), solved(&set_of(&told)));
    }
}

#[test]
fn what_comes_after_the_seal_moves_nothing() {
    let told: Vec<Told> = (1..=3).map(|device| Told::kill(device, 60_000, "Ana", "Bo")).collect();
    let (mut state, mut reader) = live(&told);
    state.seal();
    let before = state.occurrences();
    // Earlier than all of them: were it not late, it would say when.
    let late = Told::kill(4, 59_200, "Ana", "Bo");
    assert!(matches!(state.place(&late.report(10)), association::Placed::Late(_)));
    state.resolve_if_due();
    reader.read(&state.take_changes());
    assert_agree(&reader, &state);
    let after = state.occurrences();
    assert_eq!(after.len(), 1, "it fits, so it is a witness");
    assert_eq!(after[0].said, before[0].said);
    assert_eq!(state.counts().late, 1);
}

#[test]
fn a_late_report_that_fits_nowhere_is_kept_and_late() {
    let (mut state, _) = live(&[Told::kill(1, 60_000, "Ana", "Bo")]);
    state.seal();
    for (position, told) in (10..).zip([
        Told::kill(2, 90_000, "Ana", "Bo"),
        Told::kill(3, 90_100, "Ana", "Bo"),
        // This account's own is in the first one.
        Told::kill(1, 60_500, "Ana", "Bo"),
    ]) {
        state.place(&told.report(position));
    }
    let late: Vec<(bool, usize)> =
        state.occurrences().iter().map(|o| (o.is_late, o.reports.len())).collect();
    assert_eq!(late, [(false, 1), (true, 2), (true, 1)]);
}

#[test]
fn an_outage_that_ends_after_the_seal_finds_its_places_once_its_clock_is_learnt() {
    let kills = |device: u128| (0..12_u64).map(move |kill| (device, kill));
    let told: Vec<Told> = kills(1)
        .chain(kills(2))
        .map(|(device, kill)| {
            Told::kill(device, 60_000 + kill * 20_000, "Ana", &format!("v{kill}"))
        })
        .collect();
    let (mut state, mut reader) = live(&told);
    state.seal();
    let sealed = record(&state).len();
    for (position, (device, kill)) in (100..).zip(kills(3)) {
        let mut told = Told::kill(device, 60_050 + kill * 20_000, "Ana", &format!("v{kill}"));
        told.at_ms += 3_000_000;
        told.quality = association::TimeQuality::Low;
        state.place(&told.report(position));
        state.resolve_if_due();
        reader.read(&state.take_changes());
        assert_agree(&reader, &state);
    }
    assert_eq!(state.counts().late, 12);
    assert!(record(&state).len() >= sealed);
}

#[test]
fn a_second_seal_says_nothing() {
    let (mut state, _) = live(&[Told::kill(1, 60_000, "Ana", "Bo")]);
    state.seal();
    state.take_changes();
    state.seal();
    assert!(state.take_changes().changes.is_empty());
}
