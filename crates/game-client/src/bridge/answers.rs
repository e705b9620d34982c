//! Requests, and their answers.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use event_model::Channel;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{BODY_BYTES_MAX, BODY_TIMEOUT, Desk, MESSAGES_MAX, Took, admission::Verdict};
use crate::body;

/// What an answer calls itself, so that the page knows whom it talks to.
const NAME: &str = "bridge/1";

/// Seconds after which what was not taken may be sent again.
const RETRY_AFTER: &str = "1";

/// Seconds that a browser may remember that the page is let in.
const PREFLIGHT_AGE: &str = "600";

/// What a browser asks before a page may reach into this machine.
const PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// Where whoever posts names the start of the bridge that it believes to talk to.
const TO: &str = "to=";

/// How many of the messages were taken, from the first on; the page keeps the others.
#[derive(Debug, Serialize)]
pub(super) struct Answer<'d> {
    ringside: &'static str,
    /// Which start of the bridge this is: what another one took last may not be on its
    /// disk, and is to be sent again.
    start: &'d str,
    taken: usize,
    /// How many of the taken were no messages, and were thrown away.
    #[serde(skip_serializing_if = "is_none")]
    malformed: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

impl<'d> Answer<'d> {
    fn of(desk: &'d Desk) -> Self {
        Self { ringside: NAME, start: &desk.start, taken: 0, malformed: 0 }
    }

    /// To one message of a socket.
    pub(super) fn to_one(desk: &'d Desk, took: Took) -> Self {
        let mut answer = Self::of(desk);
        answer.count(took);
        answer
    }

    /// Whether the next message may be looked at.
    fn count(&mut self, took: Took) -> bool {
        match took {
            Took::Yes => self.taken += 1,
            // What is none is not worth sending again.
            Took::Never => {
                self.taken += 1;
                self.malformed += 1;
            }
            Took::Later => return false,
        }
        true
    }
}

/// A browser asks whether the page may.
pub(super) async fn preflight(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Response {
    let Some(page) = desk.admission.page(&headers) else {
        desk.count(|health| health.foreign += 1);
        return StatusCode::FORBIDDEN.into_response();
    };
    let answer = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, page.clone()),
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST")),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, content-type"),
        ),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(PREFLIGHT_AGE)),
        (PRIVATE_NETWORK, HeaderValue::from_static("true")),
        (header::VARY, HeaderValue::from_static("Origin")),
    ];
    (StatusCode::NO_CONTENT, answer).into_response()
}

/// Messages: one, or a list of them.
pub(super) async fn post(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let page = desk.admission.page(request.headers()).cloned();
    let mut answer = match refusal(&desk, request.headers()) {
        Some(status) => status.into_response(),
        None => take(&desk, request).await,
    };
    if let Some(page) = page {
        answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, page);
    }
    answer
}

/// Why a request is not listened to.
pub(super) fn refusal(desk: &Desk, headers: &HeaderMap) -> Option<StatusCode> {
    match desk.admission.judge(headers) {
        Verdict::Admitted => None,
        Verdict::Foreign => {
            desk.count(|health| health.foreign += 1);
            Some(StatusCode::FORBIDDEN)
        }
        Verdict::Unauthorised => {
            desk.count(|health| health.unauthorised += 1);
            Some(StatusCode::UNAUTHORIZED)
        }
    }
}

async fn take(desk: &Desk, request: Request) -> Response {
    let is_meant_for_another = is_meant_for_another(request.uri(), &desk.start);
    let body = match body::read(request.into_body(), BODY_BYTES_MAX, BODY_TIMEOUT).await {
        Ok(body) => body,
        Err(status) => {
            desk.count(|health| health.oversized += 1);
            return status.into_response();
        }
    };
    // Only behind the body: who is answered before may be cut off, and the page has to read
    // this to learn of the new start.
    if is_meant_for_another {
        return (StatusCode::CONFLICT, Json(Answer::of(desk))).into_response();
    }
    let Some(messages) = messages(&body) else {
        desk.count(|health| health.malformed += 1);
        return StatusCode::BAD_REQUEST.into_response();
    };
    if messages.len() > MESSAGES_MAX {
        desk.count(|health| health.oversized += 1);
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let mut answer = Answer::of(desk);
    for message in &messages {
        if !answer.count(desk.take(Channel::Http, message.get())) {
            let headers = [(header::RETRY_AFTER, RETRY_AFTER)];
            return (StatusCode::SERVICE_UNAVAILABLE, headers, Json(answer)).into_response();
        }
    }
    Json(answer).into_response()
}

/// Whether the companion was started anew since this was written: what it took last
/// comes first then.
fn is_meant_for_another(uri: &Uri, start: &str) -> bool {
    let mut values = uri.query().unwrap_or_default().split('&');
    values.find_map(|value| value.strip_prefix(TO)).is_some_and(|meant| meant != start)
}

/// The messages of a body, each as it was written.
fn messages(body: &[u8]) -> Option<Vec<&RawValue>> {
    let one: &RawValue = serde_json::from_slice(body).ok()?;
    match one.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(one.get()).ok(),
        Some(b'{') => Some(vec![one]),
        Some(_) | None => None,
    }
}
