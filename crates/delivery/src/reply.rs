//! What came back for a batch, and what it means.

use event_model::{EventId, WallTime};
use ingest_api::{Problem, ProblemKind, RECEIPT_VERSION, ReceiptPage};

use crate::{Settlements, WaitReason, parse_retry_after};

/// What came back for a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply<'a> {
    /// A whole answer, from whomever.
    Answer {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, as sent.
        retry_after: Option<&'a str>,
        /// `Date`, as sent.
        date: Option<&'a str>,
        /// The body, read to its end.
        body: &'a [u8],
    },
    /// None, or not a whole one. The batch may have been stored all the same.
    Silence(Silence),
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// No connection: no such name, refused, no route.
    Unreachable,
    /// The other end could not show that it is the server.
    Untrusted,
    /// It took too long.
    TimedOut,
    /// The connection broke before the answer was whole.
    Broken,
    /// The answer was longer than any of ours.
    TooLong,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Our server's word on each event: settle, quarantine or keep by it.
    Settle(Settlements),
    /// The server does not take us: keep all, tell the player, try again with
    /// growing gaps or when the token changes.
    Pause(WaitReason),
    /// Keep all, and try again later.
    BackOff {
        /// Why.
        reason: WaitReason,
        /// The least wait that the server asked for.
        retry_after_ms: Option<u64>,
    },
    /// The request as a whole was refused: see [`crate::after_refusal`].
    Refused(WaitReason),
}

/// What `reply` to the events `sent` means. `now` is read only where the
/// server names a date and no clock of its own.
#[must_use]
pub fn interpret(sent: &[EventId], reply: &Reply<'_>, now: WallTime) -> Decision {
    match *reply {
        Reply::Silence(silence) => {
            Decision::BackOff { reason: WaitReason::Silence(silence), retry_after_ms: None }
        }
        Reply::Answer { status: 200, body, .. } => match own_page(sent, body) {
            Some(page) => Decision::Settle(Settlements::of(page)),
            None => Decision::BackOff { reason: WaitReason::NotOurServer, retry_after_ms: None },
        },
        Reply::Answer { status, retry_after, date, body } => {
            let retry_after_ms =
                retry_after.and_then(|header| parse_retry_after(header, date, now));
            without_receipts(status, body, retry_after_ms)
        }
    }
}

/// The page, where it is one of ours about exactly the events that were sent.
fn own_page(sent: &[EventId], body: &[u8]) -> Option<ReceiptPage> {
    let page: ReceiptPage = serde_json::from_slice(body).ok()?;
    let same_ids = page.receipts.len() == sent.len()
        && page.receipts.iter().zip(sent).all(|(receipt, id)| receipt.id.parse() == Ok(*id));
    (page.ringside == RECEIPT_VERSION && same_ids).then_some(page)
}

fn without_receipts(status: u16, body: &[u8], retry_after_ms: Option<u64>) -> Decision {
    let problem = serde_json::from_slice::<Problem>(body).ok().and_then(|problem| problem.kind());
    let reason = WaitReason::Status(status);
    match (status, problem) {
        (_, Some(ProblemKind::UpgradeRequired)) => Decision::Pause(WaitReason::UpgradeRequired),
        (401, _) => Decision::Pause(WaitReason::Unauthenticated),
        (403, _) => Decision::Pause(WaitReason::Forbidden),
        (409, Some(ProblemKind::IdempotencyKeyInFlight)) => {
            Decision::BackOff { reason, retry_after_ms }
        }
        (408 | 425 | 429, _) => Decision::BackOff { reason, retry_after_ms },
        (400..=499, _) => Decision::Refused(reason),
        _ => Decision::BackOff { reason, retry_after_ms },
    }
}
