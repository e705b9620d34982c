//! What the server knows of an outbox's sequence, as closed ranges.
//!
//! A number is known when its event was judged, whatever the verdict, or when
//! the outbox said that it will never come. So the server can tell *lost* from
//! *never happened*.

use std::{collections::BTreeMap, ops::RangeInclusive};

use event_model::{DeviceId, OutboxId};
use rusqlite::{OptionalExtension, Transaction, params};

use crate::{
    Result,
    store::{count_column, signed},
};

/// Joins ranges that overlap or touch, so that a batch of a thousand
/// consecutive events is one row to write.
pub(crate) fn coalesce(ranges: &[RangeInclusive<u64>]) -> Vec<RangeInclusive<u64>> {
    let mut sorted = ranges.to_vec();
    sorted.sort_by_key(|range| *range.start());
    let mut joined: Vec<RangeInclusive<u64>> = Vec::new();
    for range in sorted {
        match joined.last_mut() {
            Some(last) if *range.start() <= last.end().saturating_add(1) => {
                *last = *last.start()..=*last.end().max(range.end());
            }
            Some(_) | None => joined.push(range),
        }
    }
    joined
}

/// Ranges per outbox, collected while a batch is judged.
#[derive(Default)]
pub(crate) struct KnownRanges(BTreeMap<OutboxId, Vec<RangeInclusive<u64>>>);

impl KnownRanges {
    pub(crate) fn add(&mut self, outbox: OutboxId, range: RangeInclusive<u64>) {
        self.0.entry(outbox).or_default().push(range);
    }

    /// Writes them down, joined with what was known before.
    pub(crate) fn save(&self, transaction: &Transaction<'_>, device: DeviceId) -> Result<()> {
        for (outbox, ranges) in &self.0 {
            for range in coalesce(ranges) {
                save_range(transaction, device, *outbox, &range)?;
            }
        }
        Ok(())
    }
}

fn save_range(
    transaction: &Transaction<'_>,
    device: DeviceId,
    outbox: OutboxId,
    range: &RangeInclusive<u64>,
) -> Result<()> {
    let (device, outbox) = (device.to_string(), outbox.to_string());
    let (first, last) = (signed(*range.start()), signed(*range.end()));
    // All ranges that overlap or touch the new one become one with it.
    let touched = "device = ?1 AND outbox = ?2
                   AND first_sequence <= ?4 + 1 AND last_sequence >= ?3 - 1";
    let (joined_first, joined_last): (Option<i64>, Option<i64>) = transaction
        .prepare_cached(&format!(
            "SELECT min(first_sequence), max(last_sequence) FROM known_range WHERE {touched}"
        ))?
        .query_row(params![device, outbox, first, last.min(i64::MAX - 1)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    transaction
        .prepare_cached(&format!("DELETE FROM known_range WHERE {touched}"))?
        .execute(params![device, outbox, first, last.min(i64::MAX - 1)])?;
    transaction
        .prepare_cached(
            "INSERT INTO known_range (device, outbox, first_sequence, last_sequence)
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            device,
            outbox,
            joined_first.map_or(first, |known| known.min(first)),
            joined_last.map_or(last, |known| known.max(last)),
        ])?;
    Ok(())
}

/// The highest n such that 1 to n are known; 0 where not even 1 is.
pub(crate) fn contiguous(
    transaction: &Transaction<'_>,
    device: DeviceId,
    outbox: OutboxId,
) -> Result<u64> {
    let last = transaction
        .prepare_cached(
            "SELECT last_sequence FROM known_range
             WHERE device = ?1 AND outbox = ?2 AND first_sequence = 1",
        )?
        .query_row(params![device.to_string(), outbox.to_string()], |row| {
            count_column(row, "last_sequence")
        })
        .optional()?;
    Ok(last.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_that_touch_become_one() {
        assert_eq!(coalesce(&[4..=6, 1..=1, 2..=3, 9..=9]), [1..=6, 9..=9]);
    }

    proptest! {
        #[test]
        fn joining_keeps_every_number_and_adds_none(
            starts in prop::collection::vec((1u64..40, 0u64..6), 0..12),
        ) {
            let ranges: Vec<_> = starts.iter().map(|(first, more)| *first..=first + more).collect();
            let joined = coalesce(&ranges);
            for number in 1..50u64 {
                let before = ranges.iter().any(|range| range.contains(&number));
                prop_assert_eq!(joined.iter().any(|range| range.contains(&number)), before);
            }
            for pair in joined.windows(2) {
                prop_assert!(pair[0].end() + 1 < *pair[1].start(), "neither overlap nor touch");
            }
        }
    }
}
