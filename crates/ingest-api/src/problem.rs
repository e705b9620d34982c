//! Errors of a whole request: RFC 9457 problem documents.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Media type of a problem document.
pub const PROBLEM_CONTENT_TYPE: &str = "application/problem+json";

const URN: &str = "urn:ringside:problem:";

/// Every problem that the contract names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// No token, or not one that the server knows.
    Unauthenticated,
    /// The token was revoked.
    Revoked,
    /// Neither a CloudEvents batch nor an encoding that the server reads.
    UnsupportedMediaType,
    /// More bytes or events than a request may have.
    TooLarge,
    /// Not a JSON array of events.
    MalformedBatch,
    /// The same Idempotency-Key came with another body before.
    IdempotencyKeyReused,
    /// The same Idempotency-Key is being worked on.
    IdempotencyKeyInFlight,
    /// Too many requests from this device.
    RateLimited,
    /// The server cannot take it at the moment.
    Overloaded,
    /// The client is older than the server can serve.
    UpgradeRequired,
    /// The device is enrolled already, and the request did not show its token.
    AlreadyEnrolled,
    /// No such match, event or device for this reader.
    NotFound,
    /// The request is not of the contract's form.
    BadRequest,
    /// This token may not do that.
    Forbidden,
    /// The server failed.
    Internal,
}

impl ProblemKind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Unauthenticated,
        Self::Revoked,
        Self::UnsupportedMediaType,
        Self::TooLarge,
        Self::MalformedBatch,
        Self::IdempotencyKeyReused,
        Self::IdempotencyKeyInFlight,
        Self::RateLimited,
        Self::Overloaded,
        Self::UpgradeRequired,
        Self::AlreadyEnrolled,
        Self::NotFound,
        Self::BadRequest,
        Self::Forbidden,
        Self::Internal,
    ];

    /// The HTTP status that it is sent with.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::MalformedBatch | Self::BadRequest => 400,
            Self::Unauthenticated => 401,
            Self::Revoked | Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::IdempotencyKeyInFlight | Self::AlreadyEnrolled => 409,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::IdempotencyKeyReused => 422,
            Self::UpgradeRequired => 426,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Overloaded => 503,
        }
    }

    /// The last part of the problem's `type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Revoked => "revoked",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::TooLarge => "too_large",
            Self::MalformedBatch => "malformed_batch",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::IdempotencyKeyInFlight => "idempotency_key_in_flight",
            Self::RateLimited => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::UpgradeRequired => "upgrade_required",
            Self::AlreadyEnrolled => "already_enrolled",
            Self::NotFound => "not_found",
            Self::BadRequest => "bad_request",
            Self::Forbidden => "forbidden",
            Self::Internal => "internal",
        }
    }

    /// The problem's `type`.
    #[must_use]
    pub fn urn(self) -> String {
        format!("{URN}{}", self.as_str())
    }

    fn title(self) -> &'static str {
        match self {
            Self::Unauthenticated => "The request carries no valid token",
            Self::Revoked => "The token was revoked",
            Self::UnsupportedMediaType => "The body is not of a type that is read here",
            Self::TooLarge => "The request is larger than the limits",
            Self::MalformedBatch => "The body is not a JSON array of events",
            Self::IdempotencyKeyReused => "The Idempotency-Key was used for another body",
            Self::IdempotencyKeyInFlight => "The Idempotency-Key is being worked on",
            Self::RateLimited => "Too many requests from this device",
            Self::Overloaded => "The server cannot take more at the moment",
            Self::UpgradeRequired => "The client is too old for this server",
            Self::AlreadyEnrolled => "The device is enrolled already",
            Self::NotFound => "There is no such thing for this token",
            Self::BadRequest => "The request is not of the contract's form",
            Self::Forbidden => "The token may not do this",
            Self::Internal => "The server failed",
        }
    }
}

/// A problem document. Clients branch on `type`, never on the status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:ringside:problem:<kind>`.
    #[serde(rename = "type")]
    #[schema(example = "urn:ringside:problem:too_large")]
    pub problem_type: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was wrong with this request, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Problem {
    /// A problem with what was wrong this time.
    #[must_use]
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            problem_type: kind.urn(),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: Some(detail.into()),
        }
    }

    /// The kind; `None` where the type is not one of the contract's.
    #[must_use]
    pub fn kind(&self) -> Option<ProblemKind> {
        let word = self.problem_type.strip_prefix(URN)?;
        ProblemKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_known_again_by_its_type() {
        for kind in ProblemKind::ALL {
            let problem = Problem::new(kind, "why");
            assert_eq!(problem.kind(), Some(kind));
            assert_eq!(problem.status, kind.status());
        }
    }

    #[test]
    fn somebody_elses_problem_is_not_ours() {
        let mut problem = Problem::new(ProblemKind::TooLarge, "why");
        problem.problem_type = "https://example.org/too_large".to_owned();
        assert_eq!(problem.kind(), None);
    }
}
