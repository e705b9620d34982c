//! The occurrences of one match, in the order they happened, and each by any id
//! that it ever had.

use ingest_api::{MatchView, OccurrenceView};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{
    Cursor, Looked, PageRequest, Viewer,
    views::{self, Shown},
};
use crate::{Result, Store, columns::uuid_column};

/// One page of a match's occurrences.
#[derive(Debug, Clone, PartialEq)]
pub struct OccurrencePage {
    /// The match.
    pub of: MatchView,
    /// Position in the log up to which events are folded in.
    pub associated_through: u64,
    /// In the order they happened.
    pub occurrences: Vec<OccurrenceView>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

/// What a public id of an occurrence leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum OccurrenceLooked {
    /// The occurrence that has it.
    Found(Box<OccurrenceView>),
    /// What it named is part of another occurrence, or in another match.
    Moved {
        /// The key of its match.
        key: String,
        /// Its id.
        id: Uuid,
    },
    /// What it named is there no more.
    Retracted,
    /// It never named anything in this match, or none that the viewer may see.
    Unknown,
}

impl Store {
    /// The occurrences of a match, if there is one and `viewer` may see it.
    ///
    /// All of it is read at one instant: revision, cursor and occurrences fit
    /// each other.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn occurrences(
        &self,
        viewer: Viewer,
        key: &str,
        page: &PageRequest,
    ) -> Result<Looked<OccurrencePage>> {
        let snapshot = self.index.get()?.unchecked_transaction()?;
        self.match_row(viewer, key)?.try_map(|of| {
            let associated_through = self.associated_through()?;
            let (shown, more) = views::page(&snapshot, of.match_id, page)?;
            let occurrences: Vec<_> = shown.into_iter().map(|shown| shown.view).collect();
            let next = occurrences.last().filter(|_| more).map(Cursor::of);
            Ok(OccurrencePage { of: of.view, associated_through, occurrences, next })
        })
    }

    /// The occurrence that a public id leads to, whichever of the match it was
    /// given to.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn occurrence(&self, viewer: Viewer, key: &str, id: Uuid) -> Result<OccurrenceLooked> {
        let snapshot = self.index.get()?.unchecked_transaction()?;
        let of = match self.match_row(viewer, key)? {
            Looked::Found(of) => of,
            // Ids go with their matches.
            Looked::Moved(to) => {
                return Ok(match self.match_row(viewer, &to)? {
                    Looked::Found(of) => led_to(&snapshot, of.match_id, id)?
                        .elsewhere(|now| OccurrenceLooked::Moved { key: to, id: now.view.id }),
                    Looked::Moved(_) | Looked::Unknown => OccurrenceLooked::Unknown,
                });
            }
            Looked::Unknown => return Ok(OccurrenceLooked::Unknown),
        };
        Ok(led_to(&snapshot, of.match_id, id)?.elsewhere(|now| {
            if now.view.id == id {
                OccurrenceLooked::Found(Box::new(now.view))
            } else {
                OccurrenceLooked::Moved { key: of.view.key, id: now.view.id }
            }
        }))
    }
}

/// What an id leads to in its match.
enum Led {
    To(Box<Shown>),
    Nowhere,
    Unknown,
}

impl Led {
    fn elsewhere(self, to: impl FnOnce(Shown) -> OccurrenceLooked) -> OccurrenceLooked {
        match self {
            Self::To(shown) => to(*shown),
            Self::Nowhere => OccurrenceLooked::Retracted,
            Self::Unknown => OccurrenceLooked::Unknown,
        }
    }
}

/// An id names the occurrence of its number; where that is no more, the one that
/// has its founding event now.
fn led_to(connection: &Connection, match_id: i64, id: Uuid) -> Result<Led> {
    let sql =
        "SELECT occurrence_no FROM occurrence_alias WHERE match_id = ?1 AND occurrence_id = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let named: Option<i64> =
        statement.query_row(params![match_id, id.as_bytes()], |row| row.get(0)).optional()?;
    let Some(named) = named else { return Ok(Led::Unknown) };
    if let Some(shown) = one(connection, match_id, named)? {
        return Ok(Led::To(Box::new(shown)));
    }
    let sql = "SELECT occurrence_no FROM report WHERE match_id = ?1 AND position = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let now: Option<Option<i64>> =
        statement.query_row(params![match_id, named], |row| row.get(0)).optional()?;
    let Some(now) = now.flatten() else { return Ok(Led::Nowhere) };
    Ok(one(connection, match_id, now)?.map_or(Led::Nowhere, |shown| Led::To(Box::new(shown))))
}

fn one(connection: &Connection, match_id: i64, no: i64) -> Result<Option<Shown>> {
    Ok(views::named(connection, match_id, &[no])?.pop())
}

/// The public ids of occurrences, of those that ended too: with each its number.
pub(super) fn ids_of(
    connection: &Connection,
    match_id: i64,
    numbers: &[i64],
) -> Result<Vec<(i64, Uuid)>> {
    let sql = "SELECT a.occurrence_no, a.occurrence_id FROM occurrence_alias a
               WHERE a.match_id = ?1 AND a.occurrence_no IN (SELECT value FROM json_each(?2))";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map(params![match_id, views::list(numbers)], |row| {
        Ok((row.get(0)?, uuid_column(row, "occurrence_id")?))
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}
