//! Reads: matches, and who reported them.

use std::sync::Arc;

use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::HeaderMap,
};
use ingest_api::{MatchList, MatchView, Problem, ProblemKind, StreamList};
use ingest_store::{Cursor, PageRequest};
use percent_encoding::utf8_percent_encode;
use serde::Deserialize;

use super::shown::{SEGMENT, Shown};
use crate::{app::App, authorization, rejection::Rejection};

/// Items of a page where the reader does not say.
const PAGE_ITEMS: u32 = 200;
/// Items of a page at most: ten witnesses each make two megabytes of JSON.
const PAGE_ITEMS_MAX: u32 = 1_000;

/// Which part of a list; clients take it from `next` as it stands.
#[derive(Debug, Deserialize)]
pub(crate) struct PageQuery {
    after: Option<String>,
    limit: Option<u32>,
}

pub(super) type MatchKeyParameter = Result<Path<String>, PathRejection>;
pub(super) type PageParameters = Result<Query<PageQuery>, QueryRejection>;

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
    let found = app.read_index(move |store| store.matches(viewer, &page)).await?;
    let next = found.next.map(|cursor| next_path("/v1/matches", limit, &cursor));
    Ok(Json(MatchList { matches: found.matches, next }))
}

/// Shows one match. A device sees its matches when they are sealed, and before that
/// those whose `match_ended` it has sent live, where others bear out what it told and
/// nothing is known to have happened after that.
#[utoipa::path(
    get, path = "/v1/matches/{key}", tag = "reads",
    params(("key" = String, Path, min_length = 1, max_length = 512, example = "cs2:example", description = "The match")),
    responses(
        (status = 200, description = "The match", body = MatchView),
        (status = 308, description = "The match was joined into another"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`: a device's reads count among its requests", body = Problem, content_type = "application/problem+json"),
    ),
    security(("reader" = []), ("device" = [])),
)]
pub(crate) async fn one_match(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    key: MatchKeyParameter,
) -> Result<Shown<Json<MatchView>>, Rejection> {
    let looking = authorization::viewer(&app, &headers).await?;
    let viewer = looking.viewer;
    let key = match_key(key)?;
    app.writer.associated().await;
    let found = app.read_index(move |store| store.match_view(viewer, &key)).await?;
    Ok(Shown::of_match(found, "")?.map(Json))
}

/// Lists who reported a match: devices, accounts, and their clocks as they were
/// corrected.
#[utoipa::path(
    get, path = "/v1/matches/{key}/streams", tag = "reads",
    params(("key" = String, Path, min_length = 1, max_length = 512, example = "cs2:example", description = "The match")),
    responses(
        (status = 200, description = "The streams", body = StreamList),
        (status = 308, description = "The match was joined into another"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`: a device's reads count among its requests", body = Problem, content_type = "application/problem+json"),
    ),
    security(("reader" = []), ("device" = [])),
)]
pub(crate) async fn streams(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    key: MatchKeyParameter,
) -> Result<Shown<Json<StreamList>>, Rejection> {
    let looking = authorization::viewer(&app, &headers).await?;
    let viewer = looking.viewer;
    let key = match_key(key)?;
    app.writer.associated().await;
    let found = app.read_index(move |store| store.streams(viewer, &key)).await?;
    Ok(Shown::of_match(found, "/streams")?.map(Json))
}

pub(super) fn match_key(key: MatchKeyParameter) -> Result<String, Rejection> {
    let Path(key) =
        key.map_err(|error| Rejection::new(ProblemKind::BadRequest, error.body_text()))?;
    Ok(key)
}

pub(super) fn page_request(query: PageParameters) -> Result<PageRequest, Rejection> {
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

pub(super) fn next_path(path: &str, limit: u32, cursor: &Cursor) -> String {
    let after = cursor.to_string();
    format!("{path}?limit={limit}&after={}", utf8_percent_encode(&after, SEGMENT))
}
