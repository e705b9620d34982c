//! What holds of every set of reports, however wrong.

use std::collections::{BTreeMap, BTreeSet};

use association::{Evidence, ReportSet, Rules, Sighting, Solution, TimeQuality, solve};
use event_model::{Actors, Game, Kind, Ordinal, WallTime};
use proptest::prelude::*;

use crate::{
    crowd::{Clocks, Counts, Crowd, Random},
    told::{START_MS, Told},
};

/// How far apart honest witnesses of one happening may see it: each is half a second and
/// an exponential delay of .3 s late.
const AGREE_MS: u64 = 2_500;

/// Of all clocks, how many reports the one with fewest shares with others to which a clock
/// is held: with honest ones that are placed, where their times agree. A liar's word
/// places nobody, and neither does what a counter alone puts together.
fn least_shared(told: &[Told], crowd: &Crowd, set: &ReportSet, solution: &Solution) -> usize {
    let holds = |told: &Told, no: &association::ReportNo| {
        let clock = set.get(*no).unwrap().clock;
        let is_honest = told.device <= u128::from(crowd.devices - crowd.liars);
        is_honest && solution.track(clock).is_some_and(|track| track.locked)
    };
    let time = |no: &association::ReportNo| {
        let report = set.get(*no).unwrap();
        Some(report.t + solution.track(report.clock)?.offset_at(report.t)?)
    };
    let agree = |one: &association::ReportNo, other: &association::ReportNo| {
        time(one).zip(time(other)).is_some_and(|(one, other)| one.abs_diff(other) <= AGREE_MS)
    };
    let mut by_clock: BTreeMap<(u128, u128), usize> = BTreeMap::new();
    for cluster in &solution.clusters {
        let of = |no: &association::ReportNo| {
            &told[usize::try_from(set.get(*no).unwrap().position).unwrap() - 1]
        };
        for own in &cluster.members {
            let shares = |other: &association::ReportNo| {
                of(other).device != of(own).device && holds(of(other), other) && agree(own, other)
            };
            let is_shared = cluster.members.iter().any(shares);
            let clock = (of(own).device, of(own).epoch);
            *by_clock.entry(clock).or_default() += usize::from(is_shared);
        }
    }
    by_clock.into_values().min().unwrap_or_default()
}

/// A cluster without the numbers that arrival gave.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Canonical {
    members: Vec<(u128, String)>,
    at: (WallTime, TimeQuality),
    match_clock_ms: Option<i64>,
    named_by: [(u128, String); 3],
    round: Option<u16>,
    evidence: Evidence,
    linked: Vec<Vec<(u128, String)>>,
}

/// All that a solution says, without the numbers that arrival gave.
type Meaning = (Vec<Canonical>, Vec<(u128, String)>, association::Noise);

fn meaning(set: &ReportSet, told: &[Told], solution: &Solution) -> Meaning {
    let name = |no: &association::ReportNo| {
        let packed = set.get(*no).unwrap();
        let told = &told[usize::try_from(packed.position).unwrap() - 1];
        (told.device, told.event_id.clone())
    };
    let members = |no: &association::ClusterNo| {
        solution.cluster(*no).unwrap().members.iter().map(name).collect::<Vec<_>>()
    };
    let clusters = solution.clusters.iter().map(|cluster| {
        let Sighting { at, quality } = cluster.at;
        Canonical {
            members: cluster.members.iter().map(name).collect(),
            at: (at, quality),
            match_clock_ms: cluster.match_clock_ms,
            named_by: [cluster.attacker_from, cluster.victim_from, cluster.assists_from]
                .map(|no| name(&no)),
            round: cluster.round,
            evidence: cluster.evidence,
            linked: cluster.linked.iter().map(members).collect(),
        }
    });
    let mut flagged: Vec<_> = solution.flags.iter().map(|(no, _)| name(no)).collect();
    flagged.sort_unstable();
    (clusters.collect(), flagged, solution.noise)
}

fn solved(game: &str, told: &[Told]) -> (ReportSet, Solution) {
    let set = crate::told::set_of(told);
    let solution = solve(&set, &Rules::of(&Game::new(game).unwrap()));
    (set, solution)
}

fn shuffled(told: &[Told], seed: u64) -> Vec<Told> {
    let mut random = Random(seed);
    let mut all = told.to_vec();
    for _ in 0..told.len() / 3 {
        let again = random.below(u32::try_from(told.len()).unwrap());
        all.push(told[usize::try_from(again).unwrap()].clone());
    }
    for last in (1..all.len()).rev() {
        let other = random.below(u32::try_from(last + 1).unwrap());
        all.swap(last, usize::try_from(other).unwrap());
    }
    all
}

