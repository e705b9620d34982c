//! The simulated Hearthstone writes what the game was recorded to write, and what its
//! two logs say is what its truth says.

use std::collections::BTreeSet;

use event_model::{Channel, Kind, Source};
use simulator::{HearthstoneGame, HearthstoneSide, Length};

use crate::{
    SEEDS, short,
    told::{Told, by_rules, by_truth, difference, told},
};

fn long() -> Length {
    Length::seconds(400)
}

fn of_side(play: &HearthstoneGame, side: &HearthstoneSide, restarts: usize) -> Told {
    let log = play.log(side);
    told(Source::Hearthstone, Channel::File, log.iter().map(String::as_str), restarts)
}

#[test]
fn the_rules_tell_of_both_sides_what_their_truth_says() {
    for (seed, length) in SEEDS.map(|seed| (seed, long())).chain([(3, short())]) {
        let play = HearthstoneGame::new(seed, length);
        for side in play.sides(seed) {
            let (told, truth) = (of_side(&play, &side, 97), play.truth_of(&side));
            let difference = difference(&by_rules(&told.events), &by_truth(&truth.events));
            assert!(difference.is_empty(), "seed {seed}, {side:?}: {difference:#?}");
            assert_eq!((told.unreadable, told.drift), (0, Vec::new()));
            let observed = told
                .events
                .iter()
                .all(|event| event.data.observer.as_ref() == Some(&truth.observer));
            assert!(observed, "seed {seed}");
        }
    }
}

#[test]
fn both_sides_name_one_match_and_each_game_is_another() {
    let mut matches = BTreeSet::new();
    let mut count = 0;
    for seed in SEEDS {
        let play = HearthstoneGame::new(seed, long());
        let keys = play.sides(seed).map(|side| {
            let events = of_side(&play, &side, 0).events;
            let keys: BTreeSet<_> =
                events.iter().map(|event| event.data.match_ref.key.clone()).collect();
            assert_eq!(keys.len(), 1, "seed {seed}, {side:?}");
            keys.into_iter().next()
        });
        assert_eq!(keys[0], keys[1], "seed {seed}");
        matches.extend(keys);
        count += 1;
    }
    assert_eq!(matches.len(), count);
}

#[test]
fn what_is_numbered_is_numbered_alike_on_both_sides() {
    for seed in SEEDS {
        let play = HearthstoneGame::new(seed, long());
        let ordinals = play.sides(seed).map(|side| -> BTreeSet<_> {
            let events = of_side(&play, &side, 0).events;
            let numbered = events.into_iter().filter(|event| event.kind == Kind::Other);
            numbered
                .map(|event| event.data.ordinal.map(|ordinal| (ordinal.of, ordinal.value)))
                .collect()
        });
        assert_eq!(ordinals[0], ordinals[1], "seed {seed}");
    }
}
