//! All events of a device, or those of one match, in bounded parts.

use std::collections::BTreeSet;

use event_model::{DeviceId, WallTime};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;

use super::{ErasedPart, Erasure, Found};
use crate::{
    Result, Store,
    evidence::{Evidence, EvidenceReader},
    follower::{self, Gone, LoggedBatch},
    segment::{self, Segment},
};

/// Batches looked through in one part: of a thousand events each their evidence
/// takes a dozen megabytes.
const BATCHES_A_PART: i64 = 200;

impl Store {
    /// Erases some of a device's events of a match, as far as the log was
    /// followed, and at most about `limit` of them.
    ///
    /// # Errors
    /// As [`Store::erase_event`].
    pub fn erase_match(&mut self, device: DeviceId, key: &str, limit: u32) -> Result<ErasedPart> {
        let erasure = self.erase_match_in_log(device, key, limit)?;
        self.carry_out(&erasure)
    }

    /// The log's part of it.
    ///
    /// # Errors
    /// As [`Store::erase_event`].
    pub fn erase_match_in_log(
        &mut self,
        device: DeviceId,
        key: &str,
        limit: u32,
    ) -> Result<Erasure> {
        self.erase_some(device, limit, |index, log, device_no| {
            Part::of_match(index, log, device_no, (device, key), limit)
        })
    }

    /// Erases some of a device's events, at most about `limit` of them.
    ///
    /// # Errors
    /// As [`Store::erase_event`].
    pub fn erase_device(&mut self, device: DeviceId, limit: u32) -> Result<ErasedPart> {
        let erasure = self.erase_device_in_log(device, limit)?;
        self.carry_out(&erasure)
    }

    /// The log's part of it.
    ///
    /// # Errors
    /// As [`Store::erase_event`].
    pub fn erase_device_in_log(&mut self, device: DeviceId, limit: u32) -> Result<Erasure> {
        let from = self.erasing.filter(|(whose, _)| *whose == device).map_or(0, |(_, next)| next);
        let mut next = None;
        let erasure = self.erase_some(device, limit, |index, log, device_no| {
            let part = Part::of_device(index, log, (device, device_no), from, limit)?;
            next = part.next;
            Ok(part)
        })?;
        Ok(Erasure { looked: Some((device, next)), ..erasure })
    }

    fn erase_some(
        &mut self,
        device: DeviceId,
        limit: u32,
        find: impl FnOnce(&Connection, &Connection, i64) -> Result<Part>,
    ) -> Result<Erasure> {
        self.erase_in_log(|place, log| {
            let sql = "SELECT device_no FROM device WHERE device = ?1";
            let device_no: Option<i64> =
                log.query_row(sql, [device.to_string()], |row| row.get(0)).optional()?;
            let Some(device_no) = device_no else { return Ok(Erasure::default()) };
            let part = find(place.index, log, device_no)?;
            debug_assert!(part.erased <= limit.saturating_add(1_000), "a batch more at most");
            let mut gone: Vec<Gone> = Vec::new();
            for (segment_no, batch) in &part.batches {
                let segment = place.segments.iter().find(|one| one.number == *segment_no);
                let Some(segment) = segment else { continue };
                let found = batch.found(segment);
                found.erase(log)?;
                gone.extend(found.gone(device));
            }
            let (erased, remaining, emptied) = (part.erased, part.remaining, part.emptied);
            Ok(Erasure { erased, remaining, gone, emptied, ..Erasure::default() })
        })
    }
}

/// Events that go together.
#[derive(Default)]
struct Part {
    /// Each with the segment that it is in.
    batches: Vec<(i64, Batch)>,
    erased: u32,
    remaining: u64,
    /// Matches that have nothing of a batch any more.
    emptied: Vec<(i64, i64)>,
    /// The next batch to look at; `None` where there is none.
    next: Option<i64>,
}

/// Some events of a batch.
struct Batch {
    batch_no: i64,
    first_position: i64,
    received_at: WallTime,
    evidence: Vec<Evidence>,
    places: Vec<usize>,
}

