//! Clocks that are wrong, and where they stepped.

use association::{Axis, ReportSet, Rules, Solution, TimeQuality, Track, solve};
use event_model::Game;

use crate::{
    crowd::{Clocks, Crowd},
    told::{Told, set_of},
};

const NAMES: [&str; 5] = ["Ana", "Bo", "Cy", "Di", "Ed"];

/// Forty kills as one device saw them: by whom, whom, and when on its clock.
fn watched(device: u128, clock: impl Fn(u64) -> u64) -> Vec<Told> {
    (0..40)
        .map(|kill: u64| {
            let (attacker, victim) = (kill % 5, (kill * 2 + 1 + kill / 5) % 5);
            let name = |player: u64| NAMES[usize::try_from(player).unwrap()];
            let seen = 100_000 + kill * 17_000 + (kill * 37 + u64::try_from(device).unwrap()) % 400;
            let mut told = Told::kill(device, seen, name(attacker), name(victim));
            told.mono_ms = clock(seen);
            told
        })
        .collect()
}

fn solved(told: &[Told]) -> (ReportSet, Solution) {
    let set = set_of(told);
    let solution = solve(&set, &Rules::of(&Game::league()));
    (set, solution)
}

fn track(set: &ReportSet, solution: &Solution, device: u128) -> Track {
    let wanted = uuid::Uuid::from_u128(device);
    let clocks = set.clocks().iter().position(|clock| {
        set.streams()[usize::from(clock.stream.0)].device.0 == wanted
            && matches!(clock.axis, Axis::Monotonic(_))
    });
    solution.tracks[clocks.unwrap()].clone()
}

#[test]
fn a_clock_that_stood_still_in_sleep_is_put_forward_by_its_good_times() {
    const SLEEP_MS: u64 = 60_000;
    let woke_at = 100_000 + 35 * 17_000 - 1_000;
    let mut told = watched(1, |ms| ms);
    told.extend(watched(3, |ms| ms));
    // Too little follows to find it by what others saw.
    let mut sleeper = watched(2, |ms| if ms < woke_at { ms + SLEEP_MS } else { ms });
    drop(sleeper.drain(32..35));
    told.extend(sleeper);
    let (set, solution) = solved(&told);
    assert_eq!(solution.clusters.len(), 40);
    let track = track(&set, &solution, 2);
    let offsets: Vec<i64> = track.segments.iter().map(|segment| segment.offset_ms).collect();
    assert!(matches!(offsets[..], [before, after] if after - before == 60_000), "{track:?}");
}

#[test]
fn a_clock_that_shows_one_instant_for_good_is_not_put_forward() {
    let mut told = watched(1, |ms| ms);
    told.extend(watched(2, |_| 300_000_000_000));
    let (set, solution) = solved(&told);
    assert_eq!(track(&set, &solution, 2).steps(), 0);
}

#[test]
fn a_request_that_took_long_puts_no_clock_forward() {
    let mut told = watched(1, |ms| ms);
    let mut slow = watched(2, |ms| ms);
    slow[20].at_ms += 30_000;
    told.extend(slow);
    let (set, solution) = solved(&told);
    assert_eq!(solution.clusters.len(), 40);
    assert_eq!(track(&set, &solution, 2).steps(), 0);
}

#[test]
fn nor_does_the_last_request_where_nothing_follows_it() {
    let mut told = watched(1, |ms| ms);
    let mut slow = watched(2, |ms| ms);
    slow[37..].iter_mut().for_each(|told| told.at_ms += 30_000);
    told.extend(slow);
    let (set, solution) = solved(&told);
    assert_eq!(solution.clusters.len(), 40);
    assert_eq!(track(&set, &solution, 2).steps(), 0);
}

