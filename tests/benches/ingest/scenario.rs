//! The shapes of load.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};

use anyhow::Result;
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::{
    Options,
    client::{self, Pace, Queue, Tally},
    figures::Figures,
    limit,
    load::{self, Encoding, Shape},
    process::{Process, own_cpu_s},
    surge::{self, Surge},
};

/// What all companions of the surges see in a second.
pub(crate) const EVENTS_PER_S: u64 = 500;
/// How long they had no server.
const OUTAGE: Duration = Duration::from_mins(10);
/// They come back within five minutes, their longest wait: too long to measure,
/// and a load that nobody would notice.
const FASTER: u32 = 20;
/// Where fewer connections are open, what else the server's memory does is more
/// than what they take.
const CONNECTIONS_WEIGHED: usize = 1_000;

/// When requests come.
#[derive(Clone, Copy)]
enum Load {
    /// On connections that are open before.
    Open(Pace),
    /// With their connections.
    Surge(Surge),
}

/// One shape of load.
#[derive(Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    devices: usize,
    connections: usize,
    /// Events of the requests, in turn.
    batches: &'static [usize],
    events: usize,
    shape: Shape,
    load: Load,
}

impl Scenario {
    pub(crate) fn all(options: &Options) -> Vec<Self> {
        let fifty = |name, connections, encoding| Self {
            name,
            devices: 1_000,
            connections,
            batches: &[50],
            events: options.events(300_000),
            shape: Shape { encoding, keyed: false },
            load: Load::Open(Pace::Full),
        };
        let production = |name, batches, events, load| Self {
            name,
            devices: options.events(50_000),
            connections: options.events(10_000),
            batches,
            events: options.events(events),
            shape: Shape { encoding: Encoding::Zstd, keyed: true },
            load,
        };
        let paced = |rate| Load::Open(Pace::PerSecond(rate));
        let outage = Load::Surge(Surge::Outage { length: OUTAGE, faster: FASTER });
        vec![
            fifty("50 an identity request, 1 connection", 1, Encoding::Identity),
            fifty("50 an identity request, 16 connections", 16, Encoding::Identity),
            fifty("50 an identity request, 64 connections", 64, Encoding::Identity),
            fifty("50 a zstd request, 1 connection", 1, Encoding::Zstd),
            fifty("50 a zstd request, 16 connections", 16, Encoding::Zstd),
            fifty("50 a zstd request, 64 connections", 64, Encoding::Zstd),
            Self {
                connections: 64,
                ..production("20,000/s in requests of 50", &[50], 200_000, paced(400.0))
            },
            // Two events a request: every device sends once, and twice.
            production("production, 5,000/s", &[1, 2, 3], 100_000, paced(2_500.0)),
            production("production, 20,000/s", &[1, 2, 3], 200_000, paced(10_000.0)),
            // Each of ten thousand has seen thirty events in ten minutes.
            production("production, surge, 20 x as fast", &[30], 300_000, outage),
            production(
                "production, 10,000 at once",
                &[1, 2, 3],
                20_000,
                Load::Surge(Surge::AtOnce),
            ),
        ]
    }

    /// How fast it comes is set, and says nothing of what could be.
    pub(crate) fn is_paced(&self) -> bool {
        match self.load {
            Load::Open(Pace::Full) => false,
            Load::Open(Pace::PerSecond(_)) | Load::Surge(_) => true,
        }
    }

    /// Whether its open connections are enough to be weighed.
    pub(crate) fn weighs_connections(&self) -> bool {
        matches!(self.load, Load::Open(_)) && self.connections >= CONNECTIONS_WEIGHED
    }

    /// The limit with this scenario's own requests.
    pub(crate) fn limit(&self) -> Result<limit::Sample> {
        let dir = TempDir::new()?;
        self.limit_of(&self.requests(dir.path())?)
    }

    fn limit_of(&self, queue: &Queue) -> Result<limit::Sample> {
        let requests = queue.lock().unwrap_or_else(PoisonError::into_inner);
        limit::sample(&*requests, self.shape.encoding, self.connections)
    }

