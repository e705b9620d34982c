//! The decision at arrival: which occurrence a report expresses, as far as can
//! be told at once.
//!
//! It is the solver's evidence in the same order, the ids first, then counters
//! and scopes, then times and names; with less patience. A report that could
//! belong to two is given one of its own: that heals, a wrong join is believed.

mod counted;
mod echo;
mod halves;
mod misnamed;
mod nearby;
mod nearest;

use event_model::DeviceId;

use crate::{
    Axis, Change, LogNo, OccurrenceNo, Packed, Placed, Report, ReportNo,
    ids::Published,
    keys::{self, Meant, Numbered, Sides},
    state::{
        MatchState,
        lives::{Description, Live, LiveNo},
    },
    trust::{Belief, Watcher},
};

/// A report that looks for its occurrence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) no: ReportNo,
    pub(crate) packed: Packed,
    pub(crate) device: DeviceId,
    pub(crate) place: u64,
    pub(crate) scope: Option<u64>,
    /// Whether that is a game's counter, which can be one behind.
    pub(crate) can_lag: bool,
    /// In the server's time.
    pub(crate) x: i64,
    /// Whether its time may join it to others.
    pub(crate) is_placed: bool,
}

/// Candidates on either side of a report in time.
const CANDIDATES: usize = 6;
/// Within this distance an occurrence of the same place is one that a clock may
/// have missed by a step.
const STEP_MS: i64 = 30_000;
/// Devices of one account that are asked for the same event.
const TWINS_MAX: usize = 8;
/// Reports after which all are judged before the first resolve: who misses much
/// is known early then, and that it missed something is no sign of a step.
const JUDGED_EARLY: [usize; 3] = [16, 32, 48];
/// Most resolves for the sake of one device's clocks: as many as one of its streams
/// may have. One that makes clocks up would have a match solved with every few of its
/// reports, and a resolve takes as long as thousands of them.
const ASKS_MAX: u32 = 8;
/// Runs of the match's own clock that are told apart: a rewind begins one.
const RUNS_MAX: usize = 64;

impl MatchState {
    /// A type of somebody else's is an occurrence of its own; only the log has
    /// it.
    pub(crate) fn place_alone(&mut self, report: &Report<'_>) -> Placed {
        let report = LogNo::from(report);
        let occurrence = OccurrenceNo::of_founder(report);
        self.ledger.push(Change::Created { occurrence, report });
        Placed::Alone(occurrence)
    }

    /// Gives a report that the set took in its place.
    pub(crate) fn seat(&mut self, no: ReportNo, report: &Report<'_>) -> Placed {
        self.seats.push();
        if !self.admit(no, report) {
            self.take_out(no);
            return Placed::Overflow;
        }
        self.hear_clock(no);
        let mut arrival = self.arrival(no);
        if self.is_lagging(&arrival) {
            arrival.scope = None;
        }
        let home = self.decide(&arrival);
        let occurrence = match home {
            Some(live) => self.join(live, &arrival),
            None => self.found(&arrival),
        };
        self.note_due(&arrival, home.is_none());
        if self.cut_if_over(&arrival.packed) && !self.is_in(report, &arrival.packed) {
            return Placed::Overflow;
        }
        if self.is_sealed { Placed::Late(occurrence) } else { Placed::Expresses(occurrence) }
    }

    fn is_in(&self, report: &Report<'_>, packed: &Packed) -> bool {
        self.set.number_of(report.device, packed.key).is_some()
    }

    /// Learns from the corrected time what can be learnt of the clock.
    fn hear_clock(&mut self, no: ReportNo) {
        self.clocks.resize_with(self.set.clocks().len(), Default::default);
        let packed = *self.packed(no);
        let difference = packed.at.saturating_sub(packed.t);
        let clock = &mut self.clocks[usize::from(packed.clock.0)];
        clock.facts.hear(packed.t, difference, packed.is_good());
        let Axis::Match(run) = self.set.clocks()[usize::from(packed.clock.0)].axis else {
            let is_newest = clock.facts.span.is_some_and(|(_, last)| last == packed.t);
            if packed.is_good() && is_newest {
                clock.hear_sleep(packed.t, difference);
            }
            clock.hear_prior(difference, packed.is_good());
            return;
        };
        if self.zeros.len() < RUNS_MAX {
            self.zeros.entry(run).or_insert(difference);
        }
        match self.zeros.get(&run) {
            Some(zero) => clock.set_zero(*zero),
            None => clock.hear_prior(difference, packed.is_good()),
        }
    }

    pub(crate) fn arrival(&self, no: ReportNo) -> Arrival {
        let packed = *self.packed(no);
        let clock = &self.clocks[usize::from(packed.clock.0)];
        let is_half = keys::sides(&self.rules, &packed) != Sides::Both;
        let meant = Meant::as_written(&packed);
        let numbered = keys::numbered(&self.rules, &packed, meant);
        Arrival {
            no,
            packed,
            device: self.set.stream_of(&packed).device,
            place: keys::place(&self.rules, &packed, meant),
            scope: numbered.map(Numbered::scope),
            can_lag: numbered.is_some_and(|numbered| numbered.can_lag),
            x: if clock.is_placed() { clock.x(packed.t) } else { packed.at },
            is_placed: clock.is_placed() && !is_half,
        }
    }

