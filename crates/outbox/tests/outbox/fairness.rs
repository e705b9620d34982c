//! How long an event can be overtaken: running matches go first, but of four
//! batches one begins with the oldest event.
//!
//! The bound: an event with `ahead` older ones before it is claimed at the
//! latest with request `4 × (⌈(ahead + 1) / batch⌉ + changes)`, whatever runs
//! meanwhile, where `changes` counts the changes between live and replayed
//! events on the way to it: these share no batch. What was refused, or asked for
//! again, takes every second request, and so at most doubles it; and each event
//! that spoils its batches holds its match back for the requests that find it.

use std::collections::{BTreeMap, BTreeSet};

use delivery::{Decision, Settlement};
use event_model::{EventId, Origin};
use outbox::{Claimed, Outbox};
use proptest::prelude::*;

use crate::support::{
    Folder, append, append_as, at, claim, conclude, id, ids, limits, refused, settlements, stored,
};

/// As in the outbox: changing one means changing the other.
const OLDEST_FIRST_EVERY: usize = 4;
/// Ids from here on are of the match that runs.
const RUNNING: u32 = 100_000;

#[derive(Debug, Clone)]
struct Part {
    of: u8,
    origin: Origin,
    events: u32,
}

fn any_part() -> impl Strategy<Value = Part> {
    (0..4_u8, any::<bool>(), 1..12_u32).prop_map(|(of, replay, events)| Part {
        of,
        origin: if replay { Origin::Replay } else { Origin::Live },
        events,
    })
}

/// An event of the backlog, and the request that it must be in at the latest.
struct Due {
    number: u32,
    request: usize,
}

fn due(parts: &[Part], batch: usize) -> Vec<Due> {
    let (mut due, mut changes) = (Vec::new(), 0);
    let mut before = None;
    for part in parts {
        changes += usize::from(before.is_some_and(|origin| origin != part.origin));
        before = Some(part.origin);
        for _ in 0..part.events {
            let turns = (due.len() + 1).div_ceil(batch) + changes;
            let number = u32::try_from(due.len()).unwrap();
            due.push(Due { number, request: OLDEST_FIRST_EVERY * turns });
        }
    }
    due
}

fn fill_outbox(outbox: &mut Outbox, parts: &[Part]) -> BTreeMap<EventId, String> {
    let (mut next, mut match_of) = (0, BTreeMap::new());
    for part in parts {
        let name = format!("m{}-{:?}", part.of, part.origin);
        append_as(outbox, &name, next..next + part.events, part.origin);
        match_of.extend((next..next + part.events).map(|n| (id(n), name.clone())));
        next += part.events;
    }
    match_of
}

fn none_is_late(waiting: &[Due], request: usize) -> Result<(), TestCaseError> {
    for event in waiting {
        let (number, due) = (event.number, event.request);
        prop_assert!(due > request, "event {} was due with request {}", number, due);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        if std::env::var_os("RINGSIDE_LONG").is_some() { 500 } else { 16 }
    ))]

    #[test]
    fn nothing_waits_longer_than_the_backlog_before_it_explains(
        parts in prop::collection::vec(any_part(), 1..8),
        batch in 1..8_usize,
    ) {
        let folder = Folder::new();
        fill_outbox(&mut folder.open(), &parts);
        // After a restart none of these runs any more.
        let mut outbox = folder.open();
        let mut waiting = due(&parts, batch);
        let mut running = RUNNING;
        for request in 1.. {
            if waiting.is_empty() {
                break;
            }
            // More than ever fits.
            append(&mut outbox, "running", running..running + batch as u32);
            running += batch as u32;
            let claimed = claim(&mut outbox, batch);
            let sent = ids(&claimed);
            waiting.retain(|event| !sent.contains(&id(event.number)));
            none_is_late(&waiting, request)?;
            conclude(&mut outbox, &claimed, &stored(&claimed));
        }
    }
}

/// A server that refuses whatever has a poison event in it, and asks for some
/// events again: so often, or for ever.
struct Server {
    poison: BTreeSet<EventId>,
    again: BTreeMap<EventId, u32>,
    stored: Vec<EventId>,
}

