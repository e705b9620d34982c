//! For whoever runs the server: is it alive, is it ready, what does it count.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderName, header},
};
use ingest_api::{Problem, ProblemKind};

use crate::{app::App, rejection::Rejection};

type Typed<T> = ([(HeaderName, &'static str); 1], T);

/// The process answers.
#[utoipa::path(
    get, path = "/healthz", tag = "operations",
    responses((status = 200, description = "`ok`", body = String, content_type = "text/plain")),
)]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The database can be read, and its writer takes work.
#[utoipa::path(
    get, path = "/readyz", tag = "operations",
    responses(
        (status = 200, description = "`ready`", body = String, content_type = "text/plain"),
        (status = 503, description = "`overloaded`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, Rejection> {
    let unready = |_| Rejection::new(ProblemKind::Overloaded, "the database cannot be used");
    app.readers.read(|store| store.log_position()).await.map_err(unready)?;
    app.writer.write(|store| store.log_position()).await.map_err(unready)?;
    Ok("ready\n")
}

/// Counters for Prometheus. No device, match or player is named.
#[utoipa::path(
    get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "Prometheus text", body = String, content_type = "text/plain")),
)]
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Result<Typed<String>, Rejection> {
    let position = app.readers.read(|store| store.log_position()).await?;
    let content_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((content_type, app.metrics.text(position)))
}

/// This document, with the limits and lifetimes that this server runs with.
#[utoipa::path(
    get, path = "/openapi.json", tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)),
)]
pub(crate) async fn openapi(State(app): State<Arc<App>>) -> Typed<Bytes> {
    ([(header::CONTENT_TYPE, "application/json")], app.openapi.clone())
}
