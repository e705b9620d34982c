//! One who tells a thing twice.

use std::collections::BTreeSet;

use association::{Rules, solve};
use event_model::Game;

use crate::told::{Told, set_of};

/// Kills a minute apart that ten devices see, each a little later than the
/// other.
fn usual() -> Vec<Told> {
    let names = ["Ana", "Bo", "Cem", "Dora"];
    let kill = |device: u64, turn: u64| {
        let (attacker, victim) = (names[index(turn)], names[index(turn / 4 + turn + 1)]);
        let late = (device * 97 + turn * 61) % 700;
        Told::kill(u128::from(device), 60_000 * (turn + 1) + late, attacker, victim)
    };
    (1..=10).flat_map(|device| (0..30).map(move |turn| kill(device, turn))).collect()
}

fn index(turn: u64) -> usize {
    usize::try_from(turn % 4).unwrap()
}

/// How the reports of one kill at an instant are put together: sizes, largest
/// first.
fn sizes(at_ms: [u64; 11]) -> Vec<usize> {
    let mut told = usual();
    let mut ids = BTreeSet::new();
    for (number, late_ms) in (0..).zip(at_ms) {
        // The eleventh is the tenth device's, a second time.
        let device = std::cmp::min(number + 1, 10);
        let kill = Told::kill(device, 2_430_000 + late_ms, "Eli", "Finn");
        ids.insert(kill.event_id.clone());
        told.push(kill);
    }
    let solution = solve(&set_of(&told), &Rules::of(&Game::new("valorant").unwrap()));
    let mut sizes: Vec<usize> = solution
        .clusters
        .iter()
        .map(|cluster| {
            let members = cluster.members.iter().map(|no| &told[usize::try_from(no.0).unwrap()]);
            members.filter(|told| ids.contains(&told.event_id)).count()
        })
        .filter(|count| *count > 0)
        .collect();
    sizes.sort_unstable_by_key(|size| std::cmp::Reverse(*size));
    sizes
}

#[test]
fn who_tells_a_kill_twice_sets_no_others_apart() {
    let early_and_late = [200, 250, 300, 240, 1_000, 950, 1_050, 1_100, 1_000, 220, 980];
    assert_eq!(sizes(early_and_late), [10, 1]);
}

#[test]
fn a_kill_that_most_tell_twice_happened_twice() {
    let mut told = usual();
    for device in 1..=10 {
        told.push(Told::kill(device, 2_430_300, "Eli", "Finn"));
        if device > 2 {
            told.push(Told::kill(device, 2_433_500, "Eli", "Finn"));
        }
    }
    let solution = solve(&set_of(&told), &Rules::of(&Game::new("valorant").unwrap()));
    assert_eq!(solution.clusters.len(), 32);
}
