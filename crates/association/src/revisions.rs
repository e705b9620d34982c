//! What changed in a match's record, numbered.
//!
//! A consumer that keeps for every report the occurrence it is in, and applies
//! the changes in the order of their revisions, has the record. It may stop
//! after any revision and go on later.

use serde::{Deserialize, Serialize};

use crate::ids::{Fate, Held, LogNo, Name, Naming, OccurrenceNo, Seated};

/// The number of a change in its match; the first is 1.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Revision(pub u64);

crate::row::number_row!(Revision(u64));

/// One correction of a match's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// There is an occurrence more, with this report in it.
    Created {
        /// It.
        occurrence: OccurrenceNo,
        /// The report that it begins with.
        report: LogNo,
    },
    /// A report is in this occurrence now, and in no other.
    Witnessed {
        /// Where it is.
        occurrence: OccurrenceNo,
        /// The report.
        report: LogNo,
    },
    /// A report is in no occurrence any more; others are still in this one.
    Unwitnessed {
        /// Where it was.
        occurrence: OccurrenceNo,
        /// The report.
        report: LogNo,
    },
    /// An occurrence ended: what was in it is in another now, and its id names
    /// that one.
    Merged {
        /// What ended.
        occurrence: OccurrenceNo,
        /// What it became part of.
        into: OccurrenceNo,
    },
    /// An occurrence came out of another, with this report in it.
    Split {
        /// What came out.
        occurrence: OccurrenceNo,
        /// What it came out of.
        from: OccurrenceNo,
        /// The report that it begins with.
        report: LogNo,
    },
    /// Its time, actors or round read otherwise now.
    Retimed {
        /// It.
        occurrence: OccurrenceNo,
    },
    /// An occurrence ended: no report of it is left.
    Retracted {
        /// What ended.
        occurrence: OccurrenceNo,
    },
    /// The match was joined into another; what was here is there.
    Moved,
    /// No occurrence changes any more, but by what is withdrawn.
    Sealed,
    /// Occurrences may change again.
    Reopened,
}

/// Changes with consecutive revisions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// The revision of the first of them.
    pub first: Revision,
    /// They, in order.
    pub changes: Vec<Change>,
}

impl Changes {
    /// Each with its revision.
    pub fn numbered(&self) -> impl Iterator<Item = (Revision, Change)> {
        (self.first.0..).map(Revision).zip(self.changes.iter().copied())
    }

    /// The revision of the last of them, or the one before the first where
    /// there are none.
    #[must_use]
    pub fn last(&self) -> Revision {
        let count = u64::try_from(self.changes.len()).expect("a length in memory fits 64 bits");
        Revision(self.first.0 + count - 1)
    }
}

/// A place among the changes that were not yet taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(usize);

/// Changes as they come, not yet taken.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    /// The revision of the first change not yet taken.
    next: Revision,
    pending: Vec<Change>,
}

impl Ledger {
    /// A ledger whose last revision was this.
    pub(crate) fn after(last: Revision) -> Self {
        Self { next: Revision(last.0 + 1), pending: Vec::new() }
    }

    pub(crate) fn push(&mut self, change: Change) {
        self.pending.push(change);
    }

    /// The revision of the last change.
    pub(crate) fn last(&self) -> Revision {
        let count = u64::try_from(self.pending.len()).expect("a length in memory fits 64 bits");
        Revision(self.next.0 + count - 1)
    }

