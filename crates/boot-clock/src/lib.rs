//! The device's clock: monotonic through sleep, with the epoch it belongs to.
//!
//! [`BootClock`] is the one implementation of [`Clock`] that asks the operating
//! system; everything else takes a [`Moment`] or a `Clock` that tests can move.
//! It is therefore the only crate that may call the std clocks, and the only
//! one that may contain `unsafe` (one call, on Windows).
//!
//! | system | monotonic clock | what ends an epoch |
//! |---|---|---|
//! | Linux | `CLOCK_BOOTTIME` | the kernel's `boot_id` |
//! | macOS | `CLOCK_MONOTONIC`, which counts through sleep there | `kern.bootsessionuuid` |
//! | Windows | interrupt time | a volatile registry key of the user |
//!
//! # Invariants
//!
//! - Two readings of one epoch are on one clock: their difference is time that
//!   passed, across processes, sleep and steps of the wall clock.
//! - Where the boot cannot be told, the epoch is a random one of this process.
//!   That costs comparability, never correctness: readings from before and
//!   after a restart of Ringside are then compared by the wall clock alone and
//!   marked low quality.

mod epoch;
#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

use std::time::{SystemTime, UNIX_EPOCH};

use event_model::{Clock, ClockEpoch, ClockReading, Moment, WallTime};

/// The clock of this device since it was started.
#[derive(Debug, Clone, Copy)]
pub struct BootClock {
    epoch: ClockEpoch,
}

impl BootClock {
    /// The clock. Every one made between two reboots has the same epoch.
    #[must_use]
    pub fn new() -> Self {
        Self { epoch: epoch::current() }
    }
}

impl Default for BootClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for BootClock {
    fn now(&self) -> Moment {
        Moment {
            clock: ClockReading { epoch: self.epoch, mono_ms: system::mono_ms() },
            wall: wall_time(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the edge that the others are sent to")]
fn wall_time() -> WallTime {
    let now = SystemTime::now();
    WallTime::from_unix_ms(match now.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    })
}
