//! Putting ids onto the shelf, and spreading them among more rows.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, Transaction};
use sha2::{Digest, Sha256};

use super::{
    Month,
    row::{self, ENTRY_BYTES, entries, push, set},
};
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
pub(super) const PART_IDS: usize = 128;
/// 2^16 parts are eight million ids a device and month.
pub(super) const PARTS_LOG_MAX: u8 = 16;

/// Says into which part an id falls.
pub(super) struct Mixer {
    secret: Vec<u8>,
}

impl Mixer {
    pub(super) fn load(index: &Connection) -> Result<Self> {
        let mut statement = index.prepare_cached("SELECT secret FROM follow")?;
        Ok(Self { secret: statement.query_row([], |row| row.get(0))? })
    }

    /// From 1 on: 0 is the row for what is new.
    pub(super) fn part_of(&self, key: EventKey, parts_log: u8) -> i64 {
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
    row::write(transaction, segment_no, device_no, 0, &row)
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
        Ok(row::read(self.transaction, place, <[u8]>::to_vec)?.unwrap_or_default())
    }

    fn write(&self, part: i64, entries: &[u8]) -> Result<()> {
        row::write(self.transaction, self.segment_no, self.device_no, part, entries)
    }
}

/// So many parts that each has about [`PART_IDS`]; never none.
fn parts_log(ids: usize) -> u8 {
    let parts = (ids / PART_IDS).max(2).next_power_of_two();
    u8::try_from(parts.ilog2()).unwrap_or(PARTS_LOG_MAX).min(PARTS_LOG_MAX)
}
