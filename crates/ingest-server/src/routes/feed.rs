//! `GET /v1/matches/{key}/feed`: what changes in a match, as it changes.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, header},
};
use ingest_api::{Problem, ProblemKind};
use ingest_store::{FeedStart, Generation};
use serde::Deserialize;

use super::{
    matches::{MatchKeyParameter, match_key},
    shown::Shown,
};
use crate::{
    app::App,
    authorization,
    feed::{self, Mark, Opening},
    rejection::Rejection,
};

/// What a browser sends when it comes back.
const LAST_EVENT_ID: &str = "Last-Event-ID";

/// The greatest number that every reader of JSON reads as it was written.
const SINCE_MAX: u64 = 9_007_199_254_740_991;

#[derive(Debug, Deserialize)]
pub(crate) struct FeedQuery {
    since: Option<u64>,
}

/// As server-sent events are to be sent: not kept, and by a proxy not held back.
const HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, feed::CONTENT_TYPE),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("x-accel-buffering"), "no"),
];

/// Tells what changes in a match, from its beginning or from where a consumer
/// was, as server-sent events.
///
/// `event:` is `created`, `witnessed`, `merged`, `split`, `retimed`, `retracted`,
/// `moved`, `sealed`, `reopened` or `reset`, and `data:` one line of JSON. Who
/// applies them in turn has what `occurrences` says. `created` of an id that is
/// known replaces it; what is said of an id that is not known is nothing. `reset`
/// says that all that is known is to be forgotten; a `created` of each that
/// stands follows. After `moved` the feed ends: the match goes on under another
/// key. Where nothing of the match is left, everything of it having been erased,
/// the last event is `reset`, and who comes back is told 404: what is known then
/// is to be forgotten too. It also ends where the server stops or the token is
/// revoked.
#[utoipa::path(
    get, path = "/v1/matches/{key}/feed", tag = "reads",
    params(
        ("key" = String, Path, min_length = 1, max_length = 512, example = "cs2:example", description = "The match"),
        ("since" = Option<u64>, Query, minimum = 0, maximum = 9_007_199_254_740_991_u64, description = "Behind this revision of the match; `Last-Event-ID` goes before it"),
        ("Last-Event-ID" = Option<String>, Header, pattern = "^[0-9a-f]{16}-[0-9]{1,15}$", description = "The `id:` of the last event that was received; opaque"),
    ),
    responses(
        (status = 200, description = "Events, for as long as the consumer stays", body = String, content_type = "text/event-stream"),
        (status = 308, description = "The match was joined into another"),
        (status = 400, description = "`bad_request`", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`: a token has as many feeds open as it may, or a device makes too many requests", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`overloaded`: also where as many feeds are open as the server has", body = Problem, content_type = "application/problem+json"),
    ),
    security(("reader" = []), ("device" = [])),
)]
pub(crate) async fn feed(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    key: MatchKeyParameter,
    query: Result<Query<FeedQuery>, QueryRejection>,
) -> Result<Shown<([(HeaderName, &'static str); 3], Body)>, Rejection> {
    let looking = authorization::viewer(&app, &headers).await?;
    let token = authorization::bearer(&headers)?;
    let key = match_key(key)?;
    let start = start(&headers, query, &key)?;
    app.writer.associated().await;
    let opening = Opening { viewer: looking.viewer, token, key, start };
    let opened = feed::open(&app, opening).await?;
    Ok(Shown::of_match(opened, "/feed")?.map(|body| (HEADERS, body)))
}

fn start(
    headers: &HeaderMap,
    query: Result<Query<FeedQuery>, QueryRejection>,
    key: &str,
) -> Result<FeedStart, Rejection> {
    let refuse = |why: String| Rejection::new(ProblemKind::BadRequest, why);
    let Query(query) = query.map_err(|error| refuse(error.body_text()))?;
    if let Some(mark) = headers.get(LAST_EVENT_ID) {
        let wrong = |why: String| refuse(format!("{LAST_EVENT_ID}: {why}"));
        let text = mark.to_str().map_err(|error| wrong(error.to_string()))?;
        let mark: Mark =
            text.parse().map_err(|error: feed::InvalidMark| wrong(error.to_string()))?;
        let (generation, revision) = mark.of(key);
        return Ok(FeedStart::After { generation: Some(Generation(generation)), revision });
    }
    if query.since.is_some_and(|revision| revision > SINCE_MAX) {
        return Err(refuse(format!("since: there is no revision above {SINCE_MAX}")));
    }
    Ok(match query.since {
        None | Some(0) => FeedStart::Beginning,
        Some(revision) => FeedStart::After { generation: None, revision },
    })
}
