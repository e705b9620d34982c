//! Where the gate finds ids that are no longer in memory.
//!
//! Each device has, for each month, one small row that takes what is new, and
//! once that is full 2^k rows among which its ids are spread by their bits. So
//! new ids cost one row a device however random they are, asking for an id
//! costs one or two rows a month, and a month is forgotten by deleting it. When
//! the rows have become too large on average each is split: one at a time in
//! memory, and each id as often as its device's month has doubled.
//!
//! The bits are those of a hash with a secret of this file's own, or a device
//! could choose ids that all fall into one row. Each row has a checksum: a bit
//! that is flipped would hide an id, and its event be stored twice.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};

use crate::{
    Error, Result,
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

/// Before a row's entries: the CRC-32 of them.
const CHECKSUM_BYTES: usize = 4;

/// The shelf's rows of one device. They are read within a transaction: the
/// follower spreads them anew meanwhile, and between the small row and the part
/// that it points to an id would be in neither.
pub(crate) struct DeviceShelf<'s> {
    index: &'s Connection,
    device_no: i64,
    months: Vec<Month>,
    mixer: Option<Mixer>,
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
        let mut months = Vec::new();
        // The newest first: what comes again was mostly sent lately.
        for segment in segments.iter().rev() {
            months.extend(Month::load(index, segment.number, device_no)?);
        }
        let is_spread = months.iter().any(|month| month.parts_log > 0);
        let mixer = if is_spread { Some(Mixer::load(index)?) } else { None };
        Ok(Self { index, device_no, months, mixer })
    }

    pub(crate) fn find(&self, key: EventKey) -> Result<Option<i64>> {
        for month in &self.months {
            if let Some(batch_no) = find_in(&month.fresh, key) {
                return Ok(Some(batch_no));
            }
            if month.parts_log > 0
                && let Some(mixer) = &self.mixer
                && let Some(batch_no) = self.find_in_part(month, mixer, key)?
            {
                return Ok(Some(batch_no));
            }
        }
        Ok(None)
    }

    fn find_in_part(&self, month: &Month, mixer: &Mixer, key: EventKey) -> Result<Option<i64>> {
        let part = mixer.part_of(key, month.parts_log);
        let place = (month.segment_no, self.device_no, part);
        Ok(read(self.index, place, |entries| find_in(entries, key))?.flatten())
    }
}

/// Segment, device and part.
type Place = (i64, i64, i64);

const SELECT: &str =
    "SELECT entries FROM gate WHERE segment_no = ?1 AND device_no = ?2 AND part = ?3";

/// What `look` makes of a row, where there is one.
fn read<T>(
    index: &Connection,
    (segment_no, device_no, part): Place,
    look: impl FnOnce(&[u8]) -> T,
) -> Result<Option<T>> {
    index
        .prepare_cached(SELECT)?
        .query_row(params![segment_no, device_no, part], |row| {
            Ok(checked(row.get_ref(0)?.as_bytes().unwrap_or_default()).map(look))
        })
        .optional()?
        .transpose()
}

/// A row without its checksum.
fn checked(row: &[u8]) -> Result<&[u8]> {
    row.split_first_chunk::<CHECKSUM_BYTES>()
        .filter(|(checksum, entries)| u32::from_le_bytes(**checksum) == crc32fast::hash(entries))
        .map(|(_, entries)| entries)
        .ok_or_else(|| Error::Index("a row of the gate is damaged".to_owned()))
}

/// Reads every row, for its checksum.
pub(crate) fn check(index: &Connection) -> Result<()> {
    let mut statement = index.prepare("SELECT entries FROM gate")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        checked(row.get_ref(0)?.as_bytes().unwrap_or_default())?;
    }
    Ok(())
}

impl Month {
    fn load(index: &Connection, segment_no: i64, device_no: i64) -> Result<Option<Self>> {
        read(index, (segment_no, device_no, 0), |row| {
            let (parts_log, fresh) = row.split_first().unwrap_or((&0, &[]));
            Self { segment_no, parts_log: *parts_log, fresh: fresh.to_vec() }
        })
    }
}

/// Says into which part an id falls.
struct Mixer {
    secret: Vec<u8>,
}

impl Mixer {
    fn load(index: &Connection) -> Result<Self> {
        let mut statement = index.prepare_cached("SELECT secret FROM follow")?;
        Ok(Self { secret: statement.query_row([], |row| row.get(0))? })
    }

