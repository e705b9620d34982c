//! What goes wrong in a simulation, and when: decided by its seed before it
//! begins.

use event_model::EventId;
use simulator::Prng;

/// Devices of one simulation.
const DEVICES_MAX: u64 = 3;
/// Faults begin within this time; it covers two matches.
const STORM_MS: u64 = 140_000;
/// The longest that one fault lasts.
const FAULT_MAX_MS: u64 = 60_000;
/// How many kinds of fault there are.
const KINDS: u64 = 17;
/// Kinds of fault that a seed may have: each is in or out, since faults that
/// always come all together hide what few of them do.
const KIND_CHANCE: u64 = 40;

/// One simulation.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) devices: usize,
    /// Largest batch of the uploaders: small ones make more requests.
    pub(crate) events_max: usize,
    pub(crate) network: Network,
    /// In the order of their times.
    pub(crate) faults: Vec<(u64, Fault)>,
    /// When the last fault is over.
    pub(crate) calm_ms: u64,
}

/// What the network does to a request, in chances of a hundred.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Network {
    pub(crate) lost_before: u64,
    pub(crate) lost_after: u64,
    pub(crate) twice: u64,
    pub(crate) slow: u64,
    pub(crate) portal: u64,
    pub(crate) failing: u64,
    pub(crate) cut: u64,
    pub(crate) stale: u64,
    pub(crate) crash: u64,
    /// The longest way in one direction.
    pub(crate) delay_max_ms: u64,
}

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process is killed, and started again later.
    Kill { device: usize, down_ms: u64 },
    /// The same, and the disk has only what was synced.
    PowerLoss { device: usize, down_ms: u64 },
    /// The same, and the monotonic clock begins anew.
    Reboot { device: usize, down_ms: u64 },
    /// Somebody sets the wall clock.
    WallStep { device: usize, ms: i64 },
    /// Its disk is full while a companion runs, at a start too.
    DiskFull { device: usize, for_ms: u64 },
    /// Another process deletes some events that wait.
    Delete { device: usize, events: usize },
    /// Another process puts all quarantined events back.
    Requeue { device: usize },
    /// The outbox's files are gone.
    LoseOutbox { device: usize },
    /// Some bytes of a waiting event change on the disk.
    DamageRow { device: usize },
    /// A page of the database is overwritten.
    DamagePage { device: usize },
    /// The token is a wrong one for a while.
    WrongToken { device: usize, for_ms: u64 },
    /// The server dies, and has no index when it starts again.
    LoseIndex,
    /// The same happens to every request for a while, or to every event of some.
    Weather { weather: Weather, for_ms: u64 },
    /// The server is stopped and started.
    ServerRestart,
    /// Its database is copied.
    Backup,
    /// The last copy takes the database's place.
    Restore,
}

/// What happens to every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// No connection.
    Unreachable,
    /// 200 and a login page.
    Portal,
    /// This status from something between, with a page of its own.
    Status(u16),
    /// The same, and `Retry-After`.
    RetryAfter(u16, u64),
    /// 413 from something between for more events than this.
    TooLargeFor(usize),
    /// 403 with our problem document: the operator has revoked the token.
    Revoked,
    /// Requests arrive, answers do not.
    NoAnswers,
    /// Something between refuses every request with one of these in it, with a
    /// page of its own.
    Poison(Chosen, u16),
    /// The server has another verdict on these than it ought to.
    Verdict(Chosen, Verdict),
}

/// Some of all events, by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chosen(u128);

impl Chosen {
    /// One in so many.
    const OF: u64 = 8;

    fn of(chance: &mut Prng) -> Self {
        Self(u128::from(chance.below(Self::OF)))
    }

    pub(crate) fn has(self, event: EventId) -> bool {
        event.0.as_u128() % u128::from(Self::OF) == self.0
    }
}

/// What a server says of an event that it does not store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Retry,
    Invalid,
    Conflict,
    /// An older server, which does not know its kind.
    UnknownKind,
}

impl Plan {
    pub(crate) fn of(seed: u64) -> Self {
        let chance = &mut Prng::new(seed, "plan");
        let devices = chance.between(1, DEVICES_MAX);
        let kinds: Vec<u64> = (0..KINDS).filter(|_| chance.percent(KIND_CHANCE)).collect();
        let device = |chance: &mut Prng| chance.index(usize::try_from(devices).unwrap());
        let mut faults = Vec::new();
        for kind in kinds {
            for _ in 0..chance.between(1, 3) {
                let at_ms = chance.between(1_000, STORM_MS);
                let device = device(chance);
                faults.push((at_ms, fault(kind, device, chance)));
            }
        }
        faults.sort_by_key(|(at_ms, _)| *at_ms);
        Self {
            devices: usize::try_from(devices).unwrap(),
            events_max: *chance.pick(&[1, 2, 5, 20, 1_000]).unwrap(),
            network: Network::of(chance),
            faults,
            calm_ms: STORM_MS + FAULT_MAX_MS,
        }
    }

