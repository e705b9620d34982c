//! Whose request it is.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use event_model::DeviceId;
use ingest_api::ProblemKind;
use ingest_store::{Principal, Token, Validity, Viewer};

use crate::{Config, app::App, principals, rejection::Rejection};

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

/// What the owner of the token may look at.
pub(crate) async fn viewer(app: &Arc<App>, headers: &HeaderMap) -> Result<Viewer, Rejection> {
    Ok(match principal(app, headers).await? {
        Principal::Device(device) => Viewer::Device(device),
        Principal::Reader(_) => Viewer::Reader,
    })
}

async fn principal(app: &Arc<App>, headers: &HeaderMap) -> Result<Principal, Rejection> {
    match principals::principal(app, bearer(headers)?).await? {
        Some((principal, Validity::Valid)) => Ok(principal),
        Some((_, Validity::Revoked)) => {
            Err(Rejection::new(ProblemKind::Revoked, "the operator revoked this token"))
        }
        None => {
            Err(Rejection::new(ProblemKind::Unauthenticated, "this server knows no such token"))
        }
    }
}
