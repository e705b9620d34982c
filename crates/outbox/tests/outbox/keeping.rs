//! A game that stays here: its events wait and are passed over, wherever they stand.

use delivery::{Decision, Settlement};
use event_model::{Event, EventData, Game, Kind, MatchKey, MatchOrigin, MatchRef, Origin};
use outbox::{Append, NewEvent, Outbox};

use crate::support::{
    Folder, append, at, claim, conclude, id, ids, refused, settlements, stored, stream,
};

/// Events of League, where all others are of Counter-Strike.
fn append_league(outbox: &mut Outbox, numbers: impl Iterator<Item = u32>) {
    let events = numbers.map(|n| {
        let game = Game::league();
        let key = MatchKey::native(&game, "7");
        let match_ref = MatchRef { key, origin: MatchOrigin::Native };
        let data = EventData::of_match(game, match_ref);
        let event = Event { id: id(n), kind: Kind::Kill, data };
        let now = at(u64::from(n));
        NewEvent { event, origin: Origin::Live, time: now.wall, observed: now.clock }
    });
    let group = [Append { stream: stream(), state: Vec::new(), events: events.collect() }];
    outbox.append(&group, at(0)).unwrap();
}

#[test]
fn a_game_that_is_kept_waits_and_the_other_goes() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..2);
    append_league(&mut outbox, 2..4);
    append(&mut outbox, "a", 4..5);
    outbox.keep_here(&[Game::cs2()]);
    let league = claim(&mut outbox, 10);
    assert_eq!(ids(&league), [2, 3].map(id));
    conclude(&mut outbox, &league, &stored(&league));
    for _ in 0..8 {
        assert_eq!(claim(&mut outbox, 10), [], "nothing is damaged, and nothing leaves");
    }
    assert_eq!(outbox.kept_here().unwrap(), 3);
    assert_eq!(outbox.view().waiting_of(&Game::cs2()).unwrap(), 3);
    assert_eq!(outbox.view().waiting_of(&Game::league()).unwrap(), 0);
}

#[test]
fn what_was_kept_goes_in_its_order_when_it_is_let_go() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    outbox.keep_here(&[Game::cs2(), Game::league()]);
    assert_eq!(claim(&mut outbox, 10), []);
    outbox.keep_here(&[]);
    assert_eq!(ids(&claim(&mut outbox, 10)), [0, 1, 2].map(id));
    assert_eq!(outbox.kept_here().unwrap(), 0);
}

#[test]
fn what_was_refused_of_a_game_that_is_kept_stands_in_nobodys_way() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..2);
    let first = claim(&mut outbox, 10);
    conclude(&mut outbox, &first, &refused());
    append_league(&mut outbox, 2..4);
    outbox.keep_here(&[Game::cs2()]);
    let (mut seen, later) = (Vec::new(), at(3_600_000));
    for _ in 0..4 {
        let claimed = outbox.claim(&crate::support::limits(10), later).unwrap();
        seen.extend(ids(&claimed));
        outbox.conclude(&claimed, &stored(&claimed), later, 0).unwrap();
    }
    assert_eq!(seen, [2, 3].map(id));
    outbox.keep_here(&[]);
    assert!(!outbox.claim(&crate::support::limits(10), later).unwrap().is_empty());
}

#[test]
fn what_is_asked_for_again_of_a_game_that_is_kept_waits_with_the_others() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..1);
    let first = claim(&mut outbox, 10);
    let again = Decision::Settle(settlements(vec![Settlement::Kept]));
    conclude(&mut outbox, &first, &again);
    outbox.keep_here(&[Game::cs2()]);
    let later = at(3_600_000);
    assert_eq!(outbox.claim(&crate::support::limits(10), later).unwrap(), []);
    assert_eq!(outbox.asked_again_in_ms(later), None, "nobody waits for it");
    outbox.keep_here(&[]);
    assert_eq!(ids(&outbox.claim(&crate::support::limits(10), later).unwrap()), [id(0)]);
}
