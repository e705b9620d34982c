//! Bounds hold, and what they cost is counted and told.

use event_model::{CloudEvent, GapReason, Kind, SequenceGap};
use outbox::{Bounds, EntryState, Filter, Forgetting, Outbox, Pruned, Selection};

use crate::support::{DAY_MS, Folder, append, at, claim, conclude, id, limits, stored};

fn gaps(outbox: &mut Outbox) -> Vec<(u64, u64, GapReason)> {
    let exported = outbox.view().export(Filter::All);
    let events = exported.map(|event| {
        let body = event.expect("the outbox can be read").body;
        let json = serde_json::from_str(&body).expect("a body is JSON");
        CloudEvent::parse(&json).expect("a body is a CloudEvent")
    });
    events
        .filter(|event| event.kind() == Some(Kind::SequenceGap))
        .map(|event| event.sequence_gap().expect("a gap says which"))
        .map(|SequenceGap { from, to, reason, .. }| (from, to, reason))
        .collect()
}

#[test]
fn a_full_outbox_gives_up_its_oldest_events_and_says_so() {
    let folder = Folder::new();
    let mut outbox =
        folder.open().with_bounds(Bounds { unsent_bytes_max: 20_000, ..Bounds::default() });
    append(&mut outbox, "a", 0..100);
    let pruned = outbox.prune(at(0)).unwrap();
    assert!(pruned.pruned > 0);
    let status = outbox.status(at(0)).unwrap();
    assert_eq!(status.pruned, pruned.pruned);
    assert_eq!(status.pending, 100 - pruned.pruned + 1, "and one event that tells of the gap");
    assert_eq!(gaps(&mut outbox), [(1, pruned.pruned, GapReason::Pruned)]);
    let held: u64 = outbox.view().list(Filter::All, 1_000).unwrap().iter().map(|e| e.bytes).sum();
    assert!(held <= 20_000, "{held} bytes");
    assert_eq!(append(&mut outbox, "a", 0..1).already_known, 1, "it does not come back");
    assert_eq!(outbox.prune(at(0)).unwrap(), Pruned::default(), "once is enough");
}

#[test]
fn age_quarantines_and_never_deletes() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    assert_eq!(outbox.prune(at(29 * DAY_MS)).unwrap(), Pruned::default());
    let pruned = outbox.prune(at(31 * DAY_MS)).unwrap();
    assert_eq!(pruned, Pruned { too_old: 3, ..Pruned::default() });
    let status = outbox.status(at(31 * DAY_MS)).unwrap();
    assert_eq!((status.quarantined, status.pending), (3, 0));
}

#[test]
fn what_was_put_back_counts_its_age_anew() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    assert_eq!(outbox.prune(at(31 * DAY_MS)).unwrap().too_old, 3);
    folder.view().requeue(&Selection::All).unwrap();
    let seen = at(31 * DAY_MS + 10 * 60 * 1_000);
    assert_eq!(outbox.prune(seen).unwrap(), Pruned::default(), "it is meant to be sent");
    drop(outbox);
    let mut outbox = folder.open_at(at(60 * DAY_MS));
    assert_eq!(outbox.prune(at(60 * DAY_MS)).unwrap(), Pruned::default());
    assert_eq!(outbox.prune(at(62 * DAY_MS)).unwrap().too_old, 3, "a month later");
}

#[test]
fn a_match_is_forgotten_with_its_last_event_and_id() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    let matches = || {
        let db = rusqlite::Connection::open(&folder.path).unwrap();
        let keys: u32 = db.query_row("SELECT count(*) FROM match_key", [], |r| r.get(0)).unwrap();
        let spans: u32 = db.query_row("SELECT count(*) FROM match_span", [], |r| r.get(0)).unwrap();
        (keys, spans)
    };
    append(&mut outbox, "a", 0..3);
    let claimed = claim(&mut outbox, 3);
    conclude(&mut outbox, &claimed, &stored(&claimed));
    append(&mut outbox, "b", 3..4);
    outbox.prune(at(8 * DAY_MS)).unwrap();
    assert_eq!(matches(), (2, 1), "its ids are remembered");
    outbox.prune(at(60 * DAY_MS)).unwrap();
    assert_eq!(matches(), (1, 1), "b waits for a person");
    let again = append(&mut outbox, "a", 0..1);
    assert_eq!(again.appended, [(id(0), 5)], "as new, so long after");
    assert_eq!(matches(), (2, 2));
}

