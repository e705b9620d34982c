//! Refusals of a whole request, as RFC 9457 problem documents.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ingest_api::{PROBLEM_CONTENT_TYPE, Problem, ProblemKind};
use ingest_store::Ailment;

/// The encodings that a request may have (RFC 7694).
const ENCODINGS: HeaderValue = HeaderValue::from_static("zstd, gzip, identity");
/// What a client that shows no token should show (RFC 6750).
const BEARER: HeaderValue = HeaderValue::from_static("Bearer");

/// When an overloaded server may be asked again, at the earliest: a group of
/// commits is through by then.
const OVERLOAD_RETRY_AFTER_S: u64 = 2;
/// Refusals of one moment are sent back over so many seconds, in turn, so that
/// they do not come again in one moment.
const OVERLOAD_SPREAD_S: u64 = 4;
static REFUSALS: AtomicU64 = AtomicU64::new(0);

/// A request that is answered with a problem.
#[derive(Debug)]
pub(crate) struct Rejection {
    problem: Problem,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Rejection {
    pub(crate) fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        let headers = match kind {
            ProblemKind::Unauthenticated => vec![(header::WWW_AUTHENTICATE, BEARER)],
            ProblemKind::UnsupportedMediaType => vec![(header::ACCEPT_ENCODING, ENCODINGS)],
            ProblemKind::Revoked
            | ProblemKind::TooLarge
            | ProblemKind::MalformedBatch
            | ProblemKind::IdempotencyKeyReused
            | ProblemKind::IdempotencyKeyInFlight
            | ProblemKind::RateLimited
            | ProblemKind::Overloaded
            | ProblemKind::UpgradeRequired
            | ProblemKind::AlreadyEnrolled
            | ProblemKind::NotFound
            | ProblemKind::BadRequest
            | ProblemKind::Forbidden
            | ProblemKind::Internal => Vec::new(),
        };
        Self { problem: Problem::new(kind, detail), headers }
    }

    /// A problem for which HTTP has its own word, so that RFC 9457 asks for no
    /// type of ours.
    pub(crate) fn of_status(status: StatusCode, detail: impl Into<String>) -> Self {
        let problem = Problem {
            problem_type: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail: Some(detail.into()),
        };
        Self { problem, headers: Vec::new() }
    }

    /// The server cannot take it now, and says when it may be asked again.
    pub(crate) fn overloaded(detail: impl Into<String>) -> Self {
        let turn = REFUSALS.fetch_add(1, Ordering::Relaxed) % OVERLOAD_SPREAD_S;
        Self::new(ProblemKind::Overloaded, detail).retry_after_s(OVERLOAD_RETRY_AFTER_S + turn)
    }

    /// The same with the time after which trying again makes sense.
    pub(crate) fn retry_after_s(mut self, seconds: u64) -> Self {
        self.headers.push((header::RETRY_AFTER, HeaderValue::from(seconds)));
        self
    }

    /// The same, and the connection ends with it.
    pub(crate) fn closing(mut self) -> Self {
        self.headers.push((header::CONNECTION, HeaderValue::from_static("close")));
        self
    }

    /// The store failed. The cause goes to the log and not to the client.
    pub(crate) fn store(error: &ingest_store::Error) -> Self {
        tracing::error!(error = error as &dyn std::error::Error, "The store failed");
        if let ingest_store::Error::Misplaced(_) = error {
            return Self::overloaded("the server's database is not where it should be");
        }
        match error.ailment() {
            Some(Ailment::Damaged) => {
                Self::new(ProblemKind::Internal, "the store failed; the server's log says how")
            }
            Some(Ailment::Passing) => Self::overloaded("the server cannot use its disk now"),
            None => Self::overloaded("somebody else is at the server's database"),
        }
    }

    /// A task of ours ended without an answer.
    pub(crate) fn stopped() -> Self {
        Self::overloaded("the server is stopping")
    }

    /// The status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status).expect("a problem's status is a status")
    }

    /// The document.
    pub(crate) fn document(&self) -> Vec<u8> {
        serde_json::to_vec(&self.problem).expect("a problem is always JSON")
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = (self.status(), self.document()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_CONTENT_TYPE));
        headers.extend(self.headers);
        response
    }
}
