//! What every request shares, and where requests go.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    http::StatusCode,
    middleware,
    routing::{delete, get, post},
};
use event_model::Clock;
use ingest_api::{DEVICES_PATH, EVENTS_PATH, ProblemKind, SOURCES_PATH};
use ingest_store::Store;
use tokio::sync::Semaphore;

use crate::{
    Config,
    admission::{self, Places},
    backlog::Backlog,
    byte_budget::ByteBudget,
    disk::DiskFloor,
    enrolments::Enrolments,
    feed::Feeds,
    in_flight::InFlight,
    metrics::{self, Metrics},
    phase::Phases,
    principals::Principals,
    quota::Quotas,
    read_pool::ReadPool,
    readiness::{MADE_ANEW, Readiness},
    rejection::Rejection,
    routes,
    writer::Writer,
};

/// What every request shares.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) clock: Arc<dyn Clock>,
    /// Closed before the writer, who is the last: it moves the log.
    pub(crate) readers: ReadPool,
    pub(crate) writer: Writer,
    pub(crate) readiness: Readiness,
    pub(crate) principals: Principals,
    pub(crate) phases: Phases,
    pub(crate) places: Places,
    pub(crate) disk: DiskFloor,
    pub(crate) backlog: Backlog,
    pub(crate) budget: ByteBudget,
    /// Bodies decoded and judged on threads of their own at a time.
    pub(crate) decoders: Semaphore,
    pub(crate) enrolments: Enrolments,
    pub(crate) quotas: Quotas,
    pub(crate) in_flight: InFlight,
    pub(crate) feeds: Feeds,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) openapi: Bytes,
}

impl App {
    /// Reads what was made of the log; not while that is made anew, since what is
    /// not there yet would be told not to be.
    pub(crate) async fn read_index<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Store) -> ingest_store::Result<T> + Send + 'static,
    ) -> Result<T, Rejection> {
        let if_whole =
            |store: &Store| Ok(if store.is_index_whole()? { Some(question(store)?) } else { None });
        if let Some(answer) = self.readers.read(if_whole).await? {
            return Ok(answer);
        }
        // Whoever follows the log may not know yet that what it had is lost.
        self.writer.step_soon();
        Err(Rejection::overloaded(format!("{MADE_ANEW}; come back")))
    }
}

/// Every route of the contract, and those of operations.
pub(crate) fn router(app: Arc<App>) -> Router {
    let contract = Router::new()
        .route(EVENTS_PATH, post(routes::events::post_events))
        .route(DEVICES_PATH, post(routes::devices::enrol))
        .route(SOURCES_PATH, get(routes::sources::sources))
        .route("/v1/matches", get(routes::matches::list_matches))
        .route("/v1/matches/{key}", get(routes::matches::one_match))
        .route("/v1/matches/{key}/occurrences", get(routes::occurrences::list_occurrences))
        .route("/v1/matches/{key}/occurrences/{id}", get(routes::occurrences::one_occurrence))
        .route("/v1/matches/{key}/feed", get(routes::feed::feed))
        .route("/v1/matches/{key}/streams", get(routes::matches::streams))
        .route("/v1/matches/{key}/statistics", get(routes::statistics::of_match))
        .route("/v1/players/{account}/statistics", get(routes::statistics::of_player))
        .route("/v1/matches/{key}/seal", post(routes::sealing::seal))
        .route("/v1/matches/{key}/reopen", post(routes::sealing::reopen))
        .route("/v1/events/{id}", delete(routes::erasing::erase_event))
        .route("/v1/matches/{key}/events", delete(routes::erasing::erase_match))
        .route("/v1/devices/{device}", delete(routes::erasing::erase_device))
        .layer(middleware::from_fn_with_state(app.clone(), admission::admit));
    contract
        // Not behind the admission: they tell how an overloaded server is.
        .route("/healthz", get(routes::operations::healthz))
        .route("/readyz", get(routes::operations::readyz))
        .route("/metrics", get(routes::operations::metrics))
        .route("/openapi.json", get(routes::operations::openapi))
        .route("/", get(routes::page::page))
        .route("/assets/{name}", get(routes::page::asset))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(nothing_here)
        .layer(middleware::from_fn(admission::check_form))
        .layer(middleware::from_fn_with_state(app.clone(), metrics::observe))
        .with_state(app)
}

async fn nothing_here() -> Rejection {
    Rejection::new(ProblemKind::NotFound, "no such path; /openapi.json lists them")
}

async fn method_not_allowed() -> Rejection {
    Rejection::of_status(StatusCode::METHOD_NOT_ALLOWED, "/openapi.json lists the methods")
}
