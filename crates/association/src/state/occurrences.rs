//! The occurrences of a match as whoever asks sees them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    MatchState,
    lives::{Description, LiveNo},
};
use crate::{Grounds, LogNo, OccurrenceNo, ReportNo, trust::Belief};

/// An occurrence as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// Its handle.
    pub no: OccurrenceNo,
    /// What it says.
    pub said: Description,
    /// The reports in it, in the order of the log.
    pub reports: Vec<LogNo>,
    /// Whether it began after the seal.
    pub is_late: bool,
    /// How far it is believed.
    pub belief: Belief,
    /// The other halves that may belong to it, where more than one may.
    pub linked: Vec<OccurrenceNo>,
    /// What its reports say about how far it counts for players.
    pub grounds: Grounds,
}

impl MatchState {
    /// Every occurrence, in the order in which they were published.
    #[must_use]
    pub fn occurrences(&self) -> Vec<Occurrence> {
        self.lives.held().into_iter().map(|(no, _)| self.occurrence_of(no)).collect()
    }

    /// The occurrences of these names, of those that are there.
    #[must_use]
    pub fn occurrences_named(&self, names: &[OccurrenceNo]) -> Vec<Occurrence> {
        let wanted: BTreeSet<OccurrenceNo> = names.iter().copied().collect();
        let there = self.lives.iter().filter(|(_, live)| wanted.contains(&live.name));
        let by_name: BTreeMap<OccurrenceNo, LiveNo> =
            there.map(|(no, live)| (live.name, no)).collect();
        let there = names.iter().filter_map(|name| by_name.get(name));
        there.map(|no| self.occurrence_of(*no)).collect()
    }

    /// The occurrence that a handle names now, where it names one.
    ///
    /// The founder of a handle can have been withdrawn while the handle still
    /// named its occurrence; a handle that named none at that time is known to
    /// whoever keeps the changes.
    #[must_use]
    pub fn present(&self, handle: OccurrenceNo) -> Option<OccurrenceNo> {
        let founder = handle.founder();
        let seat = self.set.iter().find(|(_, report)| LogNo(report.position) == founder);
        match seat {
            Some((no, _)) => self.seats.get(no).live().map(|live| self.lives.get(live).name),
            None => self.lives.iter().find(|(_, live)| live.name == handle).map(|_| handle),
        }
    }

    pub(crate) fn occurrence_of(&self, no: LiveNo) -> Occurrence {
        let live = self.lives.get(no);
        let members: Vec<ReportNo> = self.seats.members(live.head).collect();
        let mut reports: Vec<LogNo> = members.iter().map(|member| self.log_no(*member)).collect();
        reports.sort_unstable();
        let grounds = self.grounds(&members, live.said.assists_from);
        let is_late = self.is_sealed && !live.is_frozen;
        let linked = self.lives.links(no).to_vec();
        let (no, said, belief) = (live.name, live.said, live.belief);
        Occurrence { no, said, reports, is_late, belief, linked, grounds }
    }
}
