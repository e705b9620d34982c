//! Whose request it is.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use event_model::DeviceId;
use ingest_api::ProblemKind;
use ingest_store::{KeyFault, Principal, ReaderRole, Token, Validity, Viewer};

use crate::{Config, app::App, principals, quota::AtWork, rejection::Rejection};

/// The token that the request shows.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Token, Rejection> {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty() && token.len() <= Config::TOKEN_BYTES_MAX)
        .map(Token::from_text)
        .ok_or_else(|| {
            let detail = "expected the header Authorization: Bearer <token>";
            Rejection::new(ProblemKind::Unauthenticated, detail)
        })
}

/// The device whose token the request shows.
pub(crate) async fn device(app: &Arc<App>, headers: &HeaderMap) -> Result<DeviceId, Rejection> {
    match principal(app, headers).await? {
        Principal::Device(device) => Ok(device),
        Principal::Reader(_) => {
            let detail = "a reader's token cannot send events";
            Err(Rejection::new(ProblemKind::Forbidden, detail))
        }
    }
}

/// Refuses who shows neither an enrolment key nor a device's token, or one whose
/// time is over. Whose the token is, the store says with the body; so it does of
/// a key that is used up, with which a lost answer may be asked for again.
pub(crate) async fn may_enrol(app: &Arc<App>, credential: &Token) -> Result<(), Rejection> {
    match principals::principal(app, credential.clone()).await? {
        Some((Principal::Device(_), Validity::Valid)) => return Ok(()),
        Some((Principal::Device(_), Validity::Revoked)) => return Err(revoked()),
        Some((Principal::Reader(_), _)) | None => {}
    }
    let (key, now) = (credential.clone(), app.clock.now().wall);
    match app.readers.read(move |store| store.check_enrolment_key(&key, now)).await? {
        Ok(()) | Err(KeyFault::UsedUp) => Ok(()),
        Err(fault @ (KeyFault::Unknown | KeyFault::Expired)) => Err(does_not_open(fault)),
    }
}

/// What is said to a key that opens nothing.
pub(crate) fn does_not_open(fault: KeyFault) -> Rejection {
    let detail = match fault {
        KeyFault::Unknown => "this server knows no such enrolment key",
        KeyFault::Expired => "the enrolment key has expired",
        KeyFault::UsedUp => "the enrolment key has enrolled as many devices as it may",
    };
    Rejection::new(ProblemKind::Unauthenticated, detail)
}

/// What is said to a token that was valid once.
pub(crate) fn revoked() -> Rejection {
    Rejection::new(ProblemKind::Revoked, "the operator revoked this token")
}

/// Who looks at what, counted among the requests of its device.
pub(crate) struct Looking {
    pub(crate) viewer: Viewer,
    _at_work: Option<AtWork>,
}

/// What the owner of the token may look at.
pub(crate) async fn viewer(app: &Arc<App>, headers: &HeaderMap) -> Result<Looking, Rejection> {
    Ok(match principal(app, headers).await? {
        Principal::Device(device) => {
            let at_work = app.quotas.begin(device, &app.clock.now())?;
            Looking { viewer: Viewer::Device(device), _at_work: Some(at_work) }
        }
        Principal::Reader(_) => Looking { viewer: Viewer::Reader, _at_work: None },
    })
}

/// What the owner of the token may erase.
pub(crate) enum Eraser {
    /// Its own, counted among its requests.
    Device(DeviceId, AtWork),
    /// Any device's.
    Operator,
}

/// Who may erase something.
pub(crate) async fn eraser(app: &Arc<App>, headers: &HeaderMap) -> Result<Eraser, Rejection> {
    match principal(app, headers).await? {
        Principal::Device(device) => {
            let at_work = app.quotas.begin(device, &app.clock.now())?;
            Ok(Eraser::Device(device, at_work))
        }
        Principal::Reader(ReaderRole::Operator) => Ok(Eraser::Operator),
        Principal::Reader(ReaderRole::Reader) => Err(only_operators()),
    }
}

/// Refuses who is no operator.
pub(crate) async fn operator(app: &Arc<App>, headers: &HeaderMap) -> Result<(), Rejection> {
    match principal(app, headers).await? {
        Principal::Reader(ReaderRole::Operator) => Ok(()),
        Principal::Reader(ReaderRole::Reader) | Principal::Device(_) => Err(only_operators()),
    }
}

fn only_operators() -> Rejection {
    Rejection::new(ProblemKind::Forbidden, "an operator's token may do this, and no other")
}

/// Refuses a device.
pub(crate) async fn reader(app: &Arc<App>, headers: &HeaderMap) -> Result<(), Rejection> {
    match principal(app, headers).await? {
        Principal::Reader(_) => Ok(()),
        Principal::Device(_) => {
            let detail = "a reader's token shows this, and no device's";
            Err(Rejection::new(ProblemKind::Forbidden, detail))
        }
    }
}

/// Whether a token that opened something long still does.
pub(crate) async fn is_still_valid(app: &Arc<App>, token: &Token) -> bool {
    let known = principals::principal(app, token.clone()).await;
    matches!(known, Ok(Some((_, Validity::Valid))))
}

async fn principal(app: &Arc<App>, headers: &HeaderMap) -> Result<Principal, Rejection> {
    match principals::principal(app, bearer(headers)?).await? {
        Some((principal, Validity::Valid)) => Ok(principal),
        Some((_, Validity::Revoked)) => Err(revoked()),
        None => {
            Err(Rejection::new(ProblemKind::Unauthenticated, "this server knows no such token"))
        }
    }
}
