//! What association takes from those who send: the same load with it and without.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{Options, client::Tally, figures::median, process::Process, scenario::Scenario};

/// Loads that are sent with it and without.
const COMPARED: [&str; 3] = [
    "50 an identity request, 64 connections",
    "50 a zstd request, 64 connections",
    "production, 20,000/s",
];

/// Then nobody waits for it any more, and the lag is what it is by then.
const PATIENCE: Duration = Duration::from_mins(5);

const LOOK_AGAIN: Duration = Duration::from_millis(50);

const HEADING: &str = "\
| scenario | events/s with association | without | of that | seconds until all was associated | events/s until then |
|---|--:|--:|--:|--:|--:|";

/// One run.
struct Run {
    stored: f64,
    took: Duration,
    /// From the last answer until association had all; none without it.
    lag: Duration,
}

impl Run {
    fn per_s(&self) -> f64 {
        self.stored / self.took.as_secs_f64()
    }

    fn sustained_per_s(&self) -> f64 {
        self.stored / (self.took + self.lag).as_secs_f64()
    }
}

/// The table, where one of these loads is wanted.
pub(crate) fn table(options: &Options, scenarios: &[Scenario]) -> Result<Option<String>> {
    let compared = scenarios.iter().filter(|one| COMPARED.contains(&one.name));
    let wanted: Vec<_> = compared.filter(|one| options.wants(one.name)).collect();
    if wanted.is_empty() {
        return Ok(None);
    }
    let mut table = HEADING.to_owned();
    for scenario in wanted {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        // In turn, so that what else the machine does meets both.
        for _ in 0..options.rounds {
            with.push(run(options, scenario, true)?);
            without.push(run(options, scenario, false)?);
        }
        let of = |runs: &[Run], figure: fn(&Run) -> f64| median(runs.iter().map(figure));
        let (on, off) = (of(&with, Run::per_s), of(&without, Run::per_s));
        table.push_str(&format!(
            "\n| {} | {on:.0} | {off:.0} | {:.2} | {:.1} | {:.0} |",
            scenario.name,
            on / off,
            of(&with, |run| run.lag.as_secs_f64()),
            of(&with, Run::sustained_per_s),
        ));
    }
    Ok(Some(table))
}

fn run(options: &Options, scenario: &Scenario, associates: bool) -> Result<Run> {
    let dir = TempDir::new()?;
    let queue = scenario.requests(dir.path())?;
    let flags: &[&str] = if associates { &[] } else { &["--without-association"] };
    let server = Process::start_with(&options.server, dir.path(), flags)?;
    let tally = Arc::new(Tally::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let took = runtime.block_on(async {
        let mut streams = scenario.open(&server).await?;
        scenario.send(&server, &mut streams, &queue, &tally).await
    })?;
    let lag = if associates { lag(&server)? } else { Duration::ZERO };
    let stored = tally.stored.load(Ordering::Relaxed) as f64;
    server.kill();
    Ok(Run { stored, took, lag })
}

/// How long it takes until nothing is left to associate.
fn lag(server: &Process) -> Result<Duration> {
    let begun = Instant::now();
    while events_behind(server.address)? > 0.0 && begun.elapsed() < PATIENCE {
        std::thread::sleep(LOOK_AGAIN);
    }
    Ok(begun.elapsed())
}

/// What the server's own metrics say of it.
fn events_behind(address: SocketAddr) -> Result<f64> {
    const LAG: &str = "ringside_association_lag_events ";
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let line = text.lines().find_map(|line| line.strip_prefix(LAG));
    Ok(line.context("no lag among the metrics")?.trim().parse()?)
}
