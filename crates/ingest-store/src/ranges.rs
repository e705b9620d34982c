//! What the server knows of an outbox's sequence, as closed ranges.
//!
//! A number is known when its event was judged, whatever the verdict, or when
//! the outbox said that it will never come. So the server can tell *lost* from
//! *never happened*.

use std::ops::RangeInclusive;

use event_model::{DeviceId, OutboxId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::{Result, Store, varint};

/// Ranges kept of an outbox. An honest one has a few, one for each batch that
/// overtook another; beyond this the highest are forgotten, which makes the
/// answer's `contiguous_sequence` no larger than it should be.
const RANGES_MAX: usize = 1_024;

impl Store {
    /// Outboxes known of a device. It has one, and another after each salvage or
    /// restore; whoever names a new one in each request makes room for it with
    /// another, whichever that is: of it the server then knows nothing any more.
    pub const OUTBOXES_MAX: u32 = 64;
}

/// Closed ranges that neither overlap nor touch, in ascending order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ranges(Vec<RangeInclusive<u64>>);

impl Ranges {
    /// Adds `range`, joined with all that it overlaps or touches.
    pub(crate) fn add(&mut self, range: RangeInclusive<u64>) {
        let (mut first, mut last) = range.into_inner();
        let from = self.0.partition_point(|known| known.end().saturating_add(1) < first);
        let joined =
            self.0[from..].partition_point(|known| *known.start() <= last.saturating_add(1));
        if let Some(touched) = self.0[from..from + joined].first() {
            first = first.min(*touched.start());
        }
        if let Some(touched) = self.0[from..from + joined].last() {
            last = last.max(*touched.end());
        }
        self.0.splice(from..from + joined, [first..=last]);
        self.0.truncate(RANGES_MAX);
    }

    /// The highest n such that 1 to n are known; 0 where not even 1 is.
    pub(crate) fn contiguous(&self) -> u64 {
        self.0.first().filter(|first| *first.start() <= 1).map_or(0, |first| *first.end())
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 4);
        let mut before = 0;
        for range in &self.0 {
            varint::write(&mut bytes, range.start() - before);
            varint::write(&mut bytes, range.end() - range.start());
            before = *range.end();
        }
        bytes
    }

    fn decode(mut bytes: &[u8]) -> Self {
        let mut ranges = Vec::new();
        let mut before = 0u64;
        while let (Some(gap), Some(more)) = (varint::read(&mut bytes), varint::read(&mut bytes)) {
            let first = before.saturating_add(gap);
            before = first.saturating_add(more);
            ranges.push(first..=before);
        }
        Self(ranges)
    }
}

/// The highest n such that 1 to n are known of a device's outbox; 0 where nothing
/// is.
pub(crate) fn contiguous(log: &Connection, device: DeviceId, outbox: OutboxId) -> Result<u64> {
    let known = log
        .prepare_cached(
            "SELECT known FROM outbox JOIN device USING (device_no)
             WHERE device = ?1 AND outbox = ?2",
        )?
        .query_row(params![device.to_string(), outbox.0.as_bytes()], |row| {
            Ok(Ranges::decode(row.get_ref(0)?.as_blob()?))
        })
        .optional()?;
    Ok(known.map_or(0, |known| known.contiguous()))
}

/// Adds ranges to what is known of a device's outbox, and gives what is known
/// then. Neither it nor the one that sends is forgotten for it.
pub(crate) fn learn(
    transaction: &Transaction<'_>,
    (device_no, outbox, sending): (i64, OutboxId, Option<OutboxId>),
    news: &[RangeInclusive<u64>],
) -> Result<Ranges> {
    let before = transaction
        .prepare_cached("SELECT known FROM outbox WHERE device_no = ?1 AND outbox = ?2")?
        .query_row(params![device_no, outbox.0.as_bytes()], |row| {
            Ok(Ranges::decode(row.get_ref(0)?.as_blob()?))
        })
        .optional()?;
    let mut known = before.clone().unwrap_or_default();
    news.iter().for_each(|range| known.add(range.clone()));
    if before.as_ref() != Some(&known) {
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO outbox (device_no, outbox, known) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![device_no, outbox.0.as_bytes(), known.encode()])?;
    }
    if before.is_none() {
        make_room(transaction, device_no, [outbox, sending.unwrap_or(outbox)])?;
    }
    Ok(known)
}

fn make_room(transaction: &Transaction<'_>, device_no: i64, kept: [OutboxId; 2]) -> Result<()> {
    transaction
        .prepare_cached(
            "DELETE FROM outbox WHERE device_no = ?1 AND outbox IN (
                 SELECT outbox FROM outbox WHERE device_no = ?1 AND outbox NOT IN (?2, ?3)
                 LIMIT -1 OFFSET ?4)",
        )?
        .execute(params![
            device_no,
            kept[0].0.as_bytes(),
            kept[1].0.as_bytes(),
            Store::OUTBOXES_MAX - 2
        ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(ranges: &[RangeInclusive<u64>]) -> Ranges {
        let mut all = Ranges::default();
        ranges.iter().for_each(|range| all.add(range.clone()));
        all
    }

    #[test]
    fn ranges_that_touch_become_one() {
        assert_eq!(of(&[4..=6, 1..=1, 2..=3, 9..=9]).0, [1..=6, 9..=9]);
    }

    #[test]
    fn an_outbox_of_holes_is_remembered_within_a_bound() {
        let holes: Vec<_> = (1..3_000u64).map(|number| number * 2..=number * 2).collect();
        assert_eq!(of(&holes).0.len(), RANGES_MAX);
    }

    proptest! {
        #[test]
        fn joining_keeps_every_number_and_adds_none(
            starts in prop::collection::vec((1u64..40, 0u64..6), 0..12),
        ) {
            let ranges: Vec<_> = starts.iter().map(|(first, more)| *first..=first + more).collect();
            let joined = of(&ranges);
            for number in 1..50u64 {
                let before = ranges.iter().any(|range| range.contains(&number));
                prop_assert_eq!(joined.0.iter().any(|range| range.contains(&number)), before);
            }
            for pair in joined.0.windows(2) {
                prop_assert!(pair[0].end() + 1 < *pair[1].start(), "neither overlap nor touch");
            }
            prop_assert_eq!(Ranges::decode(&joined.encode()), joined, "read back");
        }
    }
}
