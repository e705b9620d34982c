//! A server, from its configuration to its last answer.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    thread,
    time::Duration,
};

use event_model::Clock;
use ingest_store::{IngestTerms, NewEnrolmentKey, Store, Token, TokenKind};
use tokio::{net::TcpSocket, sync::Semaphore, task::JoinHandle};
use tokio_rustls::TlsAcceptor;

use crate::{
    Config, Replays, SERVER_VERSION,
    admission::Places,
    app::{App, router},
    backlog::Backlog,
    byte_budget::ByteBudget,
    connections::Connections,
    disk::DiskFloor,
    enrolments::Enrolments,
    feed::{Feeds, Hub},
    in_flight::InFlight,
    metrics::Metrics,
    openapi_json,
    owner::{Ousted, Owner},
    phase::{Phase, Phases},
    principals::Principals,
    quota::Quotas,
    read_pool::ReadPool,
    readiness::Readiness,
    sealer::keep_sealing,
    tls::{self, TlsError},
    writer::{
        Health, Progress, Writer, keep_giving_room_back, keep_in_place, keep_retiring,
        rescue_at_last,
    },
};

/// Connections that the system completes and holds until they are accepted; it
/// may cut this down to a bound of its own. Beyond it a companion's connection
/// waits a second, then two, then four for another try, and after an outage
/// ten thousand of them come back.
const BACKLOG: u32 = 4_096;
/// How long the last answers may take to leave.
const CLOSE_MAX: Duration = Duration::from_secs(1);
/// How long the writer may take for its last commit.
const WRITER_MAX: Duration = Duration::from_secs(1);
/// Bodies decoded at a time for each core: decoding waits for nothing, and each
/// may hold a decoded body that no budget knows of yet.
const DECODERS_PER_CORE: usize = 1;
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
    Store(#[source] ingest_store::Error),
    /// The database is not as it was written.
    #[error(
        "the database is damaged: put the last backup in its place with \
         `ringside-ingest database restore`"
    )]
    Damaged(#[source] ingest_store::Error),
    /// The data directory cannot be made.
    #[error("could not make the data directory")]
    Directory(#[from] ingest_store::BackupError),
    /// Another server has the database: answers to one key must come from one.
    #[error("another server is running on {}: stop it first; nothing was changed", .0.display())]
    Occupied(PathBuf),
    /// The lock file cannot be made.
    #[error("could not use {}", .0.display())]
    Lock(PathBuf, #[source] io::Error),
    /// The address cannot be listened on.
    #[error("could not listen on {0}")]
    Listen(SocketAddr, #[source] io::Error),
    /// Certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// `serve.lock` was deleted or replaced under the server, and another took it.
    #[error(
        "another server was started on {}, which serve.lock prevents where nobody deletes it: this \
         one has stopped, and what it acknowledged is stored", .0.display()
    )]
    Ousted(PathBuf),
    /// The listener failed.
    #[error("could not go on serving")]
    Serve(#[source] io::Error),
    /// The database was deleted or replaced under the server, and could not be saved.
    #[error(
        "the database was deleted or replaced while it was open, and could not be saved: where it \
         was only moved, move it back with its -wal; else put the last backup in its place with \
         `ringside-ingest database restore`, so that companions send again what it lacks"
    )]
    Unsaved,
}

impl From<ingest_store::Error> for ServeError {
    fn from(error: ingest_store::Error) -> Self {
        // An older backup in its place helps against nothing else.
        if error.is_damage() { Self::Damaged(error) } else { Self::Store(error) }
    }
}

/// A server that listens. It answers once it runs.
pub struct Server {
    address: SocketAddr,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    app: Arc<App>,
    writer: thread::JoinHandle<()>,
    generated_key: Option<Token>,
    owner: Owner,
}

/// Stops a running server.
#[derive(Debug, Clone)]
pub struct Shutdown(Phases);

impl Shutdown {
    /// Takes no more requests, and lets those at work finish for a while.
    pub fn begin(&self) {
        self.0.advance(Phase::Draining);
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
        let tls = config.tls.as_ref().map(tls::acceptor).transpose()?;
        // First: opening brings an older database up to date, and names a copy.
        let owner = Owner::soon(&config.data_dir).await?;
        // Before anything in it is acknowledged again, or anything is written behind it.
        Store::settle(&config.data_dir, config.store)?;
        let mut store = Store::open(&config.data_dir, config.store)?;
        store.read_ends()?;
        let generated_key = first_key(&mut store, &config, &*clock)?;
        let listen_failed = |error| ServeError::Listen(config.listen, error);
        let listener = listen(config.listen).map_err(listen_failed)?;
        let address = listener.local_addr().map_err(listen_failed)?;
        let (app, writer) = build_app(config, clock, store);
        Ok(Self { address, listener, tls, app, writer, generated_key, owner })
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
        Shutdown(self.app.phases.clone())
    }

