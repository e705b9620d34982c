//! Steps of the wall clock, so that none makes anything old.
//!
//! What is kept is dated by the wall clock, since a reboot ends every other. Where
//! that is set forward, everything of before would be years old at once: a PC whose
//! battery is empty begins in 2020, and learns the time from the network some minutes
//! later. So the file knows by how much the clock was set, and as long as something
//! of before could still be young, ages are counted from so much earlier.

use event_model::{ClockEpoch, Moment, WallTime};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::{Error, meta::Meta};

/// Ages are counted in days: a clock that is set by less makes nothing old.
const STEP_MIN_MS: u64 = 24 * 60 * 60 * 1_000;

/// What is known of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WallSteps {
    clocks: Option<Clocks>,
    /// How far the wall clock was set forward.
    forward_ms: i64,
    /// When, by the clock that was set.
    since_ms: i64,
}

/// How the two clocks stood to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Clocks {
    epoch: ClockEpoch,
    /// The wall clock less the monotonic one.
    apart_ms: i64,
}

impl WallSteps {
    /// What is known at `now`, which the file learns.
    pub(crate) fn observe(db: &Connection, now: Moment) -> Result<Self, Error> {
        let text = Meta::WallSteps.read(db)?;
        let known: Self =
            text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let seen = known.seen(now);
        if seen != known {
            Meta::WallSteps.write(db, &seen.json())?;
        }
        Ok(seen)
    }

    fn json(&self) -> String {
        serde_json::to_string(self).expect("plain values are always JSON")
    }

    fn seen(self, now: Moment) -> Self {
        let wall_ms = now.wall.unix_ms();
        let apart_ms = wall_ms.saturating_sub_unsigned(now.clock.mono_ms);
        let clocks = Some(Clocks { epoch: now.clock.epoch, apart_ms });
        let Some(last) = self.clocks.filter(|last| last.epoch == now.clock.epoch) else {
            // After a reboot nobody knows how long it lasted.
            return Self { clocks, ..self };
        };
        let step_ms = apart_ms.saturating_sub(last.apart_ms);
        if step_ms.unsigned_abs() < STEP_MIN_MS {
            return self;
        }
        let forward_ms = self.forward_ms.saturating_add(step_ms).max(0);
        Self { clocks, forward_ms, since_ms: wall_ms }
    }

    /// What is dated before this instant is older than `age_ms`. When so much time
    /// has passed since the step, whatever was kept before it is.
    pub(crate) fn cutoff_ms(&self, now: WallTime, age_ms: u64) -> i64 {
        let cutoff_ms = now.unix_ms().saturating_sub_unsigned(age_ms);
        if cutoff_ms < self.since_ms {
            cutoff_ms.saturating_sub(self.forward_ms)
        } else {
            cutoff_ms
        }
    }
}
