//! Association itself, as a method.

use std::collections::HashMap;

use association::{Change, LogNo, MatchState, Occurrence};

use super::{Method, Moved, OccurrenceNo, solved::rules_of};
use crate::crowd::{Crowd, Sent};

/// A match as the server keeps it: decided at arrival, solved anew from time to
/// time, and sealed when nothing comes any more.
pub struct Live {
    state: MatchState,
    /// What its senders delete before the seal.
    deleted: Vec<LogNo>,
    /// Who is in each occurrence, by place in the order of arrival.
    members: HashMap<OccurrenceNo, Vec<usize>>,
    /// Where each report is.
    is_in: Vec<Option<OccurrenceNo>>,
}

impl Live {
    /// For a crowd's game.
    #[must_use]
    pub fn new(crowd: &Crowd) -> Self {
        let deleted = deleted(crowd);
        let is_in = vec![None; crowd.sent.len()];
        Self { state: begun(crowd), deleted, members: HashMap::new(), is_in }
    }

    /// Follows the changes as a consumer of the feed does.
    fn follow(&mut self) -> Vec<Moved> {
        let changes = self.state.take_changes().changes;
        changes.into_iter().flat_map(|change| self.apply(change)).collect()
    }

    fn apply(&mut self, change: Change) -> Vec<Moved> {
        match change {
            Change::Created { occurrence, report }
            | Change::Witnessed { occurrence, report }
            | Change::Split { occurrence, report, .. } => {
                vec![self.seat(place_of(report.0), occurrence.0)]
            }
            Change::Merged { occurrence, into } => {
                let all = self.members.remove(&occurrence.0).unwrap_or_default();
                let still = |report: &usize| self.is_in[*report] == Some(occurrence.0);
                let still: Vec<usize> = all.into_iter().filter(still).collect();
                still.into_iter().map(|report| self.seat(report, into.0)).collect()
            }
            Change::Unwitnessed { .. }
            | Change::Retimed { .. }
            | Change::Retracted { .. }
            | Change::Moved
            | Change::Sealed
            | Change::Reopened => Vec::new(),
        }
    }

    fn seat(&mut self, report: usize, to: OccurrenceNo) -> Moved {
        if self.is_in[report].replace(to) != Some(to) {
            self.members.entry(to).or_default().push(report);
        }
        Moved { report, to }
    }
}

impl Method for Live {
    fn place(&mut self, _report: usize, sent: &Sent) -> Vec<Moved> {
        self.state.place(&sent.report());
        self.state.resolve_if_due();
        self.follow()
    }

    fn seal(&mut self) -> Vec<Moved> {
        if !self.deleted.is_empty() {
            self.state.withdraw(&self.deleted);
        }
        self.state.seal();
        self.follow()
    }
}

/// A match of which nothing but its players is known.
fn begun(crowd: &Crowd) -> MatchState {
    let mut state = MatchState::new(rules_of(crowd));
    for list in &crowd.listed {
        state.hear_roster(list.device, &list.observer, list.players.iter().map(String::as_str));
    }
    state
}

fn deleted(crowd: &Crowd) -> Vec<LogNo> {
    crowd.deleted.iter().map(|report| LogNo(crowd.sent[*report].told.position)).collect()
}

/// A crowd's match after its seal, decided at each arrival as the server does.
#[must_use]
pub fn decided(crowd: &Crowd) -> MatchState {
    let mut state = begun(crowd);
    for sent in &crowd.sent {
        state.place(&sent.report());
        state.resolve_if_due();
    }
    state.seal();
    state
}

/// The record of a crowd after the seal, which is the same whatever was thought
/// meanwhile.
#[must_use]
pub fn record(crowd: &Crowd) -> Vec<Occurrence> {
    let mut state = begun(crowd);
    for sent in &crowd.sent {
        state.place(&sent.report());
    }
    let deleted = deleted(crowd);
    if !deleted.is_empty() {
        state.withdraw(&deleted);
    }
    state.seal();
    state.occurrences()
}

/// A crowd's positions count from 1, in the order of arrival.
pub(super) fn place_of(position: u64) -> usize {
    usize::try_from(position - 1).expect("a crowd's report has a place in memory")
}
