//! One who tells a thing twice.

use std::collections::BTreeSet;

use association::{MatchState, Rules, solve};
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
    let solution = solve(&set_of(&told), &valorant());
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
    let solution = solve(&set_of(&told), &valorant());
    assert_eq!(solution.clusters.len(), 32);
}

/// What the ten tell, and in their midst `teller` that tells all of it as often
/// as this, so long after each other; by arrival.
fn with_twins(teller: u128, times: u64, apart_ms: u64) -> Vec<Told> {
    let mut told = usual();
    let own: Vec<Told> = told.iter().filter(|told| told.device == 1).cloned().collect();
    told.retain(|told| told.device != teller);
    for (kill, turn) in own.iter().flat_map(|kill| (0..times).map(move |turn| (kill, turn))) {
        let (attacker, victim) = (&kill.actors.attacker, &kill.actors.victim);
        let names = (attacker.as_deref().unwrap(), victim.as_deref().unwrap());
        let at_ms = kill.mono_ms / 60_000 * 60_000 + 350 + turn * apart_ms;
        let mut twin = Told::kill(teller, at_ms, names.0, names.1);
        let id = (teller << 64) | (u128::from(turn) << 40) | u128::from(at_ms);
        twin.event_id = uuid::Uuid::from_u128(id).to_string();
        told.push(twin);
    }
    told.sort_by_key(|told| (told.mono_ms, told.device));
    told
}

/// How many groups the reports of the others are in, of which each has its own.
fn groups_of_others(told: &[Told], teller: u128, groups: &[Vec<usize>]) -> usize {
    let others = |no: &usize| told[*no].device != teller;
    let groups = groups.iter().map(|members| members.iter().copied().filter(others));
    let turns = groups.map(|members| {
        let turns: BTreeSet<u64> = members.map(|no| told[no].mono_ms / 60_000).collect();
        assert!(turns.len() <= 1, "{turns:?}");
        turns.len()
    });
    turns.sum()
}

fn solved(told: &[Told]) -> Vec<Vec<usize>> {
    let solution = solve(&set_of(told), &valorant());
    let number = |no: &association::ReportNo| usize::try_from(no.0).unwrap();
    solution.clusters.iter().map(|found| found.members.iter().map(number).collect()).collect()
}

/// As they arrived, without a look back.
fn arrived(told: &[Told]) -> Vec<Vec<usize>> {
    let mut state = MatchState::new(valorant());
    for (position, told) in (1..).zip(told) {
        state.place(&told.report(position));
    }
    let number = |no: &association::LogNo| usize::try_from(no.0 - 1).unwrap();
    let occurrences = state.occurrences();
    occurrences.iter().map(|found| found.reports.iter().map(number).collect()).collect()
}

fn valorant() -> Rules {
    Rules::of(&Game::new("valorant").unwrap())
}

#[test]
fn who_tells_every_kill_several_times_at_once_divides_nobody() {
    let at_once = [(11, 2, 0), (11, 3, 0), (4, 2, 0), (4, 6, 0), (11, 2, 90), (11, 2, 700)];
    for (teller, times, apart_ms) in at_once {
        let told = with_twins(teller, times, apart_ms);
        let what = format!("{teller} tells {times} times, {apart_ms} ms apart");
        let sealed = solved(&told);
        assert_eq!(groups_of_others(&told, teller, &sealed), 30, "{what}");
        let arrived = arrived(&told);
        assert_eq!(groups_of_others(&told, teller, &arrived), 30, "{what}");
    }
}

#[test]
fn the_first_of_twins_is_a_witness_as_any_other() {
    let told = with_twins(11, 2, 0);
    let full = |groups: Vec<Vec<usize>>| groups.iter().filter(|group| group.len() == 11).count();
    assert_eq!((full(solved(&told)), full(arrived(&told))), (30, 30));
}

#[test]
fn who_is_late_with_one_kill_and_quick_with_the_next_is_a_witness_of_both() {
    let mut told = usual();
    let both = |device: u128, late_ms: u64, early_ms: u64| {
        [2_430_000 + late_ms, 2_433_000 + early_ms].map(|ms| Told::kill(device, ms, "Eli", "Finn"))
    };
    told.extend((1..=9).flat_map(|device| both(device, 200 + 10 * (device as u64), 250)));
    told.extend(both(10, 1_850, 50));
    let sizes: Vec<usize> = solved(&told).iter().map(Vec::len).filter(|size| *size != 10).collect();
    assert_eq!((solved(&told).len(), sizes), (32, vec![]));
}