#[test]
fn settled_events_leave_the_history_after_a_week() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    let claimed = claim(&mut outbox, 2);
    conclude(&mut outbox, &claimed, &stored(&claimed));
    assert_eq!(outbox.prune(at(6 * DAY_MS)).unwrap().history, 0);
    assert_eq!(outbox.prune(at(8 * DAY_MS)).unwrap().history, 2);
    let status = outbox.status(at(8 * DAY_MS)).unwrap();
    assert_eq!((status.settled, status.pending), (2, 1), "they stay counted");
    assert_eq!(append(&mut outbox, "a", 0..2).already_known, 2, "and known");
    assert_eq!(gaps(&mut outbox), [], "the server has them: no gap");
}

#[test]
fn settled_events_stay_as_long_as_nobody_has_taken_them_over() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    outbox.forget(Forgetting::ByBytesAlone);
    append(&mut outbox, "a", 0..3);
    let claimed = claim(&mut outbox, 2);
    conclude(&mut outbox, &claimed, &stored(&claimed));
    assert_eq!(outbox.prune(at(8 * DAY_MS)).unwrap().history, 0);
    assert_eq!(outbox.prune(at(800 * DAY_MS)).unwrap().history, 0);
    outbox.forget(Forgetting::ByAgeAndBytes);
    assert_eq!(outbox.prune(at(801 * DAY_MS)).unwrap().history, 2);
}

#[test]
fn the_history_is_bounded_in_bytes() {
    let folder = Folder::new();
    let mut outbox =
        folder.open().with_bounds(Bounds { history_bytes_max: 5_000, ..Bounds::default() });
    append(&mut outbox, "a", 0..50);
    let claimed = outbox.claim(&limits(50), at(0)).unwrap();
    conclude(&mut outbox, &claimed, &stored(&claimed));
    outbox.prune(at(0)).unwrap();
    let settled = outbox.view().list(Filter::In(EntryState::Settled), 100).unwrap();
    let held: u64 = settled.iter().map(|entry| entry.bytes).sum();
    assert!(held <= 5_000 && !settled.is_empty(), "{held} bytes");
    assert_eq!(settled.last().unwrap().event_id, id(49), "the youngest stay");
}

#[test]
fn a_full_history_is_not_pruned_at_every_settlement() {
    let folder = Folder::new();
    let mut outbox =
        folder.open().with_bounds(Bounds { history_bytes_max: 40_000, ..Bounds::default() });
    let mut runs = 0;
    for n in 0..200 {
        append(&mut outbox, "a", n..n + 1);
        let claimed = claim(&mut outbox, 1);
        conclude(&mut outbox, &claimed, &stored(&claimed));
        runs += u32::from(outbox.prune(at(0)).unwrap().history > 0);
    }
    let settled = outbox.view().list(Filter::In(EntryState::Settled), 1_000).unwrap();
    let held: u64 = settled.iter().map(|entry| entry.bytes).sum();
    assert!((30_000..=40_000).contains(&held), "{held} bytes");
    let pruned = 200 - settled.len() as u32;
    assert!(runs > 0 && runs * 2 < pruned, "{pruned} events in {runs} runs");
}

#[test]
fn remembered_ids_are_bounded() {
    let folder = Folder::new();
    let mut outbox = folder.open().with_bounds(Bounds { known_ids_max: 5, ..Bounds::default() });
    append(&mut outbox, "a", 0..10);
    outbox.view_mut().delete(&(0..10).map(id).collect::<Vec<_>>(), at(0)).unwrap();
    outbox.prune(at(0)).unwrap();
    assert_eq!(append(&mut outbox, "a", 0..10).already_known, 5);
}
