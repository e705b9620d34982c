//! What a resolve changes: the solver's clusters under the names that were
//! given at arrival.

use std::collections::BTreeMap;

use super::{
    MatchState,
    describe::names,
    keys::{place_of, scope_of},
    lives::{Description, Live, LiveNo},
};
use crate::{
    Axis, Change, Cluster, LogNo, OccurrenceNo, Packed, ReportNo, Solution,
    ids::{Held, Name, Naming, Seated, named},
    revisions::differences,
    solve,
};

impl MatchState {
    /// Asks the solver, and corrects what it says otherwise. Where the match is
    /// sealed, only what came late can still find its place.
    pub fn resolve(&mut self) {
        self.is_due = false;
        self.cut_to_shares();
        self.resolved_at = self.set.len();
        self.counts.resolves += 1;
        let solution = solve(&self.set, &self.rules);
        if self.is_sealed {
            self.learn_late_clocks(&solution);
        } else {
            self.learn_clocks(&solution);
            self.adopt(&solution.clusters);
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

    /// Takes over `clusters`, with changes for whoever knows the ones before.
    fn adopt(&mut self, clusters: &[Cluster]) {
        let held = self.lives.held();
        let reports = self.seated(&held);
        let names: Vec<Held> = held.iter().map(|(_, held)| *held).collect();
        let members: Vec<Vec<usize>> = clusters.iter().map(indexes).collect();
        let naming = named(&names, &reports, &members);
        self.note_moves(&reports, &members, &naming);
        for change in differences(&names, &reports, &members, &naming) {
            self.ledger.push(change);
        }
        let said: Vec<Description> = held.iter().map(|(no, _)| self.lives.get(*no).said).collect();
        drop((reports, members));
        self.lives.clear();
        self.seats.clear();
        for (cluster, name) in std::iter::zip(clusters, &naming.names) {
            let (held, told) = match *name {
                Name::Kept(index) => (names[index], Some(&said[index])),
                Name::Founded { by, .. } => (self.publish(number(by)), None),
            };
            self.seat_cluster(cluster, held, told);
        }
    }

    /// Notes whose rows change: who is in another occurrence, or in none yet,
    /// and who founds one.
    fn note_moves(&mut self, reports: &[Seated], clusters: &[Vec<usize>], naming: &Naming) {
        for (cluster, members) in clusters.iter().enumerate() {
            let kept = match naming.names[cluster] {
                Name::Kept(index) => Some(index),
                Name::Founded { .. } => None,
            };
            for member in members {
                if kept.is_none() || reports[*member].holder != kept {
                    self.touched.add(reports[*member].no);
                }
            }
        }
    }

    fn seated(&self, held: &[(LiveNo, Held)]) -> Vec<Seated> {
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
    fn publish(&mut self, founder: ReportNo) -> Held {
        let name = OccurrenceNo::of_founder(self.log_no(founder));
        let seat = self.seats.get_mut(founder);
        let published = seat.publish(self.published + 1);
        self.published = self.published.max(published);
        Held { name, published }
    }

    fn seat_cluster(&mut self, cluster: &Cluster, held: Held, told: Option<&Description>) {
        let shown = self.as_most_say(cluster);
        let said = self.said_of(cluster, &shown);
        let corrected = told.is_some_and(|told| told.is_corrected_by(&said));
        let live = self.lives.add(Live {
            name: held.name,
            published: held.published,
            head: None,
            place: place_of(&self.rules, &shown),
            scope: self.scope_of_most(cluster, &shown),
            attacker: shown.attacker,
            reference: cluster.at.at.unix_ms(),
            is_provisional: !self.is_placed(cluster),
            is_doubtful: false,
            is_frozen: false,
            said: told.filter(|_| !corrected).copied().unwrap_or(said),
        });
        for member in &cluster.members {
            let head = self.lives.get(live).head;
            self.seats.link(*member, live, head);
            self.lives.get_mut(live).head = Some(*member);
        }
        if corrected {
            self.ledger.push(Change::Retimed { occurrence: held.name });
        }
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
            if let Some(scope) = scope_of(&self.rules, &named) {
                *counts.entry(scope).or_default() += 1;
            }
        }
        counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(scope, _)| scope)
    }

    fn is_placed(&self, cluster: &Cluster) -> bool {
        let clock = |member: &ReportNo| usize::from(self.packed(*member).clock.0);
        cluster.members.iter().any(|member| self.clocks[clock(member)].is_placed())
    }
}

fn indexes(cluster: &Cluster) -> Vec<usize> {
    let index = |no: &ReportNo| usize::try_from(no.0).expect("a number of this process");
    cluster.members.iter().map(index).collect()
}

fn number(index: usize) -> ReportNo {
    ReportNo(u32::try_from(index).expect("a set is bounded"))
}