    /// Serves until it is stopped; then everything that was accepted is on
    /// disk and answered.
    ///
    /// # Errors
    /// Where the listener fails, or what was acknowledged is lost.
    pub async fn run(self) -> Result<(), ServeError> {
        let data_dir = self.app.config.data_dir.clone();
        let listener =
            tokio::net::TcpListener::from_std(self.listener).map_err(ServeError::Serve)?;
        let connections = Connections {
            tls: self.tls,
            router: router(self.app.clone()),
            bounds: self.app.config.bounds,
            phases: self.app.phases.clone(),
            metrics: self.app.metrics.clone(),
        };
        let connections = tokio::spawn(connections.serve(listener));
        let retiring = tokio::spawn(keep_retiring(Arc::downgrade(&self.app)));
        let giving = tokio::spawn(keep_giving_room_back(Arc::downgrade(&self.app)));
        let sealing = tokio::spawn(keep_sealing(Arc::downgrade(&self.app)));
        let rescuing = tokio::spawn(keep_in_place(Arc::downgrade(&self.app)));
        let phases = self.app.phases.clone();
        let owning = tokio::spawn(self.owner.keep(move || phases.advance(Phase::Draining)));
        self.app.phases.reached(Phase::Draining).await;
        retiring.abort();
        giving.abort();
        sealing.abort();
        drain(&self.app, connections).await;
        rescuing.abort();
        // After the last commit: a file may have been deleted before it.
        let is_saved = rescue_at_last(&self.app).await;
        drop(self.app);
        // Nobody has a way to the writer any more, so its thread ends when its
        // work does.
        let writer = tokio::task::spawn_blocking(move || self.writer.join());
        if !matches!(tokio::time::timeout(WRITER_MAX, writer).await, Ok(Ok(Ok(())))) {
            tracing::error!("The writer's thread did not end as it should");
        }
        // Until here nobody else may begin.
        owning.abort();
        let is_ousted = matches!(owning.await, Ok(Ousted));
        match (is_saved, is_ousted) {
            (false, _) => Err(ServeError::Unsaved),
            (true, true) => Err(ServeError::Ousted(data_dir)),
            (true, false) => Ok(()),
        }
    }
}

/// Listens with a backlog of our own: the standard library's is 128.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A server that starts again takes its address back at once. Elsewhere the
    // flag would let two servers have it.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

/// Finishes what was accepted while new requests are refused, and then closes
/// every connection, whatever it is at.
async fn drain(app: &App, mut connections: JoinHandle<()>) {
    let drain_timeout = app.config.bounds.drain_timeout;
    if tokio::time::timeout(drain_timeout, app.places.emptied()).await.is_err() {
        tracing::warn!(requests = app.places.taken(), "Requests are cut off unfinished");
    }
    app.writer.cut_short();
    app.phases.advance(Phase::Closing);
    if tokio::time::timeout(CLOSE_MAX, &mut connections).await.is_err() {
        connections.abort();
        // It has been told to end, and ends at its next breath.
        drop(connections.await);
    }
}

fn build_app(
    config: Config,
    clock: Arc<dyn Clock>,
    store: Store,
) -> (Arc<App>, thread::JoinHandle<()>) {
    let terms = IngestTerms {
        server_version: SERVER_VERSION.to_owned(),
        lifetimes: config.lifetimes,
        separates_replays: config.replays == Replays::Separate,
    };
    let requests_max = config.bounds.concurrent_requests_max;
    let metrics = Arc::new(Metrics::new());
    let health = Health::counting(metrics.store_failures());
    let hub = Arc::new(Hub::default());
    let mut progress = Progress::new(hub.clone(), metrics.association().clone(), clock.clone());
    if !config.associates {
        progress = progress.standing_still();
    }
    let (writer, thread) = Writer::start(store, terms, requests_max, health, progress);
    let app = App {
        readers: ReadPool::new(config.data_dir.clone(), config.store, writer.place()),
        readiness: Readiness::default(),
        principals: Principals::default(),
        phases: Phases::serving(),
        places: Places::new(config.bounds.concurrent_requests_max),
        disk: DiskFloor::new(
            config.data_dir.clone(),
            config.bounds.disk_floor_bytes,
            writer.room_inside(),
        ),
        backlog: Backlog::new(config.bounds.queue_age_max),
        budget: ByteBudget::new(config.bounds.working_bytes_max),
        decoders: Semaphore::new(decoders()),
        enrolments: Enrolments::default(),
        quotas: Quotas::new(&config.bounds),
        in_flight: InFlight::default(),
        feeds: Feeds::new(hub, &config.bounds),
        metrics,
        openapi: openapi_json(&config).into(),
        writer,
        clock,
        config,
    };
    (Arc::new(app), thread)
}

fn decoders() -> usize {
    thread::available_parallelism().map_or(1, usize::from).saturating_mul(DECODERS_PER_CORE)
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
