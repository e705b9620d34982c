//! The usual answers: a key of what the report says, and at most a look at what
//! is stored under it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use event_model::Kind;

use super::{Method, Moved, OccurrenceNo};
use crate::crowd::{Crowd, Sent, Told};

/// A usual answer. Times are the sender's wall clock where nothing else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Baseline {
    /// Device and event id.
    Exact,
    /// Kind, actors and round.
    Fingerprint,
    /// The same in buckets of two seconds.
    Bucket2,
    /// The same in buckets of five seconds.
    Bucket5,
    /// The same in windows of five minutes.
    Window,
    /// Kind and actors, gone ten seconds after the first that arrives.
    SetIfAbsent,
    /// Kind and actors, to the nearest within three seconds of the time that
    /// the server corrected.
    SlidingNearest,
    /// Kind and actors, and the how many-eth of its device.
    Ordinal,
    /// The same in each round.
    RoundOrdinal,
}

const BUCKET_MS: i64 = 2_000;
const WIDE_BUCKET_MS: i64 = 5_000;
const WINDOW_MS: i64 = 300_000;
const LIFETIME_MS: u64 = 10_000;
const NEAREST_MS: i64 = 3_000;

impl Baseline {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Exact,
        Self::Fingerprint,
        Self::Bucket2,
        Self::Bucket5,
        Self::Window,
        Self::SetIfAbsent,
        Self::SlidingNearest,
        Self::Ordinal,
        Self::RoundOrdinal,
    ];

    /// As tables call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact ids",
            Self::Fingerprint => "fingerprint",
            Self::Bucket2 => "bucket 2 s",
            Self::Bucket5 => "bucket 5 s",
            Self::Window => "window 5 min",
            Self::SetIfAbsent => "set if absent 10 s",
            Self::SlidingNearest => "sliding nearest 3 s",
            Self::Ordinal => "ordinal",
            Self::RoundOrdinal => "ordinal in round",
        }
    }

    /// The method, for a crowd with these keys.
    #[must_use]
    pub fn method(self, keys: &Keys) -> Box<dyn Method> {
        let keys = keys.clone();
        match self {
            Self::SetIfAbsent => Box::new(SetIfAbsent { keys, stored: HashMap::new() }),
            Self::SlidingNearest => Box::new(SlidingNearest { keys, stored: HashMap::new() }),
            Self::Exact
            | Self::Fingerprint
            | Self::Bucket2
            | Self::Bucket5
            | Self::Window
            | Self::Ordinal
            | Self::RoundOrdinal => {
                Box::new(Keyed { way: self, keys, seen: HashMap::new(), stored: HashMap::new() })
            }
        }
    }
}

/// Kind and actors of each report as a number, made once for all baselines.
#[derive(Debug, Clone)]
pub struct Keys(Arc<[u64]>);

impl Keys {
    /// The keys of a crowd.
    #[must_use]
    pub fn of(crowd: &Crowd) -> Self {
        let mut known: BTreeMap<Key<'_>, u64> = BTreeMap::new();
        let key = |sent| {
            let next = number(known.len());
            *known.entry(Key::of(sent)).or_insert(next)
        };
        Self(crowd.sent.iter().map(|sent| &sent.told).map(key).collect())
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    kind: Kind,
    attacker: Option<&'a str>,
    victim: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'a> Key<'a> {
    fn of(told: &'a Told) -> Self {
        Self {
            kind: told.kind,
            attacker: told.actors.attacker.as_deref(),
            victim: told.actors.victim.as_deref(),
            name: told.name.as_deref(),
        }
    }
}

/// Equal keys are one.
struct Keyed {
    way: Baseline,
    keys: Keys,
    /// How often a device has told of a key, in a round.
    seen: HashMap<(usize, u64, Option<u32>), u64>,
    stored: HashMap<(u64, Option<u32>, i64, u64), OccurrenceNo>,
}

impl Method for Keyed {
    fn place(&mut self, report: usize, sent: &Sent) -> Vec<Moved> {
        let full = self.full_key(report, sent);
        let next = number(self.stored.len());
        let to = *self.stored.entry(full).or_insert(next);
        vec![Moved { report, to }]
    }
}

impl Keyed {
    fn full_key(&mut self, report: usize, sent: &Sent) -> (u64, Option<u32>, i64, u64) {
        let key = self.keys.0[report];
        let round = sent.told.round;
        let bucket = |ms: i64| sent.told.time.unix_ms().div_euclid(ms);
        match self.way {
            Baseline::Fingerprint => (key, round, 0, 0),
            Baseline::Bucket2 => (key, round, bucket(BUCKET_MS), 0),
            Baseline::Bucket5 => (key, round, bucket(WIDE_BUCKET_MS), 0),
            Baseline::Window => (key, round, bucket(WINDOW_MS), 0),
            Baseline::Ordinal => (key, None, 0, self.turn(sent.device_no, key, None)),
            Baseline::RoundOrdinal => (key, round, 0, self.turn(sent.device_no, key, round)),
            // Two stored under other keys never meet: the report is its own.
            Baseline::Exact | Baseline::SetIfAbsent | Baseline::SlidingNearest => {
                (number(report), None, 0, 0)
            }
        }
    }

    fn turn(&mut self, device: usize, key: u64, round: Option<u32>) -> u64 {
        let turn = self.seen.entry((device, key, round)).or_default();
        *turn += 1;
        *turn
    }
}

/// `SET key NX EX 10`, on the instant of arrival.
struct SetIfAbsent {
    keys: Keys,
    stored: HashMap<u64, (u64, OccurrenceNo)>,
}

impl Method for SetIfAbsent {
    fn place(&mut self, report: usize, sent: &Sent) -> Vec<Moved> {
        let fresh = (sent.arrived_ms, number(report));
        let stored = self.stored.entry(self.keys.0[report]).or_insert(fresh);
        if sent.arrived_ms >= stored.0 + LIFETIME_MS {
            *stored = fresh;
        }
        vec![Moved { report, to: stored.1 }]
    }
}

/// The nearest founding report of the key by corrected time.
struct SlidingNearest {
    keys: Keys,
    stored: HashMap<u64, Vec<(i64, OccurrenceNo)>>,
}

impl Method for SlidingNearest {
    fn place(&mut self, report: usize, sent: &Sent) -> Vec<Moved> {
        let at = sent.told.corrected.at.unix_ms();
        let stored = self.stored.entry(self.keys.0[report]).or_default();
        let nearest = stored.iter().min_by_key(|(founded, _)| founded.abs_diff(at)).copied();
        let to = match nearest {
            Some((founded, no)) if founded.abs_diff(at) <= NEAREST_MS.unsigned_abs() => no,
            Some(_) | None => {
                stored.push((at, number(report)));
                number(report)
            }
        };
        vec![Moved { report, to }]
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).expect("a count fits into 64 bits")
}
