//! What each usual answer loses and doubles, on small crowds and on the shape
//! that the work began with.

use simulator::{
    crowd::{Crowd, CrowdPlan},
    grid::{Baseline, Figures, Keys, measure, opening_shape},
};

/// Matches of that shape for its figures, and for each run.
const MATCHES: u64 = 200;
const MATCHES_SHORT: u64 = 4;

fn figures(plan: &CrowdPlan, baseline: Baseline, matches: u64) -> Figures {
    measure(plan, matches, |crowd: &Crowd| baseline.method(&Keys::of(crowd)))
}

/// Of a hundred true ones.
fn percent(count: u64, figures: &Figures) -> u64 {
    (1_000 * count / figures.sealed.truths + 5) / 10
}

#[test]
fn the_measurement_that_the_work_began_with_is_reproduced() {
    let long = std::env::var_os("RINGSIDE_LONG").is_some();
    let matches = if long { MATCHES } else { MATCHES_SHORT };
    let of = |baseline| figures(&opening_shape(1), baseline, matches);

    let fingerprint = of(Baseline::Fingerprint);
    assert!((8..=11).contains(&percent(fingerprint.sealed.lost, &fingerprint)), "10.4 % there");
    assert_eq!(fingerprint.sealed.doubled, 0);

    let window = of(Baseline::Window);
    assert!((8..=11).contains(&percent(window.sealed.lost, &window)), "9.8 % there");
    assert!((1..=4).contains(&percent(window.sealed.doubled, &window)), "2.7 % there");

    let bucket = of(Baseline::Bucket2).sealed.stored_per_true();
    assert!((4.3..5.3).contains(&bucket), "{bucket}, 4.8 there");

    let exact = of(Baseline::Exact).sealed.stored_per_true();
    assert!((9.6..10.0).contains(&exact), "{exact}, 9.7 there");

    let f1 = fingerprint.sealed.f1();
    // Bursts of up to six in one record cost more pairs than single repeats.
    assert!((0.80..0.92).contains(&f1), "{f1}: F1 hides it, 0.89 there");
}

#[test]
fn exact_ids_store_every_report() {
    let exact = figures(&CrowdPlan::new(1), Baseline::Exact, 2).sealed;
    assert_eq!(exact.stored, exact.reports);
    assert_eq!((exact.lost, exact.merged), (0, 0));
}

#[test]
fn a_wrong_clock_takes_the_nearest_apart() {
    let near = figures(&CrowdPlan::new(1), Baseline::SlidingNearest, 5).sealed.f1();
    assert!(near > 0.999, "{near}: with good clocks the nearest is as good as anything");
    let clock = simulator::crowd::ClockFault::Constant { deviation_ms: 30_000 };
    let far = figures(&CrowdPlan { clock, ..CrowdPlan::new(1) }, Baseline::SlidingNearest, 5);
    assert!(far.sealed.f1() < 0.2, "{}", far.sealed.f1());
}

#[test]
fn one_miss_shifts_every_ordinal_after_it() {
    let missed = figures(&CrowdPlan::new(1), Baseline::Ordinal, 5).sealed.f1();
    let all = CrowdPlan { miss_pct: 0, ..CrowdPlan::new(1) };
    let whole = figures(&all, Baseline::Ordinal, 5).sealed.f1();
    assert!(missed < 0.85 && whole > 0.999, "{missed} and {whole}");
}

#[test]
fn a_key_that_expires_by_arrival_doubles_what_comes_late() {
    let set = figures(&CrowdPlan::new(1), Baseline::SetIfAbsent, 5).sealed;
    assert!(set.doubled * 10 > set.truths, "{} of {}", set.doubled, set.truths);
}
