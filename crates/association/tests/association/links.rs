//! Halves of kills that may belong together, in the life of a match.

use association::{Change, LogNo, MatchState, Occurrence, OccurrenceNo, Rules};
use event_model::{Actors, Game, Kind};

use crate::told::Told;

/// A kill or a death as the player's own counter tells it.
fn half(player: u128, ms: u64, kind: Kind) -> Told {
    let mut told = Told::kill(player, ms, "", "");
    (told.kind, told.round) = (kind, Some(1));
    told.team = Some(if player <= 5 { "CT" } else { "T" }.to_owned());
    let name = Some(format!("player {player}"));
    let (attacker, victim) = if kind == Kind::Kill { (name, None) } else { (None, name) };
    told.actors = Actors { attacker, victim, assists: Vec::new() };
    told
}

fn start(player: u128) -> Told {
    let mut told = Told::kill(player, 1_000 + player as u64, "", "");
    (told.kind, told.round, told.actors) = (Kind::RoundStarted, Some(1), Actors::default());
    told
}

/// Two kills of one side at once, solved: nobody can say whose death is whose.
fn two_at_once() -> (MatchState, Vec<Change>) {
    let mut told: Vec<Told> = (1..=10).map(start).collect();
    told.extend([half(1, 30_000, Kind::Kill), half(2, 30_040, Kind::Kill)]);
    told.extend([half(7, 30_060, Kind::Death), half(8, 30_090, Kind::Death)]);
    let mut state = MatchState::new(Rules::of(&Game::cs2()));
    for (position, told) in (1..).zip(&told) {
        state.place(&told.report(position));
    }
    state.take_changes();
    state.resolve();
    let changes = state.take_changes().changes;
    (state, changes)
}

fn of(state: &MatchState, no: u64) -> Occurrence {
    state.occurrences_named(&[OccurrenceNo(no)]).remove(0)
}

#[test]
fn halves_that_may_be_one_keep_their_ids_and_name_each_other() {
    let (state, changes) = two_at_once();
    let deaths = [OccurrenceNo(13), OccurrenceNo(14)];
    assert_eq!(of(&state, 11).linked, deaths);
    assert_eq!(of(&state, 14).linked, [OccurrenceNo(11), OccurrenceNo(12)]);
    for occurrence in (11..=14).map(OccurrenceNo) {
        assert!(changes.contains(&Change::Retimed { occurrence }), "{occurrence:?} {changes:?}");
    }
}

#[test]
fn links_are_put_away_and_taken_out_with_the_match() {
    let (state, _) = two_at_once();
    let again = MatchState::from_rows(Rules::of(&Game::cs2()), &state.rows()).unwrap();
    assert_eq!(again.occurrences(), state.occurrences());
}

#[test]
fn a_half_that_is_withdrawn_after_the_seal_is_linked_no_more() {
    let (mut state, _) = two_at_once();
    state.seal();
    state.take_changes();
    state.withdraw(&[LogNo(13)]);
    assert_eq!(of(&state, 11).linked, [OccurrenceNo(14)]);
    let changes = state.take_changes().changes;
    for occurrence in [11, 12].map(OccurrenceNo) {
        assert!(changes.contains(&Change::Retimed { occurrence }), "{changes:?}");
    }
}
