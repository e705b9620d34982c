//! Which handle names which occurrence: first come, and for ever; of two that turn
//! out to be one, the one that more reports have.
//!
//! A handle is the log position of the report that founded the occurrence; the
//! public id is a hash of that report ([`OccurrenceId::of_event`]). Where a
//! report is, its handle is: a handle resolves through its founder, over any
//! number of merges and splits, and there are no chains to follow. Contents
//! are a function of the set of reports; handles are not, since a handle that
//! is chosen anew from the contents would change with nearly every arrival.
//!
//! [`OccurrenceId::of_event`]: crate::OccurrenceId::of_event

use serde::{Deserialize, Serialize};

use crate::{Report, row::number_row};

/// A report, by its position in the server's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogNo(pub u64);

impl From<&Report<'_>> for LogNo {
    fn from(report: &Report<'_>) -> Self {
        Self(report.position)
    }
}

/// An occurrence, by the position of the report that founded it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OccurrenceNo(pub u64);

impl OccurrenceNo {
    /// The handle that this report founds.
    #[must_use]
    pub fn of_founder(report: LogNo) -> Self {
        Self(report.0)
    }

    /// The report that founded it.
    #[must_use]
    pub fn founder(self) -> LogNo {
        LogNo(self.0)
    }
}

number_row!(LogNo(u64), OccurrenceNo(u64));

/// When a handle was first published, counted within its match from 1.
pub(crate) type Published = u32;

/// An occurrence as it is named before a resolve.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub(crate) name: OccurrenceNo,
    pub(crate) published: Published,
    /// The cluster that it names in any case, where it is sealed.
    pub(crate) stays: Option<usize>,
}

/// What naming needs to know of a report.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seated {
    pub(crate) no: LogNo,
    /// When its own handle was published, if it ever was.
    pub(crate) published: Option<Published>,
    /// Which of the held occurrences it is in.
    pub(crate) holder: Option<usize>,
}

/// The name of a new cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// That of this held occurrence.
    Kept(usize),
    /// That of this member of the cluster, and the held occurrence that most of
    /// its members come from.
    Founded { by: usize, from: Option<usize> },
}

/// What became of a held occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its handle names this cluster.
    Names(usize),
    /// Its handle leads to this cluster, which has another name.
    LeadsTo(usize),
    /// Nothing of it is left.
    Gone,
}

/// The names of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Naming {
    /// By cluster.
    pub(crate) names: Vec<Name>,
    /// By held occurrence.
    pub(crate) fates: Vec<Fate>,
}

/// Names the clusters of `members`, indexes into `reports`, after `held`.
///
/// What is sealed keeps its handle. Else a cluster with founders of held occurrences
/// keeps the handle under which most of its reports are known, so that the fewest are
/// called otherwise; of equals the one that was published first. A cluster without founds one of its own, of a
/// member whose handle was public before, or else of the member stored first.
pub(crate) fn named(held: &[Held], reports: &[Seated], clusters: &[Vec<usize>]) -> Naming {
    let homes = homes(held, reports, clusters);
    let kept = kept(&homes, reports, clusters);
    let mut first: Vec<Option<usize>> = vec![None; clusters.len()];
    for (index, home) in homes.iter().enumerate() {
        let Some(cluster) = *home else { continue };
        let rank = |index: usize| {
            let Held { published, stays, .. } = held[index];
            (stays.is_none(), std::cmp::Reverse(kept[index]), published)
        };
        if first[cluster].is_none_or(|other| rank(index) < rank(other)) {
            first[cluster] = Some(index);
        }
    }
    let names = std::iter::zip(&first, clusters)
        .map(|(kept, members)| kept.map_or_else(|| founded(reports, members), Name::Kept))
        .collect();
    let fate = |(index, home): (usize, &Option<usize>)| match *home {
        Some(cluster) if first[cluster] == Some(index) => Fate::Names(cluster),
        Some(cluster) => Fate::LeadsTo(cluster),
        None => Fate::Gone,
    };
    Naming { names, fates: homes.iter().enumerate().map(fate).collect() }
}

/// How many reports of each held occurrence are where its handle is.
fn kept(homes: &[Option<usize>], reports: &[Seated], clusters: &[Vec<usize>]) -> Vec<usize> {
    let mut kept = vec![0; homes.len()];
    for (cluster, members) in clusters.iter().enumerate() {
        let holders = members.iter().filter_map(|&member| reports[member].holder);
        for holder in holders.filter(|&holder| homes[holder] == Some(cluster)) {
            kept[holder] += 1;
        }
    }
    kept
}

