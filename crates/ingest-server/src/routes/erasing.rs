//! `DELETE`: what a device sent is erased, at its wish or an operator's.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{
        Extension, Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use event_model::DeviceId;
use ingest_api::{Problem, ProblemKind};
use ingest_store::{Erasure, Store};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::matches::{MatchKeyParameter, match_key};
use crate::{
    admission::Place,
    app::App,
    authorization::{self, Eraser},
    quota::AtWork,
    rejection::Rejection,
};

/// Events erased at a time, while batches wait: some tens of milliseconds. A device has
/// fewer of most matches, and each is folded again once a portion.
const PORTION: u32 = 512;
/// Events that each portion is charged as, besides those that it erases and those that
/// are folded again for it: about as many are stored in the time that the writer needs
/// to empty its log.
const PORTION_EVENTS: u64 = 500;
/// How long a request goes on before it is to be asked again.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often an erasure is tried to be ended, and how long after a try the next one
/// comes: for two seconds.
const ENDS_MAX: u32 = 40;
const BETWEEN_ENDS: Duration = Duration::from_millis(50);

/// What is left to erase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Remaining {
    /// So many events. Ask again until none is.
    remaining: u64,
}

/// Whose events an operator has erased.
#[derive(Debug, Deserialize)]
pub(crate) struct OwnerQuery {
    device: Option<Uuid>,
}

type OwnerParameters = Result<Query<OwnerQuery>, QueryRejection>;

/// Erases one event that a device sent. Its id stays known, so that no retry
/// brings it back. An event that was never here is as gone.
#[utoipa::path(
    delete, path = "/v1/events/{id}", tag = "erasing",
    params(
        ("id" = String, Path, min_length = 1, max_length = 512, example = "none", description = "The event"),
        ("device" = Option<Uuid>, Query, description = "Whose; an operator says it, a device may"),
    ),
    responses(
        (status = 204, description = "Nothing of it is here"),
        (status = 400, description = "`bad_request`: an operator names no device", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`, `forbidden`: another device's, or a reader's token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no id", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`", body = Problem, content_type = "application/problem+json"),
    ),
    security(("device" = []), ("operator" = [])),
)]
pub(crate) async fn erase_event(
    State(app): State<Arc<App>>,
    Extension(place): Extension<Place>,
    headers: HeaderMap,
    id: Result<Path<String>, PathRejection>,
    owner: OwnerParameters,
) -> Result<Response, Rejection> {
    let wish = Wish::of(&app, &headers, named(owner)?).await?;
    let Path(id) = id.map_err(|error| bad_request(error.body_text()))?;
    let device = wish.device;
    let erase = move |store: &mut Store| store.erase_event_in_log(device, &id);
    wish.carry_out(app, place, erase).await
}

/// Erases all that a device sent of a match.
#[utoipa::path(
    delete, path = "/v1/matches/{key}/events", tag = "erasing",
    params(
        ("key" = String, Path, min_length = 1, max_length = 512, example = "cs2:none", description = "The match, by any of its keys"),
        ("device" = Option<Uuid>, Query, description = "Whose; an operator says it, a device may"),
    ),
    responses(
        (status = 202, description = "Not all of it yet: ask again", body = Remaining),
        (status = 204, description = "Nothing of it is here"),
        (status = 400, description = "`bad_request`: an operator names no device", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`, `forbidden`: another device's, or a reader's token", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`", body = Problem, content_type = "application/problem+json"),
    ),
    security(("device" = []), ("operator" = [])),
)]
pub(crate) async fn erase_match(
    State(app): State<Arc<App>>,
    Extension(place): Extension<Place>,
    headers: HeaderMap,
    key: MatchKeyParameter,
    owner: OwnerParameters,
) -> Result<Response, Rejection> {
    let wish = Wish::of(&app, &headers, named(owner)?).await?;
    let (key, device) = (match_key(key)?, wish.device);
    // What of the match is not followed yet is not found.
    if !app.writer.associated_within(PATIENCE).await {
        return Err(Rejection::overloaded("association is far behind; ask again"));
    }
    let erase = move |store: &mut Store| store.erase_match_in_log(device, &key, PORTION);
    wish.carry_out(app, place, erase).await
}

/// What is to be done with a device.
#[derive(Debug, Deserialize)]
pub(crate) struct DeviceQuery {
    erase: Option<bool>,
}

