//! `POST /v1/events`: a batch in, receipts out.

use std::{str::FromStr, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use event_model::{BATCH_CONTENT_TYPE, DeviceId, OutboxId, WallTime};
use ingest_api::{
    CLOCK_HEADER, IDEMPOTENCY_KEY_HEADER, IDEMPOTENT_REPLAYED_HEADER, IdempotencyKey,
    OUTBOX_HEADER, Problem, ProblemKind, ReceiptPage, SentClock,
};
use ingest_store::{Answer, Batch, IdempotencyClaim, Outcome, Replayed};
use sha2::{Digest, Sha256};

use crate::{
    app::App,
    authorization,
    body::{self, Encoding},
    events::{Arrival, Judge, SplitFault, decode_small, split},
    rejection::Rejection,
};

/// Takes a batch of events.
///
/// Limits and lifetimes are published under `x-ringside-limits` and
/// `x-ringside-lifetimes` in this document.
#[utoipa::path(
    post, path = "/v1/events", tag = "events",
    params(
        ("Ringside-Outbox" = Option<uuid::Uuid>, Header, description = "The outbox that the sequences count in"),
        ("Ringside-Clock" = Option<String>, Header, description = "`<epoch>;<mono ms>[;<RFC 3339>]`: the sender's clock when it sent"),
        ("Idempotency-Key" = Option<String>, Header, description = "A UUID in double quotes; the same key and body give the same answer"),
        ("Content-Encoding" = Option<String>, Header, description = "`zstd`, `gzip` or `identity`"),
    ),
    request_body(content_type = "application/cloudevents-batch+json", content = Vec<serde_json::Value>, description = "A CloudEvents 1.0 batch"),
    responses(
        (status = 200, description = "One receipt per event, in order", body = ReceiptPage),
        (status = 400, description = "`malformed_batch`, `bad_request`", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`, `forbidden`", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`idempotency_key_in_flight`", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "`too_large`", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "`unsupported_media_type`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`idempotency_key_reused`", body = Problem, content_type = "application/problem+json"),
        (status = 426, description = "`upgrade_required`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`overloaded`", body = Problem, content_type = "application/problem+json"),
    ),
    security(("device" = [])),
)]
pub(crate) async fn post_events(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Rejection> {
    // Before the body is read: the header's clock was read when it was sent.
    let received_at = app.clock.now().wall;
    let (device, asked) = match recognise(&app, &headers).await {
        Ok(recognised) => recognised,
        Err(rejection) => {
            body::drain(body, app.config.limits.sent_bytes_max).await;
            return Err(rejection);
        }
    };
    let limits = app.config.limits;
    let sent = body::receive(body, limits.sent_bytes_max, app.config.body_timeout).await?;
    let _claim = asked.key.map(|key| app.in_flight.claim(device, key)).transpose()?;
    let batch = if let Some(decoded) = decode_small(asked.encoding, &sent) {
        asked.judge(&app, device, received_at, &sent, decoded)?
    } else {
        let reading = app.clone();
        let read = move || asked.read_batch(&reading, device, received_at, &sent);
        tokio::task::spawn_blocking(read).await.map_err(|_| Rejection::stopped())??
    };
    let received = batch.items.len();
    match app.writer.ingest(batch).await? {
        Outcome::Answered(answer) => {
            if answer.replayed == Replayed::No {
                app.metrics.count_events(received, &answer.tally);
            }
            Ok(respond(answer))
        }
        Outcome::KeyReused => {
            let detail = "this key came with another body before";
            Err(Rejection::new(ProblemKind::IdempotencyKeyReused, detail))
        }
    }
}

/// All that can be refused without the body.
async fn recognise(app: &App, headers: &HeaderMap) -> Result<(DeviceId, Asked), Rejection> {
    let device = authorization::device(app, headers).await?;
    app.admission.spend(device, &app.clock.now())?;
    let asked = Asked::read(headers)?;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let limit = app.config.limits.sent_bytes_max;
    if length.and_then(|text| text.parse().ok()).is_some_and(|bytes: usize| bytes > limit) {
        let detail = format!("a request may have {limit} bytes as sent");
        return Err(Rejection::new(ProblemKind::TooLarge, detail));
    }
    Ok((device, asked))
}

/// What the headers say of the body.
struct Asked {
    encoding: Encoding,
    outbox: Option<OutboxId>,
    sent: Option<SentClock>,
    key: Option<IdempotencyKey>,
}

impl Asked {
    fn read(headers: &HeaderMap) -> Result<Self, Rejection> {
        check_content_type(headers)?;
        Ok(Self {
            encoding: encoding(headers)?,
            outbox: optional(headers, OUTBOX_HEADER)?,
            sent: optional(headers, CLOCK_HEADER)?,
            key: optional(headers, IDEMPOTENCY_KEY_HEADER)?,
        })
    }

    /// Decodes, splits and judges; nothing here waits for anything.
    fn read_batch(
        &self,
        app: &App,
        device: DeviceId,
        received_at: WallTime,
        sent: &Bytes,
    ) -> Result<Batch, Rejection> {
        let limit = app.config.limits.decoded_bytes_max;
        let decoded = body::decode(self.encoding, sent.clone(), limit)?;
        self.judge(app, device, received_at, sent, decoded)
    }

    fn judge(
        &self,
        app: &App,
        device: DeviceId,
        received_at: WallTime,
        sent: &Bytes,
        decoded: Vec<u8>,
    ) -> Result<Batch, Rejection> {
        let limits = &app.config.limits;
        // Kept as it was sent where that was zstd: packed already.
        let zstd = (self.encoding == Encoding::Zstd).then(|| sent.to_vec());
        let events = split(&decoded, limits.events_max).map_err(|fault| match fault {
            SplitFault::TooMany => {
                let detail = format!("a request may have {} events", limits.events_max);
                Rejection::new(ProblemKind::TooLarge, detail)
            }
            SplitFault::NotAnArray(detail) => Rejection::new(ProblemKind::MalformedBatch, detail),
        })?;
        let arrival = Arrival { received_at, sent: self.sent };
        let judge = Judge::new(device, arrival, limits, &app.config.lifetimes);
        let claim = |key: IdempotencyKey| IdempotencyClaim {
            outbox: self.outbox,
            key: key.0,
            body_hash: Sha256::digest(&decoded).into(),
        };
        let items = events.iter().map(|event| judge.judge(&decoded, event.get())).collect();
        Ok(Batch {
            device,
            outbox: self.outbox,
            received_at,
            idempotency: self.key.map(claim),
            items,
            body: ingest_store::Body { json: decoded, zstd },
        })
    }
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Rejection> {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    if essence.is_some_and(|essence| essence.eq_ignore_ascii_case(BATCH_CONTENT_TYPE)) {
        return Ok(());
    }
    let detail = format!("expected Content-Type: {BATCH_CONTENT_TYPE}");
    Err(Rejection::new(ProblemKind::UnsupportedMediaType, detail))
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, Rejection> {
    let Some(value) = headers.get(header::CONTENT_ENCODING) else { return Ok(Encoding::Identity) };
    value.to_str().ok().and_then(Encoding::read).ok_or_else(|| {
        let detail = "expected Content-Encoding zstd, gzip or identity";
        Rejection::new(ProblemKind::UnsupportedMediaType, detail)
    })
}

fn optional<T: FromStr<Err: std::fmt::Display>>(
    headers: &HeaderMap,
    name: &'static str,
) -> Result<Option<T>, Rejection> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let refuse = |why: String| Rejection::new(ProblemKind::BadRequest, format!("{name}: {why}"));
    let text = value.to_str().map_err(|error| refuse(error.to_string()))?;
    text.parse().map(Some).map_err(|error: T::Err| refuse(error.to_string()))
}

fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).expect("an answer's status is a status");
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if answer.replayed == Replayed::Yes {
        headers.insert(IDEMPOTENT_REPLAYED_HEADER, HeaderValue::from_static("true"));
    }
    response
}
