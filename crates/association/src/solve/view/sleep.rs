//! Clocks that stood still while their devices slept.
//!
//! The age that the server knows of an event counts through sleep, so a clock that
//! does not is behind its good times from then on. A request that took long makes
//! a time late as well, but not those that come after it.

use super::{Row, is_on_match};
use crate::{Packed, ReportSet};

/// Shorter is what a request can take at the end, where nothing follows it: clients
/// give one up after 5 s to connect and 30 s for the rest.
const SLEEP_MIN_MS: i64 = 40_000;

/// Sets how long each row's device had slept by then; the rows are in order of
/// their clocks and of time.
pub(super) fn note_sleep(set: &ReportSet, rows: &mut [Row<'_>]) {
    for same in rows.chunk_by_mut(|a, b| a.packed.clock == b.packed.clock) {
        if !is_on_match(set, same[0].packed) {
            note_on_one(same);
        }
    }
}

fn note_on_one(rows: &mut [Row<'_>]) {
    // From the end on: how far a clock is behind whatever follows.
    let mut behind = i64::MAX;
    for row in rows.iter_mut().rev() {
        if row.packed.is_good() {
            behind = behind.min(difference(row.packed));
        }
        row.slept = behind;
    }
    let (mut slept, mut before) = (0, None::<(i64, i64)>);
    for row in rows {
        let behind = std::mem::replace(&mut row.slept, slept);
        if !row.packed.is_good() {
            continue;
        }
        // A clock that shows one instant for good is none.
        let has_gone_on = |(t, _): &(i64, i64)| row.packed.t > *t;
        let more = before.filter(has_gone_on).map_or(0, |(_, before)| behind - before);
        before = Some((row.packed.t, behind));
        if more >= SLEEP_MIN_MS {
            slept += more;
        }
        row.slept = slept;
    }
}

/// How far a clock is behind the server's.
fn difference(packed: &Packed) -> i64 {
    packed.at.saturating_sub(packed.t)
}
