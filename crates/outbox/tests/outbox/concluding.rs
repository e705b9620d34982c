//! Conclude: each event by its own receipt, and what a server says of itself.

use delivery::{Decision, QuarantineReason, Settlement, Settlements, WaitReason};
use event_model::OutboxId;
use outbox::{EntryState, Filter, Inquired, Outbox, Selection};
use uuid::Uuid;

use crate::support::{
    DAY_MS, Folder, append, at, claim, conclude, id, ids, limits, refused, settlements, stored,
};

fn quarantined(reason: QuarantineReason) -> Settlement {
    Settlement::Quarantined { reason, detail: Some("the server's words".to_owned()) }
}

#[test]
fn each_event_goes_where_its_receipt_says() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..4);
    let claimed = claim(&mut outbox, 10);
    let decision = Decision::Settle(settlements(vec![
        Settlement::Stored,
        Settlement::Duplicate,
        quarantined(QuarantineReason::Invalid),
        Settlement::Kept,
    ]));
    conclude(&mut outbox, &claimed, &decision);
    let status = outbox.status(at(0)).unwrap();
    assert_eq!((status.settled, status.quarantined, status.pending), (2, 1, 1));
    assert_eq!(status.next_attempt_in_s, None, "others may go at once");
    assert!(claim(&mut outbox, 10).is_empty(), "but not what was asked for again");
    assert_eq!([3, 4].map(|sequence| outbox.is_asked_again(sequence)), [false, true]);
    append(&mut outbox, "a", 4..5);
    assert_eq!(ids(&claim(&mut outbox, 10)), [id(4)], "it keeps nobody waiting");
    let shown = outbox.view().list(Filter::In(EntryState::Quarantined), 10).unwrap();
    assert_eq!(shown[0].event_id, id(2));
    assert_eq!(shown[0].reason, Some(QuarantineReason::Invalid));
    assert_eq!(shown[0].detail.as_deref(), Some("the server's words"));
}

#[test]
fn a_receipt_that_comes_twice_changes_nothing() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    let claimed = claim(&mut outbox, 10);
    conclude(&mut outbox, &claimed, &stored(&claimed));
    let once = outbox.status(at(0)).unwrap();
    conclude(&mut outbox, &claimed, &stored(&claimed));
    assert_eq!(outbox.status(at(0)).unwrap(), once);
}

#[test]
fn silence_and_refusals_keep_every_event() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    let reason = WaitReason::Status(503);
    for decision in [
        Decision::BackOff { reason, retry_after_ms: None },
        Decision::Pause(WaitReason::Unauthenticated),
        Decision::Refused { reason, detail: None },
    ] {
        let claimed = claim(&mut outbox, 10);
        conclude(&mut outbox, &claimed, &decision);
        let status = outbox.status(at(0)).unwrap();
        assert_eq!((status.pending, status.in_flight), (3, 0), "{decision:?}");
    }
}

#[test]
fn a_wait_survives_a_restart() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..1);
    let claimed = claim(&mut outbox, 1);
    let reason = WaitReason::Status(503);
    conclude(&mut outbox, &claimed, &Decision::BackOff { reason, retry_after_ms: Some(60_000) });
    drop(outbox);
    let outbox = folder.open_at(at(20_000));
    assert_eq!(outbox.circuit().wait_ms(at(20_000)), 40_000);
    let seen = folder.view().status(at(20_000)).unwrap();
    assert_eq!(seen.next_attempt_in_s, Some(40), "another process sees it too");
    assert_eq!(seen.paused_reason.as_deref(), Some("the server answered with status 503"));
}

#[test]
fn a_restored_server_gets_the_last_week_again() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    let mut day = |n: u32, store: u128| {
        let now = at(u64::from(n) * DAY_MS);
        append(&mut outbox, "a", n..n + 1);
        let claimed = outbox.claim(&limits(10), now).unwrap();
        let mut page = settlements(vec![Settlement::Stored; claimed.len()]);
        page.store = Uuid::from_u128(store);
        outbox.conclude(&claimed, &Decision::Settle(page), now, 0).unwrap();
        outbox.status(now).unwrap()
    };
    for n in 0..10 {
        assert_eq!(day(n, 1).pending, 0);
    }
    let status = day(10, 2);
    assert_eq!(status.pending, 7, "days 3 to 9; what it stored just now it has");
    assert_eq!(status.settled, 4);
    assert_eq!(ids(&claim(&mut outbox, 100)), [3, 4, 5, 6, 7, 8, 9].map(id), "in their old order");
}

