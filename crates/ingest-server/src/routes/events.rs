//! `POST /v1/events`: a batch in, receipts out.

use std::{str::FromStr, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::{Extension, State},
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
    admission::Place,
    app::App,
    authorization,
    body::{self, Encoding, Received},
    byte_budget::HeldBytes,
    events::{Arrival, Judge, SplitFault, decode_small, split},
    quota::AtWork,
    rejection::Rejection,
};

/// Takes a batch of events.
///
/// Limits and lifetimes are published under `x-ringside-limits` and
/// `x-ringside-lifetimes` in this document. The body may be encoded:
/// `Content-Encoding: zstd`, `gzip` or `identity`.
#[utoipa::path(
    post, path = "/v1/events", tag = "events",
    params(
        ("Ringside-Outbox" = Option<uuid::Uuid>, Header, description = "The outbox that the sequences count in"),
        ("Ringside-Clock" = Option<String>, Header, pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12};[0-9]{1,18}(;20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?Z)?$", description = "`<epoch>;<mono ms>[;<RFC 3339>]`: the sender's clock when it sent"),
        ("Idempotency-Key" = Option<String>, Header, pattern = "^\"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\"$", description = "A UUID in double quotes; the same key and body give the same answer"),
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
        (status = 426, description = "`upgrade_required`: for a server that takes this version of the contract no more; this one takes it, and never answers so", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`overloaded`", body = Problem, content_type = "application/problem+json"),
    ),
    security(("device" = [])),
)]
pub(crate) async fn post_events(
    State(app): State<Arc<App>>,
    Extension(place): Extension<Place>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Rejection> {
    // Before the body is read: the header's clock was read when it was sent.
    let now = app.clock.now();
    let device = authorization::device(&app, &headers).await?;
    let at_work = Arc::new(app.quotas.begin(device, &now)?);
    let asked = Asked::read(&headers)?;
    let bytes_max = app.config.limits.sent_bytes_max;
    let Received { sent, held } =
        body::receive(body, bytes_max, &app.budget, app.config.bounds.body_timeout).await?;
    at_work.charge_bytes(sent.len(), &now);
    // Again: it may have been revoked while the body was on its way.
    authorization::device(&app, &headers).await?;
    let claim = asked.key.map(|key| app.in_flight.claim(device, asked.outbox, key)).transpose()?;
    let answer_timeout = app.config.bounds.answer_timeout;
    let work = Work { app, at_work, device, received_at: now.wall, asked, sent, held };
    // A task of its own: a client that goes away does not stop what is begun,
    // and what is stored is counted.
    let answer = tokio::spawn(async move {
        let answer = work.take().await;
        drop((claim, place));
        answer
    });
    match tokio::time::timeout(answer_timeout, answer).await {
        Ok(Ok(answer)) => answer.map(respond),
        Ok(Err(_)) => Err(Rejection::stopped()),
        Err(_) => Err(Rejection::overloaded("the receipts take too long; ask for them again")),
    }
}

/// A body that is here, and whose it is.
struct Work {
    app: Arc<App>,
    at_work: Arc<AtWork>,
    device: DeviceId,
    received_at: WallTime,
    asked: Asked,
    sent: Bytes,
    held: HeldBytes,
}

impl Work {
    /// Stores what the body brings; gives the answer.
    async fn take(mut self) -> Result<Answer, Rejection> {
        let (app, at_work) = (self.app.clone(), self.at_work.clone());
        let decoded = decode_small(self.asked.encoding, &self.sent)
            .filter(|decoded| decoded.len() <= app.config.limits.decoded_bytes_max);
        let (batch, held) = match decoded {
            Some(decoded) => self.judge(decoded)?,
            None => {
                let _turn = app.decoders.acquire().await.map_err(|_| Rejection::stopped())?;
                let judged = tokio::task::spawn_blocking(move || {
                    let decoded = self.decode()?;
                    self.judge(decoded)
                });
                judged.await.map_err(|_| Rejection::stopped())??
            }
        };
        let (received, now) = (batch.items.len(), app.clock.now());
        // An answer that is kept is a row, also where it is empty.
        let rows = received.max(batch.idempotency.is_some().into());
        at_work.charge_events(rows, &now);
        let queued = app.backlog.enter(&now);
        let outcome = app.writer.ingest(batch).await;
        drop((queued, held));
        match outcome? {
            Outcome::Answered(answer) => {
                if answer.replayed == Replayed::No {
                    app.metrics.count_events(received, &answer.tally);
                }
                Ok(answer)
            }
            Outcome::KeyReused => {
                let detail = "this key came with another body before";
                Err(Rejection::new(ProblemKind::IdempotencyKeyReused, detail))
            }
        }
    }

    fn decode(&self) -> Result<Vec<u8>, Rejection> {
        let bytes_max = self.app.config.limits.decoded_bytes_max;
        body::decode(self.asked.encoding, &self.sent, bytes_max).map_err(|refused| {
            self.charge_unpacked(refused.bytes);
            refused.rejection
        })
    }

    /// The bytes as sent are charged already: only what unpacking added.
    fn charge_unpacked(&self, bytes: usize) {
        let more = bytes.saturating_sub(self.sent.len());
        if more > 0 {
            self.at_work.charge_bytes(more, &self.app.clock.now());
        }
    }

    /// Judges the events; nothing here waits for anything.
    fn judge(&mut self, decoded: Vec<u8>) -> Result<(Batch, HeldBytes), Rejection> {
        self.charge_unpacked(decoded.len());
        self.app.budget.take(&mut self.held, decoded.len())?;
        // Kept as it was sent where that was zstd, packed already. A frame may
        // hold bytes that decode to nothing: those are not kept.
        let is_packed = self.asked.encoding == Encoding::Zstd && self.sent.len() < decoded.len();
        let zstd = is_packed.then(|| std::mem::take(&mut self.sent).into());
        let body = ingest_store::Body { json: decoded, zstd };
        let batch = self.asked.read_batch(&self.app, self.device, self.received_at, body)?;
        Ok((batch, std::mem::take(&mut self.held)))
    }
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

    /// Splits and judges.
    fn read_batch(
        &self,
        app: &App,
        device: DeviceId,
        received_at: WallTime,
        body: ingest_store::Body,
    ) -> Result<Batch, Rejection> {
        let limits = &app.config.limits;
        let events = split(&body.json, limits.events_max).map_err(|fault| match fault {
            SplitFault::TooMany => {
                let detail = format!("a request may have {} events", limits.events_max);
                Rejection::new(ProblemKind::TooLarge, detail)
            }
            SplitFault::NotAnArray(detail) => Rejection::new(ProblemKind::MalformedBatch, detail),
        })?;
        let arrival = Arrival { received_at, sent: self.sent };
        let judge = Judge::new(device, arrival, limits, &app.config.lifetimes, app.config.replays);
        let claim = |key: IdempotencyKey| IdempotencyClaim {
            outbox: self.outbox,
            key: key.0,
            body_hash: Sha256::digest(&body.json).into(),
        };
        let items = events.iter().map(|event| judge.judge(&body.json, event.get())).collect();
        Ok(Batch {
            device,
            outbox: self.outbox,
            received_at,
            idempotency: self.key.map(claim),
            items,
            body,
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
