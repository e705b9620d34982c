//! Append: events, their place in the queue and the advanced state, at once.

use event_model::{
    ClockReading, CloudEvent, DeviceId, Envelope, Event, EventId, Moment, Origin, Source, WallTime,
};
use rusqlite::{CachedStatement, Connection, OptionalExtension};

use crate::{
    Error, checksum,
    counters::Counter,
    known_ids::{self, KnownIds},
    origin,
    spans::{SINCE_APPENDED, Span, Spans},
};

/// One session state machine of this device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey {
    /// The local game API.
    pub source: Source,
    /// `live`, or `replay:<hash of the recording>`.
    pub stream: String,
}

/// What one stream has to save after some frames.
#[derive(Debug, Clone, PartialEq)]
pub struct Append {
    /// Whose.
    pub stream: StreamKey,
    /// Its state after the events.
    pub state: Vec<u8>,
    /// In the order they happened.
    pub events: Vec<NewEvent>,
}

/// An event and what is known of its sending before it has a sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// The event.
    pub event: Event,
    /// Live or replayed.
    pub origin: Origin,
    /// The wall clock when its frame was received.
    pub time: WallTime,
    /// The monotonic clock at that moment.
    pub observed: ClockReading,
}

/// What an append did. It is on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Appended {
    /// The events that were new, each with its sequence, in order.
    pub appended: Vec<(EventId, u64)>,
    /// How many had been appended before and were left as they are.
    pub already_known: u64,
}

/// Who made an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Maker {
    /// Our own rules, under an id of its match.
    Rules,
    /// Another program, under an id of its own.
    Program,
}

impl Maker {
    pub(crate) fn of(event: &CloudEvent) -> Self {
        if event.is_ringside() { Self::Rules } else { Self::Program }
    }
}

/// A row before it has a sequence.
pub(crate) struct NewRow<'r> {
    pub(crate) maker: Maker,
    pub(crate) id: EventId,
    pub(crate) match_key: &'r str,
    pub(crate) origin: Origin,
    pub(crate) appended: WallTime,
}

/// Appends one group; the caller's transaction makes it durable or undoes it.
pub(crate) fn append(
    db: &Connection,
    known: &mut KnownIds,
    device: DeviceId,
    group: &[Append],
    now: Moment,
) -> Result<Appended, Error> {
    let mut rows = RowWriter::begin(db)?;
    let mut done = Appended::default();
    for part in group {
        for new in &part.events {
            let row = NewRow {
                maker: Maker::Rules,
                id: new.event.id,
                match_key: new.event.subject().as_str(),
                origin: new.origin,
                appended: now.wall,
            };
            match rows.write(known, &row, |sequence| body(device, new, sequence))? {
                Some(sequence) => done.appended.push((new.event.id, sequence)),
                None => done.already_known += 1,
            }
        }
        save_state(db, &part.stream, &part.state, now.wall)?;
    }
    rows.finish()?;
    Ok(done)
}

fn body(device: DeviceId, new: &NewEvent, sequence: u64) -> String {
    let envelope =
        Envelope { device, sequence, origin: new.origin, time: new.time, observed: new.observed };
    CloudEvent::json_of(&new.event, &envelope)
}

fn save_state(
    db: &Connection,
    stream: &StreamKey,
    state: &[u8],
    now: WallTime,
) -> Result<(), Error> {
    let mut upsert =
        db.prepare_cached("INSERT OR REPLACE INTO stream VALUES (?1, ?2, ?3, ?4, ?5)")?;
    upsert.execute((
        stream.source.as_str(),
        &stream.stream,
        state,
        checksum::of_state(state),
        now.unix_ms(),
    ))?;
    Ok(())
}

/// The state last saved for `stream`; none where its bytes were damaged, which
/// starts a new session.
pub(crate) fn load_state(db: &Connection, stream: &StreamKey) -> Result<Option<Vec<u8>>, Error> {
    let mut select =
        db.prepare_cached("SELECT state, checksum FROM stream WHERE source = ?1 AND name = ?2")?;
    let found: Option<(Vec<u8>, u32)> = select
        .query_row((stream.source.as_str(), &stream.stream), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.and_then(|(state, sum)| (checksum::of_state(&state) == sum).then_some(state)))
}

/// Rows that one statement inserts: what a statement costs by itself is a third
/// of what a row costs. Their bodies wait in memory, some 50 KiB.
const ROWS_A_STATEMENT: usize = 50;

/// Writes rows under the next sequences, many in one statement; what is one for
/// many of them, and the last rows, are written at the end.
pub(crate) struct RowWriter<'d> {
    db: &'d Connection,
    waiting: Vec<Waiting>,
    last_sequence: u64,
    rows: u64,
    bytes: u64,
    spans: Vec<Span>,
}

