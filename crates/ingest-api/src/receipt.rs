//! The server's word on each event of a batch.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The name by which a receipt page knows itself: a 200 without it is not an
/// answer of ours (a hotel's login page, say).
pub const RECEIPT_VERSION: &str = "receipt/1";

/// The answer to a batch: one receipt per event, in order, always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptPage {
    /// Always [`RECEIPT_VERSION`].
    #[schema(example = "receipt/1")]
    pub ringside: String,
    /// The server's version: what it did not know before, it may know now.
    pub server_version: String,
    /// The server's database; new when it was created or restored.
    pub store: Uuid,
    /// One per event, in the order they were sent.
    pub receipts: Vec<Receipt>,
    /// Highest n such that the server knows what became of 1 to n of this
    /// outbox; `null` where the request named no outbox.
    pub contiguous_sequence: Option<u64>,
}

/// What became of one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// The event's id; empty where it had none.
    pub id: String,
    /// The verdict.
    pub status: ReceiptStatus,
    /// Why, where the status is not `stored` or `duplicate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ReceiptCode>,
    /// The same for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The verdicts. Only `stored` and `duplicate` mean that the event is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptStatus {
    /// On disk since now.
    Stored,
    /// On disk since before; the same event.
    Duplicate,
    /// Another event is on disk under this id.
    Conflict,
    /// Cannot be taken as it is.
    Invalid,
    /// Not this time: send it again later.
    Retry,
}

/// Why an event was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptCode {
    /// An attribute or the data is missing or wrong.
    MalformedEvent,
    /// A `ringside.` type that this server does not know (yet).
    UnknownKind,
    /// Its `source` is another device.
    ForeignSource,
    /// Older than the gate remembers.
    TooOld,
    /// More bytes than one event may have.
    EventTooLarge,
    /// Nested deeper than the limit.
    TooDeep,
    /// Another event is stored under this id.
    FingerprintDiffers,
    /// Deleted at the device's own wish; it will not be stored again.
    Erased,
    /// The store could not take it this time.
    StoreUnavailable,
    /// A replay, and this server takes none.
    ReplayRefused,
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_receipt_page_is_written_as_the_contract_says() {
        let page = ReceiptPage {
            ringside: RECEIPT_VERSION.to_owned(),
            server_version: "0.1.0".to_owned(),
            store: Uuid::nil(),
            receipts: vec![
                Receipt {
                    id: "a".to_owned(),
                    status: ReceiptStatus::Stored,
                    code: None,
                    detail: None,
                },
                Receipt {
                    id: "b".to_owned(),
                    status: ReceiptStatus::Invalid,
                    code: Some(ReceiptCode::UnknownKind),
                    detail: Some("kind ringside.dance.v1 is not known".to_owned()),
                },
            ],
            contiguous_sequence: Some(42),
        };
        expect![[r#"{"ringside":"receipt/1","server_version":"0.1.0","store":"00000000-0000-0000-0000-000000000000","receipts":[{"id":"a","status":"stored"},{"id":"b","status":"invalid","code":"unknown_kind","detail":"kind ringside.dance.v1 is not known"}],"contiguous_sequence":42}"#]]
            .assert_eq(&serde_json::to_string(&page).unwrap());
    }
}