/// Erases all that a device sent. It stays enrolled, so that it may ask again.
#[utoipa::path(
    delete, path = "/v1/devices/{device}", tag = "erasing",
    params(
        ("device" = Uuid, Path, description = "The device"),
        ("erase" = bool, Query, description = "`true`: nothing else can be done with it"),
    ),
    responses(
        (status = 202, description = "Not all of it yet: ask again", body = Remaining),
        (status = 204, description = "Nothing of it is here"),
        (status = 400, description = "`bad_request`", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`, `forbidden`: another device's, or a reader's token", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`", body = Problem, content_type = "application/problem+json"),
    ),
    security(("device" = []), ("operator" = [])),
)]
pub(crate) async fn erase_device(
    State(app): State<Arc<App>>,
    Extension(place): Extension<Place>,
    headers: HeaderMap,
    device: Result<Path<Uuid>, PathRejection>,
    query: Result<Query<DeviceQuery>, QueryRejection>,
) -> Result<Response, Rejection> {
    let named = device.map_err(|error| bad_request(error.body_text())).map(|Path(device)| device);
    let wish = Wish::of(&app, &headers, Some(named?)).await?;
    let Query(query) = query.map_err(|error| bad_request(error.body_text()))?;
    if query.erase != Some(true) {
        return Err(bad_request("expected ?erase=true; a token is revoked from the shell"));
    }
    let device = wish.device;
    let erase = move |store: &mut Store| store.erase_device_in_log(device, PORTION);
    wish.carry_out(app, place, erase).await
}

/// Whose events are to go.
struct Wish {
    device: DeviceId,
    at_work: Option<AtWork>,
}

impl Wish {
    async fn of(
        app: &Arc<App>,
        headers: &HeaderMap,
        named: Option<Uuid>,
    ) -> Result<Self, Rejection> {
        let named = named.map(DeviceId);
        match authorization::eraser(app, headers).await? {
            Eraser::Device(device, at_work) if named.is_none_or(|named| named == device) => {
                Ok(Self { device, at_work: Some(at_work) })
            }
            Eraser::Device(..) => {
                let detail = "a device's token erases what this device sent";
                Err(Rejection::new(ProblemKind::Forbidden, detail))
            }
            Eraser::Operator => {
                let device = named.ok_or_else(|| bad_request("expected ?device=<uuid>"))?;
                Ok(Self { device, at_work: None })
            }
        }
    }

    /// Erases portions until all is done, or for a while: between two of them
    /// batches have their turn. It goes on where the client has gone.
    async fn carry_out(
        self,
        app: Arc<App>,
        place: Place,
        erase: impl Fn(&mut Store) -> ingest_store::Result<Erasure> + Clone + Send + 'static,
    ) -> Result<Response, Rejection> {
        let erasing = tokio::spawn(async move {
            let erased = self.erase(&app, erase).await;
            drop(place);
            erased
        });
        let remaining = erasing.await.map_err(|_| Rejection::stopped())??;
        Ok(match remaining {
            0 => StatusCode::NO_CONTENT.into_response(),
            remaining => (StatusCode::ACCEPTED, Json(Remaining { remaining })).into_response(),
        })
    }

    async fn erase(
        &self,
        app: &App,
        erase: impl Fn(&mut Store) -> ingest_store::Result<Erasure> + Clone + Send + 'static,
    ) -> Result<u64, Rejection> {
        let begun_ms = app.clock.now().clock.mono_ms;
        loop {
            let erasure = Arc::new(app.writer.write(erase.clone()).await?);
            self.charge(app, PORTION_EVENTS + u64::from(erasure.erased));
            let withdrawn = app.writer.withdraw(erasure.clone()).await?;
            self.charge(app, withdrawn.events);
            app.feeds.changed(&withdrawn.changed);
            end(app, &erasure).await?;
            let took_ms = app.clock.now().clock.mono_ms.saturating_sub(begun_ms);
            if erasure.remaining == 0 || Duration::from_millis(took_ms) >= PATIENCE {
                return Ok(erasure.remaining);
            }
        }
    }

    fn charge(&self, app: &App, events: u64) {
        if let Some(at_work) = &self.at_work {
            let events = usize::try_from(events).unwrap_or(usize::MAX);
            at_work.charge_events(events, &app.clock.now());
        }
    }
}

/// Ends an erasure as soon as nobody reads what was there before; a read takes
/// milliseconds, a backup longer. Batches do not wait for that.
async fn end(app: &App, erasure: &Arc<Erasure>) -> Result<(), Rejection> {
    for _ in 0..ENDS_MAX {
        let erasure = erasure.clone();
        if app.writer.write(move |store| store.end_erasure(&erasure)).await? {
            return Ok(());
        }
        tokio::time::sleep(BETWEEN_ENDS).await;
    }
    Err(Rejection::overloaded("somebody reads the database as it was before; ask again"))
}

fn named(owner: OwnerParameters) -> Result<Option<Uuid>, Rejection> {
    let Query(owner) = owner.map_err(|error| bad_request(error.body_text()))?;
    Ok(owner.device)
}

fn bad_request(why: impl Into<String>) -> Rejection {
    Rejection::new(ProblemKind::BadRequest, why)
}