impl Batch {
    fn found<'s>(&self, segment: &'s Segment) -> Found<'s> {
        Found {
            segment,
            batch_no: self.batch_no,
            first_position: self.first_position,
            received_at: self.received_at,
            evidence: self.evidence.clone(),
            places: self.places.clone(),
        }
    }
}

#[derive(Deserialize)]
struct Named {
    subject: Option<String>,
}

impl Part {
    fn add(&mut self, segment: &Segment, batch: Batch) {
        if !batch.places.is_empty() {
            self.erased += u32::try_from(batch.places.len()).unwrap_or(u32::MAX);
            self.batches.push((segment.number, batch));
        }
    }

    /// Whatever batches of the device have.
    fn of_device(
        index: &Connection,
        log: &Connection,
        (device, device_no): (DeviceId, i64),
        from: i64,
        limit: u32,
    ) -> Result<Self> {
        let segments = segment::all(log)?;
        let end = segment::log_end(log, &segments)?;
        let mut part = Self::default();
        let mut next = from.max(segments.first().map_or(0, |first| first.first_batch));
        let last = next.saturating_add(BATCHES_A_PART);
        for segment in &segments {
            for batch in batches(log, segment, device_no, (next, last))? {
                let batch_no = batch.batch_no;
                let there = |(_, one): &(usize, &Evidence)| !one.erased;
                let there = batch.evidence.iter().enumerate().filter(there).map(|(n, _)| n);
                let mut places: BTreeSet<usize> = there.collect();
                // And what an erasure that was cut off took from the log alone.
                for match_id in follower::matches_of(index, device, batch_no)? {
                    places.extend(places_known(index, match_id, &batch)?);
                }
                let places = places.into_iter().collect();
                part.add(segment, Batch { places, ..batch });
                next = batch_no + 1;
                if part.erased >= limit {
                    break;
                }
            }
            if part.erased >= limit {
                break;
            }
        }
        if part.erased < limit {
            next = last.saturating_add(1);
        }
        part.next = (next <= end.batch_no).then_some(next);
        part.remaining = part.next.map_or(0, |next| {
            positions_from(log, &segments, next, end.position).unwrap_or(1).max(1)
        });
        Ok(part)
    }

    /// What batches of the device have of a match.
    fn of_match(
        index: &Connection,
        log: &Connection,
        device_no: i64,
        (device, key): (DeviceId, &str),
        limit: u32,
    ) -> Result<Self> {
        let sql = "SELECT match_id FROM match_key WHERE key = ?1";
        let match_id: Option<i64> = index.query_row(sql, [key], |row| row.get(0)).optional()?;
        let Some(match_id) = match_id else { return Ok(Self::default()) };
        let keys = strings(index, "SELECT key FROM match_key WHERE match_id = ?1", match_id)?;
        let segments = segment::all(log)?;
        let mut part = Self::default();
        let sql = "SELECT batch_no FROM match_batch WHERE match_id = ?1 ORDER BY batch_no";
        let mut statement = index.prepare(sql)?;
        let mut rows = statement.query([match_id])?;
        while let Some(row) = rows.next()? {
            let batch_no: i64 = row.get(0)?;
            if part.erased >= limit {
                part.remaining = left(index, match_id, device)?.max(1);
                break;
            }
            let Some(segment) = segment::of_batch(&segments, batch_no) else { continue };
            for batch in batches(log, segment, device_no, (batch_no, batch_no))? {
                let told = follower::logged_batch(log, &segments, batch_no)?;
                let told = told.map(|told| places_told(&told, &keys)).unwrap_or_default();
                let there = |place: &usize| {
                    batch.evidence.get(*place).is_some_and(|evidence| !evidence.erased)
                };
                let mut places: BTreeSet<usize> = told.into_iter().filter(there).collect();
                // Those too that an erasure which was cut off took from the log alone.
                places.extend(places_known(index, match_id, &batch)?);
                let places = places.into_iter().collect();
                part.add(segment, Batch { places, ..batch });
                part.emptied.push((match_id, batch_no));
            }
        }
        Ok(part)
    }
}

