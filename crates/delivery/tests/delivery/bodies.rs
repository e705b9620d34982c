//! Every kind of body that may come back for a batch.

use event_model::EventId;
use ingest_api::{Problem, ProblemKind, RECEIPT_VERSION, Receipt, ReceiptPage, ReceiptStatus};
use serde_json::{Value, json};
use uuid::Uuid;

/// Whose body it is.
pub(crate) enum Body {
    /// Ours: receipts for exactly the events that were sent.
    Receipts,
    /// Ours: a problem of this kind.
    Problem(ProblemKind),
    /// Anything else.
    Foreign,
}

/// The ids of the batch that the bodies answer.
pub(crate) fn sent() -> Vec<EventId> {
    (1..=3).map(|n| EventId(Uuid::from_u128(n))).collect()
}

fn receipt(id: EventId) -> Receipt {
    Receipt { id: id.to_string(), status: ReceiptStatus::Stored, code: None, detail: None }
}

/// Our page for them: each is stored.
pub(crate) fn page() -> ReceiptPage {
    ReceiptPage {
        ringside: RECEIPT_VERSION.to_owned(),
        server_version: "1.2.3".to_owned(),
        store: Uuid::from_u128(9),
        receipts: sent().into_iter().map(receipt).collect(),
        contiguous_sequence: Some(3),
    }
}

/// As bytes.
pub(crate) fn bytes(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data is always JSON")
}

/// Our page after `change`.
pub(crate) fn changed(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut page = serde_json::to_value(page()).expect("a page is JSON");
    change(&mut page);
    bytes(&page)
}

fn without(key: &str) -> Vec<u8> {
    changed(|page| drop(page.as_object_mut().expect("a page is an object").remove(key)))
}

fn receipts(page: &mut Value) -> &mut Vec<Value> {
    page["receipts"].as_array_mut().expect("receipts are an array")
}

/// Each with its name and whose it is.
pub(crate) fn bodies() -> Vec<(String, Body, Vec<u8>)> {
    let ours = own_pages().into_iter().map(|(name, body)| (name.to_owned(), Body::Receipts, body));
    let problems = ProblemKind::ALL.into_iter().map(|kind| {
        let name = format!("our problem {}", kind.as_str());
        (name, Body::Problem(kind), bytes(&Problem::new(kind, "why")))
    });
    let foreign = spoilt_pages()
        .into_iter()
        .chain(other_peoples())
        .map(|(name, body)| (name.to_owned(), Body::Foreign, body));
    ours.chain(problems).chain(foreign).collect()
}

/// Ours, today's and tomorrow's.
fn own_pages() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("our receipts", bytes(&page())),
        ("receipts with a field more", changed(|page| page["hint"] = json!({"a": [1]}))),
        ("a receipt with a field more", changed(|page| page["receipts"][1]["log"] = json!(7))),
        ("a verdict of tomorrow", changed(|page| page["receipts"][1]["status"] = json!("parked"))),
        ("a reason of tomorrow", changed(|page| page["receipts"][1]["code"] = json!("too_loud"))),
        ("no word on the sequence", without("contiguous_sequence")),
        (
            "ids in capitals",
            changed(|page| {
                for receipt in receipts(page) {
                    let id = receipt["id"].as_str().expect("an id is text").to_uppercase();
                    receipt["id"] = json!(id);
                }
            }),
        ),
    ]
}

/// Ours once, and not any more.
fn spoilt_pages() -> Vec<(&'static str, Vec<u8>)> {
    let whole = bytes(&page());
    vec![
        ("truncated by a byte", whole[..whole.len() - 1].to_vec()),
        ("truncated by half", whole[..whole.len() / 2].to_vec()),
        ("followed by more", [whole.as_slice(), b"x"].concat()),
        ("twice", [whole.as_slice(), &whole].concat()),
        ("another version", changed(|page| page["ringside"] = json!("receipt/2"))),
        ("no version", without("ringside")),
        ("no store", without("store")),
        ("a store without an id", changed(|page| page["store"] = json!("main"))),
        ("no server version", without("server_version")),
        ("no receipts at all", without("receipts")),
        ("receipts for nothing", changed(|page| receipts(page).clear())),
        ("a receipt missing", changed(|page| drop(receipts(page).pop()))),
        (
            "a receipt too many",
            changed(|page| {
                let first = page["receipts"][0].clone();
                receipts(page).push(first);
            }),
        ),
        ("an id twice", changed(|page| page["receipts"][1] = page["receipts"][0].clone())),
        ("reordered", changed(|page| receipts(page).swap(0, 1))),
        ("another id", changed(|page| page["receipts"][1]["id"] = json!(Uuid::nil()))),
        ("an empty id", changed(|page| page["receipts"][1]["id"] = json!(""))),
        (
            "no verdict",
            changed(|page| {
                drop(page["receipts"][1].as_object_mut().expect("a receipt").remove("status"));
            }),
        ),
        ("a number for a verdict", changed(|page| page["receipts"][1]["status"] = json!(1))),
        ("wrapped by a proxy", bytes(&json!({ "data": page() }))),
    ]
}

/// Never ours.
fn other_peoples() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("empty", Vec::new()),
        ("a login page", b"<html><body>Welcome to the hotel</body></html>".to_vec()),
        ("JSON null", b"null".to_vec()),
        ("an empty object", b"{}".to_vec()),
        ("another API's JSON", br#"{"status":"ok","accepted":3}"#.to_vec()),
        ("another API's problem", br#"{"type":"about:blank","title":"no","status":400}"#.to_vec()),
        (
            "a problem of tomorrow",
            br#"{"type":"urn:ringside:problem:too_loud","title":"no","status":400}"#.to_vec(),
        ),
        ("no UTF-8", vec![0xff, 0xfe]),
    ]
}