/// Few values of everything, so that reports meet in every way.
fn any_told() -> impl Strategy<Value = Told> {
    let kinds = prop::sample::select(vec![
        Kind::Kill,
        Kind::Kill,
        Kind::Death,
        Kind::Goal,
        Kind::MatchStarted,
        Kind::RoundEnded,
        Kind::BombPlanted,
        Kind::StructureDestroyed,
        Kind::Other,
    ]);
    let name = || prop::option::of(prop::sample::select(vec!["Ana", "Bo", "Cy"]));
    let clock = (0u128..2, 0u64..60, prop::option::of(0i64..60), any::<bool>(), -2i64..3);
    let who = (1u128..5, prop::option::of(1u8..4), 0u8..40);
    (kinds, who, name(), name(), clock, prop::option::of((0u32..2, 1u64..5)), 0u32..4).prop_map(
        |(kind, (device, observer, id), attacker, victim, clock, ordinal, round)| {
            let (epoch, half_s, match_s, good, off) = clock;
            let mut told = Told::kill(device, half_s * 500, "", "");
            told.kind = kind;
            told.event_id = format!("event {id}");
            told.observer = observer.map(|observer| format!("player {observer}"));
            told.actors = Actors {
                attacker: attacker.map(str::to_owned),
                victim: victim.map(str::to_owned),
                assists: Vec::new(),
            };
            told.epoch = epoch;
            told.at_ms += off * 3_600_000;
            told.quality = if good { TimeQuality::Good } else { TimeQuality::Low };
            told.match_clock_ms = match_s.map(|s| s * 500);
            told.ordinal =
                ordinal.map(|(run, value)| Ordinal { of: "victim deaths".to_owned(), run, value });
            told.round = Some(round).filter(|round| *round > 0);
            told
        },
    )
}

/// Reports in which a device never says two things under one id: the gate keeps
/// the first, and which that is arrival decides.
fn any_reports() -> impl Strategy<Value = Vec<Told>> {
    prop::collection::vec(any_told(), 1..40).prop_map(|told| {
        let mut seen = BTreeSet::new();
        told.into_iter().filter(|told| seen.insert((told.device, told.event_id.clone()))).collect()
    })
}

fn any_crowd() -> impl Strategy<Value = (Crowd, u64)> {
    let clocks = prop::sample::select(vec![
        Clocks::Good,
        Clocks::Off(2.0),
        Clocks::Wild(3_600.0),
        Clocks::Announced,
        Clocks::Stepping,
        Clocks::Chaos,
    ]);
    let counts = prop::sample::select(vec![Counts::None, Counts::Right, Counts::Lagging]);
    (clocks, counts, 2u32..6, 5u32..30, any::<bool>(), any::<u64>(), 0u32..2).prop_map(
        |(clocks, counts, devices, kills, wrong, seed, liars)| {
            let wrong_names = if wrong { 0.05 } else { 0.0 };
            let crowd = Crowd {
                devices,
                misses: 0.2,
                gap_s: 3.0,
                clocks,
                wrong_names,
                counts,
                kills,
                liars,
            };
            (crowd, seed)
        },
    )
}

fn told_by(crowd: &Crowd, seed: u64) -> Vec<Told> {
    crowd.reports(seed).into_iter().map(|report| report.told).collect()
}

fn any_game() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["league", "cs2", "rocket-league", "valorant"])
}

fn assert_same_in_any_order(game: &str, told: &[Told], seed: u64) -> Result<(), TestCaseError> {
    let (set, solution) = solved(game, told);
    let other = shuffled(told, seed);
    let (other_set, other_solution) = solved(game, &other);
    prop_assert_eq!(set.len(), other_set.len());
    prop_assert_eq!(meaning(&set, told, &solution), meaning(&other_set, &other, &other_solution));
    Ok(())
}

