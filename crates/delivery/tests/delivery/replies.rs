//! Every status with every kind of body: only our own receipts settle.

use delivery::{Decision, QuarantineReason, Reply, Settlement, Silence, WaitReason, interpret};
use event_model::{EventId, WallTime};
use ingest_api::{
    Problem, ProblemKind, RECEIPT_VERSION, Receipt, ReceiptCode, ReceiptPage, ReceiptStatus,
};
use proptest::prelude::*;
use uuid::Uuid;

fn sent() -> Vec<EventId> {
    (1..=3).map(|n| EventId(Uuid::from_u128(n))).collect()
}

fn now() -> WallTime {
    WallTime::from_unix_ms(0)
}

fn receipt(id: EventId, status: ReceiptStatus) -> Receipt {
    Receipt { id: id.to_string(), status, code: None, detail: None }
}

fn page() -> ReceiptPage {
    ReceiptPage {
        ringside: RECEIPT_VERSION.to_owned(),
        server_version: "1.2.3".to_owned(),
        store: Uuid::from_u128(9),
        receipts: sent().into_iter().map(|id| receipt(id, ReceiptStatus::Stored)).collect(),
        contiguous_sequence: Some(3),
    }
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data is always JSON")
}

/// A body that is not our receipt page for these events, with its name.
fn foreign_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let changed = |change: fn(&mut ReceiptPage)| {
        let mut page = page();
        change(&mut page);
        json(&page)
    };
    let whole = json(&page());
    vec![
        ("empty", Vec::new()),
        ("HTML", b"<html><body>Welcome to the hotel</body></html>".to_vec()),
        ("JSON null", b"null".to_vec()),
        ("an empty object", b"{}".to_vec()),
        ("another API's JSON", br#"{"status":"ok","accepted":3}"#.to_vec()),
        ("no UTF-8", vec![0xff, 0xfe]),
        ("truncated", whole[..whole.len() - 1].to_vec()),
        ("followed by more", [whole.as_slice(), b"x"].concat()),
        ("another version", changed(|page| page.ringside = "receipt/2".to_owned())),
        ("a receipt missing", changed(|page| drop(page.receipts.pop()))),
        ("a receipt too many", changed(|page| page.receipts.push(page.receipts[0].clone()))),
        ("reordered", changed(|page| page.receipts.swap(0, 1))),
        ("wrong ids", changed(|page| page.receipts[1].id = Uuid::nil().to_string())),
        ("no ids", changed(|page| page.receipts[1].id.clear())),
        ("no receipts", changed(|page| page.receipts.clear())),
        ("a problem", json(&Problem::new(ProblemKind::TooLarge, "why"))),
    ]
}

fn answer<'a>(status: u16, retry_after: Option<&'a str>, body: &'a [u8]) -> Reply<'a> {
    Reply::Answer { status, retry_after, date: None, body }
}

#[test]
fn only_a_200_with_our_page_for_these_events_settles() {
    let ours = json(&page());
    for status in 100..=599 {
        let decision = interpret(&sent(), &answer(status, None, &ours), now());
        assert_eq!(matches!(decision, Decision::Settle(_)), status == 200, "our page, {status}");
        for (name, body) in foreign_bodies() {
            let decision = interpret(&sent(), &answer(status, None, &body), now());
            assert!(!matches!(decision, Decision::Settle(_)), "{name}, {status}");
        }
    }
}

/// What must follow from a status alone.
fn expected(status: u16) -> &'static str {
    match status {
        401 | 403 => "pause",
        408 | 425 | 429 => "back off",
        400..=499 => "refused",
        _ => "back off",
    }
}

fn name(decision: &Decision) -> &'static str {
    match decision {
        Decision::Settle(_) => "settle",
        Decision::Pause(_) => "pause",
        Decision::BackOff { .. } => "back off",
        Decision::Refused(_) => "refused",
    }
}

