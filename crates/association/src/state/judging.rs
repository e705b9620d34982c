//! What is believed of the occurrences, kept up as they come.
//!
//! A report that is placed changes what is believed of its own occurrence. All
//! of them are judged anew with each resolve and whenever more is known about
//! the players: points of the log, so that no belief depends on when somebody
//! looked.

use std::collections::{BTreeMap, BTreeSet};

use event_model::Kind;

use super::{
    MatchState,
    lives::{Live, LiveNo},
};
use crate::{
    Change, Cluster, Evidence, OccurrenceNo, Packed, ReportNo, Solution, Stream, Track,
    revisions::Mark,
    state::describe::sighting,
    trust::{Account, Conduct, Judgement, Known, Quorum, Seen, Watcher, believe, judge},
};

/// Most accounts of a match that are watched between two judgements.
const WATCHERS_MAX: usize = 256;

impl MatchState {
    /// Judges all occurrences anew where more is known than at the last time.
    pub(super) fn judge_if_due(&mut self) {
        if self.is_unjudged {
            self.judge(self.ledger.mark(), BTreeSet::new());
        }
    }

    /// Judges all occurrences as they stand, and tells of those that read
    /// otherwise, as these `changed` ones do, where no change since `since`
    /// names them: who reads again what a change names has all.
    pub(super) fn judge(&mut self, since: Mark, mut changed: BTreeSet<OccurrenceNo>) {
        self.is_unjudged = false;
        let (solution, order) = self.as_it_stands();
        let late = self.seats.iter().filter(|(_, seat)| seat.is_late).map(|(no, _)| no).collect();
        let known = Known { late, ..self.known() };
        let judgement = judge(&self.set, &self.rules, &solution, &known);
        self.watchers = Watcher::all(&judgement);
        self.watchers.truncate(WATCHERS_MAX);
        self.note_streams(&judgement);
        self.note_clocks(&solution);
        let told: BTreeSet<OccurrenceNo> = self.ledger.named_since(since).collect();
        changed.extend(self.ledger.grown_since(since));
        for (live, trust) in order.into_iter().zip(&judgement.assessment.occurrences) {
            let occurrence = self.lives.get(live).name;
            let is_new = self.lives.set_belief(live, trust.into());
            if (is_new || changed.contains(&occurrence)) && !told.contains(&occurrence) {
                self.ledger.push(Change::Retimed { occurrence });
            }
        }
    }

    /// The occurrences and clocks in the solver's words, in an order that does
    /// not depend on how they came.
    fn as_it_stands(&self) -> (Solution, Vec<LiveNo>) {
        let mut standing: Vec<(Cluster, LiveNo)> =
            self.lives.iter().map(|(no, live)| (self.cluster_of(live), no)).collect();
        let rank = |cluster: &Cluster| {
            let first = self.packed(cluster.members[0]);
            (cluster.at.at, first.key, self.set.stream_of(first))
        };
        standing.sort_unstable_by_key(|(cluster, _)| rank(cluster));
        let (clusters, order) = standing.into_iter().unzip();
        let tracks = self.clocks.iter().map(|clock| Track {
            segments: clock.segments(),
            locked: clock.is_placed(),
            strict: clock.is_strict,
        });
        (Solution { clusters, tracks: tracks.collect(), ..Solution::default() }, order)
    }

    fn cluster_of(&self, live: &Live) -> Cluster {
        let mut members: Vec<ReportNo> = self.seats.members(live.head).collect();
        members.sort_unstable_by_key(|no| {
            let report = self.packed(*no);
            (report.key, self.set.stream_of(report))
        });
        let first = members[0];
        Cluster {
            at: sighting(live.reference, true),
            match_clock_ms: None,
            attacker_from: first,
            victim_from: first,
            assists_from: first,
            round: None,
            evidence: Evidence::Time,
            linked: Vec::new(),
            members,
        }
    }

    /// What is believed of one occurrence now that a report came or went.
    pub(crate) fn believe(&mut self, no: LiveNo) {
        let live = *self.lives.get(no);
        let (mut by, mut is_native, mut is_timed) = (Vec::with_capacity(16), false, false);
        let mut kind = Kind::Other;
        for member in self.seats.members(live.head) {
            let report = self.packed(member);
            by.extend(self.streams[self.stream_no(report)].witness);
            is_native |= report.is_native();
            is_timed |= self.clocks[usize::from(report.clock.0)].is_placed();
            kind = report.kind;
        }
        by.sort_unstable();
        by.dedup();
        let by_all = self.rules.seen_by_all(kind);
        let seen = Seen { at_ms: live.reference, by: &by, by_all, is_native, is_timed };
        let belief = believe(&self.watchers, seen);
        self.lives.set_belief(no, belief);
    }

    /// The accounts that tell of the match.
    pub(crate) fn watchers(&self) -> &[Watcher] {
        &self.watchers
    }

    /// That of a report, where its word counts.
    pub(crate) fn watcher_of(&self, report: &Packed) -> Option<&Watcher> {
        let witness = self.streams[self.stream_no(report)].witness?;
        self.watchers.get(usize::from(witness))
    }

