//! Reads: who did how much.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::HeaderMap,
};
use ingest_api::{MatchStatistics, PlayerStatistics, Problem, ProblemKind};

use super::{
    matches::{MatchKeyParameter, match_key},
    shown::Shown,
};
use crate::{app::App, authorization, rejection::Rejection};

/// Longest account that is looked for.
const ACCOUNT_CHARS_MAX: usize = 512;

/// Counts what each player did in a match, as far as it is believed; until the
/// match is sealed the counts may change.
#[utoipa::path(
    get, path = "/v1/matches/{key}/statistics", tag = "reads",
    params(("key" = String, Path, min_length = 1, max_length = 512, example = "cs2:example", description = "The match")),
    responses(
        (status = 200, description = "The counts", body = MatchStatistics),
        (status = 308, description = "The match was joined into another"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`: a device's reads count among its requests", body = Problem, content_type = "application/problem+json"),
    ),
    security(("reader" = []), ("device" = [])),
)]
pub(crate) async fn of_match(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    key: MatchKeyParameter,
) -> Result<Shown<Json<MatchStatistics>>, Rejection> {
    let looking = authorization::viewer(&app, &headers).await?;
    let viewer = looking.viewer;
    let key = match_key(key)?;
    app.writer.associated().await;
    let found = app.read_index(move |store| store.statistics(viewer, &key)).await?;
    Ok(Shown::of_match(found, "/statistics")?.map(Json))
}

/// Counts what one player did in all matches. Only readers see it: it tells of
/// matches that a device took no part in.
#[utoipa::path(
    get, path = "/v1/players/{account}/statistics", tag = "reads",
    params(("account" = String, Path, min_length = 1, max_length = 512, example = "Ana", description = "The game's account id, or the name where it gives none")),
    responses(
        (status = 400, description = "`bad_request`: a longer name than there are", body = Problem, content_type = "application/problem+json"),
        (status = 200, description = "The counts; none where nothing is known of the player", body = PlayerStatistics),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`, `forbidden`: a device's token", body = Problem, content_type = "application/problem+json"),
    ),
    security(("reader" = [])),
)]
pub(crate) async fn of_player(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    account: Result<Path<String>, PathRejection>,
) -> Result<Json<PlayerStatistics>, Rejection> {
    authorization::reader(&app, &headers).await?;
    let Path(account) =
        account.map_err(|error| Rejection::new(ProblemKind::BadRequest, error.body_text()))?;
    if account.chars().count() > ACCOUNT_CHARS_MAX {
        let detail = format!("an account has at most {ACCOUNT_CHARS_MAX} characters");
        return Err(Rejection::new(ProblemKind::BadRequest, detail));
    }
    app.writer.associated().await;
    let found = app.read_index(move |store| store.player_statistics(&account)).await?;
    Ok(Json(found))
}
