//! Reads: what happened in a match.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
};
use ingest_api::{OccurrenceList, OccurrenceView, Problem, ProblemKind};
use ingest_store::OccurrenceLooked;
use uuid::Uuid;

use super::{
    matches::{MatchKeyParameter, PageParameters, match_key, next_path, page_request},
    shown::{Shown, match_path},
};
use crate::{app::App, authorization, rejection::Rejection};

/// Lists what happened in a match, in the order it happened.
#[utoipa::path(
    get, path = "/v1/matches/{key}/occurrences", tag = "reads",
    params(
        ("key" = String, Path, min_length = 1, max_length = 512, example = "cs2:example", description = "The match"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "Items of a page; 200 where not said"),
        ("after" = Option<String>, Query, pattern = "^-?[0-9]{1,18}\\.-?[0-9]{1,18}\\.[A-Za-z0-9._:-]{1,200}$", description = "From `next`, as it stands there"),
    ),
    responses(
        (status = 200, description = "One page", body = OccurrenceList),
        (status = 308, description = "The match was joined into another"),
        (status = 400, description = "`bad_request`", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`: a device's reads count among its requests", body = Problem, content_type = "application/problem+json"),
    ),
    security(("reader" = []), ("device" = [])),
)]
pub(crate) async fn list_occurrences(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    key: MatchKeyParameter,
    RawQuery(raw): RawQuery,
    query: PageParameters,
) -> Result<Shown<Json<OccurrenceList>>, Rejection> {
    let looking = authorization::viewer(&app, &headers).await?;
    let viewer = looking.viewer;
    let (key, page) = (match_key(key)?, page_request(query)?);
    let limit = page.limit;
    app.writer.associated().await;
    let found = app.read_index(move |store| store.occurrences(viewer, &key, &page)).await?;
    let list = |found: ingest_store::OccurrencePage| {
        let path = format!("{}/occurrences", match_path(&found.of.key));
        Json(OccurrenceList {
            next: found.next.map(|cursor| next_path(&path, limit, &cursor)),
            match_key: found.of.key,
            revision: found.of.revision,
            sealed: found.of.sealed,
            associated_through: found.associated_through,
            occurrences: found.occurrences,
        })
    };
    // Whoever is led on asks for the same part of it.
    let query = raw.map_or_else(String::new, |query| format!("?{query}"));
    Ok(Shown::of_match(found, &format!("/occurrences{query}"))?.map(list))
}

/// Shows one occurrence by any id that was ever given to it.
#[utoipa::path(
    get, path = "/v1/matches/{key}/occurrences/{id}", tag = "reads",
    params(
        ("key" = String, Path, min_length = 1, max_length = 512, example = "cs2:example", description = "The match"),
        ("id" = Uuid, Path, description = "The occurrence"),
    ),
    responses(
        (status = 200, description = "It, as it stands", body = OccurrenceView),
        (status = 308, description = "It is part of another now, or the match was joined into another"),
        (status = 400, description = "`bad_request`", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "`about:blank`: it was retracted", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`: a device's reads count among its requests", body = Problem, content_type = "application/problem+json"),
    ),
    security(("reader" = []), ("device" = [])),
)]
pub(crate) async fn one_occurrence(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    path: Result<Path<(String, Uuid)>, PathRejection>,
) -> Result<Shown<Json<OccurrenceView>>, Rejection> {
    let looking = authorization::viewer(&app, &headers).await?;
    let viewer = looking.viewer;
    let Path((key, id)) =
        path.map_err(|error| Rejection::new(ProblemKind::BadRequest, error.body_text()))?;
    app.writer.associated().await;
    match app.read_index(move |store| store.occurrence(viewer, &key, id)).await? {
        OccurrenceLooked::Found(view) => Ok(Shown::Here(Json(*view))),
        OccurrenceLooked::Moved { key, id } => {
            Ok(Shown::Elsewhere(format!("{}/occurrences/{id}", match_path(&key))))
        }
        OccurrenceLooked::Retracted => {
            Err(Rejection::of_status(StatusCode::GONE, "it was retracted"))
        }
        OccurrenceLooked::Unknown => {
            let detail = "no such match for this token, or no such occurrence of it";
            Err(Rejection::new(ProblemKind::NotFound, detail))
        }
    }
}
