//! What an occurrence counts for whom.

use std::collections::BTreeMap;

use association::{Facts, Grounds, MatchState, Report, Rules, Tally, tally, trust::Standing};
use event_model::{ActorIds, Actors, Game, Kind, Origin};
use proptest::prelude::*;

use crate::told::Told;

const KILL: Tally = Tally { kills: 1, deaths: 0, assists: 0, objectives: 0 };
const DEATH: Tally = Tally { kills: 0, deaths: 1, assists: 0, objectives: 0 };
const ASSIST: Tally = Tally { kills: 0, deaths: 0, assists: 1, objectives: 0 };
const OBJECTIVE: Tally = Tally { kills: 0, deaths: 0, assists: 0, objectives: 1 };

fn actors(attacker: Option<&str>, victim: Option<&str>, assists: &[&str]) -> Actors {
    Actors {
        attacker: attacker.map(str::to_owned),
        victim: victim.map(str::to_owned),
        assists: assists.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn confirmed(kind: Kind, actors: &Actors) -> Facts<'_> {
    Facts {
        kind,
        standing: Standing::Confirmed,
        seen_by: 2,
        expected: 2,
        grounds: Grounds { is_native: true, is_replayed: false, assists_agreed: true },
        is_late: false,
        actors,
        actor_ids: None,
        by_player: true,
    }
}

#[test]
fn a_kill_counts_for_three_and_by_account_where_the_game_tells_it() {
    let actors = actors(Some("Ana"), Some("Bo"), &["Cy", "Cy", "Di"]);
    let kill = confirmed(Kind::Kill, &actors);
    let by_name = BTreeMap::from([("Ana", KILL), ("Bo", DEATH), ("Cy", ASSIST), ("Di", ASSIST)]);
    assert_eq!(tally(&kill), by_name);
    let ids = ActorIds {
        attacker: Some("1".to_owned()),
        victim: None,
        assists: vec!["3".to_owned(), "3".to_owned(), "4".to_owned()],
    };
    let by_id = BTreeMap::from([("1", KILL), ("Bo", DEATH), ("3", ASSIST), ("4", ASSIST)]);
    assert_eq!(tally(&Facts { actor_ids: Some(&ids), ..kill }), by_id);
    let some = ActorIds { assists: vec!["4".to_owned()], ..ids };
    let helpers = tally(&Facts { actor_ids: Some(&some), ..kill });
    assert!(helpers.contains_key("Cy") && !helpers.contains_key("4"), "whose the id is, is open");
}

#[test]
fn two_halves_of_a_kill_count_once_each() {
    let (kill, death) = (actors(Some("Ana"), None, &[]), actors(None, Some("Bo"), &[]));
    let lone = |kind, actors| Facts {
        standing: Standing::Lone,
        seen_by: 1,
        expected: 1,
        ..confirmed(kind, actors)
    };
    assert_eq!(tally(&lone(Kind::Kill, &kill)), BTreeMap::from([("Ana", KILL)]));
    assert_eq!(tally(&lone(Kind::Death, &death)), BTreeMap::from([("Bo", DEATH)]));
}

#[test]
fn helpers_that_most_witnesses_do_not_name_are_not_counted() {
    let actors = actors(Some("Ana"), Some("Bo"), &["Cy"]);
    let grounds = Grounds { is_native: true, ..Grounds::default() };
    let kill = Facts { grounds, ..confirmed(Kind::Kill, &actors) };
    assert_eq!(tally(&kill), BTreeMap::from([("Ana", KILL), ("Bo", DEATH)]));
}

#[test]
fn who_dies_by_his_own_hand_or_by_a_turret_has_given_nobody_a_kill() {
    let own = actors(Some("Bo"), Some("Bo"), &[]);
    assert_eq!(tally(&confirmed(Kind::Kill, &own)), BTreeMap::from([("Bo", DEATH)]));
    let turret = actors(Some("Turret_T1"), Some("Bo"), &["Cy"]);
    let by_turret = Facts { by_player: false, ..confirmed(Kind::Kill, &turret) };
    assert_eq!(tally(&by_turret), BTreeMap::from([("Bo", DEATH), ("Cy", ASSIST)]));
}

#[test]
fn objectives_are_those_of_whoever_took_them() {
    let goal = actors(Some("Ana"), None, &["Cy"]);
    for kind in [
        Kind::ObjectiveTaken,
        Kind::StructureDestroyed,
        Kind::Goal,
        Kind::BombPlanted,
        Kind::BombDefused,
    ] {
        let counted = tally(&confirmed(kind, &goal));
        assert_eq!(counted.get("Ana"), Some(&OBJECTIVE), "{kind:?}");
        assert_eq!(counted.contains_key("Cy"), kind == Kind::Goal, "{kind:?}");
    }
    for kind in [Kind::FirstBlood, Kind::MultiKill, Kind::Knock, Kind::RoundEnded, Kind::Other] {
        assert_eq!(tally(&confirmed(kind, &goal)), BTreeMap::new(), "{kind:?} is told otherwise");
    }
}

proptest! {
    #[test]
    fn only_what_can_be_believed_counts(
        standing in prop::sample::select(vec![
            Standing::Lone, Standing::Contradicted, Standing::Supported, Standing::Confirmed,
        ]),
        seen_by in 0u16..3,
        expected in 0u16..4,
        is_native: bool,
        is_replayed: bool,
        is_late: bool,
    ) {
        let actors = actors(Some("Ana"), Some("Bo"), &[]);
        let facts = Facts {
            standing, seen_by, expected, is_late,
            grounds: Grounds { is_native, is_replayed, assists_agreed: true },
            ..confirmed(Kind::Kill, &actors)
        };
        let by_several = matches!(standing, Standing::Supported | Standing::Confirmed);
        let by_the_only_one = standing == Standing::Lone && is_native && (seen_by, expected) == (1, 1);
        let wanted = (by_several || by_the_only_one) && !is_replayed && !is_late;
        prop_assert_eq!(!tally(&facts).is_empty(), wanted);
    }
}

/// What the only occurrence of these kills says of how far it counts.
fn grounds(told: &[Told]) -> Grounds {
    let mut state = MatchState::new(Rules::of(&Game::new("league").unwrap()));
    for (told, position) in told.iter().zip(1..) {
        state.place(&told.report(position));
    }
    let [only] = state.occurrences().try_into().unwrap();
    only.grounds
}

#[test]
fn helpers_are_agreed_on_by_most_accounts_and_not_by_most_devices() {
    let by = |device, helper: Option<&str>| {
        let mut told = Told::kill(device, 1_000, "Ana", "Bo").death(1);
        told.actors.assists = helper.into_iter().map(str::to_owned).collect();
        told
    };
    let alone = grounds(&[by(1, Some("Cy"))]);
    assert!(alone.assists_agreed && alone.is_native && !alone.is_replayed);
    assert!(!grounds(&[by(1, None)]).assists_agreed, "there is nobody to agree on");
    assert!(grounds(&[by(1, Some("Cy")), by(2, Some("Cy")), by(3, None)]).assists_agreed);
    assert!(!grounds(&[by(1, Some("Cy")), by(2, None)]).assists_agreed);
    let mut second = by(4, Some("Cy"));
    second.observer = by(1, None).observer;
    assert!(!grounds(&[by(1, Some("Cy")), second, by(2, None), by(3, None)]).assists_agreed);
}

#[test]
fn what_only_recordings_tell_counts_for_nobody_until_a_live_game_tells_it_too() {
    let told: Vec<Told> =
        (1..=3).map(|device| Told::kill(device, 1_000, "Ana", "Bo").death(1)).collect();
    let mut state = MatchState::new(Rules::of(&Game::new("league").unwrap()));
    let mut counts = |told: &Told, position, origin| {
        state.place(&Report { origin: Some(origin), ..told.report(position) });
        let [only] = state.occurrences().try_into().unwrap();
        only.counts()
    };
    assert!(!counts(&told[0], 1, Origin::Replay));
    assert!(!counts(&told[1], 2, Origin::Replay));
    assert!(counts(&told[2], 3, Origin::Live));
}
