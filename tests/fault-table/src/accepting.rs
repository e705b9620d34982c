//! The server: one port, which it closes and opens as the fault says.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::BufReader,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::Instant,
};

use crate::{fault::Fault, ledger::Ledger, plan::Plan, wire};

/// How exactly the timetable is kept.
const TICK: Duration = Duration::from_millis(5);

/// Where the server stands in its timetable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Stage {
    /// Healthy: the client is not ready yet.
    Before,
    /// The fault is on since then.
    Since(Instant),
    /// It is over.
    After,
}

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) fault: Fault,
    pub(crate) plan: Plan,
    /// The token that the client shows.
    pub(crate) token: String,
    stage: Mutex<Stage>,
    ledger: Mutex<Ledger>,
}

impl Shared {
    pub(crate) fn stage(&self) -> Stage {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The second of the timetable; below 0 before it began.
    pub(crate) fn second(&self) -> f64 {
        match self.stage() {
            Stage::Before => -1.0,
            Stage::Since(start) => self.plan.second(start.elapsed()),
            Stage::After => f64::INFINITY,
        }
    }

    fn is_open(&self) -> bool {
        match self.stage() {
            Stage::Before | Stage::After => true,
            Stage::Since(_) => self.fault.is_open(self.second()),
        }
    }
}

/// A running server.
pub(crate) struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    running: JoinHandle<()>,
}

impl Server {
    /// Starts it, healthy, on any free port.
    pub(crate) async fn start(fault: Fault, plan: Plan, token: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            fault,
            plan,
            token: token.to_owned(),
            stage: Mutex::new(Stage::Before),
            ledger: Mutex::default(),
        });
        let running = tokio::spawn(run(Arc::clone(&shared), listener, address));
        Ok(Self { shared, address, running })
    }

    /// Where the client sends to.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The timetable begins now.
    pub(crate) fn begin(&self) {
        self.set(Stage::Since(Instant::now()));
    }

    /// The fault is over.
    pub(crate) fn heal(&self) {
        self.set(Stage::After);
    }

    /// What it saw and recorded so far.
    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.shared.ledger()
    }

    /// The second of the timetable.
    pub(crate) fn second(&self) -> f64 {
        self.shared.second()
    }

    fn set(&self, stage: Stage) {
        *self.shared.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// Listens while the fault leaves the port open, and resets every connection
/// when it is closed.
async fn run(shared: Arc<Shared>, first: TcpListener, address: SocketAddr) {
    let open = watch::Sender::new(true);
    let mut listener = Some(first);
    let mut connections = JoinSet::new();
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            Some(stream) = accepted(listener.as_ref()) => {
                connections.spawn(serve(stream, Arc::clone(&shared), open.subscribe()));
            }
            _ = tick.tick() => {}
        }
        if !shared.is_open() {
            listener = None;
            open.send_replace(false);
            connections.join_all().await;
            connections = JoinSet::new();
        } else if listener.is_none() {
            // Somebody else may have the port for a moment; the next tick tries again.
            listener = TcpListener::bind(address).await.ok();
            open.send_replace(listener.is_some());
        }
    }
}

async fn accepted(listener: Option<&TcpListener>) -> Option<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.ok().map(|(stream, _)| stream),
        None => None,
    }
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As connections do.
    Closed,
    /// With a reset.
    Reset,
}

async fn serve(stream: TcpStream, shared: Arc<Shared>, mut open: watch::Receiver<bool>) {
    let mut stream = BufReader::new(stream);
    let end = tokio::select! {
        end = wire::converse(&mut stream, &shared) => end.unwrap_or(End::Closed),
        _ = open.wait_for(|open| !open) => End::Reset,
    };
    if end == End::Reset {
        // What cannot be set was closed by the client already.
        stream.get_ref().set_zero_linger().ok();
    }
}