#[test]
fn two_databases_behind_one_address_get_the_week_again_a_few_times_an_hour() {
    const MINUTE_MS: u64 = 60 * 1_000;
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..20);
    let answer = |outbox: &mut Outbox, minute: u64| {
        let now = at(minute * MINUTE_MS);
        let claimed = outbox.claim(&limits(100), now).unwrap();
        let mut page = settlements(vec![Settlement::Stored; claimed.len()]);
        page.store = Uuid::from_u128(u128::from(minute % 2));
        outbox.conclude(&claimed, &Decision::Settle(page), now, 0).unwrap();
        claimed.len()
    };
    assert_eq!(answer(&mut outbox, 0), 20);
    let mut sent = 0;
    for minute in 1..=60 {
        append(&mut outbox, "a", 100 + minute..101 + minute);
        sent += answer(&mut outbox, u64::from(minute));
    }
    // Each of the sixty once, and of the first ones some again.
    assert!((100..=110).contains(&sent), "{sent} within an hour");
    assert!(outbox.status(at(0)).unwrap().resend_put_off, "and that is shown");
    drop(outbox);

    let mut outbox = folder.open_at(at(62 * MINUTE_MS));
    let again = outbox.claim(&limits(100), at(62 * MINUTE_MS)).unwrap();
    assert_eq!(again.len(), 80, "what is owed is sent, without another answer");
    assert!(!outbox.status(at(0)).unwrap().resend_put_off);
}

#[test]
fn an_answer_that_another_file_asked_for_says_nothing_of_this_one() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    let claimed = claim(&mut outbox, 10);
    conclude(&mut outbox, &claimed, &stored(&claimed));
    let restored = Settlements { store: Uuid::from_u128(9), ..settlements(Vec::new()) };
    let answer = Decision::Settle(restored);
    let another = OutboxId(Uuid::from_u128(77));
    let inquired = outbox.conclude_inquiry(another, &answer, at(0), 0).unwrap();
    assert_eq!(inquired, Inquired::Unanswered);
    assert_eq!(outbox.status(at(0)).unwrap().pending, 0);
    let own = outbox.id();
    let inquired = outbox.conclude_inquiry(own, &answer, at(0), 0).unwrap();
    assert_eq!(inquired, Inquired::Answered);
    assert_eq!(outbox.status(at(0)).unwrap().pending, 3, "what it lacks is sent again");
}

#[test]
fn a_question_that_is_refused_refuses_no_event() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    let own = outbox.id();
    for _ in 0..20 {
        let inquired = outbox.conclude_inquiry(own, &refused(), at(0), 0).unwrap();
        assert_eq!(inquired, Inquired::Refused);
    }
    assert_eq!(outbox.circuit().refused_in_a_row(), 0);
    assert_eq!(outbox.circuit().wait_ms(at(0)), 0, "and delays none");
}

#[test]
fn unknown_kinds_wait_for_another_version_of_the_server() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..2);
    let claimed = claim(&mut outbox, 10);
    let verdicts =
        vec![quarantined(QuarantineReason::UnknownKind), quarantined(QuarantineReason::Invalid)];
    conclude(&mut outbox, &claimed, &Decision::Settle(settlements(verdicts)));
    append(&mut outbox, "a", 2..3);
    let claimed = claim(&mut outbox, 10);
    conclude(&mut outbox, &claimed, &stored(&claimed));
    assert_eq!(outbox.status(at(0)).unwrap().quarantined, 2, "the same version");

    append(&mut outbox, "a", 3..4);
    let claimed = claim(&mut outbox, 10);
    let mut newer = settlements(vec![Settlement::Stored]);
    newer.server_version = "1.1.0".to_owned();
    conclude(&mut outbox, &claimed, &Decision::Settle(newer));
    assert_eq!(ids(&claim(&mut outbox, 10)), [id(0)]);
    assert_eq!(outbox.status(at(0)).unwrap().quarantined, 1, "the invalid one stays");
}

#[test]
fn a_person_can_send_quarantined_events_again() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    let claimed = claim(&mut outbox, 10);
    let verdicts = vec![quarantined(QuarantineReason::Conflict); 3];
    conclude(&mut outbox, &claimed, &Decision::Settle(settlements(verdicts)));
    let mut view = folder.view();
    assert_eq!(view.requeue(&Selection::Ids(vec![id(1), id(99)])).unwrap(), 1);
    let claimed = claim(&mut outbox, 10);
    assert_eq!(ids(&claimed), [id(1)]);
    assert_eq!(view.requeue(&Selection::All).unwrap(), 2);
}
