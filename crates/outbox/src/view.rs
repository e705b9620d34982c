//! What any process may do with the file: look, and act on single events.

use std::{
    collections::{BTreeSet, VecDeque},
    path::{Path, PathBuf},
};

use event_model::{CloudEvent, DeviceId, EventId, Game, Moment, OutboxId, WallTime};
use rusqlite::{Connection, MAIN_DB, OptionalExtension, Row};

use crate::{
    Deleted, Entry, EntryState, Error, Filter, Order, OutboxStatus, Salvaged, Selection,
    ShownEvent, changes,
    connection::{self, write},
    counters::Counter,
    gaps::Teller,
    kept::Kept,
    meta::Meta,
    outbox::load_circuit,
    presence::Files,
    resends,
    salvage::{self, May},
    schema,
    spans::Spans,
};

/// Bodies that an export reads at once: at most 4 MiB in memory.
const EXPORT_PAGE: usize = 64;

/// An outbox file, seen by a process that need not be its owner.
#[derive(Debug)]
pub struct OutboxView {
    pub(crate) db: Connection,
    pub(crate) device: DeviceId,
    pub(crate) files: Files,
    id: OutboxId,
    path: PathBuf,
}

impl OutboxView {
    /// Opens the outbox at `path`, whoever owns it. What nobody owns and a crash
    /// left in the midst of a write can be looked at, and not be changed: its
    /// next owner puts it in order.
    ///
    /// # Errors
    /// [`Error::Absent`] where there is none, [`Error::OlderSchema`] where its owner
    /// has yet to bring it up to date; see [`Error`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        let view = Self::open_any_schema(path)?;
        match schema::check(&view.db)? {
            found if schema::is_newest(found) => Ok(view),
            found => Err(Error::OlderSchema { path: path.to_owned(), found }),
        }
    }

    /// The same for who asks only for what every schema has alike: whose it is.
    pub(crate) fn open_any_schema(path: &Path) -> Result<Self, Error> {
        if !path.exists() {
            return Err(Error::Absent(path.to_owned()));
        }
        salvage::has_known_schema(path)?;
        match salvage::may(path)? {
            May::LookAndWrite => Self::on(path, connection::open_anothers(path)?),
            May::Look => {
                connection::look(path).and_then(|db| Self::on(path, db)).map_err(|error| {
                    let unreadable = matches!(error, Error::Sqlite(_));
                    if unreadable { Error::Damaged(path.to_owned()) } else { error }
                })
            }
        }
    }

    fn on(path: &Path, db: Connection) -> Result<Self, Error> {
        // A file without tables or id: its owner has not finished making it.
        let made = schema::check(&db)? > 0;
        let id = if made { parsed(&db, Meta::Outbox)? } else { None };
        let device = if made { parsed(&db, Meta::Device)? } else { None };
        match (id, device) {
            (Some(id), Some(device)) => Ok(Self::of(path, db, id, device)),
            _ => Err(Error::Absent(path.to_owned())),
        }
    }

    pub(crate) fn of(path: &Path, db: Connection, id: OutboxId, device: DeviceId) -> Self {
        Self { db, device, files: Files::seen(path), id, path: path.to_owned() }
    }

    /// The same for its owner, which opened it so that it can be written to.
    pub(crate) fn owned(path: &Path, db: Connection, id: OutboxId, device: DeviceId) -> Self {
        let files = Files::opened(&db, path);
        Self { files, ..Self::of(path, db, id, device) }
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The id that the sequences count under.
    #[must_use]
    pub fn id(&self) -> OutboxId {
        self.id
    }

    /// The device that the events are sent as.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// The outbox in counts.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn status(&self, now: Moment) -> Result<OutboxStatus, Error> {
        // One snapshot, so that the counts fit each other.
        let _snapshot = self.db.unchecked_transaction()?;
        let queued = Counter::Queued.read(&self.db)?;
        let in_flight = Spans::InFlight.count(&self.db)?;
        let circuit = load_circuit(&self.db)?;
        // What is not set aside goes at once, once nothing else has to wait.
        let (line_ms, aside_ms) = (circuit.wait_ms(now), circuit.aside_wait_ms(now));
        let wait_ms = if line_ms == 0 { aside_ms } else { line_ms };
        Ok(OutboxStatus {
            pending: queued.saturating_sub(in_flight),
            in_flight,
            settled: Counter::Settled.read(&self.db)?,
            quarantined: count(&self.db, "SELECT count(*) FROM quarantine")?,
            pruned: Counter::Pruned.read(&self.db)?,
            lost: Counter::Lost.read(&self.db)?,
            oldest_pending_age_s: self.oldest_pending_age_s(now)?,
            next_attempt_in_s: (wait_ms > 0).then(|| wait_ms.div_ceil(1_000)),
            aside_in_s: (aside_ms > line_ms).then(|| aside_ms.div_ceil(1_000)),
            paused: circuit.reason(),
            paused_reason: circuit.reason().map(|reason| reason.to_string()),
            resend_put_off: resends::is_owed(&self.db)?,
            salvaged: Salvaged::beside(&self.path),
        })
    }

    fn oldest_pending_age_s(&self, now: Moment) -> Result<Option<u64>, Error> {
        let in_flight = Spans::InFlight.holds_sql("e.sequence");
        let mut select = self.db.prepare_cached(&format!(
            "SELECT e.appended_ms
             FROM queue q CROSS JOIN event e ON e.sequence BETWEEN q.first AND q.last
             WHERE NOT {in_flight} ORDER BY q.first, e.sequence LIMIT 1"
        ))?;
        let oldest: Option<i64> = select.query_row([], |row| row.get(0)).optional()?;
        let age_ms = |at: i64| u64::try_from(now.wall.unix_ms().saturating_sub(at)).unwrap_or(0);
        Ok(oldest.map(|at| age_ms(at) / 1_000))
    }

    /// The first `limit` events that `filter` lets through, oldest first.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn list(&self, filter: Filter, limit: usize) -> Result<Vec<Entry>, Error> {
        self.list_beyond(filter, Order::OldestFirst, None, limit)
    }

    /// The first `limit` events that `filter` lets through in that order, beyond
    /// the one with the sequence `beyond` where a list is gone on with.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn list_beyond(
        &self,
        filter: Filter,
        order: Order,
        beyond: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, Error> {
        let page = self.page(filter, order, beyond.unwrap_or(order.start()), limit)?;
        Ok(page.into_iter().map(|shown| shown.entry).collect())
    }

    /// How many events `filter` lets through.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn count(&self, filter: Filter) -> Result<u64, Error> {
        let mut select = self
            .db
            .prepare(&format!("SELECT count(*) {}", selection(filter, Order::OldestFirst)))?;
        Ok(select.query_row([0], |row| row.get(0))?)
    }

    /// The last sequence that was given out; 0 where none was.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn last_sequence(&self) -> Result<u64, Error> {
        Counter::LastSequence.read(&self.db)
    }

    /// How many events of `game` wait to be sent.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn waiting_of(&self, game: &Game) -> Result<u64, Error> {
        Kept::of(std::slice::from_ref(game)).count(&self.db)
    }

    /// The server that events went to last, where there was one.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn server(&self) -> Result<Option<String>, Error> {
        Meta::CircuitServer.read(&self.db)
    }

    /// One event with its body.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn show(&self, id: EventId) -> Result<Option<ShownEvent>, Error> {
        let sql = format!("{} FROM event e {WITH} WHERE e.event_id = ?1", columns());
        let mut select = self.db.prepare_cached(&sql)?;
        Ok(select.query_row([id.0.as_bytes()], shown).optional()?)
    }

    /// Every event that `filter` lets through, oldest first, without holding
    /// them all in memory.
    #[must_use]
    pub fn export(&self, filter: Filter) -> Export<'_> {
        Export { view: self, filter, after: 0, page: VecDeque::new() }
    }

    fn page(
        &self,
        filter: Filter,
        order: Order,
        beyond: u64,
        limit: usize,
    ) -> Result<Vec<ShownEvent>, Error> {
        let sql = format!("{} {} LIMIT ?2", columns(), selection(filter, order));
        let mut select = self.db.prepare_cached(&sql)?;
        let rows = select.query_map((beyond, limit as u64), shown)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Puts quarantined events back into the queue, in their old places; their
    /// age counts from then on. Returns how many.
    ///
    /// # Errors
    /// Where the file cannot be written, or [`Error::Replaced`].
    pub fn requeue(&mut self, selection: &Selection) -> Result<u64, Error> {
        self.may_write()?;
        let requeued = write(&mut self.db, |db| changes::requeue(db, selection))?;
        self.is_still_there()?;
        Ok(requeued)
    }

    /// Deletes events, sent or not. The server is told which sequences will
    /// never come, and reading the same frames again does not bring them back.
    ///
    /// # Errors
    /// Where the file cannot be written, or [`Error::Replaced`].
    pub fn delete(&mut self, ids: &[EventId], now: Moment) -> Result<Deleted, Error> {
        self.may_write()?;
        let teller = self.teller(now);
        let sequences = changes::sequences_of(&self.db, ids)?;
        let mut done = write(&mut self.db, |db| changes::delete(db, &sequences, teller))?;
        self.is_still_there()?;
        let named: BTreeSet<&EventId> = ids.iter().collect();
        done.absent = (named.len() as u64).saturating_sub(done.deleted + done.in_flight);
        Ok(done)
    }

    fn may_write(&self) -> Result<(), Error> {
        let only_looks = self.db.is_readonly(MAIN_DB)?;
        if only_looks { Err(Error::Damaged(self.path.clone())) } else { Ok(()) }
    }

    /// Whether what was written is in the file that goes on, looked at after the
    /// write: what is set aside later is read with it in it.
    fn is_still_there(&self) -> Result<(), Error> {
        let there = connection::look(&self.path).and_then(|db| parsed(&db, Meta::Outbox));
        match there {
            Ok(Some(id)) if self.id == id && self.files.are_here(&self.path) => Ok(()),
            Ok(_) | Err(_) => Err(Error::Replaced(self.path.clone())),
        }
    }

    pub(crate) fn teller(&self, now: Moment) -> Teller {
        Teller { outbox: self.id, device: self.device, now }
    }
}

