//! The shapes of load.

use std::{
    path::Path,
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use anyhow::Result;
use tempfile::TempDir;

use crate::{
    Options,
    client::{self, Pace, Queue, Tally},
    figures::Figures,
    limit::Limit,
    load::{self, Encoding, Shape},
    process::{Process, own_cpu_s},
};

/// One shape of load.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    devices: usize,
    connections: usize,
    /// Events of the requests, in turn.
    batches: &'static [usize],
    events: usize,
    shape: Shape,
    pace: Pace,
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
            pace: Pace::Full,
        };
        let production = |name, events, pace| Self {
            name,
            devices: options.events(50_000),
            connections: options.events(10_000),
            batches: &[1, 2, 3],
            events: options.events(events),
            shape: Shape { encoding: Encoding::Zstd, keyed: true },
            pace,
        };
        vec![
            fifty("50 an identity request, 1 connection", 1, Encoding::Identity),
            fifty("50 an identity request, 16 connections", 16, Encoding::Identity),
            fifty("50 an identity request, 64 connections", 64, Encoding::Identity),
            fifty("50 a zstd request, 1 connection", 1, Encoding::Zstd),
            fifty("50 a zstd request, 16 connections", 16, Encoding::Zstd),
            fifty("50 a zstd request, 64 connections", 64, Encoding::Zstd),
            Self {
                batches: &[50],
                connections: 64,
                ..production("20,000/s in requests of 50", 300_000, Pace::PerSecond(400.0))
            },
            production("production, 5,000/s", 60_000, Pace::PerSecond(2_500.0)),
            production("production, 20,000/s", 200_000, Pace::PerSecond(10_000.0)),
            // Ten minutes of outage at 500 events a second wait in the
            // outboxes; jitter spreads those that come back.
            production("production, surge", 300_000, Pace::UnderWay(1_000)),
        ]
    }

    pub(crate) fn is_paced(&self) -> bool {
        match self.pace {
            Pace::PerSecond(_) => true,
            Pace::Full | Pace::UnderWay(_) => false,
        }
    }

    /// One run, with the limit measured just before it.
    pub(crate) fn run(&self, options: &Options, limit: &mut Limit) -> Result<Figures> {
        let limit = limit.sample()?;
        let dir = TempDir::new()?;
        let queue = self.requests(dir.path())?;
        let server = Process::start(&options.server, dir.path())?;
        let tally = Arc::new(Tally::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut figures = runtime.block_on(async {
            let idle_mib = server.memory_mib("VmRSS");
            let mut streams = client::connect(server.address, self.connections).await?;
            tokio::time::sleep(Duration::from_millis(200)).await;
            let opened_mib = server.memory_mib("VmRSS") - idle_mib;
            let before = (server.cpu_s(), own_cpu_s());
            let took = client::run(&mut streams, &queue, self.pace, &tally).await?;
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
            })
        })?;
        figures.peak_mib = server.memory_mib("VmHWM");
        figures.written_bytes = server.written_bytes();
        server.kill();
        Ok(figures)
    }

    /// How often the server flushes for a thousand events, counted in a run of
    /// its own: who counts is in the way.
    pub(crate) fn fsyncs(&self, options: &Options) -> Result<Option<f64>> {
        let dir = TempDir::new()?;
        let queue = self.requests(dir.path())?;
        let Some(server) = Process::start_counted(&options.server, dir.path())? else {
            return Ok(None);
        };
        let tally = Arc::new(Tally::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let before = server.fsyncs();
        runtime.block_on(async {
            let mut streams = client::connect(server.address, self.connections).await?;
            client::run(&mut streams, &queue, self.pace, &tally).await
        })?;
        let fsyncs = server.fsyncs().zip(before).map(|(after, before)| after - before);
        server.kill();
        let stored = tally.stored.load(Ordering::Relaxed) as f64;
        Ok(fsyncs.map(|fsyncs| fsyncs * 1_000.0 / stored))
    }

    fn requests(&self, data_dir: &Path) -> Result<Queue> {
        let mut senders = load::enrol(data_dir, self.devices)?;
        let mut requests = std::collections::VecDeque::new();
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