    /// From 1 on: 0 is the row for what is new.
    fn part_of(&self, key: EventKey, parts_log: u8) -> i64 {
        let hash = Sha256::new().chain_update(&self.secret).chain_update(key.0).finalize();
        let word = hash.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
        i64::from(word >> (32 - u32::from(parts_log))) + 1
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
    if month.fresh.len() / ENTRY_BYTES + ids.len() <= NEW_MAX {
        ids.iter().for_each(|(key, batch_no)| set(&mut month.fresh, key.key, *batch_no));
    } else {
        let mut new: HashMap<_, _> = entries(&month.fresh).collect();
        new.extend(ids.iter().map(|(key, batch_no)| (key.key, *batch_no)));
        month.fresh.clear();
        let mixer = Mixer::load(transaction)?;
        Spreading { transaction, segment_no, device_no, mixer }.spread(&mut month, &new)?;
    }
    let row = [&[month.parts_log], month.fresh.as_slice()].concat();
    write(transaction, segment_no, device_no, 0, &row)
}

/// The parts of a device's month.
struct Spreading<'s> {
    transaction: &'s Transaction<'s>,
    segment_no: i64,
    device_no: i64,
    mixer: Mixer,
}

impl Spreading<'_> {
    /// Puts new ids into their parts, and makes more parts where those have
    /// become too large.
    fn spread(&self, month: &mut Month, new: &HashMap<EventKey, i64>) -> Result<()> {
        if month.parts_log == 0 {
            month.parts_log = parts_log(new.len());
        }
        let mut parts: BTreeMap<i64, Vec<_>> = BTreeMap::new();
        for (key, batch_no) in new {
            let part = self.mixer.part_of(*key, month.parts_log);
            parts.entry(part).or_default().push((*key, *batch_no));
        }
        let (touched, mut ids) = (parts.len().max(1), 0);
        for (part, new) in parts {
            let mut all: HashMap<_, _> = entries(&self.read(part)?).collect();
            all.extend(new);
            ids += all.len();
            let mut row = Vec::with_capacity(all.len() * ENTRY_BYTES);
            all.into_iter().for_each(|(key, batch_no)| push(&mut row, key, batch_no));
            self.write(part, &row)?;
        }
        // The others are as large: ids fall evenly. Where they should not, there
        // is no more than one doubling for what was not counted.
        let wanted = parts_log((ids / touched) << month.parts_log)
            .min(parts_log(ids).max(month.parts_log + 1));
        if wanted > month.parts_log {
            self.split(month.parts_log, wanted)?;
            month.parts_log = wanted;
        }
        Ok(())
    }

    /// The last part first: none is written over before it was read.
    fn split(&self, from_log: u8, to_log: u8) -> Result<()> {
        let more = to_log - from_log;
        for part in (0..1_i64 << from_log).rev() {
            let first = part << more;
            let mut split = vec![Vec::new(); 1 << more];
            for (key, batch_no) in entries(&self.read(part + 1)?) {
                let place = self.mixer.part_of(key, to_log) - 1 - first;
                if let Some(row) = usize::try_from(place).ok().and_then(|n| split.get_mut(n)) {
                    push(row, key, batch_no);
                }
            }
            for (number, row) in (first + 1..).zip(&split) {
                self.write(number, row)?;
            }
        }
        Ok(())
    }

    fn read(&self, part: i64) -> Result<Vec<u8>> {
        let place = (self.segment_no, self.device_no, part);
        Ok(read(self.transaction, place, <[u8]>::to_vec)?.unwrap_or_default())
    }

    fn write(&self, part: i64, entries: &[u8]) -> Result<()> {
        write(self.transaction, self.segment_no, self.device_no, part, entries)
    }
}

