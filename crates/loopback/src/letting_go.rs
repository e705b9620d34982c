//! Who is refused is let go.

use axum::{
    http::{HeaderValue, header},
    response::Response,
};

/// The answer, after which a connection ends where it refuses: a browser keeps those of
/// any page for minutes, and so the places that a game needs.
pub async fn let_go(mut answer: Response) -> Response {
    if answer.status().is_client_error() {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}