/// Events one after another.
#[derive(Debug)]
pub struct Export<'v> {
    view: &'v OutboxView,
    filter: Filter,
    after: u64,
    page: VecDeque<ShownEvent>,
}

impl Iterator for Export<'_> {
    type Item = Result<ShownEvent, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty() {
            match self.view.page(self.filter, Order::OldestFirst, self.after, EXPORT_PAGE) {
                Ok(page) => self.page = page.into(),
                Err(error) => return Some(Err(error)),
            }
        }
        let event = self.page.pop_front()?;
        self.after = event.entry.sequence;
        Some(Ok(event))
    }
}

const WITH: &str = "JOIN match_key m ON m.id = e.match_id
    LEFT JOIN quarantine q ON q.sequence = e.sequence";

fn columns() -> String {
    format!(
        "SELECT e.sequence, e.event_id, m.key, e.body, q.reason, q.detail, {}, {}, e.appended_ms,
             EXISTS (SELECT 1 FROM suspect s WHERE s.sequence = e.sequence AND s.aside = 1)",
        Spans::Settled.holds_sql("e.sequence"),
        Spans::InFlight.holds_sql("e.sequence")
    )
}

/// The events beyond ?1, in order.
fn selection(filter: Filter, order: Order) -> String {
    let (beyond, direction) = order.sql();
    let by = |column: &str| {
        format!("FROM event e {WITH} WHERE {column} {beyond} ?1 ORDER BY {column} {direction}")
    };
    match filter {
        Filter::All => by("e.sequence"),
        Filter::In(EntryState::Pending) => {
            let in_flight = Spans::InFlight.holds_sql("e.sequence");
            in_spans(Spans::Queue, order, &format!("AND NOT {in_flight}"))
        }
        Filter::In(EntryState::InFlight) => in_spans(Spans::InFlight, order, ""),
        Filter::In(EntryState::Settled) => in_spans(Spans::Settled, order, ""),
        Filter::In(EntryState::Quarantined) => by("q.sequence"),
    }
}