    /// A report's account sees the occurrence that it was given, and could have
    /// missed others then; not where it came late.
    pub(crate) fn watch(&mut self, report: &Packed, at_ms: i64) {
        if self.is_sealed {
            return;
        }
        let stream = self.stream_no(report);
        let is_placed = self.clocks[usize::from(report.clock.0)].is_placed();
        if let Some(watcher) = self.streams[stream].witness {
            let (is_start, is_end) =
                (report.kind == Kind::MatchStarted, report.kind == Kind::MatchEnded);
            self.watchers[usize::from(watcher)].sees(at_ms, is_placed, is_start, is_end);
        }
    }

    /// Whose word a stream is that has just come: its account's, unless its
    /// device speaks for another already, or the players are known without it.
    /// A mere device is nobody's word.
    pub(super) fn witness_of(&mut self, stream: usize) -> Option<u16> {
        let known = self.set.streams();
        let of = known[stream];
        let account: Account = of.account.into();
        let is_other =
            |other: &Stream| other.device == of.device && *other != of && !other.is_nameless();
        if of.is_nameless() || known.iter().any(is_other) || self.most_leave_out(account) {
            return None;
        }
        let found = self.watchers.iter().position(|watcher| watcher.account == account);
        let no = found.unwrap_or(self.watchers.len());
        if no >= WATCHERS_MAX {
            return None;
        }
        if found.is_none() {
            self.watchers.push(Watcher::new(account));
        }
        u16::try_from(no).ok()
    }

    /// Whose the devices are that tell of it.
    pub(super) fn devices(&self) -> Quorum {
        let streams = self.set.streams().iter().zip(&self.streams);
        let sent = streams.filter(|(stream, facts)| facts.kept > 0 && !stream.is_nameless());
        let sent = sent.map(|(stream, facts)| {
            ((stream.device, stream.account.into()), u32::try_from(facts.kept).unwrap_or(u32::MAX))
        });
        Quorum::new(&sent.collect())
    }

    /// Whether the lists of most who tell of it are without an account that has
    /// just come.
    fn most_leave_out(&self, account: Account) -> bool {
        let lists = self.heard.lists(&self.devices());
        let without = lists.values().filter(|list| !list.contains(&account)).count();
        without * 2 > self.watchers.len()
    }

    fn note_streams(&mut self, judgement: &Judgement) {
        let by_account: BTreeMap<Account, u16> =
            self.watchers.iter().map(|watcher| watcher.account).zip(0..).collect();
        let devices: BTreeMap<_, _> = judgement.quorum.devices().collect();
        for (stream, facts) in self.set.streams().iter().zip(&mut self.streams) {
            let account: Account = stream.account.into();
            let witness = judgement.quorum.witness(stream.device, account);
            facts.witness = witness.and_then(|account| by_account.get(&account).copied());
            facts.is_listed_otherwise = self.heard.contradicts(stream.device, &judgement.roster);
            facts.has_no_vote = witness.is_some_and(|account| !judgement.voters.contains(&account));
            if let Some(device) = devices.get(&stream.device) {
                facts.is_outsider = device.outsider;
                facts.has_second_account = device.second_account;
                facts.has_second_device = device.second_device;
            }
            if let Some(trust) = judgement.conduct.accounts.get(&account) {
                let (seen, doubtful) = (trust.seen, trust.doubtful);
                let conduct = Conduct { account, seen, doubtful, steps: 0, residuals: Vec::new() };
                facts.counts.inventions = u64::from(doubtful);
                facts.invents = conduct.invents();
            }
        }
    }

    /// What the reports of every clock say about it.
    fn note_clocks(&mut self, solution: &Solution) {
        let mut residuals: Vec<Vec<i64>> = vec![Vec::new(); self.clocks.len()];
        for cluster in solution.clusters.iter().filter(|cluster| cluster.members.len() > 1) {
            let mut times: Vec<i64> =
                cluster.members.iter().map(|no| self.x_of(self.packed(*no))).collect();
            let middle = times.len() / 2;
            let middle = *times.select_nth_unstable(middle).1;
            for no in &cluster.members {
                let report = self.packed(*no);
                let late = self.x_of(report).saturating_sub(middle);
                residuals[usize::from(report.clock.0)].push(late.saturating_abs());
            }
        }
        let mut differences: Vec<Vec<i64>> = vec![Vec::new(); self.clocks.len()];
        self.clocks.iter_mut().for_each(|clock| clock.facts = super::clocks::Facts::default());
        for (_, report) in self.set.iter() {
            let clock = usize::from(report.clock.0);
            let difference = report.at.saturating_sub(report.t);
            differences[clock].push(difference);
            self.clocks[clock].facts.hear(report.t, difference, report.is_good());
        }
        for (clock, (mut differences, mut residuals)) in
            self.clocks.iter_mut().zip(differences.into_iter().zip(residuals))
        {
            clock.facts.learn(&mut differences, &mut residuals);
        }
    }
}
