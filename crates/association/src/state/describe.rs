//! What an occurrence says, between two resolves.

use std::collections::BTreeMap;

use event_model::WallTime;

use super::MatchState;
use crate::{
    Axis, EventKey, LogNo, Packed, ReportNo, Sighting, TimeQuality, names::mix,
    state::lives::Description,
};

impl Description {
    /// What one report says alone.
    pub(crate) fn of_one(report: &Packed, axis: Axis, reference: i64) -> Self {
        let no = LogNo(report.position);
        Self {
            at: sighting(reference, report.is_good()),
            match_clock_ms: matches!(axis, Axis::Match(_)).then_some(report.t),
            attacker_from: no,
            victim_from: no,
            assists_from: no,
            round: round(report.round),
            names: names(report),
        }
    }
}

/// The names of a report as one number.
pub(crate) fn names(report: &Packed) -> u64 {
    mix(&[report.attacker.0, report.victim.0, report.assists.0])
}

pub(crate) fn sighting(ms: i64, is_good: bool) -> Sighting {
    let quality = if is_good { TimeQuality::Good } else { TimeQuality::Low };
    Sighting { at: WallTime::from_unix_ms(ms), quality }
}

fn round(told: u16) -> Option<u16> {
    Some(told).filter(|round| *round > 0)
}

impl MatchState {
    /// What these reports say together, of the names what most of them say, and
    /// a report that says these.
    pub(crate) fn described(&self, members: &[ReportNo], reference: i64) -> (Description, Packed) {
        let told: Vec<&Packed> = members.iter().filter_map(|no| self.set.get(*no)).collect();
        let attacker = majority(&told, |report| report.attacker.0);
        let victim = majority(&told, |report| report.victim.0);
        let assists = majority(&told, |report| report.assists.0);
        let mut on_match: Vec<i64> = told
            .iter()
            .filter(|report| matches!(self.axis_of(report), Axis::Match(_)))
            .map(|report| report.t)
            .collect();
        on_match.sort_unstable();
        let said = Description {
            at: sighting(reference, told.iter().any(|report| report.is_good())),
            match_clock_ms: on_match.get(on_match.len() / 2).copied(),
            attacker_from: LogNo(attacker.position),
            victim_from: LogNo(victim.position),
            assists_from: LogNo(assists.position),
            round: round(majority(&told, |report| u64::from(report.round)).round),
            names: mix(&[attacker.attacker.0, victim.victim.0, assists.assists.0]),
        };
        let mut shown = *attacker;
        (shown.victim, shown.account_ids[1]) = (victim.victim, victim.account_ids[1]);
        (said, shown)
    }

    /// A description by the reports that told it before, where they are still
    /// among these `members`.
    pub(crate) fn told_as(
        &self,
        said: Description,
        told: &Description,
        members: &[ReportNo],
    ) -> Description {
        let is_there = |no: LogNo| members.iter().any(|member| self.log_no(*member) == no);
        said.told_as(told, is_there)
    }
}

/// The first report that says what most say; what says nothing counts least.
fn majority<'a>(told: &[&'a Packed], key: impl Fn(&Packed) -> u64) -> &'a Packed {
    let is_one = told.windows(2).all(|pair| key(pair[0]) == key(pair[1]));
    if let Some(first) = told.iter().min_by_key(|report| report.key).filter(|_| is_one) {
        return first;
    }
    let mut counts: BTreeMap<u64, (usize, EventKey, &'a Packed)> = BTreeMap::new();
    for report in told {
        let entry = counts.entry(key(report)).or_insert((0, report.key, report));
        entry.0 += 1;
        if report.key < entry.1 {
            (entry.1, entry.2) = (report.key, report);
        }
    }
    let rank = |(key, (count, event, _)): &(u64, (usize, EventKey, &'a Packed))| {
        (*key == 0, std::cmp::Reverse(*count), *event)
    };
    let best = counts.into_iter().min_by_key(rank);
    best.map(|(_, (.., report))| report).expect("an occurrence has a report")
}
