//! A server, from its configuration to its last answer.

use std::{
    fs::File,
    io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use axum_server::{Handle, tls_rustls::RustlsConfig};
use event_model::Clock;
use hyper_util::rt::TokioTimer;
use ingest_store::{IngestTerms, NewEnrolmentKey, Store, Token, TokenKind};

use crate::{
    Config, SERVER_VERSION, Tls,
    admission::Admission,
    app::{App, router},
    in_flight::InFlight,
    metrics::Metrics,
    openapi_json,
    read_pool::ReadPool,
    writer::{Writer, keep_retiring},
};

/// How long answers that are being made may still take when the server stops.
const GRACE: Duration = Duration::from_secs(10);
/// How long a connection may stay without a whole request's headers: a
/// companion keeps its own for the next batch, a few seconds later.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(60);
/// Headers of a request: ours sends a dozen, proxies add some.
const HEADERS_MAX: usize = 64;
/// Their bytes: ours are one kilobyte.
const HEADERS_BYTES_MAX: usize = 64 * 1024;
/// Name of the enrolment key that a server is started with.
const FIRST_KEY_NAME: &str = "first";

/// Why a server does not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The lifetimes contradict each other; the text says which.
    #[error("{0}")]
    Lifetimes(&'static str),
    /// The database cannot be used.
    #[error("could not open the database")]
    Store(#[from] ingest_store::Error),
    /// Another server has the database: answers to one key must come from one.
    #[error("another server is running on {}", .0.display())]
    Occupied(PathBuf),
    /// The lock file cannot be made.
    #[error("could not use {}", .0.display())]
    Lock(PathBuf, #[source] io::Error),
    /// The address cannot be listened on.
    #[error("could not listen on {0}")]
    Listen(SocketAddr, #[source] io::Error),
    /// Certificate or key cannot be used.
    #[error("could not use the TLS certificate and key")]
    Tls(#[source] io::Error),
    /// The listener failed.
    #[error("could not go on serving")]
    Serve(#[source] io::Error),
}

/// A server that listens. It answers once it runs.
pub struct Server {
    address: SocketAddr,
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    app: Arc<App>,
    writer: thread::JoinHandle<()>,
    handle: Handle<SocketAddr>,
    generated_key: Option<Token>,
    /// Held for as long as the server lives.
    _owner: File,
}

/// Stops a running server.
#[derive(Clone)]
pub struct Shutdown(Handle<SocketAddr>);

impl Shutdown {
    /// Takes no more requests, and lets those at work finish for a while.
    pub fn begin(&self) {
        self.0.graceful_shutdown(Some(GRACE));
    }
}

impl Server {
    /// Opens the database and the socket.
    ///
    /// # Errors
    /// Where the configuration contradicts itself, or the machine does not give
    /// what it asks for.
    pub async fn bind(config: Config, clock: Arc<dyn Clock>) -> Result<Self, ServeError> {
        config.retention().check().map_err(ServeError::Lifetimes)?;
        let tls = match &config.tls {
            Some(tls) => Some(load(tls).await.map_err(ServeError::Tls)?),
            None => None,
        };
        let mut store = Store::open(&config.data_dir, config.store)?;
        let owner = own(&config.data_dir)?;
        let generated_key = first_key(&mut store, &config, &*clock)?;
        let listen_failed = |error| ServeError::Listen(config.listen, error);
        let listener = TcpListener::bind(config.listen).map_err(listen_failed)?;
        listener.set_nonblocking(true).map_err(listen_failed)?;
        let address = listener.local_addr().map_err(listen_failed)?;
        let (app, writer) = build_app(config, clock, store);
        let handle = Handle::new();
        Ok(Self { address, listener, tls, app, writer, handle, generated_key, _owner: owner })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as a URL.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The enrolment key that was made because there was none.
    #[must_use]
    pub fn generated_key(&self) -> Option<&Token> {
        self.generated_key.as_ref()
    }

    /// The way to stop it.
    #[must_use]
    pub fn shutdown(&self) -> Shutdown {
        Shutdown(self.handle.clone())
    }

    /// Serves until it is stopped; then everything that was accepted is on
    /// disk and answered.
    ///
    /// # Errors
    /// Where the listener fails.
    pub async fn run(self) -> Result<(), ServeError> {
        let retiring = tokio::spawn(keep_retiring(Arc::downgrade(&self.app)));
        let service = router(self.app).into_make_service();
        let served = match self.tls {
            None => match axum_server::from_tcp(self.listener) {
                Ok(server) => bounded(server.handle(self.handle)).serve(service).await,
                Err(error) => Err(error),
            },
            Some(tls) => match axum_server::from_tcp_rustls(self.listener, tls) {
                Ok(server) => bounded(server.handle(self.handle)).serve(service).await,
                Err(error) => Err(error),
            },
        };
        retiring.abort();
        // The router is gone, so the writer's thread ends when its work does.
        // A connection that outlived its grace may still hold it, hence a bound.
        let writer = tokio::task::spawn_blocking(move || self.writer.join());
        if !matches!(tokio::time::timeout(GRACE, writer).await, Ok(Ok(Ok(())))) {
            tracing::error!("The writer's thread did not end as it should");
        }
        served.map_err(ServeError::Serve)
    }
}

/// Closes connections that say nothing, or too much before their body.
fn bounded<A>(
    mut server: axum_server::Server<SocketAddr, A>,
) -> axum_server::Server<SocketAddr, A> {
    let mut http1 = server.http_builder().http1();
    http1.timer(TokioTimer::new()).header_read_timeout(HEADERS_TIMEOUT);
    http1.max_headers(HEADERS_MAX).max_buf_size(HEADERS_BYTES_MAX);
    server
}

fn build_app(
    config: Config,
    clock: Arc<dyn Clock>,
    store: Store,
) -> (Arc<App>, thread::JoinHandle<()>) {
    let terms =
        IngestTerms { server_version: SERVER_VERSION.to_owned(), lifetimes: config.lifetimes };
    let (writer, thread) = Writer::start(store, terms);
    let app = App {
        readers: ReadPool::new(config.data_dir.clone(), config.store),
        admission: Admission::new(&config),
        in_flight: InFlight::default(),
        metrics: Metrics::new(),
        openapi: openapi_json(&config.limits, &config.lifetimes).into(),
        writer,
        clock,
        config,
    };
    (Arc::new(app), thread)
}

async fn load(tls: &Tls) -> io::Result<RustlsConfig> {
    // An error says that the process chose a provider already, which is ours.
    drop(rustls::crypto::ring::default_provider().install_default());
    RustlsConfig::from_pem_file(&tls.cert, &tls.key).await
}

/// Takes the lock that makes this process the one server of a database. The
/// account commands need none: each is one transaction.
fn own(data_dir: &Path) -> Result<File, ServeError> {
    let path = data_dir.join("serve.lock");
    let occupied = |_| ServeError::Occupied(data_dir.to_owned());
    let file = File::create(&path).map_err(|cause| ServeError::Lock(path, cause))?;
    file.try_lock().map_err(occupied)?;
    Ok(file)
}

/// The key that the operator gave must open; where none was given and none is
/// known, one is made.
fn first_key(
    store: &mut Store,
    config: &Config,
    clock: &dyn Clock,
) -> Result<Option<Token>, ServeError> {
    let (key, generated) = match &config.enrolment_key {
        Some(key) => (key.clone(), None),
        None if !store.enrolment_keys()?.is_empty() => return Ok(None),
        None => {
            let key = Token::generate(TokenKind::EnrolmentKey);
            (key.clone(), Some(key))
        }
    };
    let now = clock.now().wall;
    let named = |name| NewEnrolmentKey { name, expires_at: None, uses_max: None };
    if !store.add_enrolment_key(&key, &named(FIRST_KEY_NAME.to_owned()), now)? {
        // Another key has the name: this one is a later first, told apart by
        // when it was given.
        store.add_enrolment_key(&key, &named(format!("{FIRST_KEY_NAME} {now}")), now)?;
    }
    Ok(generated)
}
