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

mod row;
mod spreading;
#[cfg(test)]
mod tests;

use rusqlite::Connection;

use crate::{Result, event_key::EventKey, segment::Segment};
use row::{checked, find_in, read};
use spreading::Mixer;
pub(crate) use spreading::put;

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