    /// Where those look for a report who name another victim, or its other half.
    fn beside(&self, packed: &Packed) -> Option<u64> {
        keys::beside(&self.rules, packed, Meant::as_written(packed))
    }

    /// The occurrence that a report belongs to, where that is clear.
    pub(crate) fn decide(&self, arrival: &Arrival) -> Option<LiveNo> {
        if let Some(live) = self.of_twin(arrival) {
            return Some(live);
        }
        let whole = match arrival.scope {
            None => self.nearest(arrival, |_| true).or_else(|| self.misnamed(arrival)),
            // A counter that lagged may have come first, and named nothing.
            Some(scope) => self
                .of_scope(arrival, scope)
                .or_else(|| self.nearest(arrival, |live| live.scope.is_none())),
        };
        whole.or_else(|| self.other_half(arrival))
    }

    /// The same event of the same account, sent by another of its devices.
    fn of_twin(&self, arrival: &Arrival) -> Option<LiveNo> {
        let own = self.set.stream_of(&arrival.packed);
        let others = self
            .set
            .streams()
            .iter()
            .filter(|stream| stream.account == own.account && stream.device != own.device);
        others.take(TWINS_MAX).find_map(|stream| {
            let twin = self.set.number_of(stream.device, arrival.packed.key)?;
            let is_same = self.packed(twin).kind == arrival.packed.kind;
            self.seats.get(twin).live().filter(|_| is_same)
        })
    }

    /// Where a device's report is in an occurrence, in the server's time.
    pub(crate) fn own_in(&self, live: &Live, device: DeviceId) -> Option<i64> {
        let packed = self.seats.members(live.head).map(|member| self.packed(member));
        let own = packed.filter(|packed| self.set.stream_of(packed).device == device);
        own.map(|packed| self.x_of(packed)).min()
    }

    pub(crate) fn x_of(&self, packed: &Packed) -> i64 {
        let clock = &self.clocks[usize::from(packed.clock.0)];
        if clock.is_placed() { clock.x(packed.t) } else { packed.at }
    }

    /// Puts a report into an occurrence, and tells of it.
    pub(crate) fn join(&mut self, live: LiveNo, arrival: &Arrival) -> OccurrenceNo {
        let occurrence = self.lives.get(live).name;
        self.ledger.push(Change::Witnessed { occurrence, report: LogNo(arrival.packed.position) });
        self.link(live, arrival);
        occurrence
    }

    /// Puts a report into an occurrence.
    pub(crate) fn link(&mut self, live: LiveNo, arrival: &Arrival) {
        let Live { head, is_frozen, .. } = *self.lives.get(live);
        let middle = self.middle(head);
        self.seats.link(arrival.no, live, head);
        self.lives.learn_scope(live, arrival.scope);
        self.touched.add(LogNo(arrival.packed.position));
        self.seats.get_mut(arrival.no).is_late = self.is_sealed;
        self.lives.get_mut(live).head = Some(arrival.no);
        if !is_frozen {
            self.refresh(live);
        }
        self.watch(&arrival.packed, self.lives.get(live).reference);
        self.believe(live);
        if let Some(middle) = middle.filter(|_| arrival.is_placed) {
            let clock = &mut self.clocks[usize::from(arrival.packed.clock.0)];
            for cleared in clock.agree(arrival.x - middle) {
                self.doubt(cleared, false);
            }
        }
    }

    /// The middle of the times in an occurrence that can be relied on.
    fn middle(&self, head: Option<ReportNo>) -> Option<i64> {
        let mut times = self.placed_times(head);
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    }

    /// The times in an occurrence that can be relied on.
    pub(crate) fn placed_times(&self, head: Option<ReportNo>) -> Vec<i64> {
        let packed = self.seats.members(head).map(|member| self.packed(member));
        packed
            .filter_map(|packed| {
                let clock = &self.clocks[usize::from(packed.clock.0)];
                clock.is_placed().then(|| clock.x(packed.t))
            })
            .collect()
    }

    /// Reads an occurrence again from its reports.
    pub(crate) fn refresh(&mut self, no: LiveNo) {
        let live = *self.lives.get(no);
        let mut times = self.placed_times(live.head);
        let is_provisional = times.is_empty();
        let reference = if is_provisional { live.reference } else { reference(&mut times) };
        let members: Vec<ReportNo> = self.seats.members(live.head).collect();
        let (said, shown) = self.described(&members, reference);
        let said = self.told_as(said, &live.said, &members);
        let (mut place, mut beside) = (live.place, live.beside);
        if beside.is_some() && said.names != live.said.names {
            place = keys::place(&self.rules, &shown, Meant::as_written(&shown));
            beside = self.beside(&shown);
        }
        self.lives.put(no, reference, place, beside);
        let live = self.lives.get_mut(no);
        (live.is_provisional, live.attacker) = (is_provisional, shown.attacker);
        if live.said.is_corrected_by(&said, Description::SHIFT_MS) {
            live.said = said;
            self.ledger.push(Change::Retimed { occurrence: live.name });
        } else {
            live.said = said.at_time_of(&live.said);
        }
    }