    /// Bytes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        self.pending.capacity() * size_of::<Change>()
    }

    /// Where it is now.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.pending.len())
    }

    /// The occurrences that changed since and are still there.
    pub(crate) fn named_since(&self, mark: Mark) -> impl Iterator<Item = OccurrenceNo> {
        self.pending[mark.0..].iter().filter_map(|change| match *change {
            Change::Created { occurrence, .. }
            | Change::Witnessed { occurrence, .. }
            | Change::Unwitnessed { occurrence, .. }
            | Change::Split { occurrence, .. }
            | Change::Retimed { occurrence } => Some(occurrence),
            Change::Merged { .. }
            | Change::Retracted { .. }
            | Change::Moved
            | Change::Sealed
            | Change::Reopened => None,
        })
    }

    /// The occurrences that others became part of since.
    pub(crate) fn grown_since(&self, mark: Mark) -> impl Iterator<Item = OccurrenceNo> {
        self.pending[mark.0..].iter().filter_map(|change| match *change {
            Change::Merged { into, .. } => Some(into),
            Change::Created { .. }
            | Change::Witnessed { .. }
            | Change::Unwitnessed { .. }
            | Change::Split { .. }
            | Change::Retimed { .. }
            | Change::Retracted { .. }
            | Change::Moved
            | Change::Sealed
            | Change::Reopened => None,
        })
    }

    pub(crate) fn take(&mut self) -> Changes {
        let first = self.next;
        self.next = Revision(self.last().0 + 1);
        Changes { first, changes: std::mem::take(&mut self.pending) }
    }
}

/// What leads from the held occurrences to `clusters` under their new names.
///
/// What came out of others first, then what ended, then each report that is not
/// yet where it belongs: so that between any two of them every report is in at
/// most one occurrence.
pub(crate) fn differences(
    held: &[Held],
    reports: &[Seated],
    clusters: &[Vec<usize>],
    naming: &Naming,
) -> Vec<Change> {
    let name = |cluster: usize| match naming.names[cluster] {
        Name::Kept(index) => held[index].name,
        Name::Founded { by, .. } => OccurrenceNo::of_founder(reports[by].no),
    };
    let begun = naming.names.iter().enumerate().filter_map(|(cluster, &kept)| match kept {
        Name::Kept(_) => None,
        Name::Founded { by, from } => {
            let (occurrence, report) = (name(cluster), reports[by].no);
            Some(match from {
                Some(from) => Change::Split { occurrence, from: held[from].name, report },
                None => Change::Created { occurrence, report },
            })
        }
    });
    let ended = naming.fates.iter().enumerate().filter_map(|(index, fate)| {
        let occurrence = held[index].name;
        match *fate {
            Fate::Names(_) => None,
            Fate::LeadsTo(cluster) => Some(Change::Merged { occurrence, into: name(cluster) }),
            Fate::Gone => Some(Change::Retracted { occurrence }),
        }
    });
    let moved = clusters.iter().enumerate().flat_map(|(cluster, members)| {
        let misplaced = members.iter().filter(move |&&m| !follows(cluster, m, reports, naming));
        misplaced.map(move |&member| (cluster, member))
    });
    let moved = moved.map(|(cluster, member)| Change::Witnessed {
        occurrence: name(cluster),
        report: reports[member].no,
    });
    begun.chain(ended).chain(moved).collect()
}

