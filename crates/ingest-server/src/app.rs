//! What every request shares, and where requests go.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    http::{StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use event_model::Clock;
use ingest_api::{DEVICES_PATH, EVENTS_PATH, PROBLEM_CONTENT_TYPE, ProblemKind};

use crate::{
    Config,
    admission::{self, Admission},
    in_flight::InFlight,
    metrics::{self, Metrics},
    read_pool::ReadPool,
    rejection::Rejection,
    routes,
    writer::Writer,
};

/// What every request shares.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) writer: Writer,
    pub(crate) readers: ReadPool,
    pub(crate) admission: Admission,
    pub(crate) in_flight: InFlight,
    pub(crate) metrics: Metrics,
    pub(crate) openapi: Bytes,
}

/// Every route of the contract, and those of operations.
pub(crate) fn router(app: Arc<App>) -> Router {
    let contract = Router::new()
        .route(EVENTS_PATH, post(routes::events::post_events))
        .route(DEVICES_PATH, post(routes::devices::enrol))
        .route("/v1/matches", get(routes::matches::list_matches))
        .route("/v1/matches/{key}", get(routes::matches::one_match))
        .route("/v1/matches/{key}/occurrences", get(routes::matches::list_occurrences))
        .layer(middleware::from_fn_with_state(app.clone(), admission::admit));
    contract
        // Not behind the admission: they tell how an overloaded server is.
        .route("/healthz", get(routes::operations::healthz))
        .route("/readyz", get(routes::operations::readyz))
        .route("/metrics", get(routes::operations::metrics))
        .route("/openapi.json", get(routes::operations::openapi))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(nothing_here)
        .layer(middleware::from_fn_with_state(app.clone(), metrics::observe))
        .with_state(app)
}

async fn nothing_here() -> Rejection {
    Rejection::new(ProblemKind::NotFound, "no such path; /openapi.json lists them")
}

/// HTTP has its own word for this one, so RFC 9457 asks for no type of ours.
async fn method_not_allowed() -> Response {
    let body = r#"{"type":"about:blank","title":"Method Not Allowed","status":405}"#;
    let content_type = [(header::CONTENT_TYPE, PROBLEM_CONTENT_TYPE)];
    (StatusCode::METHOD_NOT_ALLOWED, content_type, body).into_response()
}
