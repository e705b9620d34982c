//! What came after the seal: a witness where it fits, else an occurrence that
//! is late.
//!
//! A resolve solves the whole set, late reports too. What was sealed stays as it
//! was; each late report goes to the sealed occurrence that it is together with,
//! and what is together with none is late. So that follows from the set and from
//! what was sealed, however it came.

use std::collections::{BTreeMap, BTreeSet};

use event_model::DeviceId;

use crate::{
    ClockNo, Cluster, MatchState, OccurrenceNo, ReportNo, Solution, Track,
    ids::{Held, Name, named},
    median::median,
    revisions::differences,
    state::{
        lives::{Live, LiveNo},
        resolving::{indexes, number},
    },
};

/// The reports of sealed occurrences, and whose they are.
#[derive(Default)]
struct Sealed {
    /// By report: the occurrence that it does not leave.
    holds: BTreeMap<ReportNo, LiveNo>,
    /// By occurrence: its reports, what came late last.
    members: BTreeMap<LiveNo, Vec<usize>>,
    devices: BTreeSet<(LiveNo, DeviceId)>,
}

impl MatchState {
    /// Puts what came late where the solver has it; which occurrences it left.
    pub(crate) fn settle_late(&mut self, solution: &Solution) -> BTreeSet<OccurrenceNo> {
        self.learn_late_clocks(solution);
        let mut sealed = self.sealed();
        let late: Vec<Vec<usize>> = solution
            .clusters
            .iter()
            .map(|cluster| self.give_late(cluster, &mut sealed))
            .filter(|late| !late.is_empty())
            .collect();
        self.adopt_late(sealed, late)
    }

    /// Learns the clocks that nothing placed before the seal; the others stay as they
    /// were then.
    fn learn_late_clocks(&mut self, solution: &Solution) {
        let in_time = self.seats.iter().filter(|(_, seat)| !seat.is_late);
        let clocks: BTreeSet<ClockNo> = in_time.map(|(no, _)| self.packed(no).clock).collect();
        let is_placed = |no: &ClockNo| self.clocks[usize::from(no.0)].is_placed();
        let placed: BTreeSet<ClockNo> = clocks.into_iter().filter(is_placed).collect();
        let shift = self.frame_shift(solution, &placed);
        for (no, track) in (0..).map(ClockNo).zip(&solution.tracks) {
            if !placed.contains(&no) {
                self.clocks[usize::from(no.0)].learn(&shifted(track, shift));
            }
        }
    }

    /// How far what was sealed is from where this solution has it: without times that
    /// can be trusted the frame is the middle of all clocks, and late ones move it.
    fn frame_shift(&self, solution: &Solution, placed: &BTreeSet<ClockNo>) -> i64 {
        let mut shifts: Vec<i64> = self
            .seats
            .iter()
            .filter(|(_, seat)| !seat.is_late)
            .map(|(no, _)| self.packed(no))
            .filter(|report| placed.is_empty() || placed.contains(&report.clock))
            .filter_map(|report| {
                let track = solution.track(report.clock).filter(|track| track.locked)?;
                let there = report.t.saturating_add(track.offset_at(report.t)?);
                Some(self.x_of(report).saturating_sub(there))
            })
            .collect();
        median(&mut shifts).unwrap_or_default()
    }

    /// What does not move: reports that were in time, and what is left of an
    /// occurrence of which all those were withdrawn.
    fn sealed(&self) -> Sealed {
        let mut sealed = Sealed::default();
        for (live, held) in self.lives.iter().filter(|(_, live)| live.is_frozen) {
            let members: Vec<ReportNo> = self.seats.members(held.head).collect();
            let is_late = |no: &ReportNo| self.seats.get(*no).is_late;
            let all_late = members.iter().all(is_late);
            for no in members.into_iter().filter(|no| all_late || !is_late(no)) {
                self.hold(&mut sealed, no, live);
                sealed.holds.insert(no, live);
            }
        }
        sealed
    }

    fn hold(&self, sealed: &mut Sealed, no: ReportNo, live: LiveNo) {
        sealed.members.entry(live).or_default().push(index(no));
        sealed.devices.insert((live, self.set.stream_of(self.packed(no)).device));
    }

    /// Gives the late reports of a cluster to what is sealed of it, first to what has
    /// most of it; those that are beside it all.
    fn give_late(&self, cluster: &Cluster, sealed: &mut Sealed) -> Vec<usize> {
        let mut homes: BTreeMap<LiveNo, usize> = BTreeMap::new();
        for live in cluster.members.iter().filter_map(|no| sealed.holds.get(no)) {
            *homes.entry(*live).or_default() += 1;
        }
        let mut homes: Vec<(LiveNo, usize)> = homes.into_iter().collect();
        homes.sort_unstable_by_key(|(live, count)| {
            (std::cmp::Reverse(*count), self.lives.get(*live).published)
        });
        let mut beside = Vec::new();
        for no in indexes(cluster).into_iter().map(number) {
            if sealed.holds.contains_key(&no) {
                continue;
            }
            let device = self.set.stream_of(self.packed(no)).device;
            let home = homes.iter().find(|(live, _)| !sealed.devices.contains(&(*live, device)));
            match home {
                Some((live, _)) => self.hold(sealed, no, *live),
                None => beside.push(index(no)),
            }
        }
        beside
    }

