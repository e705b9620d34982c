//! Where the gate finds ids that are no longer in memory.
//!
//! Each device has, for each month, one small row that takes what is new, and
//! once that is full 2^k rows among which its ids are spread by their bits. So
//! new ids cost one row a device however random they are, asking for an id
//! costs one or two rows a month, and a month is forgotten by deleting it.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::{
    Result,
    event_key::EventKey,
    gate::recent::RecentKey,
    segment::{self, Segment},
};

/// Ids in the row that takes what is new: three kilobytes, so that the row fits
/// a page.
const NEW_MAX: usize = 128;
/// Ids of a full part, on average: the same.
const PART_IDS: usize = 128;
/// 2^16 parts are eight million ids a device and month.
const PARTS_LOG_MAX: u8 = 16;

/// An id and the batch that stored it.
const ENTRY_BYTES: usize = EventKey::BYTES + 8;

/// The shelf's rows of one device, as they were at one moment: the follower
/// spreads them anew meanwhile, and between the small row and the part that it
/// points to an id would be in neither.
pub(crate) struct DeviceShelf<'s> {
    index: &'s Connection,
    /// That moment, where the caller holds none for several devices.
    _moment: Option<Transaction<'s>>,
    device_no: i64,
    months: Vec<Month>,
}

/// The row that takes what is new, and how many parts there are beside it.
struct Month {
    segment_no: i64,
    parts_log: u8,
    fresh: Vec<u8>,
}

impl<'s> DeviceShelf<'s> {
    pub(crate) fn load(
        index: &'s Connection,
        segments: &[Segment],
        device_no: i64,
    ) -> Result<Self> {
        let is_held = !index.is_autocommit();
        let moment = if is_held { None } else { Some(index.unchecked_transaction()?) };
        let mut months = Vec::new();
        // The newest first: what comes again was mostly sent lately.
        for segment in segments.iter().rev() {
            months.extend(Month::load(index, segment.number, device_no)?);
        }
        Ok(Self { index, _moment: moment, device_no, months })
    }

    pub(crate) fn find(&self, key: EventKey) -> Result<Option<i64>> {
        for month in &self.months {
            if let Some(batch_no) = find_in(&month.fresh, key) {
                return Ok(Some(batch_no));
            }
            if month.parts_log > 0
                && let Some(batch_no) = self.find_in_part(month, key)?
            {
                return Ok(Some(batch_no));
            }
        }
        Ok(None)
    }

    fn find_in_part(&self, month: &Month, key: EventKey) -> Result<Option<i64>> {
        let part = part_of(key, month.parts_log);
        let found = self
            .index
            .prepare_cached(SELECT)?
            .query_row(params![month.segment_no, self.device_no, part], |row| {
                Ok(find_in(row.get_ref(0)?.as_blob()?, key))
            })
            .optional()?;
        Ok(found.flatten())
    }
}

const SELECT: &str =
    "SELECT entries FROM gate WHERE segment_no = ?1 AND device_no = ?2 AND part = ?3";

impl Month {
    fn load(index: &Connection, segment_no: i64, device_no: i64) -> Result<Option<Self>> {
        let month = index
            .prepare_cached(SELECT)?
            .query_row(params![segment_no, device_no, 0], |row| {
                let (parts_log, fresh) =
                    row.get_ref(0)?.as_blob()?.split_first().unwrap_or((&0, &[]));
                Ok(Self { segment_no, parts_log: *parts_log, fresh: fresh.to_vec() })
            })
            .optional()?;
        Ok(month)
    }
}

/// Puts ids onto the shelf; they come sorted by device. Putting one there twice
/// changes nothing.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    segments: &[Segment],
    recent: &[(RecentKey, i64)],
) -> Result<()> {
    for device in recent.chunk_by(|one, next| one.0.device_no == next.0.device_no) {
        let segment_of = |batch_no| segment::of_batch(segments, batch_no).map(|one| one.number);
        for month in device.chunk_by(|one, next| segment_of(one.1) == segment_of(next.1)) {
            let [(first, batch_no), ..] = month else { continue };
            // A month that was dropped meanwhile is forgotten anyway.
            let Some(segment_no) = segment_of(*batch_no) else { continue };
            put_month(transaction, segment_no, i64::from(first.device_no), month)?;
        }
    }
    Ok(())
}

fn put_month(
    transaction: &Transaction<'_>,
    segment_no: i64,
    device_no: i64,
    ids: &[(RecentKey, i64)],
) -> Result<()> {
    let known = Month::load(transaction, segment_no, device_no)?;
    let mut month = known.unwrap_or(Month { segment_no, parts_log: 0, fresh: Vec::new() });
    for (key, batch_no) in ids {
        set(&mut month.fresh, key.key, *batch_no);
    }
    if month.fresh.len() > NEW_MAX * ENTRY_BYTES {
        spread(transaction, device_no, &mut month)?;
    }
    let row = [&[month.parts_log], month.fresh.as_slice()].concat();
    write(transaction, segment_no, device_no, 0, &row)
}

/// Takes all parts and what is new, and writes them as parts.
fn spread(transaction: &Transaction<'_>, device_no: i64, month: &mut Month) -> Result<()> {
    let mut all: HashMap<EventKey, i64> = HashMap::new();
    let mut parts = transaction.prepare_cached(
        "SELECT entries FROM gate WHERE segment_no = ?1 AND device_no = ?2 AND part > 0",
    )?;
    let mut rows = parts.query(params![month.segment_no, device_no])?;
    while let Some(row) = rows.next()? {
        all.extend(entries(row.get_ref(0)?.as_blob().unwrap_or_default()));
    }
    all.extend(entries(&month.fresh));
    month.fresh.clear();
    month.parts_log = parts_log(all.len());
    let mut spread = vec![Vec::new(); 1 << month.parts_log];
    for (key, batch_no) in all {
        let part = usize::try_from(part_of(key, month.parts_log) - 1).unwrap_or(0);
        push(&mut spread[part], key, batch_no);
    }
    for (part, entries) in (1..).zip(&spread) {
        write(transaction, month.segment_no, device_no, part, entries)?;
    }
    Ok(())
}

