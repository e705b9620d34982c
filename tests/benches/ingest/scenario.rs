//! The shapes of load, and the table's rows.

use std::{
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use anyhow::Result;
use tempfile::TempDir;

use crate::{
    Options,
    client::{self, Pace, Queue, Tally},
    limit::Limit,
    load::{self, Encoding, Shape},
    process::Process,
};

pub(crate) const HEADING: &str = "\
| scenario | events/s | of the limit | limit's CPU over ours | p50 ms | p95 ms | p99 ms | CPU-s per 100,000 | with association | MiB peak | KiB a connection | bytes written an event | refused |
|---|---|---|---|---|---|---|---|---|---|---|---|---|";

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

    pub(crate) fn run(&self, options: &Options, limit: Option<Limit>) -> Result<String> {
        let dir = TempDir::new()?;
        let queue = self.requests(dir.path())?;
        let server = Process::start(&options.server, dir.path())?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let tally = Arc::new(Tally::default());
        let (took, idle) = runtime.block_on(async {
            let before = server.memory_mib("VmRSS");
            let mut streams = client::connect(server.address, self.connections).await?;
            tokio::time::sleep(Duration::from_millis(200)).await;
            let opened = server.memory_mib("VmRSS") - before;
            let cpu = server.cpu_s();
            let took = client::run(&mut streams, &queue, self.pace, &tally).await?;
            let idle = Idle { cpu, opened, answered: server.cpu_s() };
            anyhow::Ok((took, idle))
        })?;
        let settled = settle(&server);
        Ok(self.row(&server, &tally, took, &idle, settled, limit))
    }

    fn requests(&self, data_dir: &std::path::Path) -> Result<Queue> {
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

    fn row(
        &self,
        server: &Process,
        tally: &Tally,
        took: Duration,
        idle: &Idle,
        settled: f64,
        limit: Option<Limit>,
    ) -> String {
        let stored = tally.stored.load(Ordering::Relaxed) as f64;
        let rate = stored / took.as_secs_f64();
        let mut latencies = std::mem::take(&mut *tally.latencies.lock().expect("no panics"));
        latencies.sort();
        let ms = |share: f64| {
            let at = (latencies.len() as f64 * share) as usize;
            latencies.get(at.min(latencies.len() - 1)).map_or(0.0, |d| d.as_secs_f64() * 1e3)
        };
        let per = |cpu: f64| cpu * 100_000.0 / stored;
        format!(
            "| {} | {rate:.0} | {} | {} | {:.1} | {:.1} | {:.1} | {:.2} | {:.2} | {:.0} | {:.1} | {:.0} | {} |",
            self.name,
            limit.map_or(String::from("–"), |limit| format!("{:.2}", rate / limit.events_per_s)),
            limit.map_or(String::from("–"), |limit| {
                format!("{:.2}", limit.cpu_s / per(idle.answered - idle.cpu))
            }),
            ms(0.50),
            ms(0.95),
            ms(0.99),
            per(idle.answered - idle.cpu),
            per(settled - idle.cpu),
            server.memory_mib("VmHWM"),
            idle.opened * 1_024.0 / self.connections as f64,
            server.written_bytes() / stored,
            tally.refused.load(Ordering::Relaxed),
        )
    }
}

/// The server before and after its load.
struct Idle {
    cpu: f64,
    answered: f64,
    opened: f64,
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