proptest! {
    #[test]
    fn any_order_and_repetition_of_any_reports_gives_the_same(
        game in any_game(), told in any_reports(), seed in any::<u64>(),
    ) {
        assert_same_in_any_order(game, &told, seed)?;
    }

    #[test]
    fn any_order_and_repetition_of_a_match_gives_the_same(
        (crowd, seed) in any_crowd(),
    ) {
        assert_same_in_any_order("valorant", &told_by(&crowd, seed), seed)?;
    }

    #[test]
    fn every_report_is_in_one_cluster(game in any_game(), told in any_reports()) {
        let (set, solution) = solved(game, &told);
        let mut members: Vec<_> =
            solution.clusters.iter().flat_map(|cluster| &cluster.members).copied().collect();
        members.sort_unstable();
        let all: Vec<_> = set.iter().map(|(no, _)| no).collect();
        prop_assert_eq!(members, all);
        for (no, _) in set.iter() {
            let cluster = solution.cluster_of(no).unwrap();
            prop_assert!(solution.cluster(cluster).unwrap().members.contains(&no));
        }
    }

    #[test]
    fn two_events_of_one_device_are_two_occurrences(game in any_game(), told in any_reports()) {
        let (set, solution) = solved(game, &told);
        for cluster in &solution.clusters {
            let mut devices = BTreeSet::new();
            for no in &cluster.members {
                let packed = set.get(*no).unwrap();
                let is_new = devices.insert(set.stream_of(packed).device);
                prop_assert!(is_new, "{cluster:?}");
            }
        }
    }

    #[test]
    fn where_a_clock_began_to_count_does_not_matter(
        (crowd, seed) in any_crowd(), shifts in prop::collection::vec(0u64..1_000_000_000, 5),
    ) {
        let told = told_by(&crowd, seed);
        let moved: Vec<Told> = told
            .iter()
            .cloned()
            .map(|mut told| {
                let device = usize::try_from(told.device).unwrap();
                told.mono_ms += shifts[device % shifts.len()];
                told
            })
            .collect();
        let (set, solution) = solved("valorant", &told);
        let (moved_set, moved_solution) = solved("valorant", &moved);
        prop_assert_eq!(
            meaning(&set, &told, &solution),
            meaning(&moved_set, &moved, &moved_solution)
        );
    }

    #[test]
    fn a_wrong_time_that_nobody_trusts_changes_no_cluster_where_enough_is_shared(
        (crowd, seed) in any_crowd(), shifts in prop::collection::vec(-9_000_000i64..9_000_000, 5),
    ) {
        let [one, other] = with_wrong_times(&crowd, seed, &shifts);
        // Two reports place a clock only where its wall clock says the same.
        if one.least_shared.min(other.least_shared) >= 3 {
            prop_assert_eq!(one.clusters, other.clusters);
        }
    }

    #[test]
    fn no_wrong_time_changes_what_the_game_counts_and_nobody_makes_up(
        (crowd, seed) in any_crowd(), shifts in prop::collection::vec(-9_000_000i64..9_000_000, 5),
    ) {
        let crowd = Crowd { counts: Counts::Right, wrong_names: 0.0, liars: 0, ..crowd };
        let [one, other] = with_wrong_times(&crowd, seed, &shifts);
        prop_assert_eq!(one.clusters, other.clusters);
    }
}

/// What is together, and how much the clock shares that shares least.
struct Together {
    clusters: BTreeSet<Vec<(u128, String)>>,
    least_shared: usize,
}

/// A crowd whose times nobody trusts, as it is and with each device's wall clock shifted.
fn with_wrong_times(crowd: &Crowd, seed: u64, shifts: &[i64]) -> [Together; 2] {
    [&[0][..], shifts].map(|shifts| {
        let mut told = told_by(crowd, seed);
        for told in &mut told {
            told.quality = TimeQuality::Low;
            told.at_ms += shifts[usize::try_from(told.device).unwrap() % shifts.len()];
        }
        let (set, solution) = solved("valorant", &told);
        let (clusters, ..) = meaning(&set, &told, &solution);
        let clusters = clusters.into_iter().map(|cluster| cluster.members).collect();
        Together { clusters, least_shared: least_shared(&told, crowd, &set, &solution) }
    })
}

#[test]
fn what_only_a_liar_tells_as_well_places_no_clock_against_its_wall_clock() {
    let crowd = Crowd {
        devices: 4,
        misses: 0.2,
        gap_s: 3.0,
        clocks: Clocks::Good,
        wrong_names: 0.05,
        counts: Counts::Right,
        kills: 5,
        liars: 1,
    };
    // The second device tells three kills, of which two have honest witnesses: what places
    // it is that its wall clock says the same as theirs.
    let shifts = [2_876_344, 7_613_063, 5_800_709, -7_116_539, 2_754_436];
    let [one, other] = with_wrong_times(&crowd, 9_046_043_649_838_345_687, &shifts);
    assert_ne!(one.clusters, other.clusters);
    assert!(other.least_shared < 3, "the law says nothing of it: {}", other.least_shared);
    // Shifted together with the others it is placed again.
    let [_, together] = with_wrong_times(&crowd, 9_046_043_649_838_345_687, &[5_000_000]);
    assert_eq!(one.clusters, together.clusters);
}

#[test]
fn times_from_the_ends_of_history_are_solved_too() {
    let mut told = Vec::new();
    for (device, at_ms) in [(1, 0), (2, START_MS), (3, 4_300_000_000_000), (4, i64::MAX)] {
        for kill in 0..6 {
            let mut one = Told::kill(device, 10_000 + kill * 20_000, "Ana", "Bo");
            one.at_ms = at_ms;
            one.mono_ms = if device == 4 { u64::MAX - kill } else { one.mono_ms };
            told.push(one);
        }
    }
    let (set, solution) = solved("league", &told);
    assert_eq!(solution.cluster_of.len(), set.len());
}
