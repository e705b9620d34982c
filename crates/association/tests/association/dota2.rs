//! Dota 2: every client lists the same with the engine's own clock.

use std::collections::BTreeSet;

use association::{Rules, solve};
use event_model::Game;

use crate::told::{Told, set_of};

/// A kill as a device lists it: so long after the engine's clock as its frames and its
/// link take, with that clock beside it.
fn kill(device: u128, engine_ms: i64, late_ms: u64, attacker: u8, victim: u8) -> Told {
    let (attacker, victim) = (format!("player {attacker}"), format!("player {victim}"));
    let seen_ms = u64::try_from(engine_ms).unwrap() + late_ms;
    let mut told = Told::kill(device, seen_ms, &attacker, &victim);
    told.event_id = format!("{device} {engine_ms} {attacker} {victim}");
    told.match_clock_ms = Some(engine_ms);
    told
}

/// How many occurrences the reports are.
fn occurrences(told: &[Told]) -> usize {
    let solution = solve(&set_of(told), &Rules::of(&Game::dota2()));
    solution.cluster_of.iter().collect::<BTreeSet<_>>().len()
}

#[test]
fn the_same_kill_of_two_observers_is_one_however_late_each_frame_came() {
    for late_ms in [0, 900, 2_000, 9_000] {
        let told = [kill(1, 600_200, 300, 0, 5), kill(2, 600_200, late_ms, 0, 5)];
        assert_eq!(occurrences(&told), 1, "{late_ms} ms later");
    }
}

#[test]
fn two_kills_in_one_second_are_two_for_any_number_of_observers() {
    for observers in 1..=5 {
        let seen = |device: u128| {
            let late_ms = 300 * u64::try_from(device).unwrap();
            [kill(device, 600_200, late_ms, 0, 5), kill(device, 600_400, late_ms, 0, 6)]
        };
        let told: Vec<Told> = (1..=observers).flat_map(seen).collect();
        assert_eq!(occurrences(&told), 2, "{observers} observers");
        let traded =
            |device: u128| [kill(device, 600_200, 250, 0, 5), kill(device, 600_200, 250, 5, 0)];
        let told: Vec<Told> = (1..=observers).flat_map(traded).collect();
        assert_eq!(occurrences(&told), 2, "who kill each other at once are two dead");
    }
}

#[test]
fn who_bought_back_and_dies_again_died_twice() {
    let died = |device: u128| [kill(device, 600_000, 400, 1, 7), kill(device, 604_000, 400, 1, 7)];
    let told: Vec<Told> = (1..=3).flat_map(died).collect();
    assert_eq!(occurrences(&told), 2);
}
