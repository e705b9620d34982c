//! What nobody could tell better: who knows when everything happened, how late witnesses
//! are and how much they miss, and is wrong all the same.

use std::collections::BTreeMap;

use simulator::{
    crowd::{Crowd, CrowdPlan, Noise, START_UNIX_MS, Sent},
    grid::{Labelled, PRECISION_MIN, Partition},
};

/// What each device tells of one victim, against the kills of that victim.
struct Told<'a> {
    plan: &'a CrowdPlan,
    /// By time.
    reports: Vec<&'a Sent>,
    /// Place in the truth, and when.
    kills: Vec<(usize, f64)>,
}

impl Told<'_> {
    /// The likeliest of all ways to say which kill each report tells, in order of time.
    fn likeliest(&self) -> Vec<Labelled> {
        let (reports, kills) = (self.reports.len(), self.kills.len());
        let mut costs = vec![vec![f64::INFINITY; kills + 1]; reports + 1];
        costs[0][0] = 0.0;
        for i in 0..=reports {
            for j in 1..=kills {
                let tells =
                    if i > 0 { costs[i - 1][j - 1] + self.tells(i, j) } else { f64::INFINITY };
                costs[i][j] = tells.min(costs[i][j - 1] + self.missed());
            }
        }
        let (mut i, mut j, mut found) = (reports, kills, Vec::new());
        while i > 0 && j > 0 {
            if costs[i][j] < costs[i][j - 1] + self.missed() {
                let truth = self.reports[i - 1].truth.unwrap();
                found.push(Labelled { stored: self.kills[j - 1].0 as u64, truth });
                i -= 1;
            }
            j -= 1;
        }
        found
    }

    fn missed(&self) -> f64 {
        -(self.plan.miss_pct as f64 / 100.0).ln()
    }

    /// That a report tells of a kill: evenly within a reading's interval, and then an
    /// exponential delay. Clocks are right to a fraction of a second.
    fn tells(&self, report: usize, kill: usize) -> f64 {
        const RIGHT_TO_MS: f64 = 150.0;
        let Noise { grid_ms, transport_ms } = self.plan.noise;
        let (grid, delay) = (grid_ms as f64, transport_ms as f64);
        let at = self.reports[report - 1].told.corrected.at.unix_ms() - START_UNIX_MS;
        let late = at as f64 - self.kills[kill - 1].1;
        if late < -RIGHT_TO_MS {
            return f64::INFINITY;
        }
        let late = late.max(1.0);
        let since_read = (late - grid).max(0.0);
        let density = ((-since_read / delay).exp() - (-late / delay).exp()) / grid;
        -(density * (1.0 - self.plan.miss_pct as f64 / 100.0)).ln()
    }
}

fn of_who_knows(plan: &CrowdPlan) -> Partition {
    let crowd = Crowd::of(plan);
    let mut told: BTreeMap<(usize, usize), Vec<&Sent>> = BTreeMap::new();
    for sent in &crowd.sent {
        let victim = crowd.happened[sent.truth.unwrap()].victim.unwrap();
        told.entry((sent.device_no, victim)).or_default().push(sent);
    }
    let labelled = told.into_iter().flat_map(|((_, victim), mut reports)| {
        reports.sort_by_key(|sent| sent.told.corrected.at);
        let kills = crowd.happened.iter().enumerate();
        let kills = kills.filter(|(_, kill)| kill.victim == Some(victim));
        let kills = kills.map(|(no, kill)| (no, kill.at_ms as f64)).collect();
        Told { plan, reports, kills }.likeliest()
    });
    Partition::of(labelled.collect())
}

fn of_twenty(plan: &CrowdPlan) -> Partition {
    let mut sum = Partition::default();
    for seed in 1..=20 {
        sum.add(&of_who_knows(&CrowdPlan { seed, ..plan.clone() }));
    }
    sum
}

fn hard(noise: Noise) -> CrowdPlan {
    let known = CrowdPlan { clocks_known: true, noise, ..CrowdPlan::new(1) };
    CrowdPlan { repeat_gap_ms: 3_000, miss_pct: 30, ..known }
}

/// Simulated: a report that is three seconds late where its device missed the next kill
/// is likelier of the next one.
#[test]
fn with_twice_the_noise_nobody_tells_repeats_three_seconds_apart_as_surely_as_is_asked() {
    let found = of_twenty(&hard(Noise::HEAVY));
    assert!(found.precision() < PRECISION_MIN, "{found:?}");
    assert!(found.f1() > 0.998 && found.f1() < 0.9985, "{found:?}");
}

#[test]
fn with_the_usual_noise_who_knows_all_is_never_wrong() {
    let found = of_twenty(&hard(Noise::GEP));
    assert_eq!((found.merged, found.doubled, found.lost), (0, 0, 0), "{found:?}");
}
