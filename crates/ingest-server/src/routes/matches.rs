//! Reads: matches and their occurrences.

use std::sync::Arc;

use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::HeaderMap,
};
use ingest_api::{MatchList, MatchView, OccurrenceList, Problem, ProblemKind};
use ingest_store::{Cursor, Looked, PageRequest};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::{app::App, authorization, rejection::Rejection};

/// Items of a page where the reader does not say.
const PAGE_ITEMS: u32 = 200;
/// Items of a page at most: about half a megabyte of JSON.
const PAGE_ITEMS_MAX: u32 = 1_000;

/// What a path segment may hold as it is (RFC 3986, unreserved, and the colon
/// of every match key).
const SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// Which part of a list; clients take it from `next` as it stands.
#[derive(Debug, Deserialize)]
pub(crate) struct PageQuery {
    after: Option<String>,
    limit: Option<u32>,
}

type MatchKeyParameter = Result<Path<String>, PathRejection>;
type PageParameters = Result<Query<PageQuery>, QueryRejection>;

/// Lists the matches that the token's owner may see, newest first.
#[utoipa::path(
    get, path = "/v1/matches", tag = "reads",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "Items of a page; 200 where not said"),
        ("after" = Option<String>, Query, pattern = "^-?[0-9]{1,18}\\.-?[0-9]{1,18}\\.[A-Za-z0-9._:-]{1,200}$", description = "From `next`, as it stands there"),
    ),
    responses(
        (status = 200, description = "One page", body = MatchList),
        (status = 400, description = "`bad_request`", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`: a device's reads count among its requests", body = Problem, content_type = "application/problem+json"),
    ),
    security(("reader" = []), ("device" = [])),
)]
pub(crate) async fn list_matches(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    query: PageParameters,
) -> Result<Json<MatchList>, Rejection> {
    let looking = authorization::viewer(&app, &headers).await?;
    let viewer = looking.viewer;
    let page = page_request(query)?;
    let limit = page.limit;
    app.writer.associated().await;
    let found = app.readers.read(move |store| store.matches(viewer, &page)).await?;
    let next = found.next.map(|cursor| next_path("/v1/matches", limit, &cursor));
    Ok(Json(MatchList { matches: found.matches, next }))
}

/// Shows one match. A device sees its matches once it has sent their
/// `match_ended`, or when they are sealed.
#[utoipa::path(
    get, path = "/v1/matches/{key}", tag = "reads",
    params(("key" = String, Path, min_length = 1, max_length = 512, example = "cs2:example", description = "The match")),
    responses(
        (status = 200, description = "The match", body = MatchView),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`: a device's reads count among its requests", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
    ),
    security(("reader" = []), ("device" = [])),
)]
pub(crate) async fn one_match(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    key: MatchKeyParameter,
) -> Result<Json<MatchView>, Rejection> {
    let looking = authorization::viewer(&app, &headers).await?;
    let viewer = looking.viewer;
    let key = match_key(key)?;
    app.writer.associated().await;
    let found = app.readers.read(move |store| store.match_view(viewer, &key)).await?;
    found_here(found).map(Json)
}

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
        (status = 400, description = "`bad_request`", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`: a device's reads count among its requests", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
    ),
    security(("reader" = []), ("device" = [])),
)]
pub(crate) async fn list_occurrences(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    key: MatchKeyParameter,
    query: PageParameters,
) -> Result<Json<OccurrenceList>, Rejection> {
    let looking = authorization::viewer(&app, &headers).await?;
    let viewer = looking.viewer;
    let (key, page) = (match_key(key)?, page_request(query)?);
    let limit = page.limit;
    app.writer.associated().await;
    let found = app.readers.read(move |store| store.occurrences(viewer, &key, &page)).await?;
    let found = found_here(found)?;
    let path = format!("/v1/matches/{}/occurrences", utf8_percent_encode(&found.of.key, SEGMENT));
    Ok(Json(OccurrenceList {
        next: found.next.map(|cursor| next_path(&path, limit, &cursor)),
        match_key: found.of.key,
        revision: found.of.revision,
        sealed: found.of.sealed,
        associated_through: found.associated_through,
        occurrences: found.occurrences,
    }))
}

fn match_key(key: MatchKeyParameter) -> Result<String, Rejection> {
    let Path(key) =
        key.map_err(|error| Rejection::new(ProblemKind::BadRequest, error.body_text()))?;
    Ok(key)
}

fn page_request(query: PageParameters) -> Result<PageRequest, Rejection> {
    let refuse = |why: String| Rejection::new(ProblemKind::BadRequest, why);
    let Query(query) = query.map_err(|error| refuse(error.body_text()))?;
    let after = query.after.map(|text| text.parse()).transpose();
    let after = after.map_err(|error: ingest_store::InvalidCursor| refuse(error.to_string()))?;
    let limit = query.limit.unwrap_or(PAGE_ITEMS);
    if !(1..=PAGE_ITEMS_MAX).contains(&limit) {
        return Err(refuse(format!("limit is from 1 to {PAGE_ITEMS_MAX}")));
    }
    Ok(PageRequest { after, limit })
}

fn next_path(path: &str, limit: u32, cursor: &Cursor) -> String {
    let after = cursor.to_string();
    format!("{path}?limit={limit}&after={}", utf8_percent_encode(&after, SEGMENT))
}

fn found_here<T>(looked: Looked<T>) -> Result<T, Rejection> {
    looked.found().ok_or_else(no_such_match)
}

/// The same for a match that is not and for one that the viewer may not see.
fn no_such_match() -> Rejection {
    Rejection::new(ProblemKind::NotFound, "no such match for this token, or not yet")
}
