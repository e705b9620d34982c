//! What is measured beside the cells: liars, a device left out, halves.

use super::{Deceived, Figures, Halves, Live, Partition, play, without_device};
use crate::crowd::{ClockFault, Counters, Crowd, CrowdPlan, Lie, RuleSet, Step};

/// Most liars of ten devices that are measured.
const LIARS_MAX: usize = 5;

/// The device that is left out: one that steps where any does.
const LEFT_OUT: usize = 0;

/// All of it.
#[derive(Debug, Clone)]
pub struct Beside {
    /// For 1, 2, … liars who invent together and whose clocks slip.
    pub liars: Vec<(Figures, Deceived)>,
    /// For each lie, what 1, 2, … liars do to honest pairs and clocks.
    pub lies: Vec<(Lie, Vec<(Partition, Deceived)>)>,
    /// What the other nine devices' pairs are without the tenth, by name.
    pub left_out: Vec<(&'static str, Partition)>,
    /// Counter-Strike's halves, by how many of ten players run a companion.
    pub halves: Vec<(usize, Halves)>,
}

impl Beside {
    /// Plays the matches.
    #[must_use]
    pub fn of(seed: u64, matches: u64) -> Self {
        let crowds = |plan: CrowdPlan| {
            (0..matches)
                .map(move |turn| Crowd::of(&CrowdPlan { seed: seed + turn, ..plan.clone() }))
        };
        Self {
            liars: (1..=LIARS_MAX)
                .map(|liars| deceived(crowds(CrowdPlan { liars, ..CrowdPlan::new(seed) })))
                .collect(),
            lies: Lie::ALL.map(|lie| (lie, lied(seed, matches, lie))).into(),
            left_out: left_out_plans(seed)
                .into_iter()
                .map(|(name, plan)| (name, left_out(crowds(plan))))
                .collect(),
            halves: [10, 8]
                .map(|devices| {
                    let plan = CrowdPlan { devices, ..CrowdPlan::of_game(seed, RuleSet::Cs2) };
                    (devices, halves(crowds(CrowdPlan { miss_pct: 0, ..plan })))
                })
                .into(),
        }
    }
}

/// What liars of one kind do, by how many there are.
fn lied(seed: u64, matches: u64, lie: Lie) -> Vec<(Partition, Deceived)> {
    let of = |liars: usize| {
        let mut sum = (Partition::default(), Deceived::default());
        for turn in 0..matches {
            let plan = CrowdPlan { liars, lie, ..CrowdPlan::new(seed + turn) };
            let (deceived, pairs) = Deceived::and_pairs(&Crowd::of(&plan));
            sum.0.add(&pairs);
            sum.1.add(deceived);
        }
        sum
    };
    (1..=LIARS_MAX).map(of).collect()
}

fn deceived(crowds: impl Iterator<Item = Crowd>) -> (Figures, Deceived) {
    let mut sum = (Figures::default(), Deceived::default());
    for crowd in crowds {
        sum.0.add(&play(&crowd, Box::new(Live::new(&crowd))));
        sum.1.add(Deceived::of(&crowd));
    }
    sum
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