impl Server {
    fn with(events: &[Due], fates: &[Fate]) -> Self {
        let mut server =
            Self { poison: BTreeSet::new(), again: BTreeMap::new(), stored: Vec::new() };
        for (event, fate) in events.iter().zip(fates) {
            match fate {
                Fate::Good => {}
                Fate::Poison => drop(server.poison.insert(id(event.number))),
                Fate::Again(times) => drop(server.again.insert(id(event.number), *times)),
            }
        }
        server
    }

    fn answer(&mut self, claimed: &[Claimed]) -> Decision {
        if ids(claimed).iter().any(|id| self.poison.contains(id)) {
            return refused();
        }
        let verdicts = claimed.iter().map(|event| match self.again.get_mut(&event.event_id) {
            Some(0) | None => {
                self.stored.push(event.event_id);
                Settlement::Stored
            }
            Some(times) => {
                *times = times.saturating_sub(u32::from(*times < FOR_EVER));
                Settlement::Kept
            }
        });
        Decision::Settle(settlements(verdicts.collect()))
    }
}

const FOR_EVER: u32 = u32::MAX;
/// Between two requests: some of what is asked for again is due, some is not.
const BETWEEN_MS: u64 = 2_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Good,
    Poison,
    Again(u32),
}

fn any_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        8 => Just(Fate::Good),
        1 => Just(Fate::Poison),
        1 => prop_oneof![1..4_u32, Just(FOR_EVER)].prop_map(Fate::Again),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        if std::env::var_os("RINGSIDE_LONG").is_some() { 500 } else { 24 }
    ))]

    #[test]
    fn whatever_is_refused_or_asked_for_again_the_others_go_on_in_their_order(
        parts in prop::collection::vec(any_part(), 1..8),
        batch in 1..8_usize,
        fates in prop::collection::vec(any_fate(), 96),
    ) {
        let folder = Folder::new();
        let match_of = fill_outbox(&mut folder.open(), &parts);
        let mut outbox = folder.open();
        let due = due(&parts, batch);
        let mut server = Server::with(&due, &fates);
        let spoilt = server.poison.len() * requests_that_find_one(batch);
        let mut waiting: Vec<Due> = due
            .into_iter()
            .filter(|event| !server.poison.contains(&id(event.number)))
            .filter(|event| !server.again.contains_key(&id(event.number)))
            .map(|event| Due { request: 2 * event.request + spoilt, ..event })
            .collect();
        let mut running = RUNNING;
        for request in 1.. {
            if waiting.is_empty() {
                break;
            }
            append(&mut outbox, "running", running..running + batch as u32);
            running += batch as u32;
            let now = at(request as u64 * BETWEEN_MS);
            let claimed = outbox.claim(&limits(batch), now).unwrap();
            let decision = server.answer(&claimed);
            outbox.conclude(&claimed, &decision, now, 0).unwrap();
            waiting.retain(|event| !server.stored.contains(&id(event.number)));
            none_is_late(&waiting, request)?;
        }
        let once: BTreeSet<_> = server.stored.iter().collect();
        prop_assert_eq!(once.len(), server.stored.len(), "none twice");
        let mut last = BTreeMap::new();
        for stored in server.stored.iter().filter(|id| !server.again.contains_key(*id)) {
            let before = last.insert(match_of.get(stored), *stored);
            prop_assert!(before.is_none_or(|before| before < *stored), "in order");
        }
    }
}

/// Requests until one poison event stands alone: its batch twice, then halves, of
/// which the good ones are requests too; every second one at most, and every
/// fourth where others are asked for again; and then it is the turn of the oldest.
fn requests_that_find_one(batch: usize) -> usize {
    let halvings = batch.next_power_of_two().trailing_zeros() as usize;
    4 * (2 + 2 * halvings) + 2 * OLDEST_FIRST_EVERY
}

#[test]
fn refused_batches_take_every_second_request_at_most() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "bad", 0..64);
    append(&mut outbox, "good", 100..164);
    let mut since_good = 0;
    let mut sent = 0;
    while sent < 64 {
        let claimed = outbox.claim(&limits(8), at(0)).unwrap();
        assert!(!claimed.is_empty());
        let bad = claimed.iter().any(|event| event.event_id < id(100));
        if bad {
            since_good += 1;
            conclude(&mut outbox, &claimed, &refused());
        } else {
            sent += claimed.len();
            since_good = 0;
            conclude(&mut outbox, &claimed, &stored(&claimed));
        }
        assert!(since_good <= 2, "a new batch and one that was refused");
    }
}
