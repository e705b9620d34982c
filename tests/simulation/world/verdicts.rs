//! Verdicts that a server of ours gives where it is older, or its store cannot
//! take an event: the events do not reach the server of the simulation, and their
//! receipts stand among those that it gave.

use std::{collections::BTreeMap, fmt};

use event_model::EventId;
use ingest_api::{Receipt, ReceiptCode, ReceiptPage, ReceiptStatus};
use serde_json::Value;

use crate::plan::{Verdict, Weather};

/// What an older server calls itself.
const OLDER: &str = "0.0.0-simulated";

/// The verdicts on some events of a request, by their places in it.
pub(super) struct Verdicts {
    receipts: BTreeMap<usize, Receipt>,
    is_older: bool,
}

impl Verdicts {
    pub(super) fn of(weather: Option<Weather>, body: &[u8]) -> Self {
        let Some(Weather::Verdict(these, verdict)) = weather else {
            return Self { receipts: BTreeMap::new(), is_older: false };
        };
        let receipt = |(place, event): (usize, &Value)| {
            let id = event["id"].as_str()?;
            let is_one = id.parse().is_ok_and(|id: EventId| these.has(id));
            is_one.then(|| (place, receipt(id, verdict)))
        };
        let receipts = events(body).iter().enumerate().filter_map(receipt).collect();
        Self { receipts, is_older: verdict == Verdict::UnknownKind }
    }

    /// The request without the events of these verdicts.
    pub(super) fn left(&self, body: &[u8]) -> Vec<u8> {
        if self.receipts.is_empty() {
            return body.to_vec();
        }
        let events = events(body).into_iter().enumerate();
        let left = events.filter(|(place, _)| !self.receipts.contains_key(place));
        let left: Vec<_> = left.map(|(_, event)| event).collect();
        serde_json::to_vec(&left).unwrap()
    }

    /// The answer to the whole request.
    pub(super) fn among(&self, page: &ReceiptPage) -> Vec<u8> {
        let mut page = page.clone();
        for (place, receipt) in &self.receipts {
            page.receipts.insert(*place, receipt.clone());
        }
        if self.is_older {
            OLDER.clone_into(&mut page.server_version);
        }
        serde_json::to_vec(&page).unwrap()
    }
}

impl fmt::Display for Verdicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.receipts.values().next() {
            Some(receipt) => write!(f, ", {} {:?}", self.receipts.len(), receipt.status),
            None => Ok(()),
        }
    }
}

fn receipt(id: &str, verdict: Verdict) -> Receipt {
    let (status, code) = match verdict {
        Verdict::Retry => (ReceiptStatus::Retry, ReceiptCode::StoreUnavailable),
        Verdict::Invalid => (ReceiptStatus::Invalid, ReceiptCode::MalformedEvent),
        Verdict::Conflict => (ReceiptStatus::Conflict, ReceiptCode::FingerprintDiffers),
        Verdict::UnknownKind => (ReceiptStatus::Invalid, ReceiptCode::UnknownKind),
    };
    Receipt { id: id.to_owned(), status, code: Some(code), detail: None }
}

fn events(body: &[u8]) -> Vec<Value> {
    serde_json::from_slice(body).unwrap()
}
