//! A match as several devices tell it, late, with gaps and on wrong clocks, and
//! what may happen to it meanwhile.

use std::collections::BTreeMap;

use event_model::DeviceId;
use ingest_store::{Decision, Follower, SealReason, StoreOptions};
use serde_json::json;

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
    pub(crate) fn new(seed: u64, kills: u64) -> Self {
        let mut random = Random(seed);
        let mut fixture = Fixture::new();
        for number in 4..=u128::from(Self::DEVICES) {
            fixture.store.add_device(device(number), "PC", now()).unwrap().unwrap();
        }
        let happened: Vec<(i64, u64, u64)> = (0..kills)
            .map(|kill| {
                let at = i64::try_from(kill * 6_000).unwrap() + random.ms(3_000);
                (at, random.below(3), random.below(3))
            })
            .collect();
        let senders: Vec<Sender> =
            (1..=Self::DEVICES).map(|number| sender(number, &happened, &mut random)).collect();
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
fn sender(number: u64, happened: &[(i64, u64, u64)], random: &mut Random) -> Sender {
    let wrong = if number.is_multiple_of(3) { random.ms(60_000) - 30_000 } else { 0 };
    let mut sender = Sender {
        device: device(number.into()),
        waiting: Vec::new(),
        sent: Vec::new(),
        next: 0,
        helpers: BTreeMap::new(),
    };
    let (key, origin) = match number {
        1 => (KEYS[1], "session"),
        5 => (KEYS[2], "session"),
        _ => (KEYS[0], "native"),
    };
    for (kill, &(at, attacker, victim)) in happened.iter().enumerate() {
        if random.one_in(6) {
            continue;
        }
        let stepped = number.is_multiple_of(2) && kill * 2 > happened.len();
        let seen = at + random.ms(900) + if stepped { 7_000 } else { 0 };
        let helper = (!random.one_in(3)).then(|| format!("p{}", (attacker + 1) % 5));
        let data = json!({
            "game": "league", "match": {"key": key, "origin": origin},
            "observer": format!("p{number}"),
            "actors": {"attacker": format!("p{attacker}"), "victim": format!("v{victim}"),
                       "assists": helper.iter().collect::<Vec<_>>()},
            "round": null, "ordinal": null, "identity": "native", "match_clock_ms": null,
            "observed": {"epoch": format!("00000000-0000-4000-8000-{number:012}"),
                         "mono_ms": seen + 1_000_000},
            "details": {"name": "ChampionKill", "attacker_kind": if attacker == 0 { "turret" } else { "player" }},
        });
        sender.next += 1;
        let id = format!("{number}-{kill}");
        let (event, claimed) = ("ringside.kill.v1", seen + wrong);
        let mut sent = item(sender.device, event, &id, Some(key), sender.next, claimed, &data);
        if wrong != 0 {
            sent.sound().corrected.quality = association::TimeQuality::Low;
        }
        sender.helpers.insert(id.clone(), helper);
        sender.waiting.push((id, sent));
    }
    sender
}
