//! The body of a request to a listener of ours.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, to_bytes},
    http::StatusCode,
};
use tokio::time::timeout;

/// The whole body; the answer where it is none that is taken. What came too slowly may
/// be sent again as it is, which what is too long may not.
///
/// # Errors
/// 408 where it is not there in time, 413 where it has more than `bytes_max`.
pub(crate) async fn read(
    body: Body,
    bytes_max: usize,
    patience: Duration,
) -> Result<Bytes, StatusCode> {
    match timeout(patience, to_bytes(body, bytes_max)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn a_body_that_does_not_come_may_come_again_and_one_that_is_too_long_may_not() {
        let never = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        let slow = read(never, 8, Duration::ZERO).await;
        assert_eq!(slow, Err(StatusCode::REQUEST_TIMEOUT));
        let patience = Duration::from_secs(5);
        let long = read(Body::from("123456789"), 8, patience).await;
        assert_eq!(long, Err(StatusCode::PAYLOAD_TOO_LARGE));
        assert_eq!(read(Body::from("12345678"), 8, patience).await.unwrap(), "12345678");
    }
}