#[test]
fn without_receipts_the_status_decides() {
    let headers = [
        (None, None),
        (Some("7"), Some(7_000)),
        (Some("Thu, 01 Jan 1970 00:00:09 GMT"), Some(9_000)),
        (Some("rubbish"), None),
        (Some("-1"), None),
        (Some("999999999999"), Some(delivery::RETRY_AFTER_MAX_MS)),
    ];
    for status in 100..=599 {
        for (body_name, body) in foreign_bodies() {
            for (header, wait) in headers {
                let decision = interpret(&sent(), &answer(status, header, &body), now());
                assert_eq!(name(&decision), expected(status), "{status}, {body_name}, {header:?}");
                if let Decision::BackOff { retry_after_ms, .. } = decision
                    && status != 200
                {
                    assert_eq!(retry_after_ms, wait, "{status}, {body_name}, {header:?}");
                }
            }
        }
    }
}

#[test]
fn our_own_problems_are_known_by_their_type() {
    for kind in ProblemKind::ALL {
        let body = json(&Problem::new(kind, "why"));
        let decision = interpret(&sent(), &answer(kind.status(), Some("1"), &body), now());
        let expected = if kind == ProblemKind::UpgradeRequired {
            "pause"
        } else if kind == ProblemKind::IdempotencyKeyInFlight {
            "back off"
        } else {
            expected(kind.status())
        };
        assert_eq!(name(&decision), expected, "{kind:?}");
    }
}

#[test]
fn silence_keeps_everything() {
    for silence in [
        Silence::Unreachable,
        Silence::Untrusted,
        Silence::TimedOut,
        Silence::Broken,
        Silence::TooLong,
    ] {
        let reason = WaitReason::Silence(silence);
        let expected = Decision::BackOff { reason, retry_after_ms: None };
        assert_eq!(interpret(&sent(), &Reply::Silence(silence), now()), expected);
    }
}

#[test]
fn each_event_has_its_own_verdict() {
    let mut page = page();
    page.receipts[0].status = ReceiptStatus::Duplicate;
    page.receipts[1].status = ReceiptStatus::Retry;
    page.receipts[2].status = ReceiptStatus::Invalid;
    page.receipts[2].code = Some(ReceiptCode::UnknownKind);
    page.receipts[2].detail = Some("no such kind".to_owned());
    let body = json(&page);
    let Decision::Settle(settlements) = interpret(&sent(), &answer(200, None, &body), now()) else {
        panic!("our own page settles");
    };
    let quarantined = Settlement::Quarantined {
        reason: QuarantineReason::UnknownKind,
        detail: Some("unknown_kind: no such kind".to_owned()),
    };
    assert_eq!(settlements.items, [Settlement::Duplicate, Settlement::Kept, quarantined]);
    assert_eq!(settlements.tally().kept, 1);
}

#[test]
fn conflict_and_invalid_are_never_taken_for_stored() {
    for status in [ReceiptStatus::Conflict, ReceiptStatus::Invalid] {
        let mut page = page();
        page.receipts.iter_mut().for_each(|receipt| receipt.status = status);
        let body = json(&page);
        let Decision::Settle(settlements) = interpret(&sent(), &answer(200, None, &body), now())
        else {
            panic!("our own page settles");
        };
        assert_eq!(settlements.tally().quarantined, 3, "{status:?}");
    }
}

#[test]
fn a_server_s_long_words_are_cut() {
    let mut page = page();
    page.receipts[0].status = ReceiptStatus::Invalid;
    page.receipts[0].detail = Some("ä".repeat(100_000));
    let body = json(&page);
    let Decision::Settle(settlements) = interpret(&sent(), &answer(200, None, &body), now()) else {
        panic!("our own page settles");
    };
    let Settlement::Quarantined { detail: Some(detail), .. } = &settlements.items[0] else {
        panic!("an invalid event is quarantined");
    };
    assert_eq!(detail.chars().count(), 500);
}

proptest! {
    #[test]
    fn no_answer_panics_and_no_random_body_settles(
        status: u16,
        header: Option<String>,
        body: Vec<u8>,
    ) {
        let reply = answer(status, header.as_deref(), &body);
        prop_assert!(!matches!(interpret(&sent(), &reply, now()), Decision::Settle(_)));
    }
}
