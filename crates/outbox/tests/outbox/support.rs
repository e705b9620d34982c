//! A folder with an outbox in it, and events to put there.

use std::path::{Path, PathBuf};

use delivery::{BatchLimits, Decision, Settlement, Settlements, WaitReason};
use event_model::{
    ClockEpoch, ClockReading, DeviceId, Event, EventData, EventId, Game, Kind, MatchKey,
    MatchOrigin, MatchRef, Moment, Origin, Source, WallTime,
};
use outbox::{Append, Appended, Claimed, NewEvent, Outbox, OutboxView, StreamKey};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const DEVICE: DeviceId = DeviceId(Uuid::from_u128(0xD));
/// Each lets other threads run: far more than a process takes to start.
const LOCK_TRIES: u32 = 100_000;
pub(crate) const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The instant `ms` after some evening's start, on one boot.
pub(crate) fn at(ms: u64) -> Moment {
    let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(1)), mono_ms: 1_000 + ms };
    let wall = WallTime::from_unix_ms(1_795_201_200_000_i64.saturating_add_unsigned(ms));
    Moment { clock, wall }
}

pub(crate) fn id(n: u32) -> EventId {
    EventId(Uuid::from_u128(u128::from(n)))
}

pub(crate) fn event(match_name: &str, n: u32, origin: Origin) -> NewEvent {
    let game = Game::cs2();
    let key = MatchKey::native(&game, match_name);
    let match_ref = MatchRef { key, origin: MatchOrigin::Native };
    let data = EventData {
        observer: Some("Ana".to_owned()),
        round: Some(n),
        ..EventData::of_match(game, match_ref)
    };
    let now = at(u64::from(n));
    let event = Event { id: id(n), kind: Kind::Kill, data };
    NewEvent { event, origin, time: now.wall, observed: now.clock }
}

pub(crate) fn stream() -> StreamKey {
    StreamKey { source: Source::Cs2, stream: "live".to_owned() }
}

/// A folder in memory where the system has one: thousands of commits would wait for
/// a disk otherwise, and crashes of processes lose nothing.
pub(crate) fn in_memory() -> TempDir {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    folder.expect("a temporary folder can be made")
}

/// A folder with the path of an outbox.
pub(crate) struct Folder {
    _folder: TempDir,
    pub(crate) path: PathBuf,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = in_memory();
        let path = folder.path().join("data").join("outbox.db");
        Self { _folder: folder, path }
    }

    pub(crate) fn open(&self) -> Outbox {
        self.open_at(at(0))
    }

    pub(crate) fn open_at(&self, now: Moment) -> Outbox {
        opened(&self.path, now)
    }

    pub(crate) fn view(&self) -> OutboxView {
        OutboxView::open(&self.path).expect("the outbox can be looked at")
    }
}

/// The outbox at `path`, which nobody owns.
pub(crate) fn opened(path: &Path, now: Moment) -> Outbox {
    // Another test may be starting a process at this moment, which has the
    // lock of before until it runs its program.
    let opened = (0..LOCK_TRIES).find_map(|_| {
        let opened = Outbox::open(path, DEVICE, now);
        let held = matches!(opened, Err(outbox::Error::Locked(_)));
        if held {
            std::thread::yield_now()
        }
        (!held).then_some(opened)
    });
    opened.expect("nobody else owns it").expect("the outbox opens")
}

pub(crate) fn append(
    outbox: &mut Outbox,
    match_name: &str,
    ids: impl Iterator<Item = u32>,
) -> Appended {
    append_as(outbox, match_name, ids, Origin::Live)
}

pub(crate) fn append_as(
    outbox: &mut Outbox,
    match_name: &str,
    ids: impl Iterator<Item = u32>,
    origin: Origin,
) -> Appended {
    let events = ids.map(|n| event(match_name, n, origin)).collect();
    let group = [Append { stream: stream(), state: b"state".to_vec(), events }];
    outbox.append(&group, at(0)).expect("there is room")
}

pub(crate) fn limits(events_max: usize) -> BatchLimits {
    BatchLimits { events_max, ..BatchLimits::default() }
}

pub(crate) fn claim(outbox: &mut Outbox, events_max: usize) -> Vec<Claimed> {
    outbox.claim(&limits(events_max), at(0)).expect("the outbox can be read")
}

pub(crate) fn ids(claimed: &[Claimed]) -> Vec<EventId> {
    claimed.iter().map(|event| event.event_id).collect()
}

pub(crate) fn settlements(items: Vec<Settlement>) -> Settlements {
    Settlements {
        store: Uuid::from_u128(0x5),
        server_version: "1.0.0".to_owned(),
        items,
        contiguous_sequence: None,
    }
}

pub(crate) fn stored(claimed: &[Claimed]) -> Decision {
    Decision::Settle(settlements(vec![Settlement::Stored; claimed.len()]))
}

pub(crate) fn refused() -> Decision {
    Decision::Refused { reason: WaitReason::Status(400), detail: None }
}

pub(crate) fn conclude(outbox: &mut Outbox, claimed: &[Claimed], decision: &Decision) {
    outbox.conclude(claimed, decision, at(0), 0).expect("the outbox can be written");
}
