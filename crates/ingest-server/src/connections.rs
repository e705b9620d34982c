//! Connections: accepted up to a bound, served, and ended in order.

mod refusals;
mod wire;

use std::{convert::Infallible, future::poll_fn, pin::Pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, http::Response};
use hyper::{Request, body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use self::wire::Wire;
use crate::{
    Bounds, Config,
    metrics::Metrics,
    phase::{Phase, Phases},
};

/// A TLS handshake is two round trips and some arithmetic.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// After an error of `accept`: where the process has no file descriptors left,
/// asking at once would only burn a core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What every connection is served with.
#[derive(Clone)]
pub(crate) struct Connections {
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) router: Router,
    pub(crate) bounds: Bounds,
    pub(crate) phases: Phases,
    pub(crate) metrics: Arc<Metrics>,
}

impl Connections {
    /// Accepts until the server closes, and then waits for those it has.
    pub(crate) async fn serve(self, listener: TcpListener) {
        let free = Arc::new(Semaphore::new(self.bounds.connections_max));
        let shared = Arc::new(self);
        let mut open = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = shared.phases.reached(Phase::Closing) => break,
                Some(_) = open.join_next() => continue,
                accepted = listener.accept() => accepted,
            };
            let Ok((socket, _)) = accepted else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            match free.clone().try_acquire_owned() {
                Ok(place) => {
                    let shared = shared.clone();
                    open.spawn(async move {
                        shared.metrics.connection_opened();
                        shared.connection(socket).await;
                        shared.metrics.connection_closed();
                        drop(place);
                    });
                }
                Err(_) => {
                    shared.metrics.connection_refused();
                    if shared.tls.is_none() {
                        refusals::refuse(socket);
                    }
                }
            }
        }
        drop(listener);
        while open.join_next().await.is_some() {}
    }

    async fn connection(&self, socket: TcpStream) {
        // Answers are small and written whole: waiting for more only delays
        // them. A socket that cannot be told is served nevertheless.
        drop(socket.set_nodelay(true));
        match &self.tls {
            None => self.exchange(socket).await,
            // Boxed: a connection without TLS would be as large as one with it,
            // which is five times as large.
            Some(tls) => Box::pin(self.encrypted(tls, socket)).await,
        }
    }

    async fn encrypted(&self, tls: &TlsAcceptor, socket: TcpStream) {
        let handshake = tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(socket));
        tokio::select! {
            () = self.phases.reached(Phase::Closing) => {}
            shaken = handshake => if let Ok(Ok(stream)) = shaken { self.exchange(stream).await },
        }
    }

    /// Requests and answers, until either side has had enough.
    async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send>(&self, stream: S) {
        let router = TowerToHyperService::new(self.router.clone());
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            answer(router.clone(), request)
        });
        let io = TokioIo::new(Wire::new(stream, self.bounds.idle_timeout));
        let mut connection = self.http().serve_connection(io, service);
        let ended = {
            let closing = self.phases.reached(Phase::Closing);
            tokio::pin!(closing);
            let mut told = false;
            poll_fn(|context| {
                if !told && closing.as_mut().poll(context).is_ready() {
                    told = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
                connection.poll_without_shutdown(context)
            })
            .await
        };
        let wire = connection.into_parts().io.into_inner();
        let timed_out = ended.is_err_and(|error| error.is_timeout());
        wire.finish(timed_out, &self.phases).await;
    }

    fn http(&self) -> http1::Builder {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.bounds.idle_timeout)
            .max_headers(Config::HEADERS_MAX)
            .max_buf_size(Config::HEAD_BYTES_MAX)
            .pipeline_flush(false);
        http
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

/// Boxed, so that it can be polled without being pinned in place.
fn answer(router: TowerToHyperService<Router>, request: Request<Incoming>) -> Answer {
    Box::pin(async move { hyper::service::Service::call(&router, request).await })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an open connection holds besides the buffers of its HTTP reader;
    /// measured 1,600.
    const BYTES_MAX: usize = 2_048;

    #[tokio::test]
    async fn a_connection_is_small() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let connections = Connections {
            tls: None,
            router: Router::new(),
            bounds: Bounds::default(),
            phases: Phases::serving(),
            metrics: Arc::new(Metrics::new()),
        };
        let bytes = size_of_val(&connections.connection(socket));
        assert!(bytes < BYTES_MAX, "{bytes} bytes");
    }
}
