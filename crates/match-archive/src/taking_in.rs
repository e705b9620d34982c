//! Takes in what was captured, in the order of the outbox.

use event_model::{EventId, OutboxId};
use rusqlite::{Connection, OptionalExtension};

use crate::{
    Archive, Bounds, Error, erasing,
    matches::{self, MatchRow},
    meta::Meta,
};

/// An event as the outbox has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// Its id.
    pub event_id: EventId,
    /// Its match.
    pub match_key: String,
    /// When it was appended, in Unix milliseconds of this machine.
    pub appended_ms: i64,
    /// The CloudEvent.
    pub body: String,
}

/// How far an outbox was taken in, and since when nothing was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    outbox: String,
    through: u64,
    erasures: u64,
}

impl Place {
    /// The sequence up to which everything was taken in.
    #[must_use]
    pub fn through(&self) -> u64 {
        self.through
    }
}

/// What became of events that were to be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// They are kept.
    In {
        /// Matches that had to be given up for them.
        given_up: u64,
    },
    /// Another process took in or erased something meanwhile: ask for the place again.
    Overtaken,
}

impl Archive {
    /// How far this outbox was taken in.
    ///
    /// `file` says what became of its file: where it is not as it was, a salvage may
    /// have brought events back in their old places, and all are looked at again.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn place(&mut self, outbox: OutboxId, file: &str) -> Result<Place, Error> {
        let outbox = format!("{outbox} {file}");
        self.read(|db| {
            let is_same = Meta::Outbox.read(db)?.is_some_and(|was| was == outbox);
            let through = if is_same { Meta::Through.count(db)? } else { 0 };
            let erasures = Meta::Erasures.count(db)?;
            Ok(Place { outbox: outbox.clone(), through, erasures })
        })
    }

    /// Takes in what follows `place`, up to the sequence `through`. What it has already
    /// it leaves as it is.
    ///
    /// # Errors
    /// Then nothing was taken in. See [`Error`].
    pub fn take_in(
        &mut self,
        place: &Place,
        events: &[Captured],
        through: u64,
    ) -> Result<Taken, Error> {
        self.write(|db, bounds| {
            if !is_current(db, place)? {
                return Ok(Taken::Overtaken);
            }
            for event in events {
                if !erasing::is_being_erased(db, &event.match_key)? {
                    keep(db, event, bounds)?;
                }
            }
            let given_up = give_up(db, bounds)?;
            Meta::GivenUp.add(db, given_up)?;
            Meta::Outbox.write(db, &place.outbox)?;
            Meta::Through.write(db, &through.to_string())?;
            Ok(Taken::In { given_up })
        })
    }
}

/// Whether nobody took in or erased anything since the place was asked for.
fn is_current(db: &Connection, place: &Place) -> Result<bool, Error> {
    if Meta::Erasures.count(db)? != place.erasures {
        return Ok(false);
    }
    let is_same = Meta::Outbox.read(db)?.is_some_and(|outbox| outbox == place.outbox);
    // Under another name it is begun from the first.
    Ok(if is_same { Meta::Through.count(db)? == place.through } else { place.through == 0 })
}

pub(crate) fn keep(db: &Connection, event: &Captured, bounds: &Bounds) -> Result<(), Error> {
    let row = MatchRow::find(db, &event.match_key)?;
    let (id, bytes) = match row {
        Some(row) => (row.id, row.bytes),
        None => (begin_match(db, event)?, 0),
    };
    let id_bytes = event.event_id.0.as_bytes();
    let mut known =
        db.prepare_cached("SELECT 1 FROM event WHERE match_id = ?1 AND event_id = ?2")?;
    if known.exists((id, id_bytes))? {
        return Ok(());
    }
    let length = event.body.len() as u64;
    if bytes + length > bounds.match_bytes_max {
        db.prepare_cached("UPDATE match SET left_out = left_out + 1 WHERE id = ?1")?
            .execute([id])?;
        return Ok(());
    }
    db.prepare_cached("INSERT INTO event VALUES (?1, ?2, ?3)")?.execute((
        id,
        id_bytes,
        &event.body,
    ))?;
    db.prepare_cached(
        "UPDATE match SET bytes = bytes + ?2, events = events + 1, summary = NULL,
             last_ms = max(last_ms, ?3) WHERE id = ?1",
    )?
    .execute((id, length, event.appended_ms))?;
    Ok(())
}

fn begin_match(db: &Connection, event: &Captured) -> Result<i64, Error> {
    db.prepare_cached(
        "INSERT INTO match (key, last_ms, bytes, events, left_out, sent)
         VALUES (?1, ?2, 0, 0, 0, 0)",
    )?
    .execute((&event.match_key, event.appended_ms))?;
    Ok(db.last_insert_rowid())
}

/// Gives up the oldest matches until the rest is within bounds; the last one stays.
fn give_up(db: &Connection, bounds: &Bounds) -> Result<u64, Error> {
    let mut given_up = 0;
    loop {
        let mut sums = db.prepare_cached("SELECT count(*), coalesce(sum(bytes), 0) FROM match")?;
        let (count, bytes): (u64, u64) =
            sums.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let fits = count <= bounds.matches_max && bytes <= bounds.bytes_max;
        if fits || count <= 1 {
            return Ok(given_up);
        }
        let mut oldest = db.prepare_cached("SELECT id FROM match ORDER BY last_ms, id LIMIT 1")?;
        let Some(id) = oldest.query_row([], |row| row.get(0)).optional()? else {
            return Ok(given_up);
        };
        matches::remove(db, id)?;
        given_up += 1;
    }
}
