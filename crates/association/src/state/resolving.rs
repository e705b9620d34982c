//! What a resolve changes: the solver's clusters under the names that were
//! given at arrival.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    MatchState,
    describe::names,
    lives::{Description, Live, LiveNo},
};
use crate::{
    Axis, Change, Cluster, ClusterNo, Flag, LogNo, OccurrenceNo, Packed, ReportNo, Solution,
    ids::{Held, Name, Naming, Seated, named},
    keys::{self, Meant},
    revisions::differences,
    solve_knowing,
    trust::Belief,
};

/// What was said of an occurrence before it was solved anew.
struct Told {
    said: Description,
    belief: Belief,
    linked: Box<[OccurrenceNo]>,
}

impl MatchState {
    /// Asks the solver, and corrects what it says otherwise. Where the match is
    /// sealed, only what came late can still find its place.
    pub fn resolve(&mut self) {
        self.resolve_to(Description::SHIFT_MS, BTreeSet::new());
    }

    /// The same; what was told of an occurrence's time stands where it is no
    /// further off, and those that `changed` already are told of in any case.
    pub(crate) fn resolve_to(&mut self, shift_ms: u64, mut changed: BTreeSet<OccurrenceNo>) {
        self.is_due = false;
        self.cut_to_shares();
        (self.resolved_at, self.arrived) = (self.set.len(), 0);
        self.counts.resolves += 1;
        let since = self.ledger.mark();
        let solution = solve_knowing(&self.set, &self.rules, &self.known());
        if self.is_sealed {
            changed.extend(self.settle_late(&solution));
        } else {
            self.learn_clocks(&solution);
            changed.extend(self.adopt(&solution.clusters, shift_ms));
        }
        self.count_contradicted(&solution);
        self.judge(since, changed);
    }

    fn count_contradicted(&mut self, solution: &Solution) {
        for facts in &mut self.streams {
            facts.counts.contradicted_counters = 0;
        }
        for (no, flag) in &solution.flags {
            match flag {
                Flag::CounterContradicted => {
                    let stream = self.stream_no(self.packed(*no));
                    self.streams[stream].counts.contradicted_counters += 1;
                }
            }
        }
    }

    fn learn_clocks(&mut self, solution: &Solution) {
        self.clocks.resize_with(self.set.clocks().len(), Default::default);
        for (live, track) in std::iter::zip(&mut self.clocks, &solution.tracks) {
            live.learn(track);
        }
        for (clock, track) in std::iter::zip(self.set.clocks(), &solution.tracks) {
            let Axis::Match(run) = clock.axis else { continue };
            let (Some(zero), Some(offset)) = (self.zeros.get_mut(&run), track.offset_at(0)) else {
                continue;
            };
            if track.locked {
                *zero = offset;
            }
        }
    }

    /// Takes over `clusters`, with changes for whoever knows the ones before;
    /// which of those reports left for others.
    fn adopt(&mut self, clusters: &[Cluster], shift_ms: u64) -> BTreeSet<OccurrenceNo> {
        let held = self.lives.held();
        let reports = self.seated(&held);
        let names: Vec<Held> = held.iter().map(|(_, held)| *held).collect();
        let members: Vec<Vec<usize>> = clusters.iter().map(indexes).collect();
        let naming = named(&names, &reports, &members);
        let left = self.note_moves(&reports, &members, &naming);
        let left = left.into_iter().map(|index| names[index].name).collect();
        for change in differences(&names, &reports, &members, &naming) {
            self.ledger.push(change);
        }
        let told: Vec<Told> = held.iter().map(|(no, _)| self.told_of(*no)).collect();
        drop((reports, members));
        self.lives.clear();
        self.seats.clear();
        let mut numbers = Vec::with_capacity(clusters.len());
        for (cluster, name) in std::iter::zip(clusters, &naming.names) {
            let (held, told) = match *name {
                Name::Kept(index) => (names[index], Some(&told[index])),
                Name::Founded { by, .. } => (self.publish(number(by)), None),
            };
            numbers.push(self.seat_cluster(cluster, held, told, shift_ms));
        }
        self.link_halves(clusters, &naming, &numbers, &told);
        left
    }

    fn told_of(&self, no: LiveNo) -> Told {
        let Live { said, belief, .. } = *self.lives.get(no);
        Told { said, belief, linked: self.lives.links(no).into() }
    }

    /// Links halves to those that may be theirs, and tells whose links changed.
    fn link_halves(
        &mut self,
        clusters: &[Cluster],
        naming: &Naming,
        numbers: &[LiveNo],
        told: &[Told],
    ) {
        for ((cluster, name), no) in clusters.iter().zip(&naming.names).zip(numbers) {
            let other = |other: &ClusterNo| {
                let other = usize::try_from(other.0).expect("a number of this process");
                self.lives.get(numbers[other]).name
            };
            let mut links: Vec<OccurrenceNo> = cluster.linked.iter().map(other).collect();
            links.sort_unstable();
            let before = match *name {
                Name::Kept(index) => told[index].linked.as_ref(),
                Name::Founded { .. } => &[],
            };
            let occurrence = self.lives.get(*no).name;
            let is_new = matches!(name, Name::Kept(_)) && *before != *links;
            self.lives.set_links(*no, links.into());
            if is_new {
                self.ledger.push(Change::Retimed { occurrence });
            }
        }
    }

