//! What a read of a match answers.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ingest_store::Looked;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::rejection::Rejection;

/// What a path segment may hold as it is (RFC 3986, unreserved, and the colon
/// of every match key).
pub(super) const SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// It, or where it is now.
pub(crate) enum Shown<T> {
    Here(T),
    /// A path.
    Elsewhere(String),
}

impl<T> Shown<T> {
    /// What was looked for under a match, `rest` behind its key; a key that was
    /// joined into another leads there for ever.
    pub(super) fn of_match(looked: Looked<T>, rest: &str) -> Result<Self, Rejection> {
        match looked {
            Looked::Found(found) => Ok(Self::Here(found)),
            Looked::Moved(key) => Ok(Self::Elsewhere(format!("{}{rest}", match_path(&key)))),
            Looked::Unknown => Err(no_such_match()),
        }
    }

    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Shown<U> {
        match self {
            Self::Here(found) => Shown::Here(change(found)),
            Self::Elsewhere(path) => Shown::Elsewhere(path),
        }
    }
}

impl<T: IntoResponse> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Here(found) => found.into_response(),
            Self::Elsewhere(path) => {
                let location = HeaderValue::try_from(path).expect("a path that is escaped");
                (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response()
            }
        }
    }
}

/// A match's own path.
pub(super) fn match_path(key: &str) -> String {
    format!("/v1/matches/{}", utf8_percent_encode(key, SEGMENT))
}

/// The same for a match that is not and for one that the viewer may not see.
pub(super) fn no_such_match() -> Rejection {
    Rejection::new(ingest_api::ProblemKind::NotFound, "no such match for this token, or not yet")
}
