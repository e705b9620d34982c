//! What other processes see and do.

use event_model::{CloudEvent, GapReason, Kind};
use outbox::{Deleted, EntryState, Error, Filter, Order, OutboxView, Selection};

use crate::{
    damage_worlds::Files,
    damaging::killed,
    support::{Folder, append, at, claim, conclude, id, ids, stored},
};

#[test]
fn a_status_is_written_with_the_promised_names() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    let claimed = claim(&mut outbox, 1);
    conclude(&mut outbox, &claimed, &stored(&claimed));
    claim(&mut outbox, 1);
    let status = folder.view().status(at(5_000)).unwrap();
    assert_eq!(
        serde_json::to_string(&status).unwrap(),
        r#"{"pending":1,"in_flight":1,"settled":1,"quarantined":0,"pruned":0,"lost":0,"oldest_pending_age_s":5,"next_attempt_in_s":null,"paused_reason":null,"resend_put_off":false,"salvaged":null}"#
    );
}

#[test]
fn every_event_is_listed_in_its_state() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..4);
    let claimed = claim(&mut outbox, 1);
    conclude(&mut outbox, &claimed, &stored(&claimed));
    claim(&mut outbox, 1);
    let view = folder.view();
    let listed = |filter| {
        let entries = view.list(filter, 10).unwrap();
        entries.into_iter().map(|entry| entry.event_id).collect::<Vec<_>>()
    };
    assert_eq!(listed(Filter::All), [0, 1, 2, 3].map(id));
    assert_eq!(listed(Filter::In(EntryState::Settled)), [id(0)]);
    assert_eq!(listed(Filter::In(EntryState::InFlight)), [id(1)]);
    assert_eq!(listed(Filter::In(EntryState::Pending)), [id(2), id(3)]);
    assert_eq!(listed(Filter::In(EntryState::Quarantined)), []);
}

#[test]
fn an_event_says_when_it_was_saved() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..2);
    let listed = folder.view().list(Filter::All, 10).unwrap();
    assert!(listed.iter().all(|entry| entry.appended == Some(at(0).wall) && !entry.aside));
}

#[test]
fn a_list_is_gone_on_with_in_either_order_and_in_every_state() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..9);
    let claimed = claim(&mut outbox, 3);
    conclude(&mut outbox, &claimed, &stored(&claimed));
    claim(&mut outbox, 2);
    let view = folder.view();
    for (filter, oldest_first) in [
        (Filter::All, (1..=9).collect::<Vec<_>>()),
        (Filter::In(EntryState::Settled), vec![1, 2, 3]),
        (Filter::In(EntryState::InFlight), vec![4, 5]),
        (Filter::In(EntryState::Pending), vec![6, 7, 8, 9]),
    ] {
        let newest_first: Vec<_> = oldest_first.iter().rev().copied().collect();
        assert_eq!(by_twos(&view, filter, Order::OldestFirst), oldest_first, "{filter:?}");
        assert_eq!(by_twos(&view, filter, Order::NewestFirst), newest_first, "{filter:?}");
    }
}

/// The sequences of a whole list that is read two events at a time.
fn by_twos(view: &OutboxView, filter: Filter, order: Order) -> Vec<u64> {
    let mut all = Vec::new();
    loop {
        let page = view.list_beyond(filter, order, all.last().copied(), 2).unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page.iter().map(|entry| entry.sequence));
    }
}

#[test]
fn an_export_has_every_body_byte_for_byte() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..200);
    let exported: Vec<String> =
        folder.view().export(Filter::All).map(|event| event.unwrap().body).collect();
    let claimed = claim(&mut outbox, 1_000);
    let sent: Vec<&str> = claimed.iter().map(|event| event.body.as_str()).collect();
    assert_eq!(exported, sent);
    let shown = folder.view().show(id(7)).unwrap().unwrap();
    assert_eq!((shown.body.as_str(), shown.entry.sequence), (sent[7], 8));
    assert_eq!(folder.view().show(id(999)).unwrap(), None);
}

