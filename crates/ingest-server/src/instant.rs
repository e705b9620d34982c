//! Instants that tests name.

use event_model::{ClockEpoch, ClockReading, Moment, WallTime};
use uuid::Uuid;

/// So long after the boot, whatever the date.
pub(crate) fn at(mono_ms: u64) -> Moment {
    let clock = ClockReading { epoch: ClockEpoch(Uuid::nil()), mono_ms };
    Moment { clock, wall: WallTime::from_unix_ms(0) }
}
