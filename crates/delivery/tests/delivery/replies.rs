//! What a page of receipts says of each event.

use delivery::{Decision, QuarantineReason, Reply, Settlement, Settlements, interpret};
use event_model::WallTime;
use ingest_api::{Problem, ProblemKind, ReceiptCode, ReceiptPage, ReceiptStatus};
use proptest::prelude::*;
use serde_json::json;

use crate::bodies::{bytes, changed, page, sent};

fn answer<'a>(status: u16, retry_after: Option<&'a str>, body: &'a [u8]) -> Reply<'a> {
    Reply::Answer { status, retry_after, date: None, body }
}

fn settled(body: &[u8]) -> Settlements {
    match interpret(&sent(), &answer(200, None, body), WallTime::from_unix_ms(0)) {
        Decision::Settle(settlements) => settlements,
        other @ (Decision::Pause(_) | Decision::BackOff { .. } | Decision::Refused { .. }) => {
            panic!("our own page settles, not {other:?}")
        }
    }
}

fn settled_by(change: impl FnOnce(&mut ReceiptPage)) -> Settlements {
    let mut page = page();
    change(&mut page);
    settled(&bytes(&page))
}

#[test]
fn each_event_has_its_own_verdict() {
    let settlements = settled_by(|page| {
        page.receipts[0].status = ReceiptStatus::Duplicate;
        page.receipts[1].status = ReceiptStatus::Retry;
        page.receipts[2].status = ReceiptStatus::Invalid;
        page.receipts[2].code = Some(ReceiptCode::UnknownKind);
        page.receipts[2].detail = Some("no such kind".to_owned());
    });
    let quarantined = Settlement::Quarantined {
        reason: QuarantineReason::UnknownKind,
        detail: Some("unknown_kind: no such kind".to_owned()),
    };
    assert_eq!(settlements.items, [Settlement::Duplicate, Settlement::Kept, quarantined]);
    assert_eq!(settlements.tally().kept, 1);
    assert_eq!(settlements.contiguous_sequence, Some(3));
}

#[test]
fn conflict_and_invalid_are_never_taken_for_stored() {
    for status in [ReceiptStatus::Conflict, ReceiptStatus::Invalid] {
        let settlements = settled_by(|page| {
            page.receipts.iter_mut().for_each(|receipt| receipt.status = status);
        });
        assert_eq!(settlements.tally().quarantined, 3, "{status:?}");
    }
}

#[test]
fn a_verdict_of_a_newer_server_keeps_its_event_and_settles_the_others() {
    for word in ["parked", "Stored", "STORED", "stored ", ""] {
        let settlements = settled(&changed(|page| page["receipts"][1]["status"] = json!(word)));
        let expected = [Settlement::Stored, Settlement::Kept, Settlement::Stored];
        assert_eq!(settlements.items, expected, "{word:?}");
    }
}

#[test]
fn a_reason_of_a_newer_server_is_shown_as_it_was_written() {
    let settlements = settled(&changed(|page| {
        page["receipts"][1] = json!({
            "id": sent()[1].to_string(), "status": "invalid", "code": "too_loud", "detail": "hush",
        });
    }));
    let expected = Settlement::Quarantined {
        reason: QuarantineReason::Invalid,
        detail: Some("too_loud: hush".to_owned()),
    };
    assert_eq!(settlements.items[1], expected);
}

#[test]
fn a_server_s_long_words_are_cut() {
    let settlements = settled_by(|page| {
        page.server_version = "v".repeat(100_000);
        page.receipts[0].status = ReceiptStatus::Invalid;
        page.receipts[0].detail = Some("ä".repeat(100_000));
    });
    let Settlement::Quarantined { detail: Some(detail), .. } = &settlements.items[0] else {
        panic!("an invalid event is quarantined");
    };
    assert_eq!(detail.chars().count(), 500);
    assert_eq!(settlements.server_version.len(), 100);
}

fn refused(status: u16, body: &[u8]) -> Option<String> {
    match interpret(&sent(), &answer(status, None, body), WallTime::from_unix_ms(0)) {
        Decision::Refused { detail, .. } => detail,
        other @ (Decision::Settle(_) | Decision::Pause(_) | Decision::BackOff { .. }) => {
            panic!("a refusal, not {other:?}")
        }
    }
}

#[test]
fn a_refusal_of_our_server_comes_with_its_own_words() {
    let problem = Problem::new(ProblemKind::MalformedBatch, "event 7 is\n\u{1b}[2Jno object");
    let detail = refused(400, &bytes(&problem));
    assert_eq!(detail.as_deref(), Some("malformed_batch: event 7 is  [2Jno object"), "plain text");
    let problem = Problem { detail: None, ..problem };
    assert_eq!(refused(400, &bytes(&problem)).as_deref(), Some("malformed_batch"));
    let problem = Problem { detail: Some("ä".repeat(100_000)), ..problem };
    assert_eq!(refused(413, &bytes(&problem)).map(|text| text.chars().count()), Some(500));
}

#[test]
fn somebody_else_who_refuses_has_nothing_to_say() {
    let theirs = Problem {
        problem_type: "https://example.org/no".to_owned(),
        ..Problem::new(ProblemKind::BadRequest, "buy more")
    };
    for body in [bytes(&theirs), b"<html>no</html>".to_vec(), Vec::new()] {
        assert_eq!(refused(400, &body), None);
    }
}

#[test]
fn a_question_without_events_is_answered_by_a_page_without_receipts() {
    let body = bytes(&ReceiptPage { receipts: Vec::new(), ..page() });
    let decision = interpret(&[], &answer(200, None, &body), WallTime::from_unix_ms(0));
    assert!(matches!(decision, Decision::Settle(page) if page.items.is_empty()));
    let for_others = interpret(&[], &answer(200, None, &bytes(&page())), WallTime::from_unix_ms(0));
    assert!(!matches!(for_others, Decision::Settle(_)), "receipts that nobody asked for");
}

proptest! {
    #[test]
    fn no_answer_panics_and_no_random_body_settles(
        status: u16,
        header: Option<String>,
        body: Vec<u8>,
    ) {
        let reply = answer(status, header.as_deref(), &body);
        let decision = interpret(&sent(), &reply, WallTime::from_unix_ms(0));
        prop_assert!(!matches!(decision, Decision::Settle(_)));
    }

    #[test]
    fn a_page_with_a_byte_changed_settles_only_if_it_still_names_our_events(at: usize, byte: u8) {
        let mut body = bytes(&page());
        let at = at % body.len();
        body[at] = byte;
        let decision = interpret(&sent(), &answer(200, None, &body), WallTime::from_unix_ms(0));
        if matches!(decision, Decision::Settle(_)) {
            let said: serde_json::Value = serde_json::from_slice(&body).unwrap();
            for (receipt, id) in said["receipts"].as_array().unwrap().iter().zip(sent()) {
                let named = receipt["id"].as_str().unwrap().to_lowercase();
                prop_assert_eq!(named, id.to_string());
            }
        }
    }
}
