//! A thousand companions and one server, in milliseconds of simulated time.
//!
//! Each companion runs the real [`Circuit`] and claims by the real
//! [`BatchLimits`]; what is re-stated here is the order of the upload's loop:
//! claim what waits, send, conclude, wait for the circuit or for work.

use std::{cmp::Reverse, collections::BinaryHeap};

use delivery::{BatchLimits, Circuit, Silence, WaitReason};
use event_model::{ClockEpoch, ClockReading, Moment, WallTime};
use uuid::Uuid;

/// Bytes of a usual event.
const EVENT_BYTES: usize = 600;
/// The outage begins here: a minute to settle in, and the minute that it is
/// compared with.
pub(crate) const OUTAGE_AT_S: u64 = 120;
/// What is looked at of the time after it: the longest delay, and a minute.
const AFTER_S_MAX: u64 = 360;

/// What a failing server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing listens there: the server sees nothing.
    Refused,
    /// It answers with this status, and asks for so many seconds.
    Status(u16, Option<u64>),
    /// It answers 503 and names the date at which it will be back, which is the
    /// same for all.
    BackAtDate,
    /// It takes the request and does not answer before the client gives up.
    Silent,
}

impl Fault {
    /// What a companion makes of it at `now`, and how long it was asked to wait.
    fn told(self, now: u64, back_at: u64) -> (WaitReason, Option<u64>) {
        match self {
            Self::Refused => (WaitReason::Silence(Silence::Unreachable), None),
            Self::Silent => (WaitReason::Silence(Silence::TimedOut), None),
            Self::Status(status, asked_s) => {
                (WaitReason::Status(status), asked_s.map(|seconds| seconds * 1_000))
            }
            // The two dates that make a time of it have whole seconds.
            Self::BackAtDate => (WaitReason::Status(503), back_at.checked_sub(now / 1_000 * 1_000)),
        }
    }
}

/// A play of the simulation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Play {
    pub(crate) seed: u64,
    pub(crate) companions: usize,
    /// Mean time between two events of one companion.
    pub(crate) event_every_ms: u64,
    pub(crate) outage_s: u64,
    pub(crate) fault: Fault,
    /// Events that the server takes in one request.
    pub(crate) events_max: usize,
    /// Whether the random part of each delay is drawn, as it ships.
    pub(crate) jitter: bool,
}

/// What came of it.
pub(crate) struct Seen {
    /// Requests that the server saw in each second.
    pub(crate) requests: Vec<u32>,
    /// Events that it took in each second.
    pub(crate) events: Vec<u32>,
    /// Requests of each companion while the outage lasted, seen or not.
    pub(crate) asked_in_outage: Vec<u32>,
    /// How long after the outage each companion had nothing left.
    pub(crate) caught_up_ms: Vec<u64>,
}

/// SplitMix64: seeded, small, and good enough to spread delays.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.next() % (to - from)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Event,
    Turn,
    Reply,
}

#[derive(Default)]
struct Companion {
    circuit: Circuit,
    waiting: usize,
    sending: usize,
    busy: bool,
    sent_at: u64,
}

struct World {
    play: Play,
    limits: BatchLimits,
    dice: Dice,
    agenda: BinaryHeap<Reverse<(u64, usize, What)>>,
    companions: Vec<Companion>,
    seen: Seen,
}

/// Plays it.
pub(crate) fn play(play: Play) -> Seen {
    let after_s = (2 * play.outage_s + 60).min(AFTER_S_MAX);
    let end_ms = (OUTAGE_AT_S + play.outage_s + after_s) * 1_000;
    let mut world = World::new(play, end_ms);
    while let Some(Reverse((now, who, what))) = world.agenda.pop() {
        if now >= end_ms {
            break;
        }
        match what {
            What::Event => world.event(now, who),
            What::Turn => world.turn(now, who),
            What::Reply => world.reply(now, who),
        }
    }
    world.seen
}

impl World {
    fn new(play: Play, end_ms: u64) -> Self {
        let mut dice = Dice(play.seed);
        let first = |who| Reverse((dice.between(0, play.event_every_ms), who, What::Event));
        let agenda = (0..play.companions).map(first).collect();
        let seen = Seen {
            requests: vec![0; second(end_ms)],
            events: vec![0; second(end_ms)],
            asked_in_outage: vec![0; play.companions],
            caught_up_ms: vec![u64::MAX; play.companions],
        };
        let limits = BatchLimits { events_max: play.events_max, ..BatchLimits::default() };
        let companions = (0..play.companions).map(|_| Companion::default()).collect();
        Self { play, limits, dice, agenda, companions, seen }
    }

    fn outage(&self) -> std::ops::Range<u64> {
        OUTAGE_AT_S * 1_000..(OUTAGE_AT_S + self.play.outage_s) * 1_000
    }

    fn at(&mut self, when: u64, who: usize, what: What) {
        self.agenda.push(Reverse((when, who, what)));
    }

    /// A companion sees something happen, and the next thing comes at a time of
    /// its own.
    fn event(&mut self, now: u64, who: usize) {
        self.companions[who].waiting += 1;
        let every = self.play.event_every_ms;
        let next = now + self.dice.between(every / 2, every * 3 / 2 + 1).max(1);
        self.at(next, who, What::Event);
        self.turn(now, who);
    }

    fn turn(&mut self, now: u64, who: usize) {
        let companion = &mut self.companions[who];
        if companion.busy || companion.waiting == 0 {
            return;
        }
        let wait = companion.circuit.wait_ms(moment(now));
        if wait > 0 {
            return self.at(now + wait, who, What::Turn);
        }
        let most = self.limits.events_max.min(self.limits.bytes_max / EVENT_BYTES);
        companion.sending = companion.waiting.min(most);
        companion.waiting -= companion.sending;
        companion.busy = true;
        companion.sent_at = now;
        self.send(now, who);
    }

    fn send(&mut self, now: u64, who: usize) {
        let down = self.outage().contains(&now);
        if down {
            self.seen.asked_in_outage[who] += 1;
        }
        if !(down && self.play.fault == Fault::Refused) {
            self.seen.requests[second(now)] += 1;
        }
        let silent = down && self.play.fault == Fault::Silent;
        let takes = if silent { 30_000 } else { self.dice.between(10, 80) };
        self.at(now + takes, who, What::Reply);
    }

    fn reply(&mut self, now: u64, who: usize) {
        let random = self.dice.next();
        let outage = self.outage();
        let companion = &mut self.companions[who];
        companion.busy = false;
        if outage.contains(&companion.sent_at) {
            companion.waiting += companion.sending;
            let random = if self.play.jitter { random } else { 0 };
            let (reason, asked_ms) = self.play.fault.told(now, outage.end);
            companion.circuit.back_off(reason, asked_ms, moment(now), random);
        } else {
            companion.circuit.succeed();
            self.seen.events[second(now)] += u32::try_from(companion.sending).expect("a batch");
            if companion.waiting == 0 {
                let caught_up = &mut self.seen.caught_up_ms[who];
                *caught_up = (*caught_up).min(now.saturating_sub(outage.end));
            }
        }
        self.turn(now, who);
        if now < outage.end {
            self.seen.caught_up_ms[who] = u64::MAX;
        }
    }
}

fn second(ms: u64) -> usize {
    usize::try_from(ms / 1_000).expect("minutes fit")
}

fn moment(ms: u64) -> Moment {
    let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(1)), mono_ms: ms };
    Moment { clock, wall: WallTime::from_unix_ms(0).plus_ms(i64::try_from(ms).expect("small")) }
}
