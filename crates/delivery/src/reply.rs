//! What came back for a batch, and what it means.

use event_model::{EventId, WallTime};
use ingest_api::{Problem, ProblemKind};

use crate::{Settlements, WaitReason, page::Page, parse_retry_after, words::in_words};

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
    Refused {
        /// With which status.
        reason: WaitReason,
        /// Our server's own words, where it is ours that refused.
        detail: Option<String>,
    },
}

/// What `reply` to the events `sent` means. `now` is read only where the
/// server names a date and no clock of its own.
#[must_use]
pub fn interpret(sent: &[EventId], reply: &Reply<'_>, now: WallTime) -> Decision {
    match *reply {
        Reply::Silence(silence) => {
            Decision::BackOff { reason: WaitReason::Silence(silence), retry_after_ms: None }
        }
        Reply::Answer { status: 200, body, .. } => match Page::read(body, sent) {
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

/// The status decides first, since that is what design and RFC 9110 bind; within
/// the rest of 4xx our own problem type does, where there is one.
fn without_receipts(status: u16, body: &[u8], retry_after_ms: Option<u64>) -> Decision {
    let later = Decision::BackOff { reason: WaitReason::Status(status), retry_after_ms };
    match status {
        401 => Decision::Pause(own_pause(body).unwrap_or(WaitReason::Unauthenticated)),
        403 => Decision::Pause(own_pause(body).unwrap_or(WaitReason::Forbidden)),
        408 | 425 | 429 => later,
        400..=499 => match own_problem(body) {
            Some((kind, problem)) => match Meaning::of(kind) {
                Meaning::NotLetIn(reason) => Decision::Pause(reason),
                Meaning::Later => later,
                Meaning::NotLikeThis => {
                    refused(status, in_words(Some(kind.as_str()), problem.detail.as_deref()))
                }
            },
            None => refused(status, None),
        },
        _ => later,
    }
}

fn refused(status: u16, detail: Option<String>) -> Decision {
    Decision::Refused { reason: WaitReason::Status(status), detail }
}

fn own_problem(body: &[u8]) -> Option<(ProblemKind, Problem)> {
    let problem = serde_json::from_slice::<Problem>(body).ok()?;
    Some((problem.kind()?, problem))
}

fn own_pause(body: &[u8]) -> Option<WaitReason> {
    match Meaning::of(own_problem(body)?.0) {
        Meaning::NotLetIn(reason) => Some(reason),
        Meaning::Later | Meaning::NotLikeThis => None,
    }
}

/// What one of our own problems says of the request.
enum Meaning {
    /// Whoever sends it is not let in.
    NotLetIn(WaitReason),
    /// The same request may be taken later.
    Later,
    /// This request is not taken; a part of it may be.
    NotLikeThis,
}

impl Meaning {
    fn of(problem: ProblemKind) -> Self {
        match problem {
            ProblemKind::Unauthenticated => Self::NotLetIn(WaitReason::Unauthenticated),
            ProblemKind::Revoked | ProblemKind::Forbidden => Self::NotLetIn(WaitReason::Forbidden),
            ProblemKind::UpgradeRequired => Self::NotLetIn(WaitReason::UpgradeRequired),
            ProblemKind::IdempotencyKeyInFlight
            | ProblemKind::RateLimited
            | ProblemKind::Overloaded
            | ProblemKind::Internal => Self::Later,
            ProblemKind::UnsupportedMediaType
            | ProblemKind::TooLarge
            | ProblemKind::MalformedBatch
            | ProblemKind::IdempotencyKeyReused
            | ProblemKind::AlreadyEnrolled
            | ProblemKind::NotFound
            | ProblemKind::BadRequest => Self::NotLikeThis,
        }
    }
}
