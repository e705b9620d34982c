//! What comes back for a batch, from whomever.

use delivery::{Decision, RETRY_AFTER_MAX_MS, Reply, interpret, parse_retry_after};
use event_model::{EventId, WallTime};
use serde_json::Value;
use uuid::Uuid;

use crate::Looked;

/// The events that were sent: the pages in the folder speak of them.
pub(crate) fn sent() -> Vec<EventId> {
    (1..=3).map(|number| EventId(Uuid::from_u128(number))).collect()
}

fn now() -> WallTime {
    WallTime::from_unix_ms(1_795_201_200_000)
}

/// Law: only a page that names itself, with one receipt per event in order,
/// settles or quarantines anything.
pub(crate) fn receipts(input: &[u8]) -> Looked {
    let reply = Reply::Answer { status: 200, retry_after: None, date: None, body: input };
    match interpret(&sent(), &reply, now()) {
        Decision::Settle(settlements) => {
            let page: Value = serde_json::from_slice(input).unwrap();
            assert_eq!(page["ringside"], "receipt/1");
            let named = page["receipts"].as_array().unwrap().iter().map(|one| one["id"].as_str());
            let ids: Vec<EventId> = named.map(|id| id.unwrap().parse().unwrap()).collect();
            assert_eq!(ids, sent());
            assert_eq!(settlements.items.len(), ids.len());
            Looked::Taken
        }
        Decision::BackOff { .. } => Looked::Refused,
        other @ (Decision::Pause(_) | Decision::Refused { .. }) => {
            panic!("200 and no page of ours: {other:?}")
        }
    }
}

/// Law: without 200 nothing settles, whatever the body says. The first two bytes
/// are the status.
pub(crate) fn refusals(input: &[u8]) -> Looked {
    let [high, low, body @ ..] = input else { return Looked::Refused };
    let status = 100 + u16::from_be_bytes([*high, *low]) % 500;
    if status == 200 {
        return receipts(body);
    }
    let text = std::str::from_utf8(body).ok();
    let reply = Reply::Answer { status, retry_after: text, date: text, body };
    match interpret(&sent(), &reply, now()) {
        Decision::Settle(_) => panic!("status {status} settles"),
        Decision::BackOff { retry_after_ms, .. } => {
            assert!(retry_after_ms.is_none_or(|ms| ms <= RETRY_AFTER_MAX_MS));
            Looked::Taken
        }
        Decision::Pause(_) | Decision::Refused { .. } => Looked::Taken,
    }
}

/// Law: bounded, and seconds are seconds. A line break parts header and date.
pub(crate) fn retry_after(input: &[u8]) -> Looked {
    let text = String::from_utf8_lossy(input);
    let (header, date) = text.split_once('\n').unwrap_or((&text, ""));
    let date = (!date.is_empty()).then_some(date);
    let Some(wait_ms) = parse_retry_after(header, date, now()) else { return Looked::Refused };
    assert!(wait_ms <= RETRY_AFTER_MAX_MS);
    if let Ok(seconds) = header.trim().parse::<u32>()
        && header.trim().bytes().all(|byte| byte.is_ascii_digit())
    {
        assert_eq!(wait_ms, (u64::from(seconds) * 1_000).min(RETRY_AFTER_MAX_MS));
    }
    Looked::Taken
}
