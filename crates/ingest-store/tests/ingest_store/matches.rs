//! A match as several devices tell it, late, with gaps and on wrong clocks, and
//! what may happen to it meanwhile.

use std::collections::BTreeMap;

use event_model::DeviceId;
use ingest_store::{Decision, Follower, SealReason, StoreOptions};
use serde_json::{Value, json};

use crate::support::{Fixture, Sent, batch, device, item, now};

/// The keys that the match has, until its sessions are joined.
pub(crate) const KEYS: [&str; 3] = ["league:1", "league:session-1", "league:session-5"];

/// Numbers that look random and are the same for one seed (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    fn ms(&mut self, bound: u64) -> i64 {
        i64::try_from(self.below(bound)).unwrap()
    }
}

/// What a device has still to send, in its order.
struct Sender {
    device: DeviceId,
    waiting: Vec<(String, Sent)>,
    sent: Vec<String>,
    next: u64,
    helpers: BTreeMap<String, Option<String>>,
}

/// What a game shows its players of a kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Everybody sees who killed whom.
    Whole,
    /// Who kills sees no victim, who dies no attacker, and others nothing.
    Halves,
}

impl Shown {
    fn game(self) -> &'static str {
        match self {
            Self::Whole => "league",
            Self::Halves => "cs2",
        }
    }

    /// From one kill to the next, but for three seconds.
    fn gap_ms(self) -> u64 {
        match self {
            Self::Whole => 6_000,
            Self::Halves => 600,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Kill {
    at: i64,
    attacker: u64,
    victim: u64,
}

impl Kill {
    /// What a player's game tells of it: of what kind, who and whom.
    fn told(self, player: u64, shown: Shown) -> Option<(&'static str, Value, Value)> {
        let (attacker, victim) =
            (json!(format!("p{}", self.attacker)), json!(format!("v{}", self.victim)));
        match shown {
            Shown::Whole => Some(("kill", attacker, victim)),
            Shown::Halves if self.attacker == player => Some(("kill", attacker, Value::Null)),
            Shown::Halves if self.victim == player => Some(("death", Value::Null, victim)),
            Shown::Halves => None,
        }
    }
}

/// A match that goes on.
pub(crate) struct Match {
    pub(crate) fixture: Fixture,
    /// Has what it followed in memory.
    follower: Follower,
    pub(crate) random: Random,
    senders: Vec<Sender>,
    is_sealed: bool,
    /// Whom each event names as helper, by its id.
    pub(crate) helpers: BTreeMap<String, Option<String>>,
}

impl Match {
    const DEVICES: u64 = 5;

    /// A match of so many kills, of which nothing was sent yet.
    pub(crate) fn new(seed: u64, shown: Shown, kills: u64) -> Self {
        let mut random = Random(seed);
        let mut fixture = Fixture::new();
        for number in 4..=u128::from(Self::DEVICES) {
            fixture.store.add_device(device(number), "PC", now()).unwrap().unwrap();
        }
        let players = match shown {
            Shown::Whole => 3,
            Shown::Halves => Self::DEVICES,
        };
        let happened: Vec<Kill> = (0..kills)
            .map(|kill| Kill {
                at: i64::try_from(kill * shown.gap_ms()).unwrap() + random.ms(3_000),
                attacker: random.below(players),
                victim: random.below(players),
            })
            .collect();
        let senders: Vec<Sender> =
            (1..=Self::DEVICES).map(|no| sender(no, shown, &happened, &mut random)).collect();
        let helpers = senders.iter().flat_map(|sender| sender.helpers.clone()).collect();
        let options = StoreOptions::default();
        let follower = Follower::open(fixture.dir.path(), options).unwrap();
        Self { fixture, follower, random, senders, is_sealed: false, helpers }
    }

    /// Whether there is more to be sent.
    pub(crate) fn goes_on(&self) -> bool {
        self.senders.iter().any(|sender| !sender.waiting.is_empty())
    }

    /// One device sends some of what it has, or something else happens; then the
    /// log is followed.
    pub(crate) fn step(&mut self) {
        match self.random.below(24) {
            0 => self.decide(),
            1 => self.erase(),
            _ => self.send(),
        }
        if self.random.one_in(4) {
            // As another process would, behind the follower's back.
            self.fixture.store.catch_up().unwrap();
        }
        while !self.follower.associate().unwrap().all {}
    }

    fn send(&mut self) {
        let which = usize::try_from(self.random.below(Self::DEVICES)).unwrap();
        let most = usize::try_from(self.random.below(25)).unwrap();
        let sender = &mut self.senders[which];
        let part: Vec<_> = sender.waiting.drain(..most.min(sender.waiting.len())).collect();
        let (ids, events): (Vec<_>, Vec<_>) = part.into_iter().unzip();
        if !events.is_empty() {
            sender.sent.extend(ids);
            let from = sender.device;
            self.fixture.take(batch(from, events));
        }
    }

    fn decide(&mut self) {
        let decision = if self.is_sealed { Decision::Reopened } else { Decision::Sealed };
        let store = &mut self.fixture.store;
        drop(store.decide(KEYS[0], decision, SealReason::Operator, now()).unwrap());
        self.is_sealed = !self.is_sealed;
    }

    fn erase(&mut self) {
        let which = usize::try_from(self.random.below(Self::DEVICES)).unwrap();
        let sender = &mut self.senders[which];
        if let Some(id) = sender.sent.pop() {
            self.fixture.store.erase_event(sender.device, &id).unwrap();
        }
    }
}

/// All that one device saw. Every third one claims nothing about its clock, which
/// is wrong; every second one's makes a step that it tells nobody of; the first and
/// the last know the match by a session's key only.
fn sender(number: u64, shown: Shown, happened: &[Kill], random: &mut Random) -> Sender {
    let is_whole = shown == Shown::Whole;
    let wrong = if is_whole && number.is_multiple_of(3) { random.ms(60_000) - 30_000 } else { 0 };
    let mut sender = Sender {
        device: device(number.into()),
        waiting: Vec::new(),
        sent: Vec::new(),
        next: 0,
        helpers: BTreeMap::new(),
    };
    let (key, origin) = match number {
        1 if is_whole => (KEYS[1], "session"),
        5 if is_whole => (KEYS[2], "session"),
        _ => (KEYS[0], "native"),
    };
    for (no, kill) in happened.iter().enumerate() {
        let Some((kind, attacker, victim)) = kill.told(number - 1, shown) else { continue };
        if random.one_in(6) {
            continue;
        }
        let has_stepped = is_whole && number.is_multiple_of(2) && no * 2 > happened.len();
        let late = random.ms(if is_whole { 900 } else { 80 });
        let seen = kill.at + late + if has_stepped { 7_000 } else { 0 };
        let helper = (!random.one_in(3)).then(|| format!("p{}", (kill.attacker + 1) % 5));
        let attacker_kind = if kill.attacker == 0 { "turret" } else { "player" };
        let data = json!({
            "game": shown.game(), "match": {"key": key, "origin": origin},
            "observer": format!("p{number}"),
            "actors": {"attacker": attacker, "victim": victim,
                       "assists": helper.iter().collect::<Vec<_>>()},
            "round": null, "ordinal": null, "identity": "native", "match_clock_ms": null,
            "observed": {"epoch": format!("00000000-0000-4000-8000-{number:012}"),
                         "mono_ms": seen + 1_000_000},
            "details": {"attacker_kind": attacker_kind, "told_by": number},
        });
        sender.next += 1;
        let id = format!("{number}-{no}");
        let (event, claimed) = (format!("ringside.{kind}.v1"), seen + wrong);
        let mut sent = item(sender.device, &event, &id, Some(key), sender.next, claimed, &data);
        if wrong != 0 {
            sent.sound().corrected.quality = association::TimeQuality::Low;
        }
        sender.helpers.insert(id.clone(), helper);
        sender.waiting.push((id, sent));
        if random.one_in(12) {
            sender.next += 1;
            let (id, lap) = (format!("{number}-lap-{no}"), json!({"lap": no}));
            let lap =
                item(sender.device, "com.example.lap", &id, Some(key), sender.next, claimed, &lap);
            sender.helpers.insert(id.clone(), None);
            sender.waiting.push((id, lap));
        }
    }
    sender
}
