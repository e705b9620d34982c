//! Reports for the bench, without what no decision reads.

use association::{Hints, Report, Sighting, TimeQuality};
use event_model::{Actors, ClockEpoch, ClockReading, DeviceId, Identity, Kind, Origin, WallTime};
use uuid::Uuid;

/// One report's own values.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) device: u128,
    pub(crate) event_id: String,
    pub(crate) observer: String,
    pub(crate) actors: Actors,
    pub(crate) epoch: u128,
    pub(crate) mono_ms: u64,
    pub(crate) at_ms: i64,
    pub(crate) sequence: u64,
}

/// An evening in November 2026.
pub(crate) const START_MS: i64 = 1_795_200_000_000;

impl Sent {
    /// A kill that a device's right clock saw.
    pub(crate) fn kill(device: u128, event: u128, ms: u64, attacker: &str, victim: &str) -> Self {
        Self {
            device,
            event_id: Uuid::from_u128((device << 64) | event).to_string(),
            observer: format!("player {device} #EU"),
            actors: Actors {
                attacker: Some(attacker.to_owned()),
                victim: Some(victim.to_owned()),
                assists: Vec::new(),
            },
            epoch: device,
            mono_ms: ms,
            at_ms: START_MS + i64::try_from(ms).unwrap_or(i64::MAX),
            sequence: 0,
        }
    }

    /// The report, at a place in the log.
    pub(crate) fn report(&self, position: u64) -> Report<'_> {
        let at = WallTime::from_unix_ms(self.at_ms);
        Report {
            device: DeviceId(Uuid::from_u128(self.device)),
            event_id: &self.event_id,
            subject: "valorant:1",
            position,
            kind: Some(Kind::Kill),
            identity: Some(Identity::Native),
            origin: Some(Origin::Live),
            observer: Some(&self.observer),
            actors: &self.actors,
            actor_ids: None,
            round: None,
            ordinal: None,
            match_clock_ms: None,
            observed: Some(ClockReading {
                epoch: ClockEpoch(Uuid::from_u128(self.epoch)),
                mono_ms: self.mono_ms,
            }),
            time: Some(at),
            corrected: Sighting { at, quality: TimeQuality::Good },
            outbox: None,
            sequence: Some(self.sequence),
            hints: Hints::default(),
        }
    }
}

/// Numbers that look random and are the same in every run.
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// One below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}
