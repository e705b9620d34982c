//! What is measured beside the cells: liars, a device left out, halves.

use super::{Deceived, Halves, LEFT_OUT_MIN, Liars, Miss, Partition, without_device};
use crate::crowd::{ClockFault, Counters, Crowd, CrowdPlan, RuleSet, Step};
use crate::side_by_side;

/// The device that is left out: one that steps where any does.
const LEFT_OUT: usize = 0;

/// All of it.
#[derive(Debug, Clone)]
pub struct Beside {
    /// For each way to lie, what 1, 2, … liars do to honest pairs and clocks.
    pub lies: Vec<(Liars, Vec<Deceived>)>,
    /// What the other nine devices' pairs are without the tenth, by name.
    pub left_out: Vec<(&'static str, Partition)>,
    /// Counter-Strike's halves, by how many of ten players run a companion.
    pub halves: Vec<(usize, Halves)>,
}

impl Beside {
    /// Plays the matches.
    #[must_use]
    pub fn of(seed: u64, matches: u64) -> Self {
        Self { lies: lied(Liars::all(seed), matches), ..Self::without_liars(seed, matches) }
    }

    /// Plays those of liars whose name has this in it, and nothing else.
    #[must_use]
    pub fn of_liars(name: &str, seed: u64, matches: u64) -> Self {
        let ways = Liars::all(seed).into_iter().filter(|way| way.name.contains(name));
        Self { lies: lied(ways.collect(), matches), left_out: Vec::new(), halves: Vec::new() }
    }

    fn without_liars(seed: u64, matches: u64) -> Self {
        let plans = left_out_plans(seed);
        let left_out = side_by_side::all(&plans, |(name, plan)| {
            (*name, left_out(crowds(plan.clone(), matches)))
        });
        let halves = side_by_side::all(&[10, 8], |devices| {
            let plan = CrowdPlan { devices: *devices, ..CrowdPlan::of_game(seed, RuleSet::Cs2) };
            (*devices, halves(crowds(CrowdPlan { miss_pct: 0, ..plan }, matches)))
        });
        Self { lies: Vec::new(), left_out, halves }
    }
}

impl Beside {
    /// What is missed: of one liar, and of one device left out.
    #[must_use]
    pub fn misses(&self) -> Vec<Miss> {
        let mut misses: Vec<Miss> = self
            .lies
            .iter()
            .filter_map(|(way, by_number)| Some((way, by_number.first()?)))
            .flat_map(|(way, deceived)| deceived.misses(&format!("1 of {}", way.title())))
            .collect();
        for (name, pairs) in &self.left_out {
            let aim = if name.starts_with("native") { 1.0 } else { LEFT_OUT_MIN };
            let measured = pairs.precision().min(pairs.recall());
            let figure = "agreement with one device left out".to_owned();
            let miss = Miss { cell: (*name).to_owned(), figure, aim, measured, clocks_known: None };
            misses.extend((measured < aim).then_some(miss));
        }
        misses
    }
}

fn crowds(plan: CrowdPlan, matches: u64) -> impl Iterator<Item = Crowd> {
    (0..matches).map(move |turn| Crowd::of(&CrowdPlan { seed: plan.seed + turn, ..plan.clone() }))
}

/// What liars do, by how many there are.
fn lied(ways: Vec<Liars>, matches: u64) -> Vec<(Liars, Vec<Deceived>)> {
    let plans: Vec<CrowdPlan> =
        ways.iter().flat_map(|way| (1..=way.most()).map(|liars| way.plan_of(liars))).collect();
    let mut deceived = side_by_side::all(&plans, |plan| {
        let mut sum = Deceived::default();
        for crowd in crowds(plan.clone(), matches) {
            sum.add(&Deceived::of(&crowd));
        }
        sum
    })
    .into_iter();
    let with = |way: Liars| {
        let by_number = deceived.by_ref().take(way.most()).collect();
        (way, by_number)
    };
    ways.into_iter().map(with).collect()
}

fn left_out(crowds: impl Iterator<Item = Crowd>) -> Partition {
    let mut sum = Partition::default();
    for crowd in crowds {
        sum.add(&without_device(&crowd, LEFT_OUT));
    }
    sum
}

fn halves(crowds: impl Iterator<Item = Crowd>) -> Halves {
    let mut sum = Halves::default();
    for crowd in crowds {
        sum.add(Halves::of(&crowd));
    }
    sum
}

fn left_out_plans(seed: u64) -> [(&'static str, CrowdPlan); 6] {
    let middle = CrowdPlan::new(seed);
    let hour = ClockFault::Even { most_ms: 3_600_000 };
    let step = ClockFault::Unannounced(Step::SEVEN_SECONDS);
    let hard = CrowdPlan { repeat_gap_ms: 3_000, miss_pct: 30, ..middle.clone() };
    [
        ("the middle", middle.clone()),
        ("1 h", CrowdPlan { clock: hour, ..middle.clone() }),
        ("3 s, 30 % missed, 1 h", CrowdPlan { clock: hour, ..hard }),
        ("unannounced 7 s", CrowdPlan { clock: step, ..middle.clone() }),
        ("names 2 %", CrowdPlan { name_fault_pct: 2, ..middle.clone() }),
        ("native counters, 1 h", CrowdPlan { counters: Counters::Native, clock: hour, ..middle }),
    ]
}
