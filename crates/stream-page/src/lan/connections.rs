//! Encrypted connections: accepted up to a bound and a pace, and cut off at the end.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::Instant,
};
use tokio_rustls::TlsAcceptor;

use super::pace::Pace;
use crate::{Error, READERS_MAX};

/// A reader has one, and a browser opens some more while its page loads.
const CONNECTIONS_MAX: usize = READERS_MAX * 8;

/// A handshake over a home network takes some milliseconds.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// From one request of a connection to the head of the next; a browser opens another.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// What browsers send is some 20 headers and 1 KiB.
const HEADERS_MAX: usize = 64;

/// The least that hyper allows.
const HEAD_BYTES_MAX: usize = 8 * 1024;

/// After an error of `accept`: where the process has no file descriptors left,
/// asking at once would only burn a core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Listens there, or where that port is taken on any free one of the same address.
pub(super) async fn listen(at: SocketAddr) -> Result<TcpListener, Error> {
    let listener = match TcpListener::bind(at).await {
        Ok(listener) => Ok(listener),
        Err(_) => TcpListener::bind(SocketAddr::new(at.ip(), 0)).await,
    };
    listener.map_err(|cause| Error::Bind { port: at.port(), cause })
}

/// Serves until nobody holds the other end of `stop`; then what is open is cut off.
pub(super) async fn serve(
    listener: TcpListener,
    tls: TlsAcceptor,
    router: Router,
    mut stop: watch::Receiver<()>,
) {
    let (room, began) = (Arc::new(Semaphore::new(CONNECTIONS_MAX)), Instant::now());
    let mut pace = Pace::new(0);
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            // It is never told anything.
            _ = stop.changed() => return,
            Some(_) = open.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let Ok((socket, _)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let now_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let place = Arc::clone(&room).try_acquire_owned();
        if let (true, Ok(place)) = (pace.takes(now_ms), place) {
            let (tls, router) = (tls.clone(), router.clone());
            open.spawn(async move {
                connection(tls, socket, router).await;
                drop(place);
            });
        }
    }
}

async fn connection(tls: TlsAcceptor, socket: TcpStream, router: Router) {
    // Events are small and written whole: waiting for more only delays them.
    drop(socket.set_nodelay(true));
    let shaken = tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(socket)).await;
    let Ok(Ok(stream)) = shaken else { return };
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX);
    // However it ends, there is nobody left to tell.
    http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)).await.ok();
}
