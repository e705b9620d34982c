//! What changed in a match, page by page.
//!
//! Only that something changed is kept; an occurrence is told as it stands when
//! it is read. What ended since is left out, and so is a change that a later one
//! of the same page tells too: so a page is not longer than what it leads to.

use std::collections::HashMap;

use association::{Change, OccurrenceNo};
use ingest_api::{FeedEvent, OccurrenceView};
use rusqlite::Connection;
use uuid::Uuid;

use super::{
    Looked, Viewer,
    matches::MatchRow,
    occurrences::ids_of,
    views::{self, Shown},
};
use crate::{Result, Store, changes, columns::signed};

/// Tells an index from one that was made anew, in which revisions count anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Generation(pub u64);

/// From where on a feed is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedStart {
    /// Nothing is known yet.
    Beginning,
    /// Behind a change.
    After {
        /// The index that it was read from, where that is known.
        generation: Option<Generation>,
        /// The number of the change.
        revision: u64,
    },
}

/// Some changes of a match, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedPage {
    /// The index that they are from.
    pub generation: Generation,
    /// They; or one [`FeedEvent::Reset`] alone, where what the consumer has
    /// cannot be followed from: then every occurrence is to be told anew.
    pub events: Vec<FeedEvent>,
    /// The number up to which that is all.
    pub through: u64,
    /// Whether there is more behind it.
    pub more: bool,
}

impl Store {
    /// What changed in a match: of at most `limit` changes.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn feed(
        &self,
        viewer: Viewer,
        key: &str,
        start: FeedStart,
        limit: u32,
    ) -> Result<Looked<FeedPage>> {
        let snapshot = self.index.get()?.unchecked_transaction()?;
        self.match_row(viewer, key)?.try_map(|of| {
            let generation = generation(&snapshot)?;
            let now = of.view.revision;
            let reset = || FeedPage {
                generation,
                events: vec![FeedEvent::Reset { revision: now }],
                through: now,
                more: false,
            };
            let Some(after) = known(&start, generation, now) else { return Ok(reset()) };
            let limit = usize::try_from(limit).unwrap_or(usize::MAX).max(1);
            let changes = changes::after(&snapshot, of.match_id, after, limit)?;
            let through = changes.last().map_or(after, |(revision, _)| *revision);
            let follows = changes.first().map_or(now, |(revision, _)| revision - 1) == after;
            if !follows {
                return Ok(reset());
            }
            let events = Telling::of(&snapshot, &of, &changes)?.events(&changes);
            Ok(FeedPage { generation, events, through, more: through < now })
        })
    }
}

/// The revision that a consumer has, where it can be followed from.
fn known(start: &FeedStart, generation: Generation, now: u64) -> Option<u64> {
    match *start {
        FeedStart::Beginning => None,
        FeedStart::After { generation: Some(other), .. } if other != generation => None,
        FeedStart::After { revision, .. } => Some(revision).filter(|revision| *revision <= now),
    }
}

fn generation(connection: &Connection) -> Result<Generation> {
    let mut statement = connection.prepare_cached("SELECT generation FROM follow")?;
    let bytes: Vec<u8> = statement.query_row([], |row| row.get(0))?;
    Ok(Generation(bytes.iter().take(8).fold(0, |all, byte| all << 8 | u64::from(*byte))))
}

/// What is needed to tell the changes of a page.
struct Telling {
    /// The occurrences that they are about, of those that are there.
    shown: HashMap<i64, Shown>,
    /// The ids of all.
    ids: HashMap<i64, Uuid>,
    /// Where in the page each is told of last.
    last: HashMap<i64, usize>,
}

