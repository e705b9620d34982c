//! Refusals of a whole request, as RFC 9457 problem documents.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ingest_api::{PROBLEM_CONTENT_TYPE, Problem, ProblemKind};

/// The encodings that a request may have (RFC 7694).
const ENCODINGS: HeaderValue = HeaderValue::from_static("zstd, gzip, identity");
/// What a client that shows no token should show (RFC 6750).
const BEARER: HeaderValue = HeaderValue::from_static("Bearer");

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

    /// The same with the time after which trying again makes sense.
    pub(crate) fn retry_after_s(mut self, seconds: u64) -> Self {
        self.headers.push((header::RETRY_AFTER, HeaderValue::from(seconds)));
        self
    }

    /// The store failed. The cause goes to the log and not to the client.
    pub(crate) fn store(error: &ingest_store::Error) -> Self {
        tracing::error!(error = error as &dyn std::error::Error, "The store failed");
        Self::new(ProblemKind::Internal, "the store failed; the server's log says how")
    }

    /// A task of ours ended without an answer.
    pub(crate) fn stopped() -> Self {
        Self::new(ProblemKind::Overloaded, "the server is stopping").retry_after_s(1)
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.problem.status).expect("a problem's status is a status");
        let body = serde_json::to_vec(&self.problem).expect("a problem is always JSON");
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_CONTENT_TYPE));
        headers.extend(self.headers);
        response
    }
}