/// Whether a report is in `cluster` already, once occurrences have begun and
/// ended.
fn follows(cluster: usize, member: usize, reports: &[Seated], naming: &Naming) -> bool {
    if matches!(naming.names[cluster], Name::Founded { by, .. } if by == member) {
        return true;
    }
    match reports[member].holder.map(|holder| naming.fates[holder]) {
        Some(Fate::Names(to) | Fate::LeadsTo(to)) => to == cluster,
        Some(Fate::Gone) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::ids::named;

    /// Where every report is, as one who reads changes knows it.
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Reader(BTreeMap<LogNo, OccurrenceNo>);

    impl Reader {
        fn apply(&mut self, change: Change) {
            match change {
                Change::Created { occurrence, report }
                | Change::Witnessed { occurrence, report }
                | Change::Split { occurrence, report, .. } => {
                    self.0.insert(report, occurrence);
                }
                Change::Merged { occurrence, into } => {
                    for holder in self.0.values_mut().filter(|holder| **holder == occurrence) {
                        *holder = into;
                    }
                }
                Change::Unwitnessed { report, .. } => {
                    self.0.remove(&report);
                }
                Change::Retimed { .. }
                | Change::Retracted { .. }
                | Change::Moved
                | Change::Sealed
                | Change::Reopened => {}
            }
        }

        fn partition(&self) -> BTreeSet<Vec<LogNo>> {
            let mut by: BTreeMap<OccurrenceNo, Vec<LogNo>> = BTreeMap::new();
            for (&report, &occurrence) in &self.0 {
                by.entry(occurrence).or_default().push(report);
            }
            by.into_values().collect()
        }
    }

    /// A sequence of partitions of the same reports, each report's part a small
    /// number; 0 is not in the record yet.
    fn partitions() -> impl Strategy<Value = Vec<Vec<u8>>> {
        (1usize..9).prop_flat_map(|reports| {
            prop::collection::vec(prop::collection::vec(0u8..5, reports), 1..8)
        })
    }

    fn clusters(parts: &[u8]) -> Vec<Vec<usize>> {
        let of = |part: u8| (0..parts.len()).filter(|&m| parts[m] == part).collect::<Vec<_>>();
        (1..5).map(of).filter(|members| !members.is_empty()).collect()
    }

    /// What is remembered from one partition to the next.
    #[derive(Debug, Default)]
    struct World {
        published: BTreeMap<OccurrenceNo, u32>,
        held: Vec<Held>,
        holder: Vec<Option<usize>>,
    }

    impl World {
        fn step(&mut self, parts: &[u8]) -> Vec<Change> {
            self.holder.resize(parts.len(), None);
            let reports: Vec<Seated> = self.seated();
            // What left the record altogether is told before, by its withdrawal.
            let clusters = clusters(parts);
            let naming = named(&self.held, &reports, &clusters);
            let changes = differences(&self.held, &reports, &clusters, &naming);
            let mut next = Vec::new();
            self.holder = vec![None; parts.len()];
            for (cluster, members) in clusters.iter().enumerate() {
                let name = match naming.names[cluster] {
                    Name::Kept(index) => self.held[index].name,
                    Name::Founded { by, .. } => OccurrenceNo::of_founder(reports[by].no),
                };
                let count = u32::try_from(self.published.len()).unwrap() + 1;
                let published = *self.published.entry(name).or_insert(count);
                next.push(Held { name, published, stays: None });
                for &member in members {
                    self.holder[member] = Some(cluster);
                }
            }
            self.held = next;
            changes
        }

        fn seated(&self) -> Vec<Seated> {
            let seated = |(member, &holder): (usize, &Option<usize>)| {
                let no = LogNo(u64::try_from(member).unwrap());
                let published = self.published.get(&OccurrenceNo::of_founder(no)).copied();
                Seated { no, published, holder }
            };
            self.holder.iter().enumerate().map(seated).collect()
        }
    }

    proptest! {
        #[test]
        fn who_reads_every_change_has_the_partition(mut steps in partitions()) {
            // A report that is in the record stays in it.
            for step in 1..steps.len() {
                for member in 0..steps[step].len() {
                    if steps[step - 1][member] != 0 && steps[step][member] == 0 {
                        steps[step][member] = 4;
                    }
                }
            }
            let (mut world, mut reader) = (World::default(), Reader::default());
            for parts in &steps {
                for change in world.step(parts) {
                    reader.apply(change);
                }
                let wanted: BTreeSet<Vec<LogNo>> = clusters(parts)
                    .into_iter()
                    .map(|members| {
                        members.into_iter().map(|m| LogNo(u64::try_from(m).unwrap())).collect()
                    })
                    .collect();
                prop_assert_eq!(reader.partition(), wanted);
                for occurrence in world.published.keys() {
                    let now = reader.0.get(&occurrence.founder());
                    prop_assert!(now.is_some(), "{:?} leads nowhere", occurrence);
                }
                for (report, holder) in &reader.0 {
                    let index = usize::try_from(report.0).unwrap();
                    let held = world.holder[index].map(|holder| world.held[holder].name);
                    prop_assert_eq!(held, Some(*holder));
                }
            }
        }

        #[test]
        fn a_record_that_stays_changes_nothing(parts in prop::collection::vec(1u8..5, 1..9)) {
            let mut world = World::default();
            world.step(&parts);
            prop_assert_eq!(world.step(&parts), Vec::new());
        }
    }
}
