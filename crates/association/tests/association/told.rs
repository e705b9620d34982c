//! Reports written by hand.

use association::{Hints, Pushed, Report, ReportNo, ReportSet, Sighting, TimeQuality};
use event_model::{
    Actors, ClockEpoch, ClockReading, DeviceId, Identity, Kind, Ordinal, Origin, OutboxId, WallTime,
};
use uuid::Uuid;

/// An event as a device tells it.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) device: u128,
    pub(crate) event_id: String,
    pub(crate) kind: Kind,
    pub(crate) observer: Option<String>,
    pub(crate) actors: Actors,
    pub(crate) round: Option<u32>,
    pub(crate) ordinal: Option<Ordinal>,
    pub(crate) match_clock_ms: Option<i64>,
    /// Which run of the device's clock, and what it showed.
    pub(crate) epoch: u128,
    pub(crate) mono_ms: u64,
    pub(crate) at_ms: i64,
    pub(crate) quality: TimeQuality,
    pub(crate) name: Option<String>,
    pub(crate) team: Option<String>,
}

impl Told {
    /// A kill at `ms` by a device that stands right.
    pub(crate) fn kill(device: u128, ms: u64, attacker: &str, victim: &str) -> Self {
        Self {
            device,
            event_id: Uuid::from_u128((device << 64) | u128::from(ms)).to_string(),
            kind: Kind::Kill,
            observer: Some(format!("player {device}")),
            actors: Actors {
                attacker: Some(attacker.to_owned()),
                victim: Some(victim.to_owned()),
                assists: Vec::new(),
            },
            round: None,
            ordinal: None,
            match_clock_ms: None,
            epoch: device,
            mono_ms: ms,
            at_ms: START_MS + i64::try_from(ms).unwrap(),
            quality: TimeQuality::Good,
            name: None,
            team: None,
        }
    }

    /// With the victim's deaths after it.
    pub(crate) fn death(mut self, value: u64) -> Self {
        self.ordinal = Some(Ordinal { of: "victim deaths".to_owned(), run: 0, value });
        self
    }

    /// The report, at a place in the log.
    pub(crate) fn report(&self, position: u64) -> Report<'_> {
        Report {
            device: DeviceId(Uuid::from_u128(self.device)),
            event_id: &self.event_id,
            subject: "league:1",
            position,
            kind: Some(self.kind),
            identity: Some(Identity::Native),
            origin: Some(Origin::Live),
            observer: self.observer.as_deref(),
            actors: &self.actors,
            actor_ids: None,
            round: self.round,
            ordinal: self.ordinal.as_ref(),
            match_clock_ms: self.match_clock_ms,
            observed: Some(ClockReading {
                epoch: ClockEpoch(Uuid::from_u128(self.epoch)),
                mono_ms: self.mono_ms,
            }),
            time: Some(WallTime::from_unix_ms(self.at_ms)),
            corrected: Sighting { at: WallTime::from_unix_ms(self.at_ms), quality: self.quality },
            outbox: Some(outbox_of(self.device)),
            sequence: Some(position),
            hints: Hints {
                name: self.name.as_deref(),
                team: self.team.as_deref(),
                ..Hints::default()
            },
        }
    }
}

/// That of a device.
pub(crate) fn outbox_of(device: u128) -> OutboxId {
    OutboxId(Uuid::from_u128(device))
}

/// An evening in November 2026.
pub(crate) const START_MS: i64 = 1_795_200_000_000;

/// The set of all that was told, in this order.
pub(crate) fn set_of(told: &[Told]) -> ReportSet {
    let mut set = ReportSet::new();
    for (position, told) in (1..).zip(told) {
        set.push(&told.report(position));
    }
    set
}

/// The events of each cluster, so that two solutions can be compared.
pub(crate) fn partition(told: &[Told], solution: &association::Solution) -> Vec<Vec<String>> {
    let mut set = ReportSet::new();
    let mut event: Vec<String> = Vec::new();
    for (position, told) in (1..).zip(told) {
        if let Pushed::Added(ReportNo(_)) = set.push(&told.report(position)) {
            event.push(format!("{} {}", told.device, told.event_id));
        }
    }
    let name = |no: &ReportNo| event[usize::try_from(no.0).unwrap()].clone();
    solution.clusters.iter().map(|cluster| cluster.members.iter().map(name).collect()).collect()
}
