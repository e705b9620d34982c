//! For whoever runs the server: is it alive, is it ready, what does it count.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderName, header},
};
use ingest_api::Problem;

use crate::{
    admission,
    app::App,
    metrics::{Load, Watched},
    rejection::Rejection,
};

type Typed<T> = ([(HeaderName, &'static str); 1], T);

/// The process answers.
#[utoipa::path(
    get, path = "/healthz", tag = "operations",
    responses((status = 200, description = "`ok`", body = String, content_type = "text/plain")),
)]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The database can be read and has what was told before, its writer takes work and
/// stored what it was given last, its disk has room, and the server is not about to
/// stop. While matches are made anew from the log it takes events all the same.
#[utoipa::path(
    get, path = "/readyz", tag = "operations",
    responses(
        (status = 200, description = "`ready`", body = String, content_type = "text/plain"),
        (status = 503, description = "`overloaded`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, Rejection> {
    admission::check_phase(&app)?;
    let now = app.clock.now();
    app.disk.check(&now)?;
    app.backlog.check(&now)?;
    app.readiness.check(&app).await?;
    Ok("ready\n")
}

/// Counters for Prometheus. No device, match or player is named.
#[utoipa::path(
    get, path = "/metrics", tag = "operations",
    responses(
        (status = 200, description = "Prometheus text", body = String, content_type = "text/plain"),
    ),
)]
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Typed<String> {
    let load = Load {
        log_position: app.readers.read(|store| store.log_position()).await.ok(),
        requests_at_work: app.places.taken(),
        batches_waiting: app.backlog.len(),
        is_store_failing: app.writer.health().ailment().is_some(),
        association: Watched {
            figures: app.readers.read(|store| store.association_figures()).await.ok(),
            lag: app.writer.association_lag(),
            feeds: app.feeds.open(),
        },
    };
    let content_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (content_type, app.metrics.text(&load))
}

/// This document, with the limits and lifetimes that this server runs with.
#[utoipa::path(
    get, path = "/openapi.json", tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)),
)]
pub(crate) async fn openapi(State(app): State<Arc<App>>) -> Typed<Bytes> {
    ([(header::CONTENT_TYPE, "application/json")], app.openapi.clone())
}
