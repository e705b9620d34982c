//! What is answered to whom.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};

use super::{
    Shared, admission,
    door::{self, Said},
    pairing::{Guess, Tried},
};
use crate::{
    StreamToken, events,
    headers::{self, with_headers},
    server::served,
};

/// A form with one field of six digits.
const FORM_BYTES_MAX: usize = 64;

/// A form comes with its request; who has not sent it by then sends none.
const FORM_TIMEOUT: Duration = Duration::from_secs(10);

/// The cookie that a device's token is kept in. Its name has the browser take it from
/// this host alone and give it back encrypted alone.
///
/// A cookie and not a part of the address, as on loopback: a phone keeps addresses in
/// its history, syncs them, shows them on its screen and shares them by a tap.
const COOKIE: &str = "__Host-ringside-stream";

/// To a device that reads no more, or never did.
const NOT_PAIRED: &str = "This device may not read the stream page (any more). \
    Open the address again and type a new code.\n\
    Dieses Gerät darf die Stream-Seite nicht (mehr) lesen. \
    Öffne die Adresse noch einmal und gib einen neuen Code ein.\n";

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/door.css", get(async || ([(header::CONTENT_TYPE, "text/css")], door::STYLE)))
        .route("/pair", post(pair))
        .route("/events", get(follow))
        .route("/assets/{*file}", get(asset))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), admit))
        .with_state(shared)
}

async fn admit(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let judged = admission::judge(request.method(), request.headers(), &shared.host);
    let response = match judged {
        Ok(()) if !shared.takes_one_more() => StatusCode::TOO_MANY_REQUESTS.into_response(),
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.status().into_response(),
    };
    with_headers(response, &headers::LAN)
}

/// The stream page to who may read it, and the door to everybody else.
async fn page(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if shared.knows(token_of(&headers)) {
        served(shared.pages.page("/stream.html"))
    } else {
        at_the_door(&shared, StatusCode::OK, Said::Nothing)
    }
}

async fn pair(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let read = axum::body::to_bytes(request.into_body(), FORM_BYTES_MAX);
    let Ok(Ok(form)) = tokio::time::timeout(FORM_TIMEOUT, read).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Some(guess) = guess_in(&form) else {
        return at_the_door(&shared, StatusCode::BAD_REQUEST, Said::NoCode);
    };
    let Ok(token) = StreamToken::generate() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tried = shared.guess(&guess, &token);
    let status = match tried {
        Tried::Paired => return welcome(&token),
        Tried::Wrong { .. } => StatusCode::FORBIDDEN,
        Tried::Ended(_) => StatusCode::GONE,
        Tried::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
    };
    at_the_door(&shared, status, Said::Tried(tried))
}

fn welcome(token: &StreamToken) -> Response {
    let token = token.expose();
    let cookie = format!("{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Strict");
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}

async fn follow(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    // Before the token is looked at: who is sent away from here on is ended.
    let bells = shared.show.bells();
    if shared.knows(token_of(&headers)) {
        events::follow(&shared.show, bells)
    } else {
        not_paired()
    }
}

async fn asset(
    State(shared): State<Arc<Shared>>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    if shared.knows(token_of(&headers)) {
        served(shared.pages.page(&format!("/assets/{file}")))
    } else {
        not_paired()
    }
}

fn not_paired() -> Response {
    (StatusCode::UNAUTHORIZED, NOT_PAIRED).into_response()
}

fn at_the_door(shared: &Shared, status: StatusCode, said: Said) -> Response {
    let page = door::page(shared.show.look().language, said);
    (status, Html(page)).into_response()
}

/// The guess in a form's `code=…`; a browser writes spaces as `+`.
fn guess_in(form: &Bytes) -> Option<Guess> {
    let typed = std::str::from_utf8(form).ok()?.strip_prefix("code=")?;
    Guess::read(&typed.replace('+', " ").replace("%20", " "))
}

/// The token that a browser gives back.
fn token_of(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut cookies =
        cookies.filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(';'));
    cookies.find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}
