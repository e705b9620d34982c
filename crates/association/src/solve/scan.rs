//! First clusters: reports of one place by time, each to the nearest.

use super::{
    group::Group,
    view::{Unit, View},
};

/// How many of the latest clusters a report is held against: more than can be
/// open at once where two are a floor apart.
const OPEN_MAX: usize = 8;
/// What another attacker is worth in time: as much as four nats of lateness.
const OTHER_ATTACKER_MS: i64 = 1_800;

/// Clusters of everything whose time decides.
pub(crate) fn scan_places(view: &View, is_free: &[bool]) -> Vec<Group> {
    let places = view.by_place(is_free).into_iter();
    places.flat_map(|mut place| scan(&view.units, &mut place)).map(Group::by_time).collect()
}

/// Puts `indices` in order of time and clusters them.
fn scan(units: &[Unit], indices: &mut [usize]) -> Vec<Vec<usize>> {
    indices.sort_unstable_by_key(|index| (units[*index].x, *index));
    let mut clusters: Vec<Vec<usize>> = Vec::new();
    for index in indices.iter().copied() {
        let from = clusters.len().saturating_sub(OPEN_MAX);
        let nearest = clusters
            .iter()
            .enumerate()
            .skip(from)
            .filter_map(|(at, cluster)| Some((distance(units, cluster, index)?, at)))
            .min();
        match nearest {
            Some((_, at)) => clusters[at].push(index),
            None => clusters.push(vec![index]),
        }
    }
    clusters
}

/// How far a unit is from a cluster that it may join.
fn distance(units: &[Unit], cluster: &[usize], index: usize) -> Option<i64> {
    let (unit, first) = (&units[index], &units[cluster[0]]);
    let is_in = cluster.iter().any(|other| units[*other].witness == unit.witness);
    let late = unit.x - first.x;
    let names = if unit.attacker == first.attacker { 0 } else { OTHER_ATTACKER_MS };
    (!is_in && late <= unit.rule.late_ms).then_some(late + names)
}
