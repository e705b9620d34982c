//! A match that is opened again forgets that anything was late.

use association::{Change, MatchState};
use proptest::prelude::*;

use crate::{
    reader::{Reader, assert_agree},
    sketch::{contents, league, sketch},
};

proptest! {
    #[test]
    fn opened_and_sealed_again_it_is_as_if_nothing_had_been_late(
        (told, cut) in sketch().prop_flat_map(|sketch| {
            let told = sketch.told();
            (Just(told).prop_shuffle(), any::<prop::sample::Index>())
        }),
    ) {
        let cut = cut.index(told.len() + 1);
        let (mut once, mut twice) = (MatchState::new(league()), MatchState::new(league()));
        let mut reader = Reader::default();
        for (position, told) in (1..).zip(&told) {
            once.place(&told.report(position));
            twice.place(&told.report(position));
            if position == u64::try_from(cut).unwrap() {
                twice.seal();
            }
        }
        once.seal();
        twice.seal();
        twice.reopen();
        reader.read(&twice.take_changes());
        assert_agree(&reader, &twice);
        prop_assert!(!reader.is_sealed);
        twice.seal();
        prop_assert_eq!(contents(&once), contents(&twice));
        prop_assert_eq!(twice.counts().late, 0);
    }
}

#[test]
fn opening_what_is_open_says_nothing() {
    let mut state = MatchState::new(league());
    state.reopen();
    assert!(state.take_changes().changes.is_empty());
    state.seal();
    state.reopen();
    assert_eq!(state.take_changes().changes, [Change::Sealed, Change::Reopened]);
}
