//! What is asked of a cell: the sentences of the work's aims, as the page lists
//! them.

use super::Figures;
use crate::crowd::{ClockFault, Counters, CrowdPlan, RuleSet};

/// A figure that must be reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Aim {
    /// Pairwise precision at least.
    Precision(f64),
    /// Pairwise recall at least.
    Recall(f64),
    /// Pairwise F1 at least.
    F1(f64),
    /// Stored occurrences for each true one differ from 1 by at most.
    StoredPerTrue(f64),
    /// Not one pair wrong or missing.
    Exact,
    /// Share of reports placed wrongly at arrival, at most.
    WrongAtArrival(f64),
    /// Share of reports whose id changes later, at most.
    ChangedLater(f64),
    /// F1 at most this much below the best baseline's.
    BesideBaselines(f64),
}

impl Aim {
    /// The figure that it speaks of.
    pub(super) fn of(self, figures: &Figures) -> f64 {
        let Figures { sealed, arrival } = figures;
        match self {
            Self::Precision(_) => sealed.precision(),
            Self::Recall(_) => sealed.recall(),
            Self::F1(_) | Self::Exact | Self::BesideBaselines(_) => sealed.f1(),
            Self::StoredPerTrue(_) => (sealed.stored_per_true() - 1.0).abs(),
            Self::WrongAtArrival(_) => arrival.wrong_share(),
            Self::ChangedLater(_) => arrival.changed_share(),
        }
    }

    /// Whether that is worse than `wanted`.
    pub(super) fn is_missed(self, figures: &Figures, wanted: f64) -> bool {
        let (measured, sealed) = (self.of(figures), &figures.sealed);
        match self {
            Self::Precision(_) | Self::Recall(_) | Self::F1(_) | Self::BesideBaselines(_) => {
                measured < wanted
            }
            Self::Exact => sealed.lost + sealed.doubled + sealed.merged > 0,
            Self::StoredPerTrue(_) | Self::WrongAtArrival(_) | Self::ChangedLater(_) => {
                measured > wanted
            }
        }
    }
}

/// Precision is never below this, in any cell.
pub const PRECISION_MIN: f64 = 0.999;

/// Never worse than the best baseline by more.
pub const BELOW_BASELINE_MAX: f64 = 0.001;

/// With one device left out, the others' pairs agree to this.
pub const LEFT_OUT_MIN: f64 = 0.9995;

/// Repeats closer than this are a fault of their own.
const CLOSE_MS: u64 = 8_000;

const STEPS: [Aim; 1] = [Aim::F1(0.99)];
const NAMES: [Aim; 1] = [Aim::F1(0.995)];
const CLOSE: [Aim; 1] = [Aim::F1(0.998)];
const LAGGING: [Aim; 1] = [Aim::F1(0.999)];
const PLAIN: [Aim; 3] = [Aim::Precision(0.9995), Aim::Recall(0.999), Aim::StoredPerTrue(0.005)];

/// What is asked of a plan: what holds everywhere, and the sentence of its worst
/// fault.
pub(super) fn of(plan: &CrowdPlan) -> Vec<Aim> {
    let mut aims = vec![Aim::Precision(PRECISION_MIN), Aim::BesideBaselines(BELOW_BASELINE_MAX)];
    aims.extend(worst(plan));
    aims.push(Aim::WrongAtArrival(0.001));
    if is_age_corrected(plan.clock) {
        aims.push(Aim::ChangedLater(0.01));
    }
    aims
}

/// The sentence of a plan's worst fault.
fn worst(plan: &CrowdPlan) -> &'static [Aim] {
    let counters = if are_shared(plan) { plan.counters } else { Counters::None };
    match counters {
        Counters::Native => &[Aim::Exact],
        Counters::Lagging { .. } => &LAGGING,
        Counters::None if steps_unannounced(plan.clock) => &STEPS,
        Counters::None if plan.name_fault_pct > 0 => &NAMES,
        Counters::None if repeats_are_close(plan) => &CLOSE,
        Counters::None => &PLAIN,
    }
}

/// Whether several witnesses tell the game's counter of one thing, so that they can be
/// reconciled. Counter-Strike shows each player its own: the killer the number of its kills
/// and the victim that of its deaths, and nobody tells both.
fn are_shared(plan: &CrowdPlan) -> bool {
    plan.rules != RuleSet::Cs2
}

/// Whether a thing happens again sooner than most sentences speak of. Nobody is revived in
/// Counter-Strike.
fn repeats_are_close(plan: &CrowdPlan) -> bool {
    plan.repeat_gap_ms < CLOSE_MS && plan.rules != RuleSet::Cs2
}

/// The sentences that speak of one of a plan's faults and are not [`of`] it.
pub(super) fn by_word(plan: &CrowdPlan) -> Vec<Aim> {
    let (steps, is_close) = (steps_unannounced(plan.clock), repeats_are_close(plan));
    let sentences: [(bool, &[Aim]); 4] = [
        (steps, &STEPS),
        (plan.name_fault_pct > 0, &NAMES),
        (is_close, &CLOSE),
        (!steps && !is_close && plan.clock != ClockFault::Chaos, &PLAIN),
    ];
    let worst = worst(plan);
    let others = sentences.iter().filter(|(speaks, aims)| *speaks && *aims != worst);
    others.flat_map(|(_, aims)| aims.iter().copied()).collect()
}

/// Whether the server knows the age of every event, all along.
fn is_age_corrected(clock: ClockFault) -> bool {
    matches!(clock, ClockFault::Good | ClockFault::Sleep { .. } | ClockFault::Reboot { .. })
}

fn steps_unannounced(clock: ClockFault) -> bool {
    matches!(clock, ClockFault::Unannounced(_) | ClockFault::UnannouncedWall(_))
}
