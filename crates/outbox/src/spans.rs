//! Where events stand, in spans: neighbours of one match in one state.
//!
//! A group of a thousand events enters the queue as one row, and leaves it as
//! one; only what a server tells apart is kept apart.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::Error;

/// Events from `first` to `last`, all of one match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) match_id: i64,
    /// When they came to stand there.
    pub(crate) since_ms: i64,
}

/// `since_ms` of what is in the queue since it was appended.
pub(crate) const SINCE_APPENDED: i64 = 0;
/// `since_ms` of what was put back, until the owner has seen it: who puts it
/// back is not asked for the time.
pub(crate) const PUT_BACK: i64 = -1;

/// Which table of spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spans {
    Queue,
    /// Of the queue: in a request.
    InFlight,
    Settled,
}

impl Span {
    pub(crate) fn len(self) -> u64 {
        self.last - self.first + 1
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            first: row.get(0)?,
            last: row.get(1)?,
            match_id: row.get(2)?,
            since_ms: row.get(3)?,
        })
    }
}

impl Spans {
    pub(crate) const fn table(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::InFlight => "in_flight",
            Self::Settled => "settled",
        }
    }

    /// SQL that is true where the table holds `sequence`, another column: one
    /// look at the span that would.
    pub(crate) fn holds_sql(self, sequence: &str) -> String {
        let table = self.table();
        format!(
            "coalesce((SELECT last FROM {table} WHERE first <= {sequence}
                       ORDER BY first DESC LIMIT 1) >= {sequence}, 0)"
        )
    }

    /// The span that holds `sequence`.
    pub(crate) fn holding(self, db: &Connection, sequence: u64) -> Result<Option<Span>, Error> {
        let sql = format!(
            "SELECT first, last, match_id, since_ms FROM {} WHERE first <= ?1
             ORDER BY first DESC LIMIT 1",
            self.table()
        );
        let found = db.prepare_cached(&sql)?.query_row([sequence], Span::read).optional()?;
        Ok(found.filter(|span| span.last >= sequence))
    }

    /// How many events it holds.
    pub(crate) fn count(self, db: &Connection) -> Result<u64, Error> {
        let sql = format!("SELECT coalesce(sum(last - first + 1), 0) FROM {}", self.table());
        Ok(db.prepare_cached(&sql)?.query_row([], |row| row.get(0))?)
    }

    pub(crate) fn is_empty(self, db: &Connection) -> Result<bool, Error> {
        let sql = format!("SELECT 1 FROM {}", self.table());
        Ok(!db.prepare_cached(&sql)?.exists([])?)
    }

    /// Puts a span in. None of it may be there.
    pub(crate) fn put(self, db: &Connection, span: Span) -> Result<(), Error> {
        let sql = format!("INSERT INTO {} VALUES (?1, ?2, ?3, ?4)", self.table());
        let mut insert = db.prepare_cached(&sql)?;
        insert.execute((span.first, span.last, span.match_id, span.since_ms))?;
        Ok(())
    }

    /// Puts a span in, as one with its left neighbour where they stand alike.
    pub(crate) fn extend(self, db: &Connection, span: Span) -> Result<(), Error> {
        match self.holding(db, span.first.saturating_sub(1))? {
            Some(left) if left.match_id == span.match_id && left.since_ms == span.since_ms => {
                self.end_at(db, left.first, span.last)
            }
            Some(_) | None => self.put(db, span),
        }
    }

    /// Takes out what there is from `first` to `last`, and returns it.
    pub(crate) fn take(self, db: &Connection, first: u64, last: u64) -> Result<Vec<Span>, Error> {
        let mut taken = self.overlapping(db, first, last)?;
        for span in &mut taken {
            self.delete(db, span.first)?;
            if span.first < first {
                self.put(db, Span { last: first - 1, ..*span })?;
                span.first = first;
            }
            if span.last > last {
                self.put(db, Span { first: last + 1, ..*span })?;
                span.last = last;
            }
        }
        Ok(taken)
    }

    /// The spans that hold any of these, whole.
    pub(crate) fn overlapping(
        self,
        db: &Connection,
        first: u64,
        last: u64,
    ) -> Result<Vec<Span>, Error> {
        let table = self.table();
        let sql = format!(
            "SELECT first, last, match_id, since_ms FROM {table}
             WHERE first >= coalesce((SELECT max(first) FROM {table} WHERE first <= ?1), ?1)
               AND first <= ?2 AND last >= ?1 ORDER BY first"
        );
        let mut select = db.prepare_cached(&sql)?;
        let rows = select.query_map([first, last], Span::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn delete(self, db: &Connection, first: u64) -> Result<(), Error> {
        let sql = format!("DELETE FROM {} WHERE first = ?1", self.table());
        db.prepare_cached(&sql)?.execute([first])?;
        Ok(())
    }

    fn end_at(self, db: &Connection, first: u64, last: u64) -> Result<(), Error> {
        let sql = format!("UPDATE {} SET last = ?2 WHERE first = ?1", self.table());
        db.prepare_cached(&sql)?.execute([first, last])?;
        Ok(())
    }
}

/// The unbroken ranges in `sequences` (ascending).
pub(crate) fn ranges(sequences: impl IntoIterator<Item = u64>) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for sequence in sequences {
        match ranges.last_mut() {
            Some((_, to)) if *to + 1 == sequence => *to = sequence,
            Some(_) | None => ranges.push((sequence, sequence)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        crate::schema::migrate(&mut db, |_| Ok(())).unwrap();
        db
    }

    fn span(first: u64, last: u64) -> Span {
        Span { first, last, match_id: 1, since_ms: SINCE_APPENDED }
    }

    fn all(db: &Connection) -> Vec<(u64, u64)> {
        let spans = Spans::Queue.overlapping(db, 0, 1_000).unwrap();
        spans.into_iter().map(|span| (span.first, span.last)).collect()
    }

    #[test]
    fn neighbours_are_one_range() {
        assert_eq!(ranges([1, 2, 3, 7, 9, 10]), [(1, 3), (7, 7), (9, 10)]);
        assert_eq!(ranges([]), []);
    }

    #[test]
    fn what_is_taken_out_leaves_both_ends() {
        let db = queue();
        Spans::Queue.put(&db, span(10, 20)).unwrap();
        assert_eq!(Spans::Queue.take(&db, 13, 15).unwrap(), [span(13, 15)]);
        assert_eq!(all(&db), [(10, 12), (16, 20)]);
        assert_eq!(Spans::Queue.take(&db, 13, 15).unwrap(), [], "twice takes nothing");
        assert_eq!(Spans::Queue.take(&db, 1, 10).unwrap(), [span(10, 10)]);
        assert_eq!(Spans::Queue.take(&db, 12, 99).unwrap(), [span(12, 12), span(16, 20)]);
        assert_eq!(all(&db), [(11, 11)]);
        assert_eq!(Spans::Queue.count(&db).unwrap(), 1);
    }

    #[test]
    fn only_what_stands_alike_is_joined() {
        let db = queue();
        Spans::Queue.extend(&db, span(1, 3)).unwrap();
        Spans::Queue.extend(&db, span(4, 5)).unwrap();
        Spans::Queue.extend(&db, Span { match_id: 2, ..span(6, 6) }).unwrap();
        Spans::Queue.extend(&db, Span { match_id: 2, since_ms: 7, ..span(7, 7) }).unwrap();
        Spans::Queue.extend(&db, span(9, 9)).unwrap();
        assert_eq!(all(&db), [(1, 5), (6, 6), (7, 7), (9, 9)]);
    }

    #[test]
    fn a_sequence_is_held_by_the_span_around_it_alone() {
        let db = queue();
        Spans::Queue.put(&db, span(3, 4)).unwrap();
        let held = |sequence| Spans::Queue.holding(&db, sequence).unwrap().is_some();
        assert_eq!([2, 3, 4, 5].map(held), [false, true, true, false]);
        let sql = format!("SELECT {}", Spans::Queue.holds_sql("?1"));
        let by_sql = |n: u64| db.query_row(&sql, [n], |row| row.get::<_, bool>(0)).unwrap();
        assert_eq!([2, 3, 4, 5].map(by_sql), [false, true, true, false]);
    }
}
