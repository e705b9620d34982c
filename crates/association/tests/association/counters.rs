//! The game's own counters.

use association::{Rules, solve};
use event_model::Game;

use crate::told::{Told, partition, set_of};

fn solved(told: &[Told]) -> Vec<Vec<String>> {
    partition(told, &solve(&set_of(told), &Rules::of(&Game::league())))
}

#[test]
fn one_count_is_one_kill_whatever_the_clocks_say() {
    let told = [
        Told::kill(1, 10_000, "Ana", "Bo").death(1),
        Told::kill(2, 900_000, "Ana", "Bo").death(1),
        Told::kill(1, 11_000, "Ana", "Bo").death(2),
    ];
    let clusters = solved(&told);
    assert_eq!(clusters.len(), 2, "{clusters:?}");
    assert!(clusters.iter().any(|cluster| cluster.len() == 2));
}

#[test]
fn two_events_of_one_device_are_two_kills() {
    let told = [Told::kill(1, 10_000, "Ana", "Bo"), Told::kill(1, 10_100, "Ana", "Bo")];
    assert_eq!(solved(&told).len(), 2);
}

#[test]
fn one_kill_is_told_by_two_within_a_moment() {
    let told = [Told::kill(1, 10_000, "Ana", "Bo"), Told::kill(2, 10_700, "Ana", "Bo")];
    assert_eq!(solved(&told).len(), 1);
}

#[test]
fn two_devices_of_one_account_tell_of_one_kill() {
    let mut other = Told::kill(2, 10_300, "Ana", "Bo");
    other.observer = Some("player 1".to_owned());
    let told = [Told::kill(1, 10_000, "Ana", "Bo"), other];
    assert_eq!(solved(&told).len(), 1);
}
