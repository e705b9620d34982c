//! `POST /v1/devices`: a device makes itself known.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::{Extension, State},
    http::{HeaderMap, StatusCode},
};
use event_model::DeviceId;
use ingest_api::{Enrolled, Enrolment, Problem, ProblemKind, WISHED_TOKEN_CHARS};
use ingest_store::{EnrolOutcome, Store, Token};

use crate::{Config, admission::Place, app::App, authorization, body, rejection::Rejection};

/// Bytes of an enrolment: a UUID and a name.
const ENROLMENT_BYTES_MAX: usize = 4_096;
/// Longest name: it stands in a column of the operator's list.
const NAME_CHARS_MAX: usize = 100;

/// Enrols a device, and gives it its token once, and the key of pseudonyms.
///
/// Authorised by an enrolment key, or by the device's own token, which gives
/// the same answer again.
#[utoipa::path(
    post, path = "/v1/devices", tag = "devices",
    request_body = Enrolment,
    responses(
        (status = 201, description = "The device's token", body = Enrolled),
        (status = 400, description = "`bad_request`", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`unauthenticated`: the enrolment key does not open", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`revoked`", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`already_enrolled`: the request did not show the device's own token, or wishes for another device's", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "`too_large`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`overloaded`", body = Problem, content_type = "application/problem+json"),
    ),
    security(("enrolment_key" = []), ("device" = [])),
)]
pub(crate) async fn enrol(
    State(app): State<Arc<App>>,
    Extension(place): Extension<Place>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Enrolled>), Rejection> {
    let credential = authorization::bearer(&headers)?;
    // Both before the body: strangers hold no place while theirs drips, and who
    // has a key holds few.
    authorization::may_enrol(&app, &credential).await?;
    let _turn = app.enrolments.begin(&credential)?;
    let timeout = app.config.bounds.body_timeout.min(Config::ENROLMENT_TIMEOUT);
    let received = body::receive(body, ENROLMENT_BYTES_MAX, &app.budget, timeout).await?;
    let enrolment: Enrolment = serde_json::from_slice(&received.sent).map_err(|error| {
        let detail = format!("expected {{\"device\":\"<uuid>\",\"name\":\"…\"}}: {error}");
        Rejection::new(ProblemKind::BadRequest, detail)
    })?;
    let name = checked_name(&enrolment.name)?;
    let wished = enrolment.token.as_deref().map(checked_wish).transpose()?;
    let (device, now) = (DeviceId(enrolment.device), app.clock.now().wall);
    let enrol = move |store: &mut Store| {
        Ok((store.enrol(device, &name, &credential, wished, now)?, store.names_key()?))
    };
    let (outcome, names_key) = written(&app, place, enrol).await?;
    let token = match outcome {
        EnrolOutcome::Enrolled(token) => token,
        EnrolOutcome::AlreadyEnrolled => {
            let detail = "show the device's own token, or enrol under another UUID";
            return Err(Rejection::new(ProblemKind::AlreadyEnrolled, detail));
        }
        EnrolOutcome::TokenTaken => {
            let detail = "wish for another token; this one is another device's";
            return Err(Rejection::new(ProblemKind::AlreadyEnrolled, detail));
        }
        EnrolOutcome::Revoked => {
            return Err(authorization::revoked());
        }
        EnrolOutcome::Refused(fault) => {
            return Err(authorization::does_not_open(fault));
        }
    };
    tracing::info!(%device, "Device enrolled");
    let (device, token) = (enrolment.device, token.reveal().to_owned());
    let names_key = Some(names_key.reveal());
    Ok((StatusCode::CREATED, Json(Enrolled { device, token, names_key })))
}

/// Waits for the writer as long as anybody waits for an answer. What it has to do
/// keeps its place, also where the client has gone.
async fn written<T: Send + 'static>(
    app: &Arc<App>,
    place: Place,
    enrol: impl FnOnce(&mut Store) -> ingest_store::Result<T> + Send + 'static,
) -> Result<T, Rejection> {
    let writing = tokio::spawn({
        let app = app.clone();
        async move {
            let enrolled = app.writer.write(enrol).await;
            drop(place);
            enrolled
        }
    });
    tokio::time::timeout(app.config.bounds.answer_timeout, writing)
        .await
        .map_err(|_| Rejection::overloaded("the token takes too long; ask for it again"))?
        .map_err(|_| Rejection::stopped())?
}

fn checked_name(name: &str) -> Result<String, Rejection> {
    let fits = name.chars().count() <= NAME_CHARS_MAX && !name.contains(char::is_control);
    let name = name.trim();
    if name.is_empty() || !fits {
        let detail = format!("a name has 1 to {NAME_CHARS_MAX} printable characters");
        return Err(Rejection::new(ProblemKind::BadRequest, detail));
    }
    Ok(name.to_owned())
}

fn checked_wish(token: &str) -> Result<Token, Rejection> {
    if WISHED_TOKEN_CHARS.contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Ok(Token::from_text(token));
    }
    let (least, most) = (WISHED_TOKEN_CHARS.start(), WISHED_TOKEN_CHARS.end());
    let detail = format!("a token has {least} to {most} visible ASCII characters");
    Err(Rejection::new(ProblemKind::BadRequest, detail))
}
