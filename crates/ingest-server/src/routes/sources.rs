//! `GET /v1/sources`: what devices are asked not to read.

use std::sync::Arc;

use axum::{Json, extract::State, http::HeaderMap};
use ingest_api::{Problem, SourcePolicy};

use crate::{app::App, authorization, rejection::Rejection, turned_off};

/// Names the sources that this server's devices are asked not to read for now, each with
/// a reason for players. Nothing is turned on by it.
#[utoipa::path(
    get, path = "/v1/sources", tag = "devices",
    responses(
        (status = 200, description = "The sources; none where all may be read", body = SourcePolicy),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`: a device's reads count among its requests", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`overloaded`: what is asked cannot be read", body = Problem, content_type = "application/problem+json"),
    ),
    security(("reader" = []), ("device" = [])),
)]
pub(crate) async fn sources(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<SourcePolicy>, Rejection> {
    let _looking = authorization::viewer(&app, &headers).await?;
    let data_dir = app.config.data_dir.clone();
    let read = tokio::task::spawn_blocking(move || turned_off::read(&data_dir)).await;
    match read {
        Ok(Ok(policy)) => Ok(Json(policy)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "What devices are asked not to read cannot be read");
            Err(Rejection::overloaded("what devices are asked not to read cannot be read"))
        }
        Err(_) => Err(Rejection::overloaded("the question was not answered")),
    }
}
