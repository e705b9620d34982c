//! What two devices alone can tell.

use std::collections::BTreeSet;

use association::{Rules, solve};
use event_model::Game;

use crate::told::{Told, set_of};

const NAMES: [&str; 8] = ["Ana", "Bo", "Cem", "Dora", "Eli", "Finn", "Gita", "Hugo"];

/// Kills half a minute apart that both see, a second late at most.
fn usual() -> Vec<Told> {
    let name = |number: u64| NAMES[usize::try_from(number % 8).unwrap()];
    let kill = |device: u64, turn: u64| {
        let late = (turn * turn * 37 + device * turn * 461) % 1_000;
        let (attacker, victim) = (name(turn), name(turn + 1 + turn / 8));
        Told::kill(u128::from(device), 30_000 * (turn + 1) + late, attacker, victim)
    };
    (1..=2).flat_map(|device| (0..40).map(move |turn| kill(device, turn))).collect()
}

/// A burst of three, long before: what can happen again within three seconds
/// did.
fn burst() -> Vec<Told> {
    let kills = [5_000, 8_000, 11_000];
    let seen = |device: u128| {
        kills.map(|ms| Told::kill(device, ms + u64::try_from(device).unwrap() * 40, "Ana", "Hugo"))
    };
    (1..=2).flat_map(seen).collect()
}

/// How many occurrences the last of the reports are.
fn occurrences(last: &[Told]) -> usize {
    let told: Vec<Told> = usual().into_iter().chain(burst()).chain(last.iter().cloned()).collect();
    let solution = solve(&set_of(&told), &Rules::of(&Game::new("valorant").unwrap()));
    let from = told.len() - last.len();
    let all: BTreeSet<_> = solution.cluster_of[from..].iter().collect();
    all.len()
}

const THEN_MS: u64 = 1_315_000;

#[test]
fn a_late_report_of_a_kill_that_stands_alone_belongs_to_it() {
    let late = |ms| [Told::kill(1, THEN_MS, "Ana", "Bo"), Told::kill(2, THEN_MS + ms, "Ana", "Bo")];
    assert_eq!(occurrences(&late(1_900)), 1);
    assert_eq!(occurrences(&late(3_100)), 2);
}

#[test]
fn in_a_burst_a_late_report_is_rather_the_next() {
    // The first saw the first and the second, the other the third of four.
    let burst = [
        Told::kill(1, THEN_MS, "Ana", "Bo"),
        Told::kill(1, THEN_MS + 3_900, "Ana", "Bo"),
        Told::kill(2, THEN_MS + 5_800, "Ana", "Bo"),
    ];
    assert_eq!(occurrences(&burst), 3);
}

#[test]
fn a_name_that_nobody_else_has_is_another_name_of_the_other() {
    for wrong in ["[07] Bo", "?", "Bo #EU9"] {
        let kill =
            [Told::kill(1, THEN_MS, "Ana", "Bo"), Told::kill(2, THEN_MS + 250, "Ana", wrong)];
        assert_eq!(occurrences(&kill), 1, "{wrong}");
    }
}

#[test]
fn two_players_killed_by_two_are_two() {
    let kills = [Told::kill(1, THEN_MS, "Ana", "Bo"), Told::kill(2, THEN_MS + 100, "Cem", "Dora")];
    assert_eq!(occurrences(&kills), 2);
}

/// It is the later of the two that is late, whoever has the wrong name.
#[test]
fn another_victim_is_a_wrong_name_whichever_of_two_tells_it_first() {
    for (first, second) in [(1, 2), (2, 1)] {
        let told = [
            Told::kill(first, THEN_MS, "Ana", "Bo"),
            Told::kill(second, THEN_MS + 600, "Ana", "Cem"),
        ];
        assert_eq!(occurrences(&told), 1, "device {first} first");
        let apart = [
            Told::kill(first, THEN_MS, "Ana", "Bo"),
            Told::kill(second, THEN_MS + 2_600, "Ana", "Cem"),
        ];
        assert_eq!(occurrences(&apart), 2, "device {first} first");
    }
}

/// Kills of three against three, of which each device misses two in five.
fn sides() -> Vec<Told> {
    let kill = |device: u64, turn: u64| {
        let [one, other] = [turn % 3, (turn / 3) % 3].map(|no| usize::try_from(no).unwrap());
        let [attacker, victim] = if turn.is_multiple_of(2) {
            [NAMES[one], NAMES[3 + other]]
        } else {
            [NAMES[3 + one], NAMES[other]]
        };
        let late = (turn * turn * 37 + device * turn * 461) % 700;
        Told::kill(
            u128::from(device),
            30_000 * (turn + 1) + turn * turn * 7_919 % 17_000 + late,
            attacker,
            victim,
        )
    };
    let seen = |device: u64| {
        move |turn: &u64| !(turn + 2 * device).is_multiple_of(5) && (turn + device) % 5 != 3
    };
    (1..=2)
        .flat_map(|device| (0..60).filter(seen(device)).map(move |turn| kill(device, turn)))
        .collect()
}

#[test]
fn who_is_said_to_have_killed_ones_own_side_killed_whom_the_other_names() {
    let stored = |victim: &str| {
        let last =
            [Told::kill(1, 1_900_000, "Ana", "Dora"), Told::kill(2, 1_900_250, "Ana", victim)];
        let told: Vec<Told> = sides().into_iter().chain(last).collect();
        let solution = solve(&set_of(&told), &Rules::of(&Game::new("valorant").unwrap()));
        let last: BTreeSet<_> = solution.cluster_of[told.len() - 2..].iter().collect();
        last.len()
    };
    assert_eq!(stored("Bo"), 1, "Bo plays with Ana");
    assert_eq!(stored("Ana"), 1, "nobody kills oneself");
    assert_eq!(stored("Eli"), 2, "Eli could have been killed as well");
}
