//! Requests, and their answers.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
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

/// How many of the messages were taken, from the first on; the page keeps the others.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    ringside: &'static str,
    pub(super) taken: usize,
}

impl Answer {
    pub(super) fn of(taken: usize) -> Self {
        Self { ringside: NAME, taken }
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
    let body = match body::read(request.into_body(), BODY_BYTES_MAX, BODY_TIMEOUT).await {
        Ok(body) => body,
        Err(status) => {
            desk.count(|health| health.oversized += 1);
            return status.into_response();
        }
    };
    let Some(messages) = messages(&body) else {
        desk.count(|health| health.malformed += 1);
        return StatusCode::BAD_REQUEST.into_response();
    };
    if messages.len() > MESSAGES_MAX {
        desk.count(|health| health.oversized += 1);
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    for (taken, message) in messages.iter().enumerate() {
        match desk.take(Channel::Http, message.get()) {
            // What is none is not worth sending again.
            Took::Yes | Took::Never => {}
            Took::Later => return later(taken),
        }
    }
    Json(Answer::of(messages.len())).into_response()
}

fn later(taken: usize) -> Response {
    let headers = [(header::RETRY_AFTER, RETRY_AFTER)];
    (StatusCode::SERVICE_UNAVAILABLE, headers, Json(Answer::of(taken))).into_response()
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
