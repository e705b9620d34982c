//! Reports of a kill that name another victim than the others do.

use crate::{sketch::live, told::Told};

/// The reports of each occurrence, as they were placed at arrival.
fn placed(told: &[Told]) -> Vec<Vec<u64>> {
    let (state, _) = live(told);
    assert_eq!(state.resolves(), 0, "what is told of is what was decided at arrival");
    let numbers = |reports: Vec<association::LogNo>| reports.into_iter().map(|no| no.0).collect();
    state.occurrences().into_iter().map(|o| numbers(o.reports)).collect()
}

#[test]
fn who_names_the_wrong_victim_tells_of_the_same_kill() {
    let told = [
        Told::kill(1, 60_000, "Ana", "Bo"),
        Told::kill(2, 60_100, "Ana", "Bo"),
        Told::kill(3, 60_200, "Ana", "?"),
    ];
    assert_eq!(placed(&told), [vec![1, 2, 3]]);
}

#[test]
fn who_names_the_wrong_victim_first_renames_nobody() {
    let told = [
        Told::kill(1, 60_000, "Ana", "Cy"),
        Told::kill(2, 60_100, "Ana", "Bo"),
        Told::kill(3, 60_200, "Ana", "Bo"),
        Told::kill(4, 60_300, "Ana", "Bo"),
    ];
    assert_eq!(placed(&told), [vec![1, 2, 3, 4]]);
    let (state, _) = live(&told);
    assert_ne!(state.occurrences()[0].said.victim_from.0, 1, "most say who it was");
}

#[test]
fn two_kills_of_one_attacker_at_an_instant_are_two_where_anybody_tells_both() {
    let told = [
        Told::kill(1, 60_000, "Ana", "Bo"),
        Told::kill(1, 60_001, "Ana", "Cy"),
        Told::kill(2, 60_100, "Ana", "Cy"),
        Told::kill(2, 60_101, "Ana", "Bo"),
    ];
    assert_eq!(placed(&told), [vec![1, 4], vec![2, 3]]);
}

#[test]
fn kills_of_one_attacker_seconds_apart_are_two() {
    let told = [Told::kill(1, 60_000, "Ana", "Bo"), Told::kill(2, 62_000, "Ana", "Cy")];
    assert_eq!(placed(&told).len(), 2);
}

#[test]
fn another_attacker_of_another_victim_is_another_kill() {
    let told = [Told::kill(1, 60_000, "Ana", "Bo"), Told::kill(2, 60_100, "Di", "Cy")];
    assert_eq!(placed(&told).len(), 2);
}

#[test]
fn where_one_misses_much_two_known_victims_at_an_instant_are_two_kills() {
    let mut told = Vec::new();
    for kill in 0..14_u64 {
        let victim = ["Bo", "Bo", "Cy", "Cy"][usize::try_from(kill % 4).unwrap()];
        let at = 60_000 + kill * 20_000;
        told.push(Told::kill(1, at, "Ana", victim));
        if kill % 2 == 0 {
            told.push(Told::kill(2, at + 50, "Ana", victim));
        }
    }
    let before = placed(&told).len();
    told.push(Told::kill(1, 900_000, "Ana", "Bo"));
    told.push(Told::kill(2, 900_100, "Ana", "Cy"));
    assert_eq!(placed(&told).len(), before + 2);
}
