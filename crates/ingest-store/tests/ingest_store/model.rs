//! Whatever happens to the store, it answers as a map in memory would.

use std::{collections::BTreeMap, sync::Arc};

use event_model::WallTime;
use ingest_api::{Lifetimes, ReceiptStatus};
use ingest_store::{Batch, Erased, Follower, Recent, Retention, Retired, StoreOptions};
use proptest::prelude::*;

use crate::support::{Fixture, batch, device, kill, lose_index, open};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

#[derive(Debug, Clone)]
enum Step {
    /// (event, variant): another variant has another fingerprint.
    Send(u128, Vec<(u64, u8)>),
    Erase(u128, u64),
    /// As a crash leaves it: nothing is closed in order.
    Reopen,
    Shelve,
    BeginShelving,
    EndShelving,
    LoseIndex,
    /// Under everybody's feet, where the system allows it.
    LoseIndexInUse,
    CatchUp,
    Days(i64),
    Retire,
}

fn any_step() -> impl Strategy<Value = Step> {
    let events = prop::collection::vec((0u64..12, 0u8..2), 1..8);
    prop_oneof![
        8 => (1u128..=3, events).prop_map(|(device, events)| Step::Send(device, events)),
        1 => (1u128..=3, 0u64..12).prop_map(|(device, event)| Step::Erase(device, event)),
        1 => Just(Step::Reopen),
        1 => Just(Step::Shelve),
        1 => Just(Step::BeginShelving),
        1 => Just(Step::EndShelving),
        1 => Just(Step::LoseIndex),
        1 => Just(Step::LoseIndexInUse),
        1 => Just(Step::CatchUp),
        1 => (1i64..40).prop_map(Step::Days),
        1 => Just(Step::Retire),
    ]
}

#[derive(Debug, Clone)]
struct Known {
    variant: u8,
    erased: bool,
    month: String,
}

struct World {
    fixture: Fixture,
    now: WallTime,
    known: BTreeMap<(u128, u64), Known>,
    stored: u64,
    leaving: Option<Arc<Recent>>,
    /// The month of the newest request.
    newest: String,
}

impl World {
    fn new() -> Self {
        Self {
            fixture: Fixture::new(),
            now: crate::support::now(),
            known: BTreeMap::new(),
            stored: 0,
            leaving: None,
            newest: String::new(),
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Send(from, events) => self.send(*from, events),
            Step::Erase(from, event) => self.erase(*from, *event),
            Step::Reopen => self.reopen(|_| {}),
            Step::Shelve => self.fixture.store.shelve().unwrap(),
            Step::BeginShelving => {
                self.leaving = self.fixture.store.send_to_shelf().or(self.leaving.take());
            }
            Step::EndShelving => self.end_shelving(),
            Step::LoseIndex => self.reopen(lose_index),
            Step::LoseIndexInUse if cfg!(unix) => lose_index(self.fixture.dir.path()),
            Step::LoseIndexInUse => {}
            Step::CatchUp => self.fixture.store.catch_up().unwrap(),
            Step::Days(days) => self.now = self.now.plus_ms(days * DAY_MS),
            Step::Retire => self.retire(),
        }
        assert_eq!(self.fixture.store.log_position().unwrap(), self.stored);
    }

    fn send(&mut self, from: u128, events: &[(u64, u8)]) {
        self.newest = self.now.to_string()[..7].to_owned();
        let mut sent = Vec::new();
        let mut expected = Vec::new();
        for (event, variant) in events {
            let mut one = kill(device(from), &format!("e{event}"), event + 1, 0);
            one.sound().fingerprint.0[0] = *variant;
            sent.push(one);
            expected.push(self.expect(from, *event, *variant));
        }
        let sent = Batch { received_at: self.now, ..batch(device(from), sent) };
        assert_eq!(self.fixture.take(sent), expected);
    }

    fn expect(&mut self, from: u128, event: u64, variant: u8) -> ReceiptStatus {
        match self.known.get(&(from, event)) {
            Some(known) if known.erased => ReceiptStatus::Invalid,
            Some(known) if known.variant == variant => ReceiptStatus::Duplicate,
            Some(_) => ReceiptStatus::Conflict,
            None => {
                let month = self.now.to_string()[..7].to_owned();
                self.known.insert((from, event), Known { variant, erased: false, month });
                self.stored += 1;
                ReceiptStatus::Stored
            }
        }
    }

    fn erase(&mut self, from: u128, event: u64) {
        let erased = self.fixture.store.erase_event(device(from), &format!("e{event}")).unwrap();
        match self.known.get_mut(&(from, event)) {
            Some(known) => {
                known.erased = true;
                assert_eq!(erased, Erased::Now);
            }
            None => assert_eq!(erased, Erased::Unknown),
        }
    }

    fn reopen(&mut self, meanwhile: impl FnOnce(&std::path::Path)) {
        self.leaving = None;
        let Self { fixture: Fixture { dir, store }, .. } = self;
        let elsewhere = open(&tempfile::TempDir::new().unwrap());
        drop(std::mem::replace(store, elsewhere));
        meanwhile(dir.path());
        *store = open(dir);
    }

    fn end_shelving(&mut self) {
        if let Some(leaving) = self.leaving.take() {
            let dir = self.fixture.dir.path();
            let mut follower = Follower::open(dir, StoreOptions::default()).unwrap();
            follower.shelve(&leaving).unwrap();
            self.fixture.store.arrived_on_shelf(&leaving);
        }
    }

    /// Forgets whole months, but never the newest one that has anything.
    fn retire(&mut self) {
        let retention = Retention { retain_days: Some(1), lifetimes: Lifetimes::default() };
        let mut place = None;
        while let Retired::More(next) =
            self.fixture.store.retire(&retention, self.now, place).unwrap()
        {
            place = Some(next);
        }
        let (newest, now) = (self.newest.clone(), self.now);
        self.known.retain(|_, known| known.month == newest || remembered_at(&known.month, now));
    }
}

/// Whether the gate's 45 days after the month's end are not over.
fn remembered_at(month: &str, now: WallTime) -> bool {
    let begin: WallTime = format!("{month}-01T00:00:00.000Z").parse().unwrap();
    let mut next = begin;
    while next.to_string()[..7] == *month {
        next = next.plus_ms(DAY_MS);
    }
    now < next.plus_ms(45 * DAY_MS)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn the_store_answers_as_a_map_would(steps in prop::collection::vec(any_step(), 10..30)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        // All of it once more: verdicts are stable.
        for from in 1..=3 {
            let events: Vec<_> = (0..12).map(|event| (event, 0)).collect();
            world.send(from, &events);
        }
    }
}

/// Few by default: each makes files.
fn cases() -> u32 {
    if std::env::var_os("RINGSIDE_LONG").is_some() { 2_000 } else { 12 }
}
