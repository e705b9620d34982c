//! What came after the seal: a witness where it fits, else an occurrence that
//! is late.
//!
//! A clock that nothing placed before is learnt from the whole set, late
//! reports too; the others stay as they were at the seal. Then its reports that
//! had to stay alone are held against the frozen occurrences once more.

use std::collections::BTreeSet;

use crate::{Change, ClockNo, LogNo, MatchState, ReportNo, Solution, state::lives::Live};

impl MatchState {
    /// Learns the clocks that have late reports alone, and lets those find their
    /// places.
    pub(crate) fn learn_late_clocks(&mut self, solution: &Solution) {
        let sealed: BTreeSet<ClockNo> = self
            .seats
            .iter()
            .filter(|(_, seat)| !seat.is_late)
            .map(|(no, _)| self.packed(no).clock)
            .collect();
        for (no, track) in (0..).map(ClockNo).zip(&solution.tracks) {
            if !sealed.contains(&no) {
                self.clocks[usize::from(no.0)].learn(track);
            }
        }
        for (_, no) in self.late_and_alone(&sealed) {
            self.try_again(no);
        }
    }

    /// Late reports of such clocks that are alone, in the order of the log.
    fn late_and_alone(&self, sealed: &BTreeSet<ClockNo>) -> Vec<(LogNo, ReportNo)> {
        let mut alone: Vec<(LogNo, ReportNo)> = self
            .lives
            .iter()
            .filter_map(|(_, live)| self.alone_in(live))
            .filter(|no| !sealed.contains(&self.packed(*no).clock))
            .map(|no| (self.log_no(no), no))
            .collect();
        alone.sort_unstable();
        alone
    }

    /// The one report of an occurrence that is late.
    fn alone_in(&self, live: &Live) -> Option<ReportNo> {
        let mut members = self.seats.members(live.head);
        let first = members.next().filter(|_| !live.is_frozen);
        first.filter(|_| members.next().is_none())
    }

    fn try_again(&mut self, no: ReportNo) {
        let Some(live) = self.seats.get(no).live() else { return };
        if self.alone_in(self.lives.get(live)).is_none() {
            return;
        }
        let arrival = self.arrival(no);
        let before = *self.lives.get(live);
        self.seats.unlink(no, before.head);
        self.lives.remove(live);
        match self.decide(&arrival) {
            Some(into) => {
                let into_name = self.lives.get(into).name;
                let change = Change::Merged { occurrence: before.name, into: into_name };
                self.ledger.push(change);
                self.link(into, &arrival);
            }
            None => {
                let (reference, is_provisional) = (arrival.x, !arrival.is_placed);
                let again = self.lives.add(Live { reference, is_provisional, ..before });
                self.seats.link(no, again, None);
                self.refresh(again);
            }
        }
    }
}
