//! Reports that their sender takes back.

use association::{Change, LogNo, MatchState, OccurrenceNo};
use proptest::prelude::*;

use crate::{
    reader::{assert_agree, record},
    sketch::{contents, league, live, sketch},
    told::Told,
};

proptest! {
    #[test]
    fn what_is_withdrawn_before_the_seal_might_never_have_come(
        (told, gone) in sketch().prop_flat_map(|sketch| {
            let told = sketch.told();
            let gone = prop::collection::vec(any::<bool>(), told.len());
            (Just(told), gone)
        }),
    ) {
        let (mut all, mut fewer) = (MatchState::new(league()), MatchState::new(league()));
        let mut withdrawn = Vec::new();
        for ((position, told), gone) in (1..).zip(&told).zip(&gone) {
            all.place(&told.report(position));
            if *gone {
                withdrawn.push(LogNo(position));
            } else {
                fewer.place(&told.report(position));
            }
        }
        all.withdraw(&withdrawn);
        all.seal();
        fewer.seal();
        prop_assert_eq!(contents(&all), contents(&fewer));
    }
}

fn three() -> Vec<Told> {
    (1..=3).map(|device| Told::kill(device, 60_000 + device as u64, "Ana", "Bo")).collect()
}

#[test]
fn a_withdrawn_founder_leaves_its_handle_to_the_others() {
    let (mut state, mut reader) = live(&three());
    let handle = OccurrenceNo::of_founder(LogNo(1));
    state.withdraw(&[LogNo(1)]);
    reader.read(&state.take_changes());
    assert_agree(&reader, &state);
    assert_eq!(state.present(handle), Some(handle));
    assert_eq!(reader.leads[&handle], Some(handle));
}

#[test]
fn with_the_last_report_the_occurrence_is_retracted() {
    for sealed in [false, true] {
        let (mut state, mut reader) = live(&three());
        if sealed {
            state.seal();
        }
        state.withdraw(&[LogNo(1), LogNo(2), LogNo(3)]);
        reader.read(&state.take_changes());
        assert_agree(&reader, &state);
        let handle = OccurrenceNo::of_founder(LogNo(1));
        assert_eq!(reader.leads[&handle], None);
        assert!(reader.seen.contains(&Change::Retracted { occurrence: handle }));
    }
}

#[test]
fn after_the_seal_a_witness_goes_and_nothing_else_moves() {
    // The first is earlier than the others: it says when.
    let mut told: Vec<Told> = [60_000, 60_600, 60_700]
        .into_iter()
        .zip(1..)
        .map(|(ms, device)| Told::kill(device, ms, "Ana", "Bo"))
        .collect();
    told.extend((1..=3).map(|device| Told::kill(device, 90_000, "Ana", "Bo")));
    let (mut state, _) = live(&told);
    state.seal();
    let before = state.occurrences();
    state.withdraw(&[LogNo(1)]);
    let after = state.occurrences();
    assert_eq!(after[0].reports, [LogNo(2), LogNo(3)]);
    assert_eq!(after[0].said, before[0].said);
    assert_eq!(after[1], before[1]);
}

#[test]
fn what_is_not_in_the_match_is_passed_over() {
    let (mut state, _) = live(&three());
    let before = record(&state);
    state.withdraw(&[LogNo(99)]);
    assert_eq!(record(&state), before);
    assert!(state.take_changes().changes.is_empty());
}
