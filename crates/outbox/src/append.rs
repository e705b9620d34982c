//! Append: events, their place in the queue and the advanced state, at once.

use event_model::{
    ClockReading, CloudEvent, DeviceId, Envelope, Event, EventId, Moment, Origin, Source, WallTime,
};
use rusqlite::{CachedStatement, Connection, OptionalExtension};

use crate::{
    Error, checksum,
    counters::Counter,
    known_ids::KnownIds,
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

/// A row before it has a sequence.
pub(crate) struct NewRow<'r> {
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

/// Writes rows under the next sequences; what is one for many of them is
/// written at the end.
pub(crate) struct RowWriter<'d> {
    db: &'d Connection,
    // Held, since looking it up costs a tenth of using it.
    insert: CachedStatement<'d>,
    last_sequence: u64,
    rows: u64,
    bytes: u64,
    spans: Vec<Span>,
}

impl<'d> RowWriter<'d> {
    pub(crate) fn begin(db: &'d Connection) -> Result<Self, Error> {
        let last_sequence = Counter::LastSequence.read(db)?;
        let insert = db.prepare_cached("INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
        Ok(Self { db, insert, last_sequence, rows: 0, bytes: 0, spans: Vec::new() })
    }

    /// Writes a row; nothing, and no sequence, where its id is known.
    pub(crate) fn write(
        &mut self,
        known: &mut KnownIds,
        row: &NewRow<'_>,
        body: impl FnOnce(u64) -> String,
    ) -> Result<Option<u64>, Error> {
        let of_match = known.of_match(self.db, row.match_key)?;
        let match_id = of_match.match_id;
        if !of_match.learn(self.db, row.id)? {
            return Ok(None);
        }
        let sequence = self.last_sequence + 1;
        let body = body(sequence);
        let sum = checksum::of_event(sequence, row.id, row.match_key, row.origin, &body);
        self.insert.execute((
            sequence,
            row.id.0.as_bytes(),
            match_id,
            origin::word(row.origin),
            row.appended.unix_ms(),
            sum,
            &body,
        ))?;
        self.last_sequence = sequence;
        self.rows += 1;
        self.bytes += body.len() as u64;
        self.grow(sequence, match_id);
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
    pub(crate) fn finish(self) -> Result<(), Error> {
        for span in self.spans {
            Spans::Queue.extend(self.db, span)?;
            extend_match(self.db, span)?;
        }
        Counter::LastSequence.set(self.db, self.last_sequence)?;
        Counter::Queued.add(self.db, self.rows)?;
        Counter::EventBytes.add(self.db, self.bytes)
    }
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
