//! How long an event can be overtaken: running matches go first, but of four
//! batches one begins with the oldest event.
//!
//! The bound: an event with `ahead` older ones before it is claimed at the
//! latest with request `4 × (⌈(ahead + 1) / batch⌉ + changes)`, whatever runs
//! meanwhile, where `changes` counts the changes between live and replayed
//! events on the way to it: these share no batch. Batches that were refused take
//! every second request, and so at most double it.

use event_model::Origin;
use proptest::prelude::*;

use crate::support::{
    Folder, append, append_as, claim, conclude, id, ids, limits, refused, stored,
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
        let mut outbox = folder.open();
        let mut next = 0;
        for part in &parts {
            let name = format!("m{}-{:?}", part.of, part.origin);
            append_as(&mut outbox, &name, next..next + part.events, part.origin);
            next += part.events;
        }
        drop(outbox);
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
            for event in &waiting {
                prop_assert!(
                    event.request > request,
                    "event {} was due with request {}", event.number, event.request
                );
            }
            conclude(&mut outbox, &claimed, &stored(&claimed));
        }
    }
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
        let claimed = outbox.claim(&limits(8), crate::support::at(0)).unwrap();
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
