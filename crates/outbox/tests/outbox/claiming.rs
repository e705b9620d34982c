//! Claim: in order, within limits, running matches first but never for ever.

use delivery::{BatchLimits, Decision, WaitReason};
use event_model::Origin;

use crate::support::{
    Folder, append, append_as, at, claim, conclude, id, ids, limits, refused, stored,
};

#[test]
fn a_batch_is_in_the_order_of_the_sequence() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..2);
    append(&mut outbox, "b", 2..4);
    append(&mut outbox, "a", 4..5);
    assert_eq!(ids(&claim(&mut outbox, 10)), [0, 1, 2, 3, 4].map(id));
}

#[test]
fn a_match_with_an_event_in_flight_is_not_overtaken() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    append(&mut outbox, "b", 3..4);
    drop(outbox);
    // After a restart no match counts as running: plain order.
    let mut outbox = folder.open();
    let first = claim(&mut outbox, 2);
    assert_eq!(ids(&first), [id(0), id(1)]);
    assert_eq!(ids(&claim(&mut outbox, 10)), [id(3)], "the rest of a waits");
    conclude(&mut outbox, &first, &stored(&first));
    assert_eq!(ids(&claim(&mut outbox, 10)), [id(2)]);
}

#[test]
fn a_batch_is_bounded_in_bytes_but_takes_at_least_one_event() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..10);
    let whole = claim(&mut outbox, 10);
    outbox.release(&whole).unwrap();
    let two = whole[0].body.len() + whole[1].body.len() + 2;
    let in_bytes = |bytes_max| BatchLimits { bytes_max, ..BatchLimits::default() };
    let claimed = outbox.claim(&in_bytes(two), at(0)).unwrap();
    assert_eq!(ids(&claimed), [id(0), id(1)]);
    outbox.release(&claimed).unwrap();
    assert_eq!(outbox.claim(&in_bytes(1), at(0)).unwrap().len(), 1, "the server judges it");
}

#[test]
fn what_was_released_or_kept_comes_again_with_the_same_bytes() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..5);
    let first = claim(&mut outbox, 3);
    outbox.release(&first).unwrap();
    let second = claim(&mut outbox, 3);
    assert_eq!(first, second);
    let back_off = Decision::BackOff { reason: WaitReason::Status(503), retry_after_ms: None };
    conclude(&mut outbox, &second, &back_off);
    assert_eq!(claim(&mut outbox, 3), first);
}

#[test]
fn live_and_replayed_events_do_not_share_a_batch() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append_as(&mut outbox, "old", 0..2, Origin::Replay);
    append(&mut outbox, "new", 2..4);
    append_as(&mut outbox, "old", 4..5, Origin::Replay);
    let mut batches = Vec::new();
    loop {
        let claimed = claim(&mut outbox, 10);
        if claimed.is_empty() {
            break;
        }
        assert!(claimed.iter().all(|event| event.origin == claimed[0].origin));
        conclude(&mut outbox, &claimed, &stored(&claimed));
        batches.push(ids(&claimed));
    }
    assert_eq!(batches, [vec![id(2), id(3)], vec![id(0), id(1), id(4)]]);
}

#[test]
fn a_running_match_goes_before_the_backlog_but_not_for_ever() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "backlog", 0..30);
    drop(outbox);
    let mut outbox = folder.open();
    let mut backlog_sent_at = Vec::new();
    let mut next = 1_000;
    for round in 0..40 {
        append(&mut outbox, "running", next..next + 10);
        next += 10;
        let claimed = outbox.claim(&limits(10), at(0)).unwrap();
        if claimed[0].event_id.0.as_u128() < 1_000 {
            backlog_sent_at.push(round);
        }
        conclude(&mut outbox, &claimed, &stored(&claimed));
    }
    assert_eq!(backlog_sent_at, [3, 7, 11], "every fourth batch, until it is done");
}

#[test]
fn a_match_that_ended_is_backlog() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "first", 0..2);
    append(&mut outbox, "second", 2..4);
    let later = at(10 * 60 * 1_000);
    assert_eq!(ids(&outbox.claim(&limits(2), later).unwrap()), [id(0), id(1)]);
}

#[test]
fn a_suspect_batch_of_two_matches_is_claimed_in_parts() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    append(&mut outbox, "b", 3..6);
    let all = claim(&mut outbox, 6);
    conclude(&mut outbox, &all, &refused());
    let first = claim(&mut outbox, 2);
    assert_eq!(ids(&first), [0, 1].map(id));
    assert_eq!(ids(&claim(&mut outbox, 6)), [3, 4, 5].map(id), "what is in a request stays there");
    conclude(&mut outbox, &first, &stored(&first));
    assert_eq!(ids(&claim(&mut outbox, 6)), [id(2)]);
    assert_eq!(outbox.salvaged(), None);
}
