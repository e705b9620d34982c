//! A port of this machine that is served, left and served again.

use std::{net::Ipv4Addr, time::Duration};

use anyhow::{Context, Result};
use tokio::{net::TcpListener, time::sleep};

/// Between two tries to have a port again, and how many: a second. A client that
/// tries a port which nobody serves may for a moment be connected to itself and so
/// hold it.
const TRY_AGAIN: Duration = Duration::from_millis(50);
const TRIES: u32 = 20;

/// Takes a port of 127.0.0.1; 0 for any free one.
pub(crate) async fn listen(port: u16) -> Result<TcpListener> {
    let cannot = || format!("cannot listen on 127.0.0.1:{port}");
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.with_context(cannot)
}

/// Takes a port that was ours before.
pub(crate) async fn listen_again(port: u16) -> Result<TcpListener> {
    for _ in 1..TRIES {
        if let Ok(listener) = listen(port).await {
            return Ok(listener);
        }
        sleep(TRY_AGAIN).await;
    }
    listen(port).await
}
