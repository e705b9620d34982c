//! A receipt page, as far as it can be relied on.
//!
//! Read more leniently than it is written: a newer server may give an event a
//! verdict, or a reason, that this client has no word for. That settles nothing,
//! and it must not spoil the verdicts on the other events of the page.

use event_model::EventId;
use ingest_api::{RECEIPT_VERSION, ReceiptCode, ReceiptStatus};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

/// The page of our own server. Fields that are not named here are ignored.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    ringside: String,
    pub(crate) server_version: String,
    pub(crate) store: Uuid,
    pub(crate) receipts: Vec<Line>,
    pub(crate) contiguous_sequence: Option<u64>,
}

/// Its word on one event.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    id: String,
    status: String,
    code: Option<String>,
    pub(crate) detail: Option<String>,
}

impl Page {
    /// The page, where it is one of ours about exactly the events that were
    /// sent, in their order.
    pub(crate) fn read(body: &[u8], sent: &[EventId]) -> Option<Self> {
        let page: Self = serde_json::from_slice(body).ok()?;
        let same_ids = page.receipts.len() == sent.len()
            && page.receipts.iter().zip(sent).all(|(line, id)| line.id.parse() == Ok(*id));
        (page.ringside == RECEIPT_VERSION && same_ids).then_some(page)
    }
}

impl Line {
    /// The verdict; `None` where it is one that this client does not know.
    pub(crate) fn status(&self) -> Option<ReceiptStatus> {
        known(&self.status)
    }

    /// The reason; `None` where there is none, or one that is not known here.
    pub(crate) fn code(&self) -> Option<ReceiptCode> {
        self.code.as_deref().and_then(known)
    }

    /// The reason as the server wrote it.
    pub(crate) fn code_word(&self) -> Option<&str> {
        self.code.as_deref()
    }
}

/// The variant that is written `word`.
fn known<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(Value::String(word.to_owned())).ok()
}