fn write(
    transaction: &Transaction<'_>,
    segment_no: i64,
    device_no: i64,
    part: i64,
    entries: &[u8],
) -> Result<()> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO gate (segment_no, device_no, part, entries) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![segment_no, device_no, part, entries])?;
    Ok(())
}

/// So many parts that each has about [`PART_IDS`]; never none.
fn parts_log(ids: usize) -> u8 {
    let parts = (ids / PART_IDS).max(2).next_power_of_two();
    u8::try_from(parts.ilog2()).unwrap_or(PARTS_LOG_MAX).min(PARTS_LOG_MAX)
}

/// From 1 on: 0 is the row for what is new. Ids need not be random (version 7
/// UUIDs begin with the time), so their bits are mixed first.
fn part_of(key: EventKey, parts_log: u8) -> i64 {
    let word = u128::from_le_bytes(key.0);
    let folded = u64::try_from(word >> 64).unwrap_or(0)
        ^ u64::try_from(word & u128::from(u64::MAX)).unwrap_or(0);
    // The golden ratio's bits, as in Fibonacci hashing.
    let mixed = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    i64::try_from(mixed >> (64 - u32::from(parts_log))).unwrap_or(0) + 1
}

/// The batch that came last has the id: an entry that points elsewhere would
/// hide it for good.
fn set(bytes: &mut Vec<u8>, key: EventKey, batch_no: i64) {
    match bytes.chunks_exact_mut(ENTRY_BYTES).find(|entry| entry.starts_with(&key.0)) {
        Some(entry) => entry[EventKey::BYTES..].copy_from_slice(&batch_no.to_le_bytes()),
        None => push(bytes, key, batch_no),
    }
}

fn push(bytes: &mut Vec<u8>, key: EventKey, batch_no: i64) {
    bytes.extend_from_slice(&key.0);
    bytes.extend_from_slice(&batch_no.to_le_bytes());
}

fn entries(bytes: &[u8]) -> impl Iterator<Item = (EventKey, i64)> {
    bytes.chunks_exact(ENTRY_BYTES).filter_map(|entry| {
        let (key, batch_no) = entry.split_first_chunk()?;
        Some((EventKey(*key), i64::from_le_bytes(batch_no.try_into().ok()?)))
    })
}

fn find_in(bytes: &[u8], key: EventKey) -> Option<i64> {
    let found = bytes.chunks_exact(ENTRY_BYTES).find(|entry| entry.starts_with(&key.0))?;
    Some(i64::from_le_bytes(found[EventKey::BYTES..].try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use tempfile::TempDir;

    use super::*;
    use crate::{StoreOptions, index};

    const DEVICE: u32 = 1;

    fn segments() -> Vec<Segment> {
        let month = "2026-11".to_owned();
        vec![Segment { number: 1, month, first_batch: 1, first_position: 1, has_events: true }]
    }

    fn open(dir: &TempDir) -> Connection {
        index::open(dir.path(), StoreOptions::default(), index::READER_CACHE_KIB).unwrap()
    }

    fn key(number: u64) -> EventKey {
        EventKey::of(&format!("e{number}"))
    }

    fn put_ids(index: &mut Connection, numbers: Range<u64>, batch_no: i64) {
        let ids: Vec<_> = numbers
            .map(|number| (RecentKey { device_no: DEVICE, key: key(number) }, batch_no))
            .collect();
        let transaction = index.transaction().unwrap();
        put(&transaction, &segments(), &ids).unwrap();
        transaction.commit().unwrap();
    }

    fn found(shelf: &DeviceShelf<'_>, numbers: Range<u64>) -> Vec<Option<i64>> {
        numbers.map(|number| shelf.find(key(number)).unwrap()).collect()
    }

    #[test]
    fn rows_that_are_spread_anew_meanwhile_hide_no_id() {
        let dir = TempDir::new().unwrap();
        let (mut follower, writer) = (open(&dir), open(&dir));
        put_ids(&mut follower, 0..300, 1);
        let shelf = DeviceShelf::load(&writer, &segments(), i64::from(DEVICE)).unwrap();
        put_ids(&mut follower, 300..2_000, 2);
        assert_eq!(found(&shelf, 0..300), vec![Some(1); 300]);
        assert_eq!(found(&shelf, 300..400), vec![None; 100], "they came after it was asked");
        drop(shelf);
        let shelf = DeviceShelf::load(&writer, &segments(), i64::from(DEVICE)).unwrap();
        assert_eq!(found(&shelf, 0..300), vec![Some(1); 300]);
        assert_eq!(found(&shelf, 300..2_000), vec![Some(2); 1_700]);
    }

    #[test]
    fn an_id_is_where_it_was_put_last() {
        let dir = TempDir::new().unwrap();
        let (mut follower, writer) = (open(&dir), open(&dir));
        for (numbers, batch_no) in [(0..10, 1), (0..10, 2), (0..300, 3), (0..10, 4)] {
            put_ids(&mut follower, numbers.clone(), batch_no);
            let shelf = DeviceShelf::load(&writer, &segments(), i64::from(DEVICE)).unwrap();
            let all = usize::try_from(numbers.end).unwrap();
            assert_eq!(found(&shelf, numbers), vec![Some(batch_no); all]);
        }
    }
}