    /// One run, with the limit measured just before it.
    pub(crate) fn run(&self, options: &Options) -> Result<Figures> {
        let dir = TempDir::new()?;
        let queue = self.requests(dir.path())?;
        let limit = self.limit_of(&queue)?;
        let server = Process::start(&options.server, dir.path())?;
        let tally = Arc::new(Tally::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut figures = runtime.block_on(async {
            let idle_mib = server.memory_mib("VmRSS");
            let mut streams = self.open(&server).await?;
            let opened_mib = server.memory_mib("VmRSS") - idle_mib;
            let before = (server.cpu_s(), own_cpu_s());
            let took = self.send(&server, &mut streams, &queue, &tally).await?;
            let (answered_cpu_s, client_cpu_s) =
                (server.cpu_s() - before.0, own_cpu_s() - before.1);
            anyhow::Ok(Figures {
                limit,
                stored: tally.stored.load(Ordering::Relaxed) as f64,
                took,
                latencies: tally.latencies(),
                answered_cpu_s,
                settled_cpu_s: settle(&server) - before.0,
                client_cpu_s,
                peak_mib: 0.0,
                connection_kib: opened_mib * 1_024.0 / self.connections as f64,
                written_bytes: 0.0,
                refused: tally.refused.load(Ordering::Relaxed) as f64,
                broken: tally.broken.load(Ordering::Relaxed) as f64,
            })
        })?;
        figures.peak_mib = server.memory_mib("VmHWM");
        figures.written_bytes = server.written_bytes();
        server.kill();
        Ok(figures)
    }

    /// The connections that are open before anything is measured.
    pub(crate) async fn open(&self, server: &Process) -> Result<Vec<TcpStream>> {
        match self.load {
            Load::Surge(_) => Ok(Vec::new()),
            Load::Open(_) => {
                let streams = client::connect(server.address, self.connections).await?;
                // Until the server has accepted the last of them.
                tokio::time::sleep(Duration::from_millis(200)).await;
                Ok(streams)
            }
        }
    }

    pub(crate) async fn send(
        &self,
        server: &Process,
        streams: &mut Vec<TcpStream>,
        queue: &Queue,
        tally: &Arc<Tally>,
    ) -> Result<Duration> {
        match self.load {
            Load::Open(pace) => client::run(streams, queue, pace, tally).await,
            Load::Surge(surge) => surge::run(server.address, queue, surge, tally).await,
        }
    }

    /// How often the server flushes for a thousand events, counted in a run of
    /// its own: who counts is in the way. A steady load shows it with fewer events.
    pub(crate) fn fsyncs(&self, options: &Options) -> Result<Option<f64>> {
        let dir = TempDir::new()?;
        let events = match self.load {
            Load::Open(_) => self.events / 3,
            Load::Surge(_) => self.events,
        };
        let queue = Self { events, ..*self }.requests(dir.path())?;
        let Some(server) = Process::start_counted(&options.server, dir.path())? else {
            return Ok(None);
        };
        let tally = Arc::new(Tally::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let before = server.fsyncs();
        runtime.block_on(async {
            let mut streams = self.open(&server).await?;
            self.send(&server, &mut streams, &queue, &tally).await
        })?;
        let fsyncs = server.fsyncs().zip(before).map(|(after, before)| after - before);
        server.kill();
        let stored = tally.stored.load(Ordering::Relaxed) as f64;
        Ok(fsyncs.map(|fsyncs| fsyncs * 1_000.0 / stored))
    }

    pub(crate) fn requests(&self, data_dir: &Path) -> Result<Queue> {
        let mut senders = load::enrol(data_dir, self.devices)?;
        let mut requests = VecDeque::new();
        let (mut made, mut number) = (0, 0);
        while made < self.events {
            let events = self.batches[number % self.batches.len()];
            let sender = &mut senders[number % self.devices];
            requests.push_back(sender.request(u64::try_from(made)?, events, self.shape));
            made += events;
            number += 1;
        }
        Ok(Arc::new(Mutex::new(requests)))
    }
}

/// CPU time once association has nothing left to do.
fn settle(server: &Process) -> f64 {
    let mut before = server.cpu_s();
    loop {
        std::thread::sleep(Duration::from_millis(500));
        let now = server.cpu_s();
        if now - before < 0.02 {
            return now;
        }
        before = now;
    }
}
