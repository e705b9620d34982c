//! `POST /v1/matches/{key}/seal` and `/reopen`: an operator decides.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Extension, State},
    http::HeaderMap,
};
use ingest_api::{MatchView, Problem};
use ingest_store::{Decided, Decision, Looked, SealReason, Viewer};

use super::{
    matches::{MatchKeyParameter, match_key},
    shown::{Shown, match_path, no_such_match},
};
use crate::{admission::Place, app::App, authorization, rejection::Rejection};

/// Seals a match: what is stored of it now is folded in first. Afterwards
/// occurrences gain witnesses, and never move. One that is sealed stays so.
#[utoipa::path(
    post, path = "/v1/matches/{key}/seal", tag = "operators",
    params(("key" = String, Path, min_length = 1, max_length = 512, example = "cs2:example", description = "The match")),
    responses(
        (status = 200, description = "The match, sealed", body = MatchView),
        (status = 308, description = "The match was joined into another"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`, `forbidden`: not an operator's token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`overloaded`: also where association is far behind; asked again, it goes on", body = Problem, content_type = "application/problem+json"),
    ),
    security(("operator" = [])),
)]
pub(crate) async fn seal(
    state: State<Arc<App>>,
    place: Extension<Place>,
    headers: HeaderMap,
    key: MatchKeyParameter,
) -> Result<Shown<Json<MatchView>>, Rejection> {
    decide(state, place, &headers, key, Decision::Sealed).await
}

/// Opens a sealed match again, with all that came late; it is sealed anew when
/// nothing came for `seal_after_s`, or when an operator says so.
#[utoipa::path(
    post, path = "/v1/matches/{key}/reopen", tag = "operators",
    params(("key" = String, Path, min_length = 1, max_length = 512, example = "cs2:example", description = "The match")),
    responses(
        (status = 200, description = "The match, open", body = MatchView),
        (status = 308, description = "The match was joined into another"),
        (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`, `forbidden`: not an operator's token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`overloaded`: also where association is far behind; asked again, it goes on", body = Problem, content_type = "application/problem+json"),
    ),
    security(("operator" = [])),
)]
pub(crate) async fn reopen(
    state: State<Arc<App>>,
    place: Extension<Place>,
    headers: HeaderMap,
    key: MatchKeyParameter,
) -> Result<Shown<Json<MatchView>>, Rejection> {
    decide(state, place, &headers, key, Decision::Reopened).await
}

async fn decide(
    State(app): State<Arc<App>>,
    Extension(place): Extension<Place>,
    headers: &HeaderMap,
    key: MatchKeyParameter,
    decision: Decision,
) -> Result<Shown<Json<MatchView>>, Rejection> {
    authorization::operator(&app, headers).await?;
    let key = match_key(key)?;
    let answer_timeout = app.config.bounds.answer_timeout;
    // A task of its own: what is begun is finished, whether anybody waits or not.
    let deciding = tokio::spawn(async move {
        let decided = Deciding { app: &app, key: &key, decision }.decide().await;
        drop(place);
        decided
    });
    tokio::time::timeout(answer_timeout, deciding)
        .await
        .map_err(|_| Rejection::overloaded("association is far behind; ask again"))?
        .map_err(|_| Rejection::stopped())?
}

struct Deciding<'d> {
    app: &'d Arc<App>,
    key: &'d str,
    decision: Decision,
}

impl Deciding<'_> {
    async fn decide(self) -> Result<Shown<Json<MatchView>>, Rejection> {
        let app = self.app;
        if !app.writer.associated_within(app.config.bounds.answer_timeout).await {
            return Err(Rejection::overloaded("association is far behind; ask again"));
        }
        let (key, decision, now) = (self.key.to_owned(), self.decision, app.clock.now().wall);
        let decided = app
            .writer
            .write(move |store| store.decide(&key, decision, SealReason::Operator, now))
            .await?;
        match decided {
            Decided::Moved(key) => {
                Ok(Shown::Elsewhere(format!("{}{}", match_path(&key), self.verb())))
            }
            Decided::Unknown => Err(no_such_match()),
            Decided::AlreadySo => self.folded_soon().await,
            Decided::At(_) => {
                app.metrics.association().decided(self.decision, SealReason::Operator);
                self.folded_soon().await
            }
        }
    }

    /// The task ends, also where nothing is folded in.
    async fn folded_soon(&self) -> Result<Shown<Json<MatchView>>, Rejection> {
        let patience = self.app.config.bounds.answer_timeout;
        tokio::time::timeout(patience, self.folded())
            .await
            .map_err(|_| Rejection::overloaded("association is far behind; ask again"))?
    }

    /// The match once the decision is folded in.
    async fn folded(&self) -> Result<Shown<Json<MatchView>>, Rejection> {
        let wanted = match self.decision {
            Decision::Sealed => true,
            Decision::Reopened => false,
        };
        let app = self.app;
        loop {
            let key = self.key.to_owned();
            let looked =
                app.read_index(move |store| store.match_view(Viewer::Reader, &key)).await?;
            match &looked {
                Looked::Found(view) if view.sealed != wanted => app.writer.stepped().await,
                Looked::Found(_) | Looked::Moved(_) | Looked::Unknown => {
                    return Ok(Shown::of_match(looked, self.verb())?.map(Json));
                }
            }
        }
    }

    fn verb(&self) -> &'static str {
        match self.decision {
            Decision::Sealed => "/seal",
            Decision::Reopened => "/reopen",
        }
    }
}
