//! Plays a crowd to a method and measures what it says.

use std::collections::{BTreeMap, HashMap};

use super::{Arrival, Figures, Labelled, Method, OccurrenceNo, Partition};
use crate::crowd::{Crowd, CrowdPlan, Sent};

/// Whose reports are measured: what honest devices really saw.
fn is_measured(sent: &Sent) -> bool {
    sent.truth.is_some() && !sent.by_liar
}

/// Plays one match.
#[must_use]
pub fn play(crowd: &Crowd, mut method: Box<dyn Method>) -> Figures {
    let mut ledger = Ledger::of(crowd);
    let mut is_sealed = false;
    for (report, sent) in crowd.sent.iter().enumerate() {
        if crowd.plan.is_after_seal(sent.device_no) && !std::mem::replace(&mut is_sealed, true) {
            for moved in method.seal() {
                ledger.moves(moved.report, moved.to, sent.arrived_ms);
            }
        }
        let mut is_judged = false;
        for moved in method.place(report, sent) {
            ledger.moves(moved.report, moved.to, sent.arrived_ms);
            // At once: what moves after it may be a correction already.
            if moved.report == report && !is_judged {
                ledger.judge_arrival(report);
                is_judged = true;
            }
        }
    }
    let end_ms = crowd.sent.last().map_or(0, |last| last.arrived_ms);
    for moved in method.seal() {
        ledger.moves(moved.report, moved.to, end_ms);
    }
    Figures { sealed: ledger.partition(), arrival: ledger.arrival() }
}

/// Plays matches of one plan with seeds from its own on, each to a new method.
pub fn measure(
    plan: &CrowdPlan,
    matches: u64,
    method: impl Fn(&Crowd) -> Box<dyn Method>,
) -> Figures {
    let mut figures = Figures::default();
    for turn in 0..matches {
        let crowd = Crowd::of(&CrowdPlan { seed: plan.seed + turn, ..plan.clone() });
        figures.add(&play(&crowd, method(&crowd)));
    }
    figures
}

/// Where every report is, was at first, and since when.
struct Ledger<'a> {
    crowd: &'a Crowd,
    now: Vec<Option<OccurrenceNo>>,
    first: Vec<Option<OccurrenceNo>>,
    changed_ms: Vec<u64>,
    /// How many measured reports of each truth are in each occurrence.
    within: HashMap<OccurrenceNo, BTreeMap<usize, u64>>,
    wrong: u64,
}

impl<'a> Ledger<'a> {
    fn of(crowd: &'a Crowd) -> Self {
        let reports = crowd.sent.len();
        Self {
            crowd,
            now: vec![None; reports],
            first: vec![None; reports],
            changed_ms: crowd.sent.iter().map(|sent| sent.arrived_ms).collect(),
            within: HashMap::new(),
            wrong: 0,
        }
    }

    fn moves(&mut self, report: usize, to: OccurrenceNo, at_ms: u64) {
        let sent = &self.crowd.sent[report];
        let truth = sent.truth.filter(|_| is_measured(sent));
        let from = self.now[report].replace(to);
        if from == Some(to) {
            return;
        }
        if let (Some(from), Some(truth)) = (from, truth)
            && let Some(count) = self.within.entry(from).or_default().get_mut(&truth)
        {
            *count -= 1;
        }
        if let Some(truth) = truth {
            *self.within.entry(to).or_default().entry(truth).or_default() += 1;
        }
        self.first[report].get_or_insert(to);
        self.changed_ms[report] = at_ms;
    }

    /// Wrong is a report that was placed where most of the others are something
    /// else.
    fn judge_arrival(&mut self, report: usize) {
        let sent = &self.crowd.sent[report];
        let (Some(truth), Some(no)) = (sent.truth, self.now[report]) else { return };
        if !is_measured(sent) {
            return;
        }
        let within = self.within.entry(no).or_default();
        let like_it = within.get(&truth).copied().unwrap_or_default() - 1;
        let other = within.iter().filter(|(other, _)| **other != truth);
        if other.map(|(_, count)| *count).max().unwrap_or_default() > like_it {
            self.wrong += 1;
        }
    }

    fn measured(&self) -> impl Iterator<Item = (usize, &Sent)> {
        self.crowd.sent.iter().enumerate().filter(|(_, sent)| is_measured(sent))
    }

    fn partition(&self) -> Partition {
        let labelled = self.measured().filter_map(|(report, sent)| {
            let stored = self.now[report].unwrap_or_else(|| alone(report));
            Some(Labelled { stored, truth: sent.truth? })
        });
        Partition::of(labelled.collect())
    }

    fn arrival(&self) -> Arrival {
        let final_ms: Vec<u64> = self
            .measured()
            .map(|(report, sent)| self.changed_ms[report] - sent.arrived_ms)
            .collect();
        let changed =
            self.measured().filter(|(report, _)| self.now[*report] != self.first[*report]);
        Arrival {
            reports: u64::try_from(final_ms.len()).expect("a count fits into 64 bits"),
            wrong: self.wrong,
            changed: u64::try_from(changed.count()).expect("a count fits into 64 bits"),
            final_ms,
        }
    }
}

/// What is in no occurrence is no record of anything: measured as one of its
/// own, above all names that a method gives.
fn alone(report: usize) -> OccurrenceNo {
    OccurrenceNo::MAX - OccurrenceNo::try_from(report).expect("a place fits into 64 bits")
}
