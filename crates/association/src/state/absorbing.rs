//! Two keys turned out to be one match.

use std::collections::{HashMap, HashSet};

use event_model::DeviceId;

use super::{MatchState, bounds::StreamFacts, clocks::LiveClock};
use crate::{Change, EventKey, LogNo, OccurrenceNo, Pushed, ReportNo};

/// An occurrence of the other match, and a report that it had.
type Former = (OccurrenceNo, (DeviceId, EventKey));

impl MatchState {
    /// Takes over the reports of a match that turned out to be this one.
    ///
    /// Handles that the other published lead on: an occurrence of its own keeps
    /// its handle, one that is here already ends as merged. Where this match is
    /// sealed, all of the other's came late. A sealed match is not taken over,
    /// since what it froze would move: then nothing happens and the answer is
    /// no.
    pub fn absorb(&mut self, other: &Self) -> bool {
        if other.is_sealed {
            return false;
        }
        self.set.learn_from(other.set.names());
        let former = other.former();
        let first = self.published;
        for (no, run) in &other.zeros {
            self.zeros.entry(*no).or_insert(*run);
        }
        self.cut_to_shares();
        for no in other.in_log_order() {
            self.take_over(other, no, first);
        }
        self.published = first + other.published;
        self.count_streams_of(other);
        self.heard.add(&other.heard);
        if self.is_sealed {
            self.seat_late();
        }
        self.resolve();
        self.lead_on(former);
        true
    }

    /// Says that what was here is in another match now.
    pub fn move_away(&mut self) {
        self.ledger.push(Change::Moved);
    }

    fn former(&self) -> Vec<Former> {
        let held = self.lives.held();
        let one_of = |no| {
            let members = self.seats.members(self.lives.get(no).head);
            let report = self.packed(members.min_by_key(|member| self.log_no(*member))?);
            Some((self.set.stream_of(report).device, report.key))
        };
        held.into_iter().filter_map(|(no, held)| Some((held.name, one_of(no)?))).collect()
    }

    pub(super) fn in_log_order(&self) -> Vec<ReportNo> {
        let mut order: Vec<ReportNo> = self.set.iter().map(|(no, _)| no).collect();
        order.sort_unstable_by_key(|no| self.log_no(*no));
        order
    }

    fn take_over(&mut self, other: &Self, no: ReportNo, published: u32) {
        let report = *other.packed(no);
        let (axis, stream) = (other.axis_of(&report), other.set.stream_of(&report));
        if let Err(stream) = self.make_clock_room(stream, axis) {
            self.streams[usize::from(stream.0)].counts.overflow += 1;
            return;
        }
        let known = match self.set.take_over(report, axis, stream) {
            Pushed::Added(known) => known,
            Pushed::Full => {
                self.counts.overflow += 1;
                return;
            }
            Pushed::Known(_) | Pushed::Silent => return,
        };
        self.seats.push();
        self.touched.add(LogNo(report.position));
        let seat = other.seats.get(no);
        if let Some(theirs) = seat.published() {
            self.seats.get_mut(known).publish(published + theirs);
        }
        self.streams.resize_with(self.set.streams().len(), StreamFacts::default);
        let stream = self.stream_no(self.packed(known));
        self.streams[stream].kept += 1;
        let clock = usize::from(self.packed(known).clock.0);
        while self.clocks.len() <= clock {
            self.clocks.push(LiveClock::default());
        }
        let theirs = &other.clocks[usize::from(report.clock.0)];
        self.clocks[clock].take_over(theirs);
    }

    fn count_streams_of(&mut self, other: &Self) {
        let by_stream: HashMap<_, _> = self.set.streams().iter().zip(0_usize..).collect();
        let found: Vec<(usize, &StreamFacts)> = other
            .set
            .streams()
            .iter()
            .zip(&other.streams)
            .filter_map(|(stream, facts)| Some((*by_stream.get(stream)?, facts)))
            .collect();
        for (stream, facts) in found {
            self.streams[stream].add(facts);
        }
    }

    /// Finds the places of reports that are in no occurrence yet, in the order
    /// of the log.
    fn seat_late(&mut self) {
        for no in self.in_log_order() {
            if self.seats.get(no).live().is_none() {
                let arrival = self.arrival(no);
                match self.decide(&arrival) {
                    Some(live) => self.join(live, &arrival),
                    None => self.found(&arrival),
                };
            }
        }
    }

    /// Tells where the other's occurrences are now that kept no name.
    fn lead_on(&mut self, former: Vec<Former>) {
        let names: HashSet<OccurrenceNo> = self.lives.iter().map(|(_, live)| live.name).collect();
        let founders: HashMap<LogNo, ReportNo> =
            self.set.iter().map(|(no, report)| (LogNo(report.position), no)).collect();
        for (occurrence, (device, key)) in former {
            if names.contains(&occurrence) {
                continue;
            }
            let founder = founders.get(&occurrence.founder()).copied();
            let report = founder.or_else(|| self.set.number_of(device, key));
            let live = report.and_then(|no| self.seats.get(no).live());
            if let Some(live) = live {
                let into = self.lives.get(live).name;
                self.ledger.push(Change::Merged { occurrence, into });
            }
        }
    }
}