    /// Whether the disk of a device becomes full.
    pub(crate) fn fills(&self, device: usize) -> bool {
        let fills =
            |fault: &Fault| matches!(fault, Fault::DiskFull { device: of, .. } if *of == device);
        self.faults.iter().any(|(_, fault)| fills(fault))
    }

    /// Whether an event may be missing in the end: only where somebody damages
    /// an outbox, or takes it away.
    pub(crate) fn may_lose(&self) -> bool {
        self.faults.iter().any(|(_, fault)| fault.may_lose())
    }
}

impl Fault {
    /// Whether it may take an event of an outbox with it for ever.
    fn may_lose(self) -> bool {
        match self {
            Self::LoseOutbox { .. } | Self::DamageRow { .. } | Self::DamagePage { .. } => true,
            Self::Kill { .. }
            | Self::PowerLoss { .. }
            | Self::Reboot { .. }
            | Self::WallStep { .. }
            | Self::DiskFull { .. }
            | Self::Delete { .. }
            | Self::Requeue { .. }
            | Self::WrongToken { .. }
            | Self::Weather { .. }
            | Self::ServerRestart
            | Self::LoseIndex
            | Self::Backup
            | Self::Restore => false,
        }
    }
}

fn fault(kind: u64, device: usize, chance: &mut Prng) -> Fault {
    let mut lasts = |max_ms| chance.between(0, max_ms);
    match kind {
        0 => Fault::Kill { device, down_ms: lasts(20_000) },
        1 => Fault::PowerLoss { device, down_ms: lasts(60_000) },
        2 => Fault::Reboot { device, down_ms: lasts(FAULT_MAX_MS) },
        3 => {
            let day_ms = 24 * 60 * 60 * 1_000;
            let ms = i64::try_from(lasts(2 * day_ms)).unwrap() - i64::try_from(day_ms).unwrap();
            Fault::WallStep { device, ms }
        }
        4 => Fault::DiskFull { device, for_ms: lasts(FAULT_MAX_MS) },
        5 => Fault::Delete { device, events: usize::try_from(lasts(4)).unwrap() + 1 },
        6 => Fault::Requeue { device },
        7 => Fault::LoseOutbox { device },
        8 => Fault::DamageRow { device },
        9 => Fault::DamagePage { device },
        10 => Fault::WrongToken { device, for_ms: lasts(FAULT_MAX_MS) },
        11 => Fault::ServerRestart,
        12 => Fault::Backup,
        13 => Fault::Restore,
        14 => Fault::LoseIndex,
        15 => Fault::Weather { for_ms: lasts(FAULT_MAX_MS), weather: choosy(chance) },
        _ => Fault::Weather { for_ms: lasts(FAULT_MAX_MS), weather: weather(chance) },
    }
}

fn weather(chance: &mut Prng) -> Weather {
    match chance.below(8) {
        0 => Weather::Unreachable,
        1 => Weather::Portal,
        2 => Weather::Status(*chance.pick(&[400, 404, 405, 407, 451]).unwrap()),
        3 => Weather::Status(*chance.pick(&[500, 502, 503, 504]).unwrap()),
        4 => {
            let status = *chance.pick(&[429, 503]).unwrap();
            Weather::RetryAfter(status, chance.between(0, 30))
        }
        5 => Weather::TooLargeFor(*chance.pick(&[1, 3, 8]).unwrap()),
        6 => Weather::Revoked,
        _ => Weather::NoAnswers,
    }
}

/// Weather that some events meet, and others do not.
fn choosy(chance: &mut Prng) -> Weather {
    let some = Chosen::of(chance);
    match chance.below(6) {
        0 | 1 => Weather::Poison(some, *chance.pick(&[400, 403, 413, 422]).unwrap()),
        2 => Weather::Verdict(some, Verdict::Retry),
        3 => Weather::Verdict(some, Verdict::Invalid),
        4 => Weather::Verdict(some, Verdict::Conflict),
        _ => Weather::Verdict(some, Verdict::UnknownKind),
    }
}

impl Network {
    fn of(chance: &mut Prng) -> Self {
        let mut some = |most| if chance.percent(KIND_CHANCE) { chance.between(1, most) } else { 0 };
        Self {
            lost_before: some(30),
            lost_after: some(30),
            twice: some(20),
            slow: some(10),
            portal: some(20),
            failing: some(20),
            cut: some(20),
            stale: some(20),
            crash: some(4),
            delay_max_ms: 20 + 40 * some(30),
        }
    }

    /// After the faults: a network that only takes its time.
    pub(crate) fn calm(self) -> Self {
        Self { delay_max_ms: self.delay_max_ms, ..Self::default() }
    }
}
