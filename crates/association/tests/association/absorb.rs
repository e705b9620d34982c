//! Two keys that turn out to be one match.

use association::{Change, LogNo, MatchState, OccurrenceNo};
use proptest::prelude::*;

use crate::{
    reader::{Reader, assert_agree},
    sketch::{contents, league, live, sketch},
    told::Told,
};

proptest! {
    #[test]
    fn joined_they_are_as_if_they_had_been_one_from_the_start(
        (told, apart) in sketch().prop_flat_map(|sketch| {
            let told = sketch.told();
            let apart = prop::collection::vec(any::<bool>(), sketch.clocks.len());
            (Just(told).prop_shuffle(), apart)
        }),
    ) {
        let mut matches = [MatchState::new(league()), MatchState::new(league())];
        let mut readers = [Reader::default(), Reader::default()];
        let mut whole = MatchState::new(league());
        for (position, told) in (1..).zip(&told) {
            let key = usize::from(apart[usize::try_from(told.device).unwrap() - 1]);
            matches[key].place(&told.report(position));
            matches[key].resolve_if_due();
            whole.place(&told.report(position));
        }
        for (reader, state) in readers.iter_mut().zip(&mut matches) {
            reader.read(&state.take_changes());
        }
        let [mut one, two] = matches;
        prop_assert!(one.absorb(&two));
        let [mut reader, other] = readers;
        reader.read(&one.take_changes());
        assert_agree(&reader, &one);
        // Who read both feeds finds every handle of both.
        for handle in other.leads.keys() {
            prop_assert!(one.present(*handle).is_some());
        }
        for live in other.record().keys() {
            prop_assert_eq!(reader.leads[live], one.present(*live));
        }
        one.seal();
        whole.seal();
        prop_assert_eq!(contents(&one), contents(&whole));
    }
}

fn one_device(device: u128) -> Vec<Told> {
    (0..4).map(|kill| Told::kill(device, 60_000 + kill * 20_000, "Ana", "Bo")).collect()
}

fn other() -> MatchState {
    let mut state = MatchState::new(league());
    for (position, told) in (100..).zip(&one_device(2)) {
        state.place(&told.report(position));
    }
    state
}

#[test]
fn nothing_is_created_twice_and_what_was_elsewhere_is_merged() {
    let (mut state, mut reader) = live(&one_device(1));
    assert!(state.absorb(&other()));
    let changes = state.take_changes();
    let created = changes.changes.iter().any(|change| matches!(change, Change::Created { .. }));
    assert!(!created, "{changes:?}");
    reader.read(&changes);
    let handle = OccurrenceNo::of_founder(LogNo(100));
    assert_eq!(reader.leads[&handle], Some(OccurrenceNo::of_founder(LogNo(1))));
}

#[test]
fn a_sealed_match_takes_another_only_as_late() {
    let (mut state, mut reader) = live(&one_device(1));
    state.seal();
    let before: Vec<_> = state.occurrences().into_iter().map(|o| (o.no, o.said)).collect();
    assert!(state.absorb(&other()));
    let after: Vec<_> = state.occurrences().into_iter().map(|o| (o.no, o.said)).collect();
    assert_eq!(before, after);
    assert_eq!(state.counts().late, 4);
    reader.read(&state.take_changes());
    assert_agree(&reader, &state);
}

#[test]
fn a_sealed_match_is_not_taken_over() {
    let (mut state, _) = live(&one_device(1));
    let mut sealed = other();
    sealed.seal();
    assert!(!state.absorb(&sealed));
    assert!(state.take_changes().changes.is_empty());
}