/// The cluster where each held occurrence's founder is; where the founder was
/// withdrawn, the one with most of its reports.
fn homes(held: &[Held], reports: &[Seated], clusters: &[Vec<usize>]) -> Vec<Option<usize>> {
    let mut homes = vec![None; held.len()];
    let mut most = vec![0; held.len()];
    for (cluster, members) in clusters.iter().enumerate() {
        for (holder, count) in counted(reports, members) {
            if count > most[holder] {
                (most[holder], homes[holder]) = (count, Some(cluster));
            }
        }
    }
    let by_name: std::collections::HashMap<OccurrenceNo, usize> =
        held.iter().enumerate().map(|(index, held)| (held.name, index)).collect();
    for (cluster, members) in clusters.iter().enumerate() {
        for report in members.iter().map(|&member| &reports[member]) {
            if report.published.is_none() {
                continue;
            }
            if let Some(&index) = by_name.get(&OccurrenceNo::of_founder(report.no)) {
                homes[index] = Some(cluster);
            }
        }
    }
    for (home, held) in homes.iter_mut().zip(held) {
        *home = held.stays.or(*home);
    }
    homes
}

/// The held occurrences that `members` come from, with how many, in their order.
fn counted(reports: &[Seated], members: &[usize]) -> Vec<(usize, usize)> {
    let mut holders: Vec<usize> =
        members.iter().filter_map(|&member| reports[member].holder).collect();
    holders.sort_unstable();
    holders.chunk_by(|a, b| a == b).map(|same| (same[0], same.len())).collect()
}

fn founded(reports: &[Seated], members: &[usize]) -> Name {
    let rank = |&&member: &&usize| {
        let report = &reports[member];
        (report.published.is_none(), report.published, report.no)
    };
    let by = *members.iter().min_by_key(rank).expect("a cluster has a member");
    let from = counted(reports, members)
        .into_iter()
        .max_by_key(|&(holder, count)| (count, std::cmp::Reverse(holder)))
        .map(|(holder, _)| holder);
    Name::Founded { by, from }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(name: u64, published: Published) -> Held {
        Held { name: OccurrenceNo(name), published, stays: None }
    }

    fn seated(no: u64, published: Option<Published>, holder: Option<usize>) -> Seated {
        Seated { no: LogNo(no), published, holder }
    }

    #[test]
    fn of_two_equals_that_are_one_the_handle_published_first_stays() {
        // The later one's founder was stored first: it was split off before.
        let before = [held(9, 1), held(3, 2)];
        let reports = [seated(9, Some(1), Some(0)), seated(3, Some(2), Some(1))];
        let naming = named(&before, &reports, &[vec![1, 0]]);
        assert_eq!(naming.names, [Name::Kept(0)]);
        assert_eq!(naming.fates, [Fate::Names(0), Fate::LeadsTo(0)]);
    }

    #[test]
    fn of_two_that_are_one_the_handle_that_more_reports_have_stays() {
        let before = [held(1, 1), held(2, 2)];
        let reports =
            [seated(1, Some(1), Some(0)), seated(2, Some(2), Some(1)), seated(3, None, Some(1))];
        let naming = named(&before, &reports, &[vec![0, 1, 2]]);
        assert_eq!(naming.names, [Name::Kept(1)]);
        assert_eq!(naming.fates, [Fate::LeadsTo(0), Fate::Names(0)]);
    }

    #[test]
    fn what_is_sealed_keeps_its_handle_however_many_come_with_another() {
        let sealed = Held { stays: Some(0), ..held(1, 1) };
        let before = [sealed, held(2, 2)];
        let reports =
            [seated(1, Some(1), Some(0)), seated(2, Some(2), Some(1)), seated(3, None, Some(1))];
        let naming = named(&before, &reports, &[vec![0, 1, 2]]);
        assert_eq!(naming.fates, [Fate::Names(0), Fate::LeadsTo(0)]);
    }

    #[test]
    fn where_no_founder_is_the_member_stored_first_founds() {
        let before = [held(1, 1)];
        let reports =
            [seated(1, Some(1), Some(0)), seated(7, None, Some(0)), seated(5, None, None)];
        let naming = named(&before, &reports, &[vec![0], vec![1, 2]]);
        assert_eq!(naming.names, [Name::Kept(0), Name::Founded { by: 2, from: Some(0) }]);
    }

    #[test]
    fn a_handle_that_was_merged_away_comes_back_with_its_founder() {
        let before = [held(1, 1)];
        let reports =
            [seated(1, Some(1), Some(0)), seated(4, None, Some(0)), seated(6, Some(2), Some(0))];
        let naming = named(&before, &reports, &[vec![0], vec![1, 2]]);
        assert_eq!(naming.names[1], Name::Founded { by: 2, from: Some(0) });
    }

    #[test]
    fn a_handle_whose_founder_was_withdrawn_stays_with_most_of_its_reports() {
        let before = [held(1, 1)];
        let reports: Vec<Seated> = (2..=4).map(|no| seated(no, None, Some(0))).collect();
        let naming = named(&before, &reports, &[vec![0], vec![1, 2]]);
        assert_eq!(naming.fates, [Fate::Names(1)]);
        assert_eq!(naming.names[1], Name::Kept(0));
    }

    #[test]
    fn a_handle_of_which_nothing_is_left_is_gone() {
        let naming = named(&[held(1, 1)], &[], &[]);
        assert_eq!(naming.fates, [Fate::Gone]);
    }
}
