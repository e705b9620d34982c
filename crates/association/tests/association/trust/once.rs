//! Who tells two kills of one player that are too near to each other.

use association::{
    Rules, solve,
    trust::{Known, Standing, judge},
};
use event_model::Game;

use crate::told::{Told, set_of};

const THEN_MS: u64 = 700_000;

/// What three who see a kill every half minute are believed of those that are told of Ana
/// and Bo: standings in the order of time.
fn standings(of_ana: &[(u128, u64)]) -> Vec<Standing> {
    let names = ["Cem", "Dora", "Eli", "Finn", "Gita", "Hugo"];
    let kill = |device: u128, turn: usize| {
        let at_ms = 30_000 * (turn as u64 + 1) + 97 * device as u64;
        Told::kill(device, at_ms, names[turn % 6], names[(turn + 1 + turn / 6) % 6])
    };
    let usual = (1..=3).flat_map(|device| (0..40).map(move |turn| kill(device, turn)));
    let mut told: Vec<Told> = usual.collect();
    let begin = told.len();
    told.extend(of_ana.iter().map(|(device, ms)| Told::kill(*device, THEN_MS + ms, "Ana", "Bo")));
    let (set, rules) = (set_of(&told), Rules::of(&Game::new("valorant").unwrap()));
    let solution = solve(&set, &rules);
    let judgement = judge(&set, &rules, &solution, &Known::default());
    let clusters = solution.clusters.iter().zip(&judgement.assessment.occurrences);
    clusters
        .filter(|(cluster, _)| usize::try_from(cluster.members[0].0).unwrap() >= begin)
        .map(|(_, trust)| trust.standing)
        .collect()
}

#[test]
fn who_alone_tells_two_kills_sooner_than_a_revive_confirms_one() {
    let found = standings(&[(3, 0), (1, 250), (3, 2_700), (2, 2_450)]);
    let confirmed = found.iter().filter(|found| **found == Standing::Confirmed).count();
    assert_eq!((found.len(), confirmed), (2, 1), "{found:?}");
}

#[test]
fn who_tells_two_as_far_apart_as_a_revive_takes_confirms_both() {
    let found = standings(&[(3, 0), (1, 400), (3, 3_400), (2, 3_600)]);
    assert_eq!(found, [Standing::Confirmed; 2]);
}

#[test]
fn two_who_tell_both_confirm_both_however_near() {
    let found = standings(&[(3, 100), (1, 0), (3, 2_700), (1, 3_200), (2, 3_100)]);
    assert_eq!(found, [Standing::Confirmed; 2]);
}
