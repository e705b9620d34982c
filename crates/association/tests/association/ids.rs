//! Handles that lead somewhere for ever, and changes that can be read again.

use association::{Change, MatchState, Revision};
use proptest::prelude::*;

use crate::{
    reader::{Reader, assert_agree},
    sketch::{Sketch, league, live, sketch},
    told::Told,
};

/// What may happen to a match besides reports.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Turn {
    Place,
    Resolve,
    Seal,
    Reopen,
    Withdraw(u64),
}

pub(crate) fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![
        12 => Just(Turn::Place),
        2 => Just(Turn::Resolve),
        1 => Just(Turn::Seal),
        1 => Just(Turn::Reopen),
        1 => (1_u64..60).prop_map(Turn::Withdraw),
    ];
    prop::collection::vec(turn, 1..80)
}

/// Takes a match through `turns`, and gives the state after each to `then`.
pub(crate) fn through(told: &[Told], turns: &[Turn], mut then: impl FnMut(&mut MatchState)) {
    let mut state = MatchState::new(league());
    let mut left = (1..).zip(told);
    for turn in turns {
        match turn {
            Turn::Place => {
                let Some((position, told)) = left.next() else { continue };
                state.place(&told.report(position));
                state.resolve_if_due();
            }
            Turn::Resolve => state.resolve(),
            Turn::Seal => state.seal(),
            Turn::Reopen => state.reopen(),
            Turn::Withdraw(no) => state.withdraw(&[association::LogNo(*no)]),
        }
        then(&mut state);
    }
}

fn shuffled() -> impl Strategy<Value = (Sketch, Vec<Told>)> {
    sketch().prop_flat_map(|sketch| {
        let told = sketch.told();
        (Just(sketch), Just(told).prop_shuffle())
    })
}

proptest! {
    #[test]
    fn who_reads_the_changes_knows_the_match((_, told) in shuffled(), turns in turns()) {
        let mut reader = Reader::default();
        through(&told, &turns, |state| {
            reader.read(&state.take_changes());
            assert_agree(&reader, state);
        });
    }

    #[test]
    fn reading_can_stop_after_any_revision_and_go_on(
        (_, told) in shuffled(), turns in turns(), cut in any::<prop::sample::Index>(),
    ) {
        let mut changes: Vec<Change> = Vec::new();
        through(&told, &turns, |state| changes.extend(state.take_changes().changes));
        let cut = cut.index(changes.len() + 1);
        let (mut once, mut twice) = (Reader::default(), Reader::default());
        changes.iter().for_each(|change| once.apply(*change));
        changes[..cut].iter().for_each(|change| twice.apply(*change));
        let mut twice = twice.clone();
        changes[cut..].iter().for_each(|change| twice.apply(*change));
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn a_handle_that_was_published_leads_somewhere_until_all_is_withdrawn(
        (_, told) in shuffled(), turns in turns(),
    ) {
        let mut reader = Reader::default();
        through(&told, &turns, |state| {
            reader.read(&state.take_changes());
            for (handle, lead) in &reader.leads {
                let is_there = state.reports().iter().any(|(_, r)| r.position == handle.0);
                if is_there {
                    assert!(lead.is_some() && state.present(*handle) == *lead, "{handle:?}");
                }
            }
        });
    }

    #[test]
    fn the_same_log_gives_the_same_changes((_, told) in shuffled(), turns in turns()) {
        let (mut one, mut two) = (Vec::new(), Vec::new());
        through(&told, &turns, |state| one.extend(state.take_changes().changes));
        through(&told, &turns, |state| two.extend(state.take_changes().changes));
        prop_assert_eq!(one, two);
    }
}

#[test]
fn an_occurrence_keeps_the_handle_that_was_published_first() {
    let mut unknown = Told::kill(2, 60_000, "Ana", "Bo");
    unknown.quality = association::TimeQuality::Low;
    let mut counted = Told::kill(1, 60_100, "Ana", "Bo").death(1);
    counted.event_id = uuid::Uuid::from_u128(77).to_string();
    let told = [unknown.death(1), counted];
    let (mut state, _) = live(&told);
    state.seal();
    let occurrences = state.occurrences();
    assert_eq!(occurrences.len(), 1);
    assert_eq!(occurrences[0].no.0, 1, "the first report founded it");
}

#[test]
fn revisions_have_no_holes() {
    let told = [Told::kill(1, 60_000, "Ana", "Bo"), Told::kill(2, 60_010, "Ana", "Bo")];
    let mut state = MatchState::new(league());
    assert_eq!(state.revision(), Revision(0));
    for (position, told) in (1..).zip(&told) {
        state.place(&told.report(position));
    }
    assert_eq!(state.revision(), Revision(2));
    let changes = state.take_changes();
    assert_eq!((changes.first, changes.last()), (Revision(1), Revision(2)));
    state.seal();
    assert_eq!(state.take_changes().first, Revision(3));
}