fn write(
    transaction: &Transaction<'_>,
    segment_no: i64,
    device_no: i64,
    part: i64,
    entries: &[u8],
) -> Result<()> {
    let row = [&crc32fast::hash(entries).to_le_bytes(), entries].concat();
    transaction
        .prepare_cached("INSERT OR REPLACE INTO gate (segment_no, device_no, part, entries) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![segment_no, device_no, part, row])?;
    Ok(())
}

/// So many parts that each has about [`PART_IDS`]; never none.
fn parts_log(ids: usize) -> u8 {
    let parts = (ids / PART_IDS).max(2).next_power_of_two();
    u8::try_from(parts.ilog2()).unwrap_or(PARTS_LOG_MAX).min(PARTS_LOG_MAX)
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
        let snapshot = writer.unchecked_transaction().unwrap();
        let shelf = DeviceShelf::load(&writer, &segments(), i64::from(DEVICE)).unwrap();
        put_ids(&mut follower, 300..2_000, 2);
        assert_eq!(found(&shelf, 0..300), vec![Some(1); 300]);
        assert_eq!(found(&shelf, 300..400), vec![None; 100], "they came after it was asked");
        drop((shelf, snapshot));
        let shelf = DeviceShelf::load(&writer, &segments(), i64::from(DEVICE)).unwrap();
        assert_eq!(found(&shelf, 0..300), vec![Some(1); 300]);
        assert_eq!(found(&shelf, 300..2_000), vec![Some(2); 1_700]);
    }

    #[test]
    fn a_growing_month_keeps_every_id_and_rewrites_few() {
        let dir = TempDir::new().unwrap();
        let mut index = open(&dir);
        let mut written = 0;
        // So many at a time that each time they are spread among the parts.
        for (first, batch_no) in (0..20_000).step_by(200).zip(1..) {
            let before = index.total_changes();
            put_ids(&mut index, first..first + 200, batch_no);
            written += index.total_changes() - before;
        }
        let snapshot = index.unchecked_transaction().unwrap();
        let shelf = DeviceShelf::load(&snapshot, &segments(), i64::from(DEVICE)).unwrap();
        for (first, batch_no) in (0..20_000).step_by(200).zip(1..) {
            assert_eq!(found(&shelf, first..first + 200), vec![Some(batch_no); 200]);
        }
        let rows = "SELECT count(*), max(length(entries)) FROM gate WHERE part > 0";
        let (parts, longest): (i64, i64) =
            snapshot.query_row(rows, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(parts, 256);
        assert!(usize::try_from(longest).unwrap() < 2 * PART_IDS * ENTRY_BYTES, "{longest}");
        // All parts each time would be 100 × 256.
        assert!(written < 15_000, "{written} rows");
    }

    #[test]
    fn a_device_that_chooses_its_ids_gets_no_larger_rows() {
        let dir = TempDir::new().unwrap();
        let mut index = open(&dir);
        // Both halves are the same but for one constant, whatever they are.
        let chosen = |number: u64| {
            let halves = [number.to_le_bytes(), (number ^ 0x5eed).to_le_bytes()].concat();
            EventKey(halves.try_into().unwrap())
        };
        for (first, batch_no) in (0..20_000).step_by(200).zip(1..) {
            let ids: Vec<_> = (first..first + 200)
                .map(|number| (RecentKey { device_no: DEVICE, key: chosen(number) }, batch_no))
                .collect();
            let transaction = index.transaction().unwrap();
            put(&transaction, &segments(), &ids).unwrap();
            transaction.commit().unwrap();
        }
        let rows = "SELECT count(*), max(length(entries)) FROM gate WHERE part > 0";
        let (parts, longest): (i64, i64) =
            index.query_row(rows, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(parts, 256);
        assert!(usize::try_from(longest).unwrap() < 2 * PART_IDS * ENTRY_BYTES, "{longest}");
    }

    #[test]
    fn each_file_spreads_ids_in_its_own_way() {
        let parts = || {
            let dir = TempDir::new().unwrap();
            let mixer = Mixer::load(&open(&dir)).unwrap();
            (0..64).map(|number| mixer.part_of(key(number), PARTS_LOG_MAX)).collect::<Vec<_>>()
        };
        assert_ne!(parts(), parts());
    }

    #[test]
    fn many_ids_at_once_make_few_large_rows_for_a_short_while() {
        let dir = TempDir::new().unwrap();
        let mut index = open(&dir);
        put_ids(&mut index, 0..200, 1);
        put_ids(&mut index, 200..50_000, 2);
        let shelf = DeviceShelf::load(&index, &segments(), i64::from(DEVICE)).unwrap();
        assert_eq!(found(&shelf, 0..200), vec![Some(1); 200]);
        assert_eq!(found(&shelf, 200..50_000), vec![Some(2); 49_800]);
        let sql = "SELECT count(*) FROM gate WHERE part > 0";
        let parts: i64 = index.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(parts, 512);
    }

    #[test]
    fn a_flipped_bit_is_an_error_and_no_other_id() {
        let dir = TempDir::new().unwrap();
        let mut index = open(&dir);
        put_ids(&mut index, 0..300, 1);
        check(&index).unwrap();
        for part in [0, 1] {
            let place = params![part];
            let sql = "SELECT entries FROM gate WHERE part = ?1";
            let row: Vec<u8> = index.query_row(sql, place, |row| row.get(0)).unwrap();
            let mut flipped = row.clone();
            *flipped.last_mut().unwrap() ^= 1;
            let sql = "UPDATE gate SET entries = ?2 WHERE part = ?1";
            index.execute(sql, params![part, flipped]).unwrap();
            let shelf = DeviceShelf::load(&index, &segments(), i64::from(DEVICE));
            let met = shelf.and_then(|shelf| {
                (0..300).map(|number| shelf.find(key(number))).collect::<Result<Vec<_>>>()
            });
            assert!(matches!(met, Err(Error::Index(_))), "part {part}");
            assert!(matches!(check(&index), Err(Error::Index(_))), "part {part}");
            index.execute(sql, params![part, row]).unwrap();
        }
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