    /// Begins an occurrence with a report.
    pub(crate) fn found(&mut self, arrival: &Arrival) -> OccurrenceNo {
        let report = LogNo(arrival.packed.position);
        let name = OccurrenceNo::of_founder(report);
        let seat = self.seats.get_mut(arrival.no);
        seat.is_late = self.is_sealed;
        let published = seat.publish(self.published + 1);
        self.published = self.published.max(published);
        let begun = self.begun(name, published, arrival);
        let live = self.lives.add(begun);
        self.seats.link(arrival.no, live, None);
        self.touched.add(report);
        self.ledger.push(Change::Created { occurrence: name, report });
        self.watch(&arrival.packed, arrival.x);
        self.believe(live);
        if arrival.is_placed && arrival.scope.is_none() {
            self.suspect(name, arrival);
        }
        name
    }

    /// Whether nobody is held to a report's clock: honest reports that joined what such a
    /// one began would leave it again.
    fn has_no_vote(&self, report: &Packed) -> bool {
        self.watcher_of(report).is_some_and(|watcher| !watcher.is_voter())
    }

    /// An occurrence with this report alone.
    pub(crate) fn begun(
        &self,
        name: OccurrenceNo,
        published: Published,
        arrival: &Arrival,
    ) -> Live {
        Live {
            name,
            published,
            head: Some(arrival.no),
            place: arrival.place,
            beside: self.beside(&arrival.packed),
            scope: arrival.scope,
            attacker: arrival.packed.attacker,
            reference: arrival.x,
            is_provisional: !arrival.is_placed || self.has_no_vote(&arrival.packed),
            is_doubtful: false,
            is_frozen: false,
            belief: Belief::NONE,
            said: Description::of_one(&arrival.packed, self.axis_of(&arrival.packed), arrival.x),
        }
    }

    /// Where others saw such a thing nearby and this device did not, its clock
    /// may have stepped: only what is near joins what it created, until it
    /// agrees with others again; and nobody does once a step is likely.
    fn suspect(&mut self, name: OccurrenceNo, arrival: &Arrival) {
        // Of two who tell, one is all the others; who misses much then looks like
        // one whose clock steps.
        let most = usize::from(self.set.streams().len() > 2);
        if most == 0 && self.watcher_of(&arrival.packed).is_some_and(Watcher::misses_often) {
            return;
        }
        let nearby = self.lives.around(arrival.place, arrival.x, (STEP_MS, STEP_MS), CANDIDATES);
        let offsets: Vec<i64> = nearby
            .map(|no| self.lives.get(no))
            .filter(|other| {
                self.seats.members(other.head).nth(most).is_some()
                    && self.own_in(other, arrival.device).is_none()
            })
            .map(|other| other.reference - arrival.x)
            .collect();
        if offsets.is_empty() {
            return;
        }
        let clock = &mut self.clocks[usize::from(arrival.packed.clock.0)];
        let lately = clock.disagree(name, arrival.place, offsets);
        self.doubt(name, true);
        for created in lately {
            if let Some(live) = self.lives.find(created) {
                self.lives.get_mut(live).is_provisional = true;
            }
        }
    }

    fn doubt(&mut self, name: OccurrenceNo, is_doubtful: bool) {
        if let Some(live) = self.lives.find(name) {
            self.lives.get_mut(live).is_doubtful = is_doubtful;
        }
    }

    /// How often a resolve was wanted for the sake of a device's clocks.
    fn asks_of(&self, device: DeviceId) -> u32 {
        let (streams, clocks) = (self.set.streams(), self.set.clocks().iter().zip(&self.clocks));
        let own = clocks.filter(|(clock, _)| streams[usize::from(clock.stream.0)].device == device);
        own.map(|(_, live)| live.resolves()).sum()
    }

    /// Whether what came makes a resolve due. What is late and beside all that is
    /// sealed does: a match does not grow any more then, so that nothing else would
    /// look at it again.
    fn note_due(&mut self, arrival: &Arrival, is_beside: bool) {
        let clock = &mut self.clocks[usize::from(arrival.packed.clock.0)];
        let wants = clock.wants_resolve();
        self.is_due |= self.is_sealed && is_beside && clock.is_placed();
        self.is_due |= wants && self.asks_of(arrival.device) <= ASKS_MAX;
        self.arrived += 1;
        self.is_unjudged |= JUDGED_EARLY.contains(&self.set.len());
    }
}

/// The earliest but for a fifth: witnesses can be late and never early, but one
/// clock can be wrong.
fn reference(times: &mut [i64]) -> i64 {
    let nth = times.len().div_ceil(5) - 1;
    *times.select_nth_unstable(nth).1
}