#[test]
fn a_deletion_from_another_process_is_told_to_the_server() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..6);
    let done = claim(&mut outbox, 1);
    conclude(&mut outbox, &done, &stored(&done));
    let in_flight = claim(&mut outbox, 1);
    let wanted: Vec<_> = [0, 1, 3, 4, 77].map(id).to_vec();
    let deleted = folder.view().delete(&wanted, at(0)).unwrap();
    assert_eq!(deleted, Deleted { deleted: 3, sent: 1, in_flight: 1, absent: 1 });

    conclude(&mut outbox, &in_flight, &stored(&in_flight));
    let rest = claim(&mut outbox, 10);
    let gap = CloudEvent::parse(&serde_json::from_str(&rest[2].body).unwrap()).unwrap();
    assert_eq!((rest[0].event_id, rest[1].event_id), (id(2), id(5)));
    assert_eq!(gap.kind(), Some(Kind::SequenceGap));
    let gap = gap.sequence_gap().unwrap();
    assert_eq!((gap.from, gap.to, gap.reason), (4, 5, GapReason::Deleted));
    assert_eq!(gap.outbox, outbox.id());
    assert_eq!(append(&mut outbox, "a", 0..6).already_known, 6, "nothing comes back");
}

#[test]
fn a_deletion_of_a_settled_event_leaves_no_gap() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..1);
    let claimed = claim(&mut outbox, 1);
    conclude(&mut outbox, &claimed, &stored(&claimed));
    assert_eq!(folder.view().delete(&[id(0), id(0)], at(0)).unwrap().deleted, 1);
    assert_eq!(ids(&claim(&mut outbox, 10)), []);
}

#[test]
fn a_row_of_broken_text_hides_no_other() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    let db = rusqlite::Connection::open(outbox.view().path()).unwrap();
    db.execute("UPDATE event SET body = CAST(X'7BFF7D' AS TEXT) WHERE sequence = 2", []).unwrap();
    let view = folder.view();
    assert_eq!(view.list(Filter::All, 10).unwrap().len(), 3);
    assert_eq!(view.show(id(1)).unwrap().unwrap().body, "{\u{fffd}}");
}

#[test]
fn what_a_crash_left_in_the_midst_of_a_write_is_left_to_its_owner() {
    let folder = Folder::new();
    let mut left = killed(&Folder::new());
    let last = left.log.len() - 100;
    left.log[last] ^= 1;
    left.write(&folder.path);
    let mut view = folder.view();
    assert_eq!(view.list(Filter::All, 10).unwrap().len(), 2, "what SQLite reads of it");
    let deleted = view.delete(&[id(0)], at(0));
    assert!(matches!(deleted, Err(Error::Damaged(_))), "{deleted:?}");
    let requeued = view.requeue(&Selection::All);
    assert!(matches!(requeued, Err(Error::Damaged(_))), "{requeued:?}");
    drop(view);
    let now = Files::read(&folder.path);
    assert!(now.database == left.database && now.log == left.log, "byte for byte");
    assert_eq!(ids(&claim(&mut folder.open(), 10)), [id(0), id(1), id(2)]);
}

#[test]
fn a_log_without_its_database_is_not_opened() {
    let folder = Folder::new();
    let mut left = killed(&Folder::new());
    left.database.clear();
    left.write(&folder.path);
    let refused = OutboxView::open(&folder.path).err();
    assert!(matches!(refused, Some(Error::Damaged(_))), "{refused:?}");
    assert!(Files::read(&folder.path).log == left.log, "byte for byte");
}

#[test]
fn what_a_crash_left_to_be_undone_is_undone_by_no_view() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..3);
    let left = Files::read(&folder.path);
    let journal = folder.path.with_extension("db-journal");
    std::fs::write(&journal, [0xA5; 1_024]).unwrap();
    let changed = OutboxView::open(&folder.path).and_then(|mut view| view.delete(&[id(0)], at(0)));
    assert!(matches!(changed, Err(Error::Damaged(_))), "{changed:?}");
    assert!(Files::read(&folder.path).database == left.database, "byte for byte");
    assert_eq!(std::fs::read(&journal).unwrap(), [0xA5; 1_024]);
    assert_eq!(ids(&claim(&mut folder.open(), 10)), [id(0), id(1), id(2)]);
}

#[test]
fn a_view_that_closes_last_leaves_the_log_to_its_owner() {
    let folder = Folder::new();
    let left = killed(&Folder::new());
    left.write(&folder.path);
    assert_eq!(folder.view().list(Filter::All, 10).unwrap().len(), 3);
    assert!(Files::read(&folder.path).log == left.log, "byte for byte");
    assert_eq!(folder.view().delete(&[id(1)], at(0)).unwrap().deleted, 1, "a sound one is written");
    let rest = ids(&claim(&mut folder.open(), 10));
    assert_eq!(rest[..2], [id(0), id(2)]);
}

#[test]
fn a_damaged_outbox_still_says_whose_it_is() {
    let folder = Folder::new();
    let mut left = killed(&Folder::new());
    left.database.fill(0xA5);
    left.log.fill(0xA5);
    left.write(&folder.path);
    assert_eq!(outbox::device_of(&folder.path), Some(crate::support::DEVICE));
}
