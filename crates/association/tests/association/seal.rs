//! What stands at the seal is the solver's word about the set, however it came.

use association::{Axis, MatchState, Placed, ReportSet, StreamFlag, Streams, solve};
use event_model::ClockEpoch;
use proptest::prelude::*;
use uuid::Uuid;

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

/// On more clocks than a stream may have.
fn on_many_clocks(told: &[Told]) -> Vec<Told> {
    let of = |told: &Told| {
        let number = Uuid::parse_str(&told.event_id).unwrap().as_u128();
        let run = number % 14;
        let epoch = (run * 0x9e37_79b9_7f4a_7c15) << 32 | told.device;
        Told {
            epoch,
            mono_ms: told.mono_ms + u64::try_from(run).unwrap() * 3_000_000,
            ..told.clone()
        }
    };
    told.iter().map(of).collect()
}

proptest! {
    #[test]
    fn the_seal_is_the_same_in_any_order_with_more_clocks_than_are_kept(
        (told, arrived) in sketch().prop_flat_map(|sketch| {
            let told = on_many_clocks(&sketch.told());
            (Just(told.clone()), Just(told).prop_shuffle())
        }),
    ) {
        let ((mut one, _), (mut other, mut reader)) = (live(&told), live(&arrived));
        one.seal();
        other.seal();
        prop_assert_eq!(contents(&one), contents(&other));
        prop_assert_eq!(one.counts().overflow, other.counts().overflow);
        let all = u64::try_from(told.len()).unwrap();
        prop_assert_eq!(one.counts().reports + one.counts().overflow, all);
        reader.read(&other.take_changes());
        assert_agree(&reader, &other);
        let again = MatchState::from_rows(league(), &other.rows()).unwrap();
        prop_assert_eq!(contents(&again), contents(&other));
        prop_assert_eq!(again.rows(), other.rows());
    }
}

#[test]
fn the_first_clocks_of_a_stream_are_kept_and_what_is_on_others_is_counted() {
    let told = |epoch: u64| {
        let mut told = Told::kill(1, 60_000 + epoch * 20_000, "Ana", "Bo");
        told.epoch = u128::from(epoch);
        told
    };
    for order in [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]] {
        let (mut state, _) = live(&order.map(told));
        state.seal();
        let views = Streams::read(&state.rows().whole).unwrap().views();
        let clocks: std::collections::BTreeSet<Axis> =
            views[0].clocks.iter().map(|clock| clock.axis).collect();
        let epochs = (1..=8).map(|epoch| Axis::Monotonic(ClockEpoch(Uuid::from_u128(epoch))));
        assert!(clocks.into_iter().eq(epochs), "{order:?}");
        assert_eq!((state.counts().reports, views[0].counts.overflow), (8, 2));
        assert!(views[0].flags.contains(&StreamFlag::Overflow));
    }
}

/// What is sealed stands, whatever clock comes then.
#[test]
fn a_clock_that_comes_after_the_seal_ends_none_that_was_there() {
    let told = |epoch: u64| {
        let mut told = Told::kill(1, 60_000 + epoch * 20_000, "Ana", "Bo");
        told.epoch = u128::from(epoch);
        told
    };
    let (mut state, _) = live(&(2..=9).map(told).collect::<Vec<_>>());
    state.seal();
    let before = contents(&state);
    assert_eq!(state.place(&told(1).report(100)), Placed::Overflow);
    state.resolve();
    assert_eq!(contents(&state), before);
}

#[test]
fn what_comes_after_the_seal_moves_nothing() {
    let told: Vec<Told> = (1..=3).map(|device| Told::kill(device, 60_000, "Ana", "Bo")).collect();
    let (mut state, mut reader) = live(&told);
    state.seal();
    let before = state.occurrences();
    // Earlier than all of them: were it not late, it would say when.
    let late = Told::kill(4, 59_200, "Ana", "Bo");
    assert!(matches!(state.place(&late.report(10)), Placed::Late(_)));
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
