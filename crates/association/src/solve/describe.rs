//! What a cluster says: when, by whom, in which round.

use std::collections::BTreeMap;

use event_model::WallTime;

use super::{
    Answer,
    group::{Group, earliest_but_a_fifth},
    view::View,
};
use crate::{
    Axis, Cluster, ClusterNo, Flag, Packed, ReportNo, ReportSet, Segment, Sighting, Solution,
    TimeQuality, Track, median::median,
};

/// The solution that `answer` is.
pub(super) fn solution(set: &ReportSet, view: &View, answer: &Answer) -> Solution {
    let mut described: Vec<(Cluster, usize)> = answer
        .groups
        .iter()
        .map(|group| {
            let mut units = group.units.clone();
            units.sort_unstable();
            (cluster(set, view, group, &units), units[0])
        })
        .collect();
    described.sort_by_key(|(cluster, first)| (cluster.at.at, *first));
    let mut clusters: Vec<Cluster> = described.into_iter().map(|(cluster, _)| cluster).collect();
    let mut cluster_of = vec![ClusterNo(0); set.len()];
    for (no, cluster) in (0..).map(ClusterNo).zip(&clusters) {
        for member in &cluster.members {
            cluster_of[super::view::at(member.0)] = no;
        }
    }
    link(view, answer, &cluster_of, &mut clusters);
    let contradicted = answer.counted.contradicted.iter();
    let mut flags: Vec<(ReportNo, Flag)> =
        contradicted.map(|unit| (view.units[*unit].no, Flag::CounterContradicted)).collect();
    flags.sort_unstable();
    flags.dedup();
    Solution {
        clusters,
        cluster_of,
        tracks: tracks(set, view, answer),
        noise: answer.costs.noise,
        flags,
    }
}

/// Tells halves of those that may be theirs.
fn link(view: &View, answer: &Answer, cluster_of: &[ClusterNo], clusters: &mut [Cluster]) {
    let cluster_of = |unit: usize| cluster_of[super::view::at(view.units[unit].no.0)];
    for (kill, death) in &answer.linked {
        let (kill, death) = (cluster_of(*kill), cluster_of(*death));
        clusters[super::view::at(kill.0)].linked.push(death);
        clusters[super::view::at(death.0)].linked.push(kill);
    }
    for cluster in clusters {
        cluster.linked.sort_unstable();
        cluster.linked.dedup();
    }
}

fn tracks(set: &ReportSet, view: &View, answer: &Answer) -> Vec<Track> {
    let mut tracks = vec![Track::default(); set.clocks().len()];
    for (number, clock) in view.clocks.iter().enumerate() {
        let mut segments: Vec<Segment> = Vec::new();
        for index in clock.units.clone() {
            let unit = &view.units[index];
            let (from, offset_ms) =
                (unit.t - unit.slept, answer.clocks.offsets[index] + unit.slept);
            if segments.last().is_none_or(|last| last.offset_ms != offset_ms) {
                segments.push(Segment { from, offset_ms });
            }
        }
        tracks[usize::from(clock.no.0)] = Track {
            segments,
            locked: answer.clocks.locked[number],
            strict: answer.counted.strict[number],
        };
    }
    tracks
}

fn cluster(set: &ReportSet, view: &View, group: &Group, units: &[usize]) -> Cluster {
    let members: Vec<ReportNo> = units.iter().map(|unit| view.units[*unit].no).collect();
    let packed: Vec<&Packed> = members.iter().filter_map(|no| set.get(*no)).collect();
    let told_by = |key: &dyn Fn(usize) -> u64| view.units[majority(view, units, key)].no;
    let round = majority(view, units, &|unit| u64::from(view.units[unit].round));
    Cluster {
        at: instant(view, group, &packed),
        match_clock_ms: match_clock(set, &packed),
        attacker_from: told_by(&|unit| view.units[unit].attacker),
        victim_from: told_by(&|unit| view.units[unit].victim),
        assists_from: told_by(&|unit| view.units[unit].assists.0),
        round: Some(view.units[round].round).filter(|round| *round > 0),
        evidence: group.evidence(),
        linked: Vec::new(),
        members,
    }
}

/// The earliest time but for a fifth of the witnesses: they can be late and
/// never early, but one clock can be wrong.
fn instant(view: &View, group: &Group, packed: &[&Packed]) -> Sighting {
    let is_good = packed.iter().any(|report| report.is_good());
    let mut times: Vec<i64> = group.units.iter().map(|unit| view.units[*unit].x).collect();
    let known = group.reference(view).or_else(|| earliest_but_a_fifth(&mut times));
    let at = known.unwrap_or_default();
    let quality = if is_good { TimeQuality::Good } else { TimeQuality::Low };
    Sighting { at: WallTime::from_unix_ms(at), quality }
}

fn match_clock(set: &ReportSet, packed: &[&Packed]) -> Option<i64> {
    let on_match = |report: &&&Packed| {
        matches!(set.clocks()[usize::from(report.clock.0)].axis, Axis::Match(_))
    };
    let mut times: Vec<i64> = packed.iter().filter(on_match).map(|report| report.t).collect();
    median(&mut times)
}

/// The first unit that says what most say; what nobody said counts least.
fn majority(view: &View, units: &[usize], key: &dyn Fn(usize) -> u64) -> usize {
    let mut told: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    for unit in units {
        let entry = told.entry(key(*unit)).or_insert((0, *unit));
        entry.0 += 1;
    }
    let silent = |key: u64| key == 0;
    let best = told.into_iter().min_by_key(|(key, (count, first))| {
        (silent(*key), std::cmp::Reverse(*count), view.units[*first].key)
    });
    best.map_or(units[0], |(_, (_, first))| first)
}