impl<'d> RowWriter<'d> {
    pub(crate) fn begin(db: &'d Connection) -> Result<Self, Error> {
        let last_sequence = Counter::LastSequence.read(db)?;
        let (waiting, spans) = (Vec::new(), Vec::new());
        Ok(Self { db, waiting, last_sequence, rows: 0, bytes: 0, spans })
    }

    /// Writes a row; nothing, and no sequence, where its id is known.
    pub(crate) fn write(
        &mut self,
        known: &mut KnownIds,
        row: &NewRow<'_>,
        body: impl FnOnce(u64) -> String,
    ) -> Result<Option<u64>, Error> {
        if row.maker == Maker::Program
            && !known_ids::learn_told(self.db, row.id, row.appended.unix_ms())?
        {
            return Ok(None);
        }
        if !known.holds(row.match_key) {
            // Its ids are read now, and those of this group are among them.
            self.flush()?;
        }
        let of_match = known.of_match(self.db, row.match_key)?;
        let match_id = of_match.match_id;
        if !of_match.learn(self.db, row.id)? {
            return Ok(None);
        }
        let sequence = self.last_sequence + 1;
        let body = body(sequence);
        let sum = checksum::of_event(sequence, row.id, row.match_key, row.origin, &body);
        self.last_sequence = sequence;
        self.rows += 1;
        self.bytes += body.len() as u64;
        self.grow(sequence, match_id);
        let (id, origin, appended) = (row.id, row.origin, row.appended);
        self.waiting.push(Waiting { sequence, id, match_id, origin, appended, sum, body });
        if self.waiting.len() == ROWS_A_STATEMENT {
            insert(self.db, &self.waiting, ROWS_A_STATEMENT)?;
            self.waiting.clear();
        }
        Ok(Some(sequence))
    }

    fn grow(&mut self, sequence: u64, match_id: i64) {
        match self.spans.last_mut() {
            Some(span) if span.match_id == match_id => span.last = sequence,
            Some(_) | None => self.spans.push(Span {
                first: sequence,
                last: sequence,
                match_id,
                since_ms: SINCE_APPENDED,
            }),
        }
    }

    /// Puts them into the queue, and writes the sums.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.flush()?;
        Counter::LastSequence.set(self.db, self.last_sequence)?;
        Counter::Queued.add(self.db, self.rows)?;
        Counter::EventBytes.add(self.db, self.bytes)
    }

    fn flush(&mut self) -> Result<(), Error> {
        insert(self.db, &self.waiting, 1)?;
        self.waiting.clear();
        for span in self.spans.drain(..) {
            Spans::Queue.extend(self.db, span)?;
            extend_match(self.db, span)?;
        }
        Ok(())
    }
}

/// A row that is not in the file yet.
struct Waiting {
    sequence: u64,
    id: EventId,
    match_id: i64,
    origin: Origin,
    appended: WallTime,
    sum: u32,
    body: String,
}

impl Waiting {
    const COLUMNS: usize = 7;

    fn bind(&self, insert: &mut CachedStatement<'_>, nth: usize) -> rusqlite::Result<()> {
        let first = nth * Self::COLUMNS + 1;
        insert.raw_bind_parameter(first, self.sequence)?;
        insert.raw_bind_parameter(first + 1, self.id.0.as_bytes())?;
        insert.raw_bind_parameter(first + 2, self.match_id)?;
        insert.raw_bind_parameter(first + 3, origin::word(self.origin))?;
        insert.raw_bind_parameter(first + 4, self.appended.unix_ms())?;
        insert.raw_bind_parameter(first + 5, self.sum)?;
        insert.raw_bind_parameter(first + 6, &self.body)
    }
}

/// So many in one statement, which fill the last one. FAIL, since the caller's
/// transaction undoes it: to be able to undo a statement of many rows by itself
/// would cost more.
fn insert(db: &Connection, rows: &[Waiting], a_statement: usize) -> Result<(), Error> {
    let more = ", (?, ?, ?, ?, ?, ?, ?)".repeat(a_statement - 1);
    let sql = format!("INSERT OR FAIL INTO event VALUES (?, ?, ?, ?, ?, ?, ?){more}");
    let mut insert = db.prepare_cached(&sql)?;
    for rows in rows.chunks(a_statement) {
        for (nth, row) in rows.iter().enumerate() {
            row.bind(&mut insert, nth)?;
        }
        insert.raw_execute()?;
    }
    Ok(())
}

/// A match has these sequences too.
fn extend_match(db: &Connection, span: Span) -> Result<(), Error> {
    let mut extend = db.prepare_cached(
        "UPDATE match_span SET last = ?3 WHERE match_id = ?1 AND last = ?2 - 1
         AND first = (SELECT max(first) FROM match_span WHERE match_id = ?1)",
    )?;
    if extend.execute((span.match_id, span.first, span.last))? == 0 {
        db.prepare_cached("INSERT INTO match_span VALUES (?1, ?2, ?3)")?.execute((
            span.match_id,
            span.first,
            span.last,
        ))?;
    }
    Ok(())
}
