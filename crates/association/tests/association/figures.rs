//! How well simulated matches are solved; every figure here is simulated.

use std::collections::BTreeSet;

use association::{Rules, solve};
use event_model::Game;

use crate::{
    crowd::{Clocks, Counts, Crowd},
    measure::Measure,
    told::{Told, set_of},
};

/// What a cell must reach.
struct Wanted {
    name: &'static str,
    crowd: Crowd,
    precision: f64,
    recall: f64,
    f1: f64,
}

fn cell(name: &'static str, crowd: Crowd, precision: f64, recall: f64, f1: f64) -> Wanted {
    Wanted { name, crowd, precision, recall, f1 }
}

fn is_long() -> bool {
    std::env::var_os("RINGSIDE_LONG").is_some()
}

fn matches() -> u64 {
    if is_long() { 200 } else { 4 }
}

/// In four matches one mistake weighs fifty times what it does in two hundred;
/// what must be exact has none.
fn slack(wanted: f64) -> f64 {
    if is_long() || wanted >= 1.0 { 0.0 } else { 0.001 }
}

#[expect(clippy::disallowed_methods, reason = "the time it takes is shown")]
#[expect(clippy::print_stdout, reason = "figures are read by people too")]
fn check(cells: &[Wanted]) {
    let only = std::env::var("CELL").unwrap_or_default();
    let mut missed = Vec::new();
    for cell in cells.iter().filter(|cell| cell.name.contains(&only)) {
        let mut measure = Measure::default();
        let mut spent = std::time::Duration::ZERO;
        for seed in 0..matches() {
            let reports = cell.crowd.reports(seed);
            let told: Vec<Told> = reports.iter().map(|report| report.told.clone()).collect();
            let game = Game::new("valorant").unwrap();
            let set = set_of(&told);
            let begun = std::time::Instant::now();
            let solution = solve(&set, &Rules::of(&game));
            spent += begun.elapsed();
            measure.add(&reports, &solution);
        }
        let line = format!(
            "{:28} P {:.5} R {:.5} F1 {:.5} stored/true {:.4} lost {} doubled {} merged {} of {}, \
             {} us",
            cell.name,
            measure.precision(),
            measure.recall(),
            measure.f1(),
            measure.stored_per_true(),
            measure.lost,
            measure.doubled,
            measure.merged,
            measure.truths,
            spent.as_micros() / u128::from(matches())
        );
        println!("{line}");
        let reaches = |value: f64, wanted: f64| value >= wanted - slack(wanted);
        let holds = reaches(measure.precision(), cell.precision)
            && reaches(measure.recall(), cell.recall)
            && reaches(measure.f1(), cell.f1);
        if !holds {
            missed.push(line);
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn constant_errors_of_clocks_cost_nothing() {
    let at = |clocks| Crowd { clocks, ..Crowd::default() };
    let wanted = |name, crowd| cell(name, crowd, 0.9995, 0.999, 0.999);
    check(&[
        wanted("good", at(Clocks::Good)),
        wanted("2 s", at(Clocks::Off(2.0))),
        wanted("30 s", at(Clocks::Off(30.0))),
        wanted("1 h", at(Clocks::Wild(3_600.0))),
        wanted("announced", at(Clocks::Announced)),
        wanted("1 h, 30 % missed", Crowd { misses: 0.3, ..at(Clocks::Wild(3_600.0)) }),
        wanted("2 devices 2 s", Crowd { devices: 2, ..at(Clocks::Off(2.0)) }),
        wanted(
            "2 devices 1 h, 30 % missed",
            Crowd { devices: 2, misses: 0.3, ..at(Clocks::Wild(3_600.0)) },
        ),
    ]);
}

#[test]
fn repeats_three_seconds_apart_are_told_apart() {
    let at = |clocks| Crowd { clocks, gap_s: 3.0, misses: 0.3, ..Crowd::default() };
    let wanted = |name, crowd| cell(name, crowd, 0.999, 0.998, 0.998);
    check(&[
        wanted("3 s", Crowd { misses: 0.1, ..at(Clocks::Good) }),
        wanted("3 s, 30 % missed", at(Clocks::Good)),
        wanted("3 s, 30 % missed, 2 s", at(Clocks::Off(2.0))),
        wanted("3 s, 30 % missed, 1 h", at(Clocks::Wild(3_600.0))),
        wanted("5 dev 3 s 30 % 1 h", Crowd { devices: 5, ..at(Clocks::Wild(3_600.0)) }),
        // Two single sightings two seconds apart are hardly decidable.
        cell("2 dev 3 s 30 %", Crowd { devices: 2, ..at(Clocks::Good) }, 0.999, 0.99, 0.998),
    ]);
}

#[test]
fn unannounced_steps_are_found() {
    let at = Crowd { clocks: Clocks::Stepping, ..Crowd::default() };
    let wanted = |name, crowd| cell(name, crowd, 0.999, 0.99, 0.99);
    check(&[
        wanted("step", at.clone()),
        wanted("step 3 s 30 %", Crowd { gap_s: 3.0, misses: 0.3, ..at.clone() }),
        wanted("step 5 dev", Crowd { devices: 5, ..at.clone() }),
        wanted("step 2 dev", Crowd { devices: 2, ..at.clone() }),
        wanted("three steps", Crowd { clocks: Clocks::Tripping, ..at.clone() }),
        // No clock is right all the time, so that the frame steps as well.
        wanted("all step", Crowd { clocks: Clocks::AllStepping, ..at }),
    ]);
}

#[test]
fn wrong_names_are_seen_through() {
    let at = |clocks| Crowd { clocks, wrong_names: 0.02, ..Crowd::default() };
    let wanted = |name, crowd| cell(name, crowd, 0.999, 0.995, 0.995);
    check(&[
        wanted("names", at(Clocks::Good)),
        wanted("names 1 h", at(Clocks::Wild(3_600.0))),
        wanted("names 3 s 30 %", Crowd { gap_s: 3.0, misses: 0.3, ..at(Clocks::Good) }),
        // One device alone cannot tell which of two names is wrong.
        cell("names 2 dev", Crowd { devices: 2, ..at(Clocks::Good) }, 0.999, 0.99, 0.995),
        wanted(
            "names 5 dev 3 s 30 % 1 h",
            Crowd { devices: 5, gap_s: 3.0, misses: 0.3, ..at(Clocks::Wild(3_600.0)) },
        ),
    ]);
}

#[test]
fn right_counters_are_exact_whatever_the_clocks_do() {
    let at = |clocks| Crowd { clocks, counts: Counts::Right, ..Crowd::default() };
    let wanted = |name, crowd| cell(name, crowd, 1.0, 1.0, 1.0);
    check(&[
        wanted("counters chaos", at(Clocks::Chaos)),
        wanted("counters step", at(Clocks::Stepping)),
        wanted(
            "counters 3 s 30 % 1 h",
            Crowd { gap_s: 3.0, misses: 0.3, ..at(Clocks::Wild(3_600.0)) },
        ),
        wanted("counters 2 dev chaos", Crowd { devices: 2, misses: 0.3, ..at(Clocks::Chaos) }),
    ]);
}

#[test]
fn counters_that_lag_are_put_right_by_time() {
    let at = |clocks| Crowd { clocks, counts: Counts::Lagging, ..Crowd::default() };
    let wanted = |name, crowd| cell(name, crowd, 0.999, 0.999, 0.999);
    check(&[
        wanted("lag", at(Clocks::Good)),
        wanted("lag step", at(Clocks::Stepping)),
        wanted("lag 3 s 30 % 1 h", Crowd { gap_s: 3.0, misses: 0.3, ..at(Clocks::Wild(3_600.0)) }),
        wanted("lag 2 dev 1 h", Crowd { devices: 2, ..at(Clocks::Wild(3_600.0)) }),
    ]);
}

/// Of the pairs of the other nine in all matches: how many stand alike with and
/// without the tenth.
fn agreement_without_one(crowd: &Crowd) -> (usize, usize) {
    let (mut alike, mut either) = (0, 0);
    let rules = Rules::of(&Game::new("valorant").unwrap());
    for seed in 0..matches() {
        let told: Vec<Told> = crowd.reports(seed).into_iter().map(|report| report.told).collect();
        let without: Vec<Told> = told.iter().filter(|told| told.device != 4).cloned().collect();
        let pairs = |told: &[Told]| {
            let solution = solve(&set_of(told), &rules);
            let mut pairs = BTreeSet::new();
            for cluster in &solution.clusters {
                let members =
                    cluster.members.iter().map(|no| &told[usize::try_from(no.0).unwrap()]);
                let ids: Vec<&str> = members
                    .filter(|told| told.device != 4)
                    .map(|told| told.event_id.as_str())
                    .collect();
                let later = |(at, one): (usize, &&str)| {
                    let one = (*one).to_owned();
                    ids[at + 1..]
                        .iter()
                        .map(move |other| (one.clone(), (*other).to_owned()))
                        .collect::<Vec<_>>()
                };
                pairs.extend(ids.iter().enumerate().flat_map(later));
            }
            pairs
        };
        let (with, without) = (pairs(&told), pairs(&without));
        alike += with.intersection(&without).count();
        either += with.union(&without).count();
    }
    (alike, either)
}

#[test]
fn without_one_device_the_others_stand_as_before() {
    let agrees = |crowd: Crowd, per_10_000: usize| {
        let (alike, either) = agreement_without_one(&crowd);
        assert!(alike * 10_000 >= either * per_10_000, "{alike} of {either}: {crowd:?}");
    };
    agrees(Crowd::default(), 9_995);
    agrees(Crowd { clocks: Clocks::Wild(3_600.0), ..Crowd::default() }, 9_995);
    agrees(Crowd { clocks: Clocks::Stepping, ..Crowd::default() }, 9_990);
    agrees(Crowd { clocks: Clocks::Chaos, counts: Counts::Right, ..Crowd::default() }, 10_000);
}

#[test]
fn liars_do_not_harm_the_others() {
    let at = |liars| Crowd { liars, ..Crowd::default() };
    let wanted = |name, liars| cell(name, at(liars), 0.9995, 0.998, 0.998);
    check(&[wanted("1 liar", 1), wanted("2 liars", 2), wanted("4 liars", 4)]);
}
