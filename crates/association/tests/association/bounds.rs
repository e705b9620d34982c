//! Reports that somebody made up to cost the server time.

use association::{ReportSet, Rules, Solution, TimeQuality, solve};
use event_model::Game;

use crate::told::{Told, set_of};

/// Made up or not, a match of so many reports takes this long at most, on a
/// busy machine and without optimisation.
const SECONDS_MAX: u64 = 20;
const DEVICES: u128 = 10;
const EACH: u64 = 800;

#[expect(clippy::disallowed_methods, reason = "the time it takes is the claim")]
fn solved(told: &[Told]) -> (ReportSet, Solution) {
    let set = set_of(told);
    let begun = std::time::Instant::now();
    let solution = solve(&set, &Rules::of(&Game::league()));
    let spent = begun.elapsed();
    assert!(spent.as_secs() < SECONDS_MAX, "{spent:?}");
    (set, solution)
}

fn all(one: impl Fn(u128, u64) -> Told) -> Vec<Told> {
    (1..=DEVICES)
        .flat_map(|device| (0..EACH).map(move |report| (device, report)))
        .map(|(device, report)| {
            let mut told = one(device, report);
            told.event_id = format!("{device}-{report}");
            told
        })
        .collect()
}

#[test]
fn one_kill_told_thousands_of_times_in_a_row_is_solved_in_time() {
    let told = all(|device, report| Told::kill(device, report * 100, "Ana", "Bo"));
    let (set, solution) = solved(&told);
    assert_eq!(solution.cluster_of.len(), set.len());
}

#[test]
fn thousands_of_kills_at_one_instant_are_solved_in_time() {
    let told = all(|device, report| {
        Told::kill(device, 5_000, &format!("a {device} {report}"), &format!("v {device} {report}"))
    });
    let (_, solution) = solved(&told);
    assert_eq!(solution.clusters.len(), told.len());
}

#[test]
fn a_clock_for_every_report_is_solved_in_time() {
    let told = all(|device, report| {
        let mut told = Told::kill(device, report * 1_000, "Ana", &format!("v {}", report % 7));
        told.epoch = (device << 32) | u128::from(report % 64);
        told.quality = TimeQuality::Low;
        told
    });
    solved(&told);
}

#[test]
fn counters_that_say_anything_are_solved_in_time() {
    let told = all(|device, report| {
        Told::kill(device, report * 70, "Ana", "Bo").death((report * 7_919) % 257)
    });
    solved(&told);
}
