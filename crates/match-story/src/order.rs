//! One line of time for all events of a match.

use std::collections::BTreeMap;

use event_model::{ClockEpoch, WallTime};

use crate::body::Event;

/// What the events of a match are placed on.
///
/// Where the game tells its clock it is that clock, else the time of this PC:
/// the monotonic clock, so that no step of the wall clock moves an event, with
/// each of its runs laid where the wall clock stood at the run's first event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeLine {
    /// What is added to a run's readings to come to Unix milliseconds.
    epochs: BTreeMap<ClockEpoch, i64>,
    scale: Scale,
}

/// What a place on the line counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Milliseconds of the game's own clock. What tells none lies by `lag_ms`
    /// before the time it was seen: the least that any other event did.
    MatchClock {
        /// From the game's clock to the Unix milliseconds of this PC.
        lag_ms: i64,
    },
    /// Unix milliseconds of this PC.
    Observed,
}

impl TimeLine {
    pub(crate) fn of(events: &[Event]) -> Self {
        let epochs = epochs(events);
        let lags = events.iter().filter(|event| event.kind.is_occurrence()).filter_map(|event| {
            Some(instant(&epochs, event).saturating_sub(event.data.match_clock_ms?))
        });
        let scale = lags.min().map_or(Scale::Observed, |lag_ms| Scale::MatchClock { lag_ms });
        Self { epochs, scale }
    }

    pub(crate) fn scale(&self) -> Scale {
        self.scale
    }

    /// When this PC saw an event, in Unix milliseconds.
    pub(crate) fn instant(&self, event: &Event) -> i64 {
        instant(&self.epochs, event)
    }

    /// Where an event lies.
    pub(crate) fn place(&self, event: &Event) -> i64 {
        let instant = instant(&self.epochs, event);
        match self.scale {
            Scale::MatchClock { lag_ms } => {
                event.data.match_clock_ms.unwrap_or_else(|| instant.saturating_sub(lag_ms))
            }
            Scale::Observed => instant,
        }
    }
}

fn epochs(events: &[Event]) -> BTreeMap<ClockEpoch, i64> {
    let mut first: BTreeMap<ClockEpoch, (u64, WallTime)> = BTreeMap::new();
    for event in events {
        let Some(reading) = event.observed else { continue };
        let found = (reading.mono_ms, event.seen);
        let earliest = first.entry(reading.epoch).or_insert(found);
        *earliest = found.min(*earliest);
    }
    let offset = |(mono_ms, seen): (u64, WallTime)| seen.unix_ms().saturating_sub(signed(mono_ms));
    first.into_iter().map(|(epoch, first)| (epoch, offset(first))).collect()
}

fn instant(epochs: &BTreeMap<ClockEpoch, i64>, event: &Event) -> i64 {
    let placed = event.observed.and_then(|reading| {
        Some(epochs.get(&reading.epoch)?.saturating_add(signed(reading.mono_ms)))
    });
    placed.unwrap_or_else(|| event.seen.unix_ms())
}

/// A clock that counts so far is damaged: it lies at the end.
fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}