#[test]
fn a_step_that_nobody_told_is_found_where_it_was() {
    let steps_at = 100_000 + 20 * 17_000 - 1_000;
    let mut told = Vec::new();
    for device in 1..=4 {
        told.extend(watched(device, |ms| ms));
    }
    told.extend(watched(5, |ms| if ms < steps_at { ms } else { ms + 7_000 }));
    let (set, solution) = solved(&told);
    assert_eq!(solution.clusters.len(), 40);
    let track = track(&set, &solution, 5);
    assert_eq!(track.steps(), 1, "{track:?}");
    let step = track.segments[1];
    assert_eq!(u64::try_from(step.from).unwrap() - 7_000, steps_at + 1_000 + (20 * 37 + 5) % 400);
    let by = step.offset_ms - track.segments[0].offset_ms;
    assert!((by + 7_000).abs() < 200, "{track:?}");
}

/// Two players who kill each other again and again, after other pauses each time.
fn duelled(device: u128, clock: impl Fn(u64) -> u64) -> Vec<Told> {
    let mut told = watched(device, |_| 0);
    let mut at = 100_000;
    for (kill, told) in (0_u64..).zip(&mut told) {
        at += 12_000 + kill * kill * 7_919 % 23_000;
        let seen = at + (kill * 37 + u64::try_from(device).unwrap()) % 400;
        let (one, other) = (NAMES[usize::from(kill % 2 == 0)], NAMES[usize::from(kill % 2 == 1)]);
        let duel = Told::kill(device, seen, one, other);
        *told = Told { mono_ms: clock(seen), ..duel };
    }
    told
}

#[test]
fn a_step_is_found_that_four_kills_follow_of_two_who_met_often() {
    let last = duelled(1, |ms| ms)[36].mono_ms - 1_000;
    let mut told = Vec::new();
    for device in 1..=4 {
        told.extend(duelled(device, |ms| ms));
    }
    told.extend(duelled(5, |ms| if ms < last { ms } else { ms + 7_000 }));
    let (set, solution) = solved(&told);
    assert_eq!(track(&set, &solution, 5).steps(), 1);
    assert_eq!(solution.clusters.len(), 40);
}

#[test]
fn two_reports_that_fit_nothing_are_no_step() {
    let last = duelled(1, |ms| ms)[38].mono_ms - 1_000;
    let mut told = Vec::new();
    for device in 1..=4 {
        told.extend(duelled(device, |ms| ms));
    }
    told.extend(duelled(5, |ms| if ms < last { ms } else { ms + 7_000 }));
    let (set, solution) = solved(&told);
    assert_eq!(track(&set, &solution, 5).steps(), 0);
    assert_eq!(solution.clusters.len(), 42, "split rather than wrongly merged");
}

#[test]
fn a_clock_that_nobody_knows_is_found_by_what_it_saw() {
    let mut told = Vec::new();
    for device in 1..=3 {
        told.extend(watched(device, |ms| ms));
    }
    for mut one in watched(4, |ms| ms + 3_333_000) {
        one.quality = TimeQuality::Low;
        one.at_ms += 1_234_567;
        told.push(one);
    }
    let (set, solution) = solved(&told);
    assert_eq!(solution.clusters.len(), 40);
    assert!(track(&set, &solution, 4).locked);
}

#[test]
fn a_clock_that_shares_too_little_joins_nothing() {
    let mut told = watched(1, |ms| ms);
    for mut one in watched(2, |ms| ms).into_iter().take(2) {
        one.quality = TimeQuality::Low;
        one.at_ms += 1_000_000;
        told.push(one);
    }
    let (set, solution) = solved(&told);
    assert!(!track(&set, &solution, 2).locked);
    assert_eq!(solution.clusters.len(), 42, "split rather than wrongly merged");
}

#[test]
fn times_are_the_servers_again() {
    let mut told = Vec::new();
    for device in 1..=3 {
        told.extend(watched(device, |ms| ms + 5_000_000));
    }
    let (_, solution) = solved(&told);
    let first = told[0].at_ms;
    let at = solution.clusters[0].at;
    assert!((at.at.unix_ms() - first).abs() < 400, "{at:?} for {first}");
    assert_eq!(at.quality, TimeQuality::Good);
}

