//! When an event happened, on the server's clock.

use association::{Sighting, TimeQuality};
use event_model::{ClockReading, Origin, WallTime};
use ingest_api::SentClock;

/// When a request arrived, and when its sender says it was sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) received_at: WallTime,
    pub(crate) sent: Option<SentClock>,
}

/// What an event says of when it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) origin: Option<Origin>,
    pub(super) time: Option<WallTime>,
    pub(super) observed: Option<ClockReading>,
}

impl Arrival {
    /// Within one epoch of the sender's monotonic clock the event's age is
    /// known to within a round trip, whatever its wall clock says. Without that
    /// only the wall clock is left, and the time is of low quality. A replay's
    /// time is the recording's and stands.
    pub(super) fn correct(&self, event: &Seen) -> Sighting {
        let as_it_stands = |quality| match event.time {
            Some(at) => Sighting { at, quality },
            None => Sighting { at: self.received_at, quality: TimeQuality::Low },
        };
        if event.origin == Some(Origin::Replay) {
            return as_it_stands(TimeQuality::Good);
        }
        self.by_age(event).unwrap_or_else(|| as_it_stands(TimeQuality::Low))
    }

    fn by_age(&self, event: &Seen) -> Option<Sighting> {
        let (sent, observed) = (self.sent?.clock, event.observed?);
        if sent.epoch != observed.epoch {
            return None;
        }
        // An event seen after it was sent: that clock is not what it claims.
        let age_ms = sent.mono_ms.checked_sub(observed.mono_ms)?;
        let at = self.received_at.plus_ms(-i64::try_from(age_ms).ok()?);
        Some(Sighting { at, quality: TimeQuality::Good })
    }
}

#[cfg(test)]
mod tests {
    use event_model::ClockEpoch;
    use uuid::Uuid;

    use super::*;

    const EPOCH: Uuid = Uuid::from_u128(1);
    const RECEIVED_AT: i64 = 1_000_000;
    const SAID: i64 = 5_000;

    fn corrected(origin: &str, observed_ms: u64, sent: Option<(Uuid, u64)>) -> Sighting {
        let event = Seen {
            origin: if origin == "replay" { Some(Origin::Replay) } else { Some(Origin::Live) },
            time: Some(WallTime::from_unix_ms(SAID)),
            observed: Some(ClockReading { epoch: ClockEpoch(EPOCH), mono_ms: observed_ms }),
        };
        let sent = sent.map(|(epoch, mono_ms)| SentClock {
            clock: ClockReading { epoch: ClockEpoch(epoch), mono_ms },
            wall: None,
        });
        Arrival { received_at: WallTime::from_unix_ms(RECEIVED_AT), sent }.correct(&event)
    }

    fn said(quality: TimeQuality) -> Sighting {
        Sighting { at: WallTime::from_unix_ms(SAID), quality }
    }

    #[test]
    fn within_one_epoch_only_the_age_counts() {
        let aged = corrected("live", 300, Some((EPOCH, 1_300)));
        assert_eq!(aged.at.unix_ms(), RECEIVED_AT - 1_000);
        assert_eq!(aged.quality, TimeQuality::Good);
    }

    #[test]
    fn across_a_reboot_or_without_the_header_the_wall_clock_is_left() {
        let other_epoch = corrected("live", 300, Some((Uuid::from_u128(2), 1_300)));
        assert_eq!(other_epoch, said(TimeQuality::Low));
        assert_eq!(corrected("live", 300, None), said(TimeQuality::Low));
    }

    #[test]
    fn a_clock_that_contradicts_itself_is_not_believed() {
        let before_it_was_seen = corrected("live", 300, Some((EPOCH, 299)));
        assert_eq!(before_it_was_seen, said(TimeQuality::Low));
    }

    #[test]
    fn a_replays_time_stands() {
        assert_eq!(corrected("replay", 300, None), said(TimeQuality::Good));
        assert_eq!(corrected("replay", 300, Some((EPOCH, 1_300))), said(TimeQuality::Good));
    }
}