fn in_spans(spans: Spans, order: Order, but: &str) -> String {
    let table = spans.table();
    let (beyond, direction) = order.sql();
    let spans_beyond = match order {
        Order::OldestFirst => {
            format!("w.first >= coalesce((SELECT max(first) FROM {table} WHERE first <= ?1), 0)")
        }
        Order::NewestFirst => "w.first < ?1".to_owned(),
    };
    format!(
        "FROM {table} w CROSS JOIN event e ON e.sequence BETWEEN w.first AND w.last {WITH}
         WHERE {spans_beyond} AND e.sequence {beyond} ?1 {but}
         ORDER BY w.first {direction}, e.sequence {direction}"
    )
}

impl Order {
    /// How a sequence further on compares, and the order in SQL's words.
    fn sql(self) -> (&'static str, &'static str) {
        match self {
            Self::OldestFirst => (">", "ASC"),
            Self::NewestFirst => ("<", "DESC"),
        }
    }

    /// Every sequence lies beyond it.
    fn start(self) -> u64 {
        match self {
            Self::OldestFirst => 0,
            // The greatest that SQLite counts to.
            Self::NewestFirst => i64::MAX.unsigned_abs(),
        }
    }
}

fn shown(row: &Row<'_>) -> rusqlite::Result<ShownEvent> {
    // Damaged bytes are shown as far as they can be, and hide nothing else.
    let body = lossy(row, 3)?;
    let event = serde_json::from_str(&body).ok().and_then(|json| CloudEvent::parse(&json).ok());
    let reason: Option<String> = row.get(4).unwrap_or_default();
    let state = match (&reason, row.get(6)?, row.get(7)?) {
        (Some(_), _, _) => EntryState::Quarantined,
        (None, true, _) => EntryState::Settled,
        (None, false, true) => EntryState::InFlight,
        (None, false, false) => EntryState::Pending,
    };
    let entry = Entry {
        sequence: row.get(0)?,
        event_id: event_id(row, 1).unwrap_or(EventId(uuid::Uuid::nil())),
        match_key: lossy(row, 2)?,
        state,
        event_type: event.as_ref().map(|event| event.event_type.clone()),
        time: event.and_then(|event| event.time).map(|time| time.to_string()),
        appended: row.get(8).map(WallTime::from_unix_ms).ok(),
        aside: row.get(9)?,
        bytes: body.len() as u64,
        reason: reason.and_then(|word| word.parse().ok()),
        detail: row.get(5)?,
    };
    Ok(ShownEvent { entry, body })
}

fn lossy(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    Ok(String::from_utf8_lossy(row.get_ref(column)?.as_bytes()?).into_owned())
}

/// An event id in column `column`.
pub(crate) fn event_id(row: &Row<'_>, column: usize) -> rusqlite::Result<EventId> {
    Ok(EventId(uuid::Uuid::from_bytes(row.get(column)?)))
}

fn count(db: &Connection, sql: &str) -> Result<u64, Error> {
    Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

fn parsed<T: std::str::FromStr>(db: &Connection, meta: Meta) -> Result<Option<T>, Error> {
    Ok(meta.read(db)?.and_then(|text| text.parse().ok()))
}