    /// Takes this over, with changes for whoever knows what was before; which
    /// occurrences reports left.
    fn adopt_late(&mut self, sealed: Sealed, late: Vec<Vec<usize>>) -> BTreeSet<OccurrenceNo> {
        let mut sealed: Vec<(LiveNo, Vec<usize>)> = sealed.members.into_iter().collect();
        // The order in which the changes are told is not that of this process's numbers.
        sealed.sort_unstable_by_key(|(live, _)| {
            let live = self.lives.get(*live);
            (live.published, live.name)
        });
        let (frozen, members): (Vec<LiveNo>, Vec<Vec<usize>>) = sealed.into_iter().unzip();
        let numbers: BTreeMap<LiveNo, usize> = frozen.iter().copied().zip(0..).collect();
        let mut held = self.lives.held();
        for (no, held) in &mut held {
            held.stays = numbers.get(no).copied();
        }
        let reports = self.seated(&held);
        let names: Vec<Held> = held.iter().map(|(_, held)| *held).collect();
        let clusters: Vec<Vec<usize>> = members.into_iter().chain(late).collect();
        let naming = named(&names, &reports, &clusters);
        let left = self.note_moves(&reports, &clusters, &naming);
        for change in differences(&names, &reports, &clusters, &naming) {
            self.ledger.push(change);
        }
        drop(reports);
        let before: Vec<Live> = held.iter().map(|(no, _)| *self.lives.get(*no)).collect();
        for (no, _) in held.iter().filter(|(_, held)| held.stays.is_none()) {
            self.lives.remove(*no);
        }
        // Those that change are linked anew as a whole.
        let is_same: Vec<bool> =
            frozen.iter().zip(&clusters).map(|(live, members)| self.has(*live, members)).collect();
        for (cluster, members) in clusters.iter().enumerate() {
            if is_same.get(cluster) == Some(&true) {
                continue;
            }
            let live = match (frozen.get(cluster), naming.names[cluster]) {
                (Some(live), _) => *live,
                (None, Name::Kept(kept)) => self.lives.add(Live { head: None, ..before[kept] }),
                (None, Name::Founded { by, .. }) => self.found_late(number(by)),
            };
            self.link_anew(live, members);
        }
        self.learn_frozen(&frozen);
        left.into_iter().map(|index| names[index].name).collect()
    }

    /// What was sealed on a clock that nothing placed can be joined once its clock is known;
    /// where it is told to be it stays.
    fn learn_frozen(&mut self, frozen: &[LiveNo]) {
        for no in frozen {
            let Live { head, is_provisional, .. } = *self.lives.get(*no);
            if is_provisional {
                let is_known = !self.placed_times(head).is_empty();
                self.lives.get_mut(*no).is_provisional = !is_known;
            }
        }
    }

    /// A late occurrence without its reports.
    fn found_late(&mut self, founder: ReportNo) -> LiveNo {
        let Held { name, published, .. } = self.publish(founder);
        let arrival = self.arrival(founder);
        let live = self.begun(name, published, &arrival);
        self.lives.add(Live { head: None, ..live })
    }

    /// Whether an occurrence has these reports and no others.
    fn has(&self, live: LiveNo, members: &[usize]) -> bool {
        let mut there = self.seats.members(self.lives.get(live).head).map(index);
        let count = self.seats.members(self.lives.get(live).head).count();
        count == members.len() && there.all(|no| members.contains(&no))
    }

    /// Puts these reports and no others into an occurrence.
    fn link_anew(&mut self, live: LiveNo, members: &[usize]) {
        let mut head = None;
        for no in members.iter().copied().map(number) {
            self.seats.link(no, live, head);
            self.lives.learn_scope(live, self.arrival(no).scope);
            head = Some(no);
        }
        self.lives.get_mut(live).head = head;
        if !self.lives.get(live).is_frozen {
            self.refresh(live);
        }
    }
}

/// The same track, where the frame lies so much further.
fn shifted(track: &Track, by_ms: i64) -> Track {
    let mut track = track.clone();
    for segment in &mut track.segments {
        segment.offset_ms = segment.offset_ms.saturating_add(by_ms);
    }
    track
}

fn index(no: ReportNo) -> usize {
    usize::try_from(no.0).expect("a number of this process")
}
