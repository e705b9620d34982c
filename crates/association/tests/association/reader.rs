//! One who reads a match's changes and keeps nothing else.

use std::collections::{BTreeMap, BTreeSet};

use association::{Change, Changes, LogNo, MatchState, OccurrenceNo, Revision};

/// What can be known from changes alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Reader {
    /// The occurrence of every report that is in one.
    holder: BTreeMap<LogNo, OccurrenceNo>,
    /// Where every handle ever published leads, and `None` where to nothing.
    pub(crate) leads: BTreeMap<OccurrenceNo, Option<OccurrenceNo>>,
    pub(crate) last: Revision,
    pub(crate) is_sealed: bool,
    pub(crate) seen: Vec<Change>,
}

impl Reader {
    /// Reads on; a revision that does not follow the last one is refused.
    pub(crate) fn read(&mut self, changes: &Changes) {
        for (revision, change) in changes.numbered() {
            assert_eq!(revision.0, self.last.0 + 1, "a revision was skipped or repeated");
            self.last = revision;
            self.apply(change);
        }
    }

    pub(crate) fn apply(&mut self, change: Change) {
        self.seen.push(change);
        match change {
            Change::Created { occurrence, report } | Change::Split { occurrence, report, .. } => {
                self.leads.insert(occurrence, Some(occurrence));
                self.put(report, occurrence);
            }
            Change::Witnessed { occurrence, report } => self.put(report, occurrence),
            Change::Unwitnessed { report, .. } => {
                self.holder.remove(&report);
            }
            Change::Merged { occurrence, into } => {
                for holder in self.holder.values_mut().filter(|holder| **holder == occurrence) {
                    *holder = into;
                }
                self.leads.entry(occurrence).or_insert(Some(occurrence));
                self.turn(occurrence, Some(into));
            }
            Change::Retracted { occurrence } => {
                self.holder.retain(|_, holder| *holder != occurrence);
                self.turn(occurrence, None);
            }
            Change::Sealed => self.is_sealed = true,
            Change::Reopened => self.is_sealed = false,
            Change::Retimed { .. } | Change::Moved => {}
        }
    }

    fn put(&mut self, report: LogNo, occurrence: OccurrenceNo) {
        self.holder.insert(report, occurrence);
        let own = OccurrenceNo::of_founder(report);
        if let Some(lead) = self.leads.get_mut(&own) {
            *lead = Some(occurrence);
        }
    }

    fn turn(&mut self, from: OccurrenceNo, to: Option<OccurrenceNo>) {
        for lead in self.leads.values_mut().filter(|lead| **lead == Some(from)) {
            *lead = to;
        }
    }

    /// The reports of each occurrence.
    pub(crate) fn record(&self) -> BTreeMap<OccurrenceNo, BTreeSet<LogNo>> {
        let mut record: BTreeMap<OccurrenceNo, BTreeSet<LogNo>> = BTreeMap::new();
        for (report, occurrence) in &self.holder {
            record.entry(*occurrence).or_default().insert(*report);
        }
        record
    }
}

/// The reports of each occurrence, as the match has them.
pub(crate) fn record(state: &MatchState) -> BTreeMap<OccurrenceNo, BTreeSet<LogNo>> {
    state.occurrences().into_iter().map(|o| (o.no, o.reports.into_iter().collect())).collect()
}

/// That a reader knows what the match knows, and every handle leads somewhere
/// that is there, or nowhere because nothing is left.
pub(crate) fn assert_agree(reader: &Reader, state: &MatchState) {
    assert_eq!(reader.record(), record(state));
    let record = record(state);
    for (handle, lead) in &reader.leads {
        if let Some(lead) = lead {
            assert!(record.contains_key(lead), "{handle:?} leads to {lead:?}, which is not there");
        }
        if let Some(present) = state.present(*handle) {
            assert_eq!(Some(present), *lead, "{handle:?}");
        }
    }
}