    /// Notes whose rows change: who is in another occurrence, or in none yet,
    /// and who founds one. Which of the held they left.
    pub(crate) fn note_moves(
        &mut self,
        reports: &[Seated],
        clusters: &[Vec<usize>],
        naming: &Naming,
    ) -> BTreeSet<usize> {
        let mut left = BTreeSet::new();
        for (cluster, members) in clusters.iter().enumerate() {
            let kept = match naming.names[cluster] {
                Name::Kept(index) => Some(index),
                Name::Founded { .. } => None,
            };
            for member in members {
                if kept.is_none() || reports[*member].holder != kept {
                    self.touched.add(reports[*member].no);
                    left.extend(reports[*member].holder);
                }
            }
        }
        left
    }

    pub(crate) fn seated(&self, held: &[(LiveNo, Held)]) -> Vec<Seated> {
        let index: BTreeMap<LiveNo, usize> =
            held.iter().enumerate().map(|(index, (no, _))| (*no, index)).collect();
        let seated = |(no, seat): (ReportNo, &super::seats::Seat)| Seated {
            no: self.log_no(no),
            published: seat.published(),
            holder: seat.live().map(|live| index[&live]),
        };
        self.seats.iter().map(seated).collect()
    }

    /// The handle that a report founds, published now if it never was.
    pub(crate) fn publish(&mut self, founder: ReportNo) -> Held {
        let name = OccurrenceNo::of_founder(self.log_no(founder));
        let seat = self.seats.get_mut(founder);
        let published = seat.publish(self.published + 1);
        self.published = self.published.max(published);
        Held { name, published, stays: None }
    }

    fn seat_cluster(
        &mut self,
        cluster: &Cluster,
        held: Held,
        told: Option<&Told>,
        shift_ms: u64,
    ) -> LiveNo {
        let shown = self.as_most_say(cluster);
        let mut said = self.said_of(cluster, &shown);
        // The seal goes by the set alone.
        if let Some(told) = told.filter(|_| shift_ms > 0) {
            said = self.told_as(said, &told.said, &cluster.members);
        }
        let corrected = told.is_some_and(|told| told.said.is_corrected_by(&said, shift_ms));
        let meant = Meant::as_written(&shown);
        let live = self.lives.add(Live {
            name: held.name,
            published: held.published,
            head: None,
            place: keys::place(&self.rules, &shown, meant),
            beside: keys::beside(&self.rules, &shown, meant),
            scope: self.scope_of_most(cluster, &shown),
            attacker: shown.attacker,
            reference: cluster.at.at.unix_ms(),
            is_provisional: !self.is_placed(cluster),
            is_doubtful: false,
            is_frozen: false,
            said: told.filter(|_| !corrected).map_or(said, |told| said.at_time_of(&told.said)),
            belief: told.map_or(Belief::NONE, |told| told.belief),
        });
        for member in &cluster.members {
            let head = self.lives.get(live).head;
            self.seats.link(*member, live, head);
            self.lives.get_mut(live).head = Some(*member);
        }
        if corrected {
            self.ledger.push(Change::Retimed { occurrence: held.name });
        }
        live
    }

    /// A report as the cluster's witnesses have it together.
    fn as_most_say(&self, cluster: &Cluster) -> Packed {
        let mut shown = *self.packed(cluster.attacker_from);
        let victim = self.packed(cluster.victim_from);
        (shown.victim, shown.account_ids[1]) = (victim.victim, victim.account_ids[1]);
        shown.assists = self.packed(cluster.assists_from).assists;
        shown.round = cluster.round.unwrap_or_default();
        shown
    }

    fn said_of(&self, cluster: &Cluster, shown: &Packed) -> Description {
        let no = |report: ReportNo| LogNo(self.packed(report).position);
        Description {
            at: cluster.at,
            match_clock_ms: cluster.match_clock_ms,
            attacker_from: no(cluster.attacker_from),
            victim_from: no(cluster.victim_from),
            assists_from: no(cluster.assists_from),
            round: cluster.round,
            names: names(shown),
        }
    }

    /// The scope that most of the members name, of equally many the smallest.
    fn scope_of_most(&self, cluster: &Cluster, shown: &Packed) -> Option<u64> {
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        for member in &cluster.members {
            let mut named = *self.packed(*member);
            (named.attacker, named.victim) = (shown.attacker, shown.victim);
            named.account_ids = shown.account_ids;
            let meant = Meant::as_written(&named);
            if let Some(numbered) = keys::numbered(&self.rules, &named, meant) {
                *counts.entry(numbered.scope()).or_default() += 1;
            }
        }
        counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(scope, _)| scope)
    }

    fn is_placed(&self, cluster: &Cluster) -> bool {
        let clock = |member: &ReportNo| usize::from(self.packed(*member).clock.0);
        cluster.members.iter().any(|member| self.clocks[clock(member)].is_placed())
    }
}

pub(crate) fn indexes(cluster: &Cluster) -> Vec<usize> {
    let index = |no: &ReportNo| usize::try_from(no.0).expect("a number of this process");
    cluster.members.iter().map(index).collect()
}

pub(crate) fn number(index: usize) -> ReportNo {
    ReportNo(u32::try_from(index).expect("a set is bounded"))
}