fn strings(index: &Connection, sql: &str, match_id: i64) -> Result<BTreeSet<String>> {
    let mut statement = index.prepare(sql)?;
    let strings = statement.query_map([match_id], |row| row.get(0))?;
    Ok(strings.collect::<rusqlite::Result<_>>()?)
}

/// Events of a device that the index has a row for. A gap is of no match.
fn left(index: &Connection, match_id: i64, device: DeviceId) -> Result<u64> {
    let sql = "SELECT count(*) FROM report JOIN stream USING (match_id, stream_no)
               WHERE match_id = ?1 AND device = ?2 AND kind IS NOT 'sequence_gap'";
    let left: i64 =
        index.query_row(sql, params![match_id, device.0.as_bytes()], |row| row.get(0))?;
    Ok(left.unsigned_abs())
}

/// Places of a batch's events by the index's rows: those that the log cannot
/// tell any more.
fn places_known(index: &Connection, match_id: i64, batch: &Batch) -> Result<Vec<usize>> {
    let sql = "SELECT position FROM report
               WHERE match_id = ?1 AND position BETWEEN ?2 AND ?3 AND state <> 5
                     AND kind IS NOT 'sequence_gap'";
    let mut statement = index.prepare_cached(sql)?;
    let last = batch.first_position + i64::try_from(batch.evidence.len()).unwrap_or(0) - 1;
    let places = statement.query_map(params![match_id, batch.first_position, last], |row| {
        let place = row.get::<_, i64>(0)? - batch.first_position;
        Ok(usize::try_from(place).unwrap_or(usize::MAX))
    })?;
    Ok(places.collect::<rusqlite::Result<_>>()?)
}

/// The same by what the events say.
fn places_told(batch: &LoggedBatch, keys: &BTreeSet<String>) -> Vec<usize> {
    let of_match = batch.events().filter(|(event, evidence, _)| {
        let named = serde_json::from_str::<Named>(event.get()).ok();
        let subject = named.and_then(|named| named.subject);
        subject.is_some_and(|subject| keys.contains(evidence.match_of(subject.into()).as_ref()))
    });
    let place = |position: u64| usize::try_from(position - batch.first_position);
    of_match.filter_map(|(.., position)| place(position).ok()).collect()
}

/// Batches of a device in a range of numbers.
fn batches(
    log: &Connection,
    segment: &Segment,
    device_no: i64,
    (first, last): (i64, i64),
) -> Result<Vec<Batch>> {
    let sql = format!(
        "SELECT batch_no, first_position, received_at_ms, evidence FROM {}
         WHERE batch_no BETWEEN ?1 AND ?2 AND device_no = ?3 ORDER BY batch_no",
        segment.receipts()
    );
    let mut statement = log.prepare_cached(&sql)?;
    let batches = statement.query_map(params![first, last, device_no], |row| {
        let received_at = WallTime::from_unix_ms(row.get(2)?);
        let evidence = EvidenceReader::new(row.get_ref(3)?.as_blob()?, received_at).collect();
        let (batch_no, first_position) = (row.get(0)?, row.get(1)?);
        Ok(Batch { batch_no, first_position, received_at, evidence, places: Vec::new() })
    })?;
    Ok(batches.collect::<rusqlite::Result<_>>()?)
}

/// Positions of the log from a batch on.
fn positions_from(log: &Connection, segments: &[Segment], batch_no: i64, end: i64) -> Result<u64> {
    let first = segments.iter().rfind(|segment| segment.first_batch <= batch_no);
    let Some(segment) = first else { return Ok(0) };
    let sql = format!(
        "SELECT first_position FROM {} WHERE batch_no >= ?1 ORDER BY batch_no LIMIT 1",
        segment.receipts()
    );
    let from: Option<i64> = log.query_row(&sql, [batch_no], |row| row.get(0)).optional()?;
    Ok(from.map_or(1, |from| (end + 1 - from).unsigned_abs()))
}
