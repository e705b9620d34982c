//! A bad event among good ones costs a few requests and no other event.

use std::collections::BTreeSet;

use event_model::EventId;
use outbox::{Claimed, Outbox};

use crate::support::{Folder, append, at, claim, conclude, id, ids, refused, stored};

/// A server that refuses whole every request with one of the poison events.
struct Server {
    poison: BTreeSet<EventId>,
    stored: Vec<EventId>,
    requests: Vec<Vec<EventId>>,
}

impl Server {
    fn with_poison(poison: impl IntoIterator<Item = u32>) -> Self {
        Self {
            poison: poison.into_iter().map(id).collect(),
            stored: Vec::new(),
            requests: Vec::new(),
        }
    }

    fn refuses(&self, batch: &[EventId]) -> bool {
        batch.iter().any(|id| self.poison.contains(id))
    }

    fn answer(&mut self, outbox: &mut Outbox, claimed: &[Claimed]) {
        let batch = ids(claimed);
        if self.refuses(&batch) {
            conclude(outbox, claimed, &refused());
        } else {
            conclude(outbox, claimed, &stored(claimed));
            self.stored.extend(&batch);
        }
        self.requests.push(batch);
    }

    fn drain(&mut self, outbox: &mut Outbox, events_max: usize, requests_max: usize) {
        for _ in 0..requests_max {
            let claimed = claim(outbox, events_max);
            if claimed.is_empty() {
                return;
            }
            self.answer(outbox, &claimed);
        }
    }
}

#[test]
fn one_poison_event_costs_no_other_event() {
    for poison in [0, 1, 31, 62, 63] {
        let folder = Folder::new();
        let mut outbox = folder.open();
        append(&mut outbox, "a", 0..64);
        let mut server = Server::with_poison([poison]);
        server.drain(&mut outbox, 64, 40);
        assert_eq!(server.stored.len(), 63, "poison {poison}");
        let refused_before_alone =
            server.requests.iter().filter(|batch| server.refuses(batch) && batch.len() > 1).count();
        assert!(refused_before_alone <= 7, "⌈log₂ 64⌉ + 1, not {refused_before_alone}");
    }
}

#[test]
fn the_poison_is_quarantined_once_others_succeeded_in_between() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..8);
    let mut server = Server::with_poison([3]);
    for more in 0..20 {
        server.drain(&mut outbox, 8, 2);
        append(&mut outbox, "b", 100 + more..101 + more);
    }
    let status = outbox.status(at(0)).unwrap();
    assert_eq!(status.quarantined, 1);
    assert!(!server.stored.contains(&id(3)));
}

#[test]
fn nothing_is_quarantined_while_everything_is_refused() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..32);
    append(&mut outbox, "b", 32..64);
    let mut server = Server::with_poison(0..64);
    server.drain(&mut outbox, 16, 200);
    let status = outbox.status(at(0)).unwrap();
    assert_eq!((status.quarantined, status.pending), (0, 64));

    server.poison.clear();
    server.drain(&mut outbox, 16, 300);
    assert_eq!(outbox.status(at(0)).unwrap().pending, 0, "and all of it goes out in the end");
}

#[test]
fn a_refused_batch_is_sent_once_more_with_the_same_bytes() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..4);
    let first = claim(&mut outbox, 4);
    conclude(&mut outbox, &first, &refused());
    append(&mut outbox, "a", 4..6);
    assert_eq!(claim(&mut outbox, 100), first, "and so with the same Idempotency-Key");
}

#[test]
fn a_refused_batch_delays_other_matches_by_one_request() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "bad", 0..8);
    let mut server = Server::with_poison([5]);
    let first = claim(&mut outbox, 8);
    server.answer(&mut outbox, &first);
    for n in 100..110 {
        append(&mut outbox, "good", n..n + 1);
        server.drain(&mut outbox, 8, 2);
        assert!(server.stored.contains(&id(n)), "within two requests");
    }
}

#[test]
fn the_order_within_a_match_holds_but_for_the_poison() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..40);
    let mut server = Server::with_poison([13]);
    server.drain(&mut outbox, 16, 60);
    assert!(server.stored.is_sorted(), "{:?}", server.stored);
    assert_eq!(server.stored.len(), 39);
}

#[test]
fn what_is_known_of_a_refusal_survives_a_restart() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..4);
    for _ in 0..2 {
        let claimed = claim(&mut outbox, 4);
        conclude(&mut outbox, &claimed, &refused());
    }
    drop(outbox);
    assert_eq!(ids(&claim(&mut folder.open(), 4)), [id(0), id(1)], "the first half");
}