#[test]
fn a_liar_moves_no_other_clock() {
    let mut honest = Vec::new();
    for device in 1..=4 {
        honest.extend(watched(device, |ms| ms));
    }
    let mut all = honest.clone();
    all.extend(watched(5, |ms| ms + ms / 60));
    let (set, solution) = solved(&honest);
    let (all_set, all_solution) = solved(&all);
    for device in 1..=4 {
        let offset = |set, solution| track(set, solution, device).segments[0].offset_ms;
        let moved = offset(&set, &solution) - offset(&all_set, &all_solution);
        assert!(moved.abs() <= 200, "device {device} moved by {moved} ms");
    }
}

/// Ten clocks of which each steps once, at an instant of its own: held to one
/// of them, all others seem to step where that one does.
#[test]
fn a_step_of_the_clock_that_others_are_held_to_is_its_own() {
    let crowd = Crowd { clocks: Clocks::AllStepping, ..Crowd::default() };
    let rules = Rules::of(&Game::new("valorant").unwrap());
    let mut steps = 0;
    for seed in 0..4 {
        let told: Vec<Told> = crowd.reports(seed).into_iter().map(|report| report.told).collect();
        let solution = solve(&set_of(&told), &rules);
        steps += solution.tracks.iter().map(Track::steps).sum::<usize>();
    }
    assert!(steps <= 4 * 11, "{steps} steps of 40 clocks");
}

/// The last kills of three pairs, each done again every eight seconds or so: when, which
/// pair, and how late each of two devices saw it, if it did.
const LAST_KILLS: [(u64, usize, Option<u64>, Option<u64>); 12] = [
    (1_288_153, 0, Some(943), Some(144)),
    (1_296_743, 0, Some(404), Some(469)),
    (1_307_975, 1, Some(872), None),
    (1_316_110, 1, None, Some(498)),
    (1_324_221, 1, Some(1_048), None),
    (1_332_702, 1, Some(484), Some(784)),
    (1_341_432, 1, Some(931), Some(489)),
    (1_350_003, 1, Some(1_234), Some(504)),
    (1_385_707, 2, Some(780), None),
    (1_393_752, 2, Some(1_058), Some(126)),
    (1_402_416, 2, Some(438), Some(408)),
    (1_410_806, 2, Some(1_293), Some(236)),
];

/// Three pairs who met often before, and then again and again.
fn bursts(device: u128) -> Vec<Told> {
    const PAIRS: [(&str, &str); 3] = [("Fay", "Gus"), ("Hal", "Ida"), ("Jo", "Kit")];
    let own = u64::try_from(device).unwrap();
    let kill = |at, pair: usize| Told::kill(device, at, PAIRS[pair].0, PAIRS[pair].1);
    let before = (0_u64..21).zip([0, 1, 2].into_iter().cycle()).map(|(turn, pair)| {
        let pause = turn * turn * 331 % 9_000 + (turn * 37 + own * 7) % 400;
        kill(800_000 + turn * 17_000 + pause, pair)
    });
    let last = LAST_KILLS.into_iter().filter_map(|(happened, pair, one, other)| {
        let late = if device == 1 { one } else { other }?;
        Some(kill(happened + late, pair))
    });
    before.chain(last).collect()
}

#[test]
fn a_clock_that_fits_as_well_one_repeat_later_has_not_stepped() {
    let mut told = Vec::new();
    for device in 1..=2 {
        told.extend(watched(device, |ms| ms));
        told.extend(bursts(device));
    }
    told.iter_mut().for_each(|told| told.quality = TimeQuality::Low);
    let (set, solution) = solved(&told);
    assert_eq!(track(&set, &solution, 1).steps(), 0);
    assert_eq!(solution.clusters.len(), 40 + 21 + LAST_KILLS.len());
}