impl Telling {
    fn of(connection: &Connection, of: &MatchRow, changes: &[(u64, Change)]) -> Result<Self> {
        let numbers = || changes.iter().map(|(_, change)| numbers(*change));
        let abouts = numbers().zip(0..).filter_map(|((about, _), index)| Some((about?, index)));
        let last: HashMap<i64, usize> = abouts.collect();
        let about: Vec<i64> = last.keys().copied().collect();
        let shown = views::named(connection, of.match_id, &about)?;
        let named: Vec<i64> = about.into_iter().chain(numbers().filter_map(|(_, no)| no)).collect();
        let ids = ids_of(connection, of.match_id, &named)?;
        let shown = shown.into_iter().map(|shown| (shown.no, shown)).collect();
        Ok(Self { shown, ids: ids.into_iter().collect(), last })
    }

    fn events(&self, changes: &[(u64, Change)]) -> Vec<FeedEvent> {
        let told = |(index, (revision, change)): (usize, &(u64, Change))| {
            self.event(index, *revision, *change)
        };
        changes.iter().enumerate().filter_map(told).collect()
    }

    fn event(&self, index: usize, revision: u64, change: Change) -> Option<FeedEvent> {
        match change {
            Change::Created { occurrence, .. } => {
                Some(FeedEvent::Created { revision, occurrence: self.view(occurrence)? })
            }
            Change::Witnessed { occurrence, report } => {
                let shown = self.shown.get(&number(occurrence))?;
                Some(FeedEvent::Witnessed {
                    revision,
                    id: shown.view.id,
                    // One that has left again is told by a later change.
                    witness: shown.witness(signed(report.0))?.clone(),
                    occurrence: self.view_at_last(occurrence, index),
                })
            }
            Change::Unwitnessed { occurrence, .. } | Change::Retimed { occurrence } => {
                let occurrence = self.view_at_last(occurrence, index)?;
                Some(FeedEvent::Retimed { revision, occurrence })
            }
            Change::Merged { occurrence, into } => {
                let id = self.id(occurrence)?;
                Some(match self.id(into) {
                    Some(into_id) => {
                        let occurrence = self.view_at_last(into, index);
                        FeedEvent::Merged { revision, id, into: into_id, occurrence }
                    }
                    None => FeedEvent::Retracted { revision, id },
                })
            }
            Change::Split { occurrence, from, .. } => {
                let occurrence = self.view(occurrence)?;
                Some(match self.id(from) {
                    Some(from) => FeedEvent::Split { revision, from, occurrence },
                    None => FeedEvent::Created { revision, occurrence },
                })
            }
            Change::Retracted { occurrence } => {
                Some(FeedEvent::Retracted { revision, id: self.id(occurrence)? })
            }
            // Who asks under a key that was joined away is told before.
            Change::Moved => None,
            Change::Sealed => Some(FeedEvent::Sealed { revision }),
            Change::Reopened => Some(FeedEvent::Reopened { revision }),
        }
    }

    fn id(&self, occurrence: OccurrenceNo) -> Option<Uuid> {
        self.ids.get(&number(occurrence)).copied()
    }

    fn view(&self, occurrence: OccurrenceNo) -> Option<OccurrenceView> {
        Some(self.shown.get(&number(occurrence))?.view.clone())
    }

    fn view_at_last(&self, occurrence: OccurrenceNo, index: usize) -> Option<OccurrenceView> {
        let is_last = self.last.get(&number(occurrence)) == Some(&index);
        if is_last { self.view(occurrence) } else { None }
    }
}

/// The occurrence that a change shows, and one that it names besides.
pub(super) fn numbers(change: Change) -> (Option<i64>, Option<i64>) {
    match change {
        Change::Created { occurrence, .. }
        | Change::Witnessed { occurrence, .. }
        | Change::Unwitnessed { occurrence, .. }
        | Change::Retimed { occurrence } => (Some(number(occurrence)), None),
        Change::Merged { occurrence, into } => (Some(number(into)), Some(number(occurrence))),
        Change::Split { occurrence, from, .. } => (Some(number(occurrence)), Some(number(from))),
        Change::Retracted { occurrence } => (None, Some(number(occurrence))),
        Change::Moved | Change::Sealed | Change::Reopened => (None, None),
    }
}

fn number(occurrence: OccurrenceNo) -> i64 {
    signed(occurrence.0)
}
