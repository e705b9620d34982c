//! Messages over a WebSocket: one a frame, each answered.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use event_model::Channel;
use loopback::IDLE_MAX;
use tokio::time::{Instant, interval_at};

use super::{
    BODY_BYTES_MAX, BRIDGE_PROTOCOL, Desk,
    admission::speaks,
    answers::{Answer, refusal},
};
use crate::stop::stopped;

/// So often a socket is pinged: in a menu Overwolf tells nothing for long.
const PING_EVERY: Duration = Duration::from_secs(20);
const _: () = assert!(PING_EVERY.as_secs() * 2 < IDLE_MAX.as_secs(), "a silent one would end");

/// Opens a socket, for whoever may post.
pub(super) async fn open(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if let Some(status) = refusal(&desk, &headers) {
        return status.into_response();
    }
    match upgrade {
        Ok(upgrade) if speaks(&headers) => upgrade
            .protocols([BRIDGE_PROTOCOL])
            .max_message_size(BODY_BYTES_MAX)
            .max_frame_size(BODY_BYTES_MAX)
            .on_upgrade(|socket| listen(desk, socket)),
        Ok(_) | Err(_) => StatusCode::UPGRADE_REQUIRED.into_response(),
    }
}

/// Answers each message with how many were taken of it: one, or none for now.
async fn listen(desk: Arc<Desk>, mut socket: WebSocket) {
    let stop = desk.stop.clone();
    tokio::pin! { let end = stopped(stop); }
    let mut pings = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
    loop {
        let received = tokio::select! {
            () = &mut end => break,
            _ = pings.tick() => match socket.send(Message::Ping(Bytes::new())).await {
                Ok(()) => continue,
                Err(_) => break,
            },
            received = socket.recv() => received,
        };
        let text = match received {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Binary(_) | Message::Close(_)) | Err(_)) | None => break,
        };
        let took = desk.take(Channel::WebSocket, text.as_str());
        let answer = serde_json::to_string(&Answer::to_one(&desk, took)).unwrap_or_default();
        if socket.send(Message::Text(answer.into())).await.is_err() {
            break;
        }
    }
}
