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
