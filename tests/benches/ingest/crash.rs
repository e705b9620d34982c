//! `kill -9` at full load: every acknowledged event is there afterwards, and every
//! acknowledged request is answered as before.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::{
    Options,
    client::{self, Tally},
    load::{self, Encoding, Request, Shape},
    process::Process,
};

/// Connections that send while the server is killed.
const CONNECTIONS: usize = 64;

/// The server is killed when so great a share of the requests is acknowledged.
const KILL_AFTER_SHARE: usize = 3;
/// Between two looks at that.
const LOOK: Duration = Duration::from_millis(1);

/// Requests that are still to be sent, and those that were answered.
#[derive(Clone)]
struct Load {
    waiting: Arc<Mutex<Vec<Request>>>,
    acknowledged: Arc<Mutex<Vec<Request>>>,
}

/// Kills the server amid requests, of which some were under way and more waited,
/// starts it again and asks for every event that it had acknowledged.
pub(crate) fn measure(options: &Options) -> Result<String> {
    let dir = TempDir::new()?;
    let load = Load::new(options, dir.path())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let server = Process::start(&options.server, dir.path())?;
    let broken = runtime.block_on(load.kill_amid(server))?;
    let (left, acknowledged) = load.ended();
    ensure!(left > 0, "all was sent before the kill, which met no load");
    ensure!(broken > 0, "no request was under way when the server was killed");
    let events: usize = acknowledged.iter().map(|request| request.events).sum();
    let events = u64::try_from(events)?;
    ensure!(events > 0, "nothing was acknowledged before the kill");

    let server = Process::start(&options.server, dir.path())?;
    let tally = runtime.block_on(ask_again(&server, &acknowledged))?;
    let (known, lost) = (tally.duplicate.into_inner(), tally.stored.into_inner());
    ensure!(lost == 0, "{lost} acknowledged events were lost");
    ensure!(known == events, "{known} of {events} acknowledged events are known");
    Ok(format!(
        "kill -9 at full load, {broken} requests under way and {left} waiting: {events} events \
         acknowledged, {known} there, {lost} lost."
    ))
}

impl Load {
    fn new(options: &Options, dir: &Path) -> Result<Self> {
        let mut senders = load::enrol(dir, 1_000)?;
        let shape = Shape { encoding: Encoding::Zstd, keyed: true };
        let requests = (0..options.events(300_000) / 50)
            .map(|n| senders[n % 1_000].request(u64::try_from(n * 50).unwrap_or(0), 50, shape))
            .collect();
        Ok(Self { waiting: Arc::new(Mutex::new(requests)), acknowledged: Arc::default() })
    }

    /// Sends until enough is acknowledged and kills the server; how many connections
    /// broke by that.
    async fn kill_amid(&self, server: Process) -> Result<usize> {
        let kill_after = lock(&self.waiting).len() / KILL_AFTER_SHARE;
        let streams = client::connect(server.address, CONNECTIONS).await?;
        let tasks: Vec<_> =
            streams.into_iter().map(|stream| tokio::spawn(self.clone().send(stream))).collect();
        while lock(&self.acknowledged).len() < kill_after {
            tokio::time::sleep(LOOK).await;
        }
        server.kill();
        let mut broken = 0;
        for task in tasks {
            broken += usize::from(task.await?.is_err());
        }
        Ok(broken)
    }

    async fn send(self, mut stream: TcpStream) -> Result<()> {
        let (mut buffer, tally) = (Vec::new(), Tally::default());
        loop {
            let next = lock(&self.waiting).pop();
            let Some(request) = next else { return Ok(()) };
            client::exchange(&mut stream, &request, &mut buffer, &tally).await?;
            lock(&self.acknowledged).push(request);
        }
    }

    /// How many requests were never sent, and those that were acknowledged.
    fn ended(&self) -> (usize, Vec<Request>) {
        (lock(&self.waiting).len(), std::mem::take(&mut *lock(&self.acknowledged)))
    }
}

fn lock(requests: &Mutex<Vec<Request>>) -> MutexGuard<'_, Vec<Request>> {
    requests.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends what was acknowledged once more as it was, which must be answered as before,
/// and then as a new request: what the server says of its events.
async fn ask_again(server: &Process, acknowledged: &[Request]) -> Result<Tally> {
    let mut streams = client::connect(server.address, 1).await?;
    let stream = streams.first_mut().context("one was opened")?;
    let (tally, mut buffer) = (Tally::default(), Vec::new());
    for request in acknowledged {
        client::exchange(stream, request, &mut buffer, &Tally::default()).await?;
        ensure!(is_replayed(&buffer), "an acknowledged answer was forgotten");
        client::exchange(stream, &request.without_key()?, &mut buffer, &tally).await?;
    }
    Ok(tally)
}

/// Whether an answer says that it is an earlier one.
fn is_replayed(answer: &[u8]) -> bool {
    let mut lines = answer.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.any(|line| line.eq_ignore_ascii_case(b"idempotent-replayed: true"))
}
