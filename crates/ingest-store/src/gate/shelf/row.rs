//! A row of the shelf: ids and the batches that stored them, behind a checksum.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::{Error, Result, event_key::EventKey};

/// An id and the batch that stored it.
pub(super) const ENTRY_BYTES: usize = EventKey::BYTES + 8;

/// Before a row's entries: the CRC-32 of them.
const CHECKSUM_BYTES: usize = 4;

/// Segment, device and part.
pub(super) type Place = (i64, i64, i64);

const SELECT: &str =
    "SELECT entries FROM gate WHERE segment_no = ?1 AND device_no = ?2 AND part = ?3";

/// What `look` makes of a row, where there is one.
pub(super) fn read<T>(
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
pub(super) fn checked(row: &[u8]) -> Result<&[u8]> {
    row.split_first_chunk::<CHECKSUM_BYTES>()
        .filter(|(checksum, entries)| u32::from_le_bytes(**checksum) == crc32fast::hash(entries))
        .map(|(_, entries)| entries)
        .ok_or_else(|| Error::Index("a row of the gate is damaged".to_owned()))
}

pub(super) fn write(
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

/// The batch that came last has the id: an entry that points elsewhere would
/// hide it for good.
pub(super) fn set(bytes: &mut Vec<u8>, key: EventKey, batch_no: i64) {
    match bytes.chunks_exact_mut(ENTRY_BYTES).find(|entry| entry.starts_with(&key.0)) {
        Some(entry) => entry[EventKey::BYTES..].copy_from_slice(&batch_no.to_le_bytes()),
        None => push(bytes, key, batch_no),
    }
}

pub(super) fn push(bytes: &mut Vec<u8>, key: EventKey, batch_no: i64) {
    bytes.extend_from_slice(&key.0);
    bytes.extend_from_slice(&batch_no.to_le_bytes());
}

pub(super) fn entries(bytes: &[u8]) -> impl Iterator<Item = (EventKey, i64)> {
    bytes.chunks_exact(ENTRY_BYTES).filter_map(|entry| {
        let (key, batch_no) = entry.split_first_chunk()?;
        Some((EventKey(*key), i64::from_le_bytes(batch_no.try_into().ok()?)))
    })
}

pub(super) fn find_in(bytes: &[u8], key: EventKey) -> Option<i64> {
    let found = bytes.chunks_exact(ENTRY_BYTES).find(|entry| entry.starts_with(&key.0))?;
    Some(i64::from_le_bytes(found[EventKey::BYTES..].try_into().ok()?))
}
