//! Instants on the clocks that they were read on.

use std::collections::BTreeMap;

use event_model::{ClockEpoch, DeviceId, Origin};
use serde::{Deserialize, Serialize};

use super::{ShortHash, bounds::CLOCKS_MAX};
use crate::{Report, TimeQuality};

/// What an instant was read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Axis {
    /// The match's own clock, which all its players share.
    Match,
    /// One unbroken run of a device's clock.
    Device(ShortHash),
}

/// When something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) axis: Axis,
    pub(super) ms: i64,
}

/// Where a clock's zero lies on the server's: the earliest that any report
/// allows. Sending and polling only ever add to it, so the earliest is also the
/// truest, and it does not depend on their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Zero {
    good: Option<i64>,
    low: Option<i64>,
}

/// The zeros of a session's device clocks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Clocks {
    zeros: BTreeMap<ShortHash, Zero>,
    overflowed: bool,
}

impl Zero {
    fn allow(&mut self, zero_ms: i64, quality: TimeQuality) {
        let earliest = match quality {
            TimeQuality::Good => &mut self.good,
            TimeQuality::Low => &mut self.low,
        };
        *earliest = Some(earliest.map_or(zero_ms, |known| known.min(zero_ms)));
    }

    /// By the server's own correction.
    pub(super) fn good(self) -> Option<i64> {
        self.good
    }

    /// Takes a report's time on this clock.
    pub(super) fn hear(&mut self, report: &Report<'_>, own_ms: i64) {
        let zero_ms = report.corrected.at.unix_ms().saturating_sub(own_ms);
        self.allow(zero_ms, quality_of(report));
    }
}

impl Clocks {
    pub(super) fn hear(&mut self, report: &Report<'_>) {
        let (clock, own_ms) = device_time(report);
        self.zeros.entry(clock).or_default().hear(report, own_ms);
        if self.zeros.len() > CLOCKS_MAX {
            self.zeros.pop_last();
            self.overflowed = true;
        }
    }

    /// Where a clock's zero lies, where the server knows it well.
    pub(super) fn good_zero(&self, clock: ShortHash) -> Option<i64> {
        self.zeros.get(&clock)?.good()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = ShortHash> {
        self.zeros.keys().copied()
    }

    /// Bytes on the heap, nearly.
    pub(super) fn bytes(&self) -> usize {
        self.zeros.len().div_ceil(6) * 11 * size_of::<(ShortHash, Zero)>()
    }

    pub(super) fn overflowed(&self) -> bool {
        self.overflowed
    }
}

impl Seen {
    /// On the match's own clock where there is one, else on the device's.
    pub(super) fn of(report: &Report<'_>) -> Self {
        match report.match_clock_ms {
            Some(ms) => Self { axis: Axis::Match, ms },
            None => Self::on_device(report),
        }
    }

    pub(super) fn on_device(report: &Report<'_>) -> Self {
        let (clock, ms) = device_time(report);
        Self { axis: Axis::Device(clock), ms }
    }
}

/// A recording's own time is as right as the PC's clock was that made it.
pub(super) fn quality_of(report: &Report<'_>) -> TimeQuality {
    match report.origin {
        Some(Origin::Replay) => TimeQuality::Low,
        Some(Origin::Live) | None => report.corrected.quality,
    }
}

/// The device's own clock, and what it showed. A sender without a monotonic
/// one is taken at its corrected time.
fn device_time(report: &Report<'_>) -> (ShortHash, i64) {
    match report.observed {
        Some(reading) => {
            let own_ms = i64::try_from(reading.mono_ms).unwrap_or(i64::MAX);
            (clock_name(report.device, Some(reading.epoch)), own_ms)
        }
        None => (clock_name(report.device, None), report.corrected.at.unix_ms()),
    }
}

fn clock_name(device: DeviceId, epoch: Option<ClockEpoch>) -> ShortHash {
    let epoch = epoch.map(|epoch| epoch.0.into_bytes());
    ShortHash::of_bytes(device.0.into_bytes().into_iter().chain(epoch.into_iter().flatten()))
}
