//! One request, and the seam to what carries it.

use std::future::Future;

use delivery::{Reply, Silence};
use event_model::{Origin, OutboxId};
use outbox::Claimed;

use crate::Token;

/// A batch on its way.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who sends.
    pub token: Token,
    /// Which outbox the sequences count in.
    pub outbox: OutboxId,
    /// Live batches say when, on the device's clock, they were sent; a replay
    /// runs on the recording's clock and says nothing.
    pub origin: Origin,
    /// The JSON array, not compressed.
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A whole answer, from whomever.
    Whole {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, as sent.
        retry_after: Option<String>,
        /// `Date`, as sent.
        date: Option<String>,
        /// The body.
        body: Vec<u8>,
    },
    /// None, or not a whole one.
    Silence(Silence),
}

/// Says in which words an event leaves, which may be others than those that are kept.
pub trait Outgoing: Send + Sync + 'static {
    /// The bodies of a batch as they leave, in its order. An event that may have left
    /// before leaves in the words of then: whatever that takes is on disk when this
    /// returns. It may wait for the disk.
    ///
    /// # Errors
    /// Where that cannot be said now: then the batch is sent later.
    fn bodies(&self, outbox: OutboxId, claimed: &[Claimed]) -> std::io::Result<Vec<String>>;
}

/// Events leave as they are kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsKept;

impl Outgoing for AsKept {
    fn bodies(&self, _: OutboxId, claimed: &[Claimed]) -> std::io::Result<Vec<String>> {
        Ok(claimed.iter().map(|event| event.body.clone()).collect())
    }
}

/// Carries a request to the server and brings back what came; bounded in time.
pub trait Transport: Send + Sync + 'static {
    /// Sends one request.
    fn send(&self, request: Request) -> impl Future<Output = Answer> + Send;
}

/// A batch without events.
const NOTHING: &[u8] = b"[]";

impl Request {
    /// Asks the server who it is: its answer has no receipts, but names its
    /// database and its version.
    pub(crate) fn inquiry(token: Token, outbox: OutboxId) -> Self {
        Self { token, outbox, origin: Origin::Live, body: NOTHING.to_vec() }
    }

    /// Whether it carries no event. Such a one must not have an Idempotency-Key:
    /// all are alike, and the server would repeat what it said of itself once.
    #[must_use]
    pub fn is_inquiry(&self) -> bool {
        self.body == NOTHING
    }

    /// The request that carries `claimed`, which holds events of one origin, in these
    /// words.
    pub(crate) fn of(
        token: Token,
        outbox: OutboxId,
        claimed: &[Claimed],
        bodies: &[String],
    ) -> Self {
        Self {
            token,
            outbox,
            origin: claimed.first().map_or(Origin::Live, |event| event.origin),
            body: format!("[{}]", bodies.join(",")).into_bytes(),
        }
    }
}

impl Answer {
    /// The same as `delivery` reads it.
    pub(crate) fn as_reply(&self) -> Reply<'_> {
        match self {
            Self::Whole { status, retry_after, date, body } => Reply::Answer {
                status: *status,
                retry_after: retry_after.as_deref(),
                date: date.as_deref(),
                body,
            },
            Self::Silence(silence) => Reply::Silence(*silence),
        }
    }
}
