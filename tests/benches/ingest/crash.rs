//! `kill -9` at full load: every acknowledged event is there afterwards, and every
//! acknowledged request is answered as before.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

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

/// Kills the server amid requests, of which some were under way and more waited, starts it again and asks for every event
/// that it had acknowledged.
pub(crate) fn measure(options: &Options) -> Result<String> {
    let dir = TempDir::new()?;
    let mut senders = load::enrol(dir.path(), 1_000)?;
    let shape = Shape { encoding: Encoding::Zstd, keyed: true };
    let requests: Vec<_> = (0..options.events(300_000) / 50)
        .map(|n| senders[n % 1_000].request(u64::try_from(n * 50).unwrap_or(0), 50, shape))
        .collect();
    let kill_after = requests.len() / KILL_AFTER_SHARE;
    let waiting = Arc::new(Mutex::new(requests));
    let acknowledged = Arc::new(Mutex::new(Vec::new()));

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let server = Process::start(&options.server, dir.path())?;
    let broken = runtime.block_on(async {
        let tasks: Vec<_> = client::connect(server.address, CONNECTIONS)
            .await?
            .into_iter()
            .map(|stream| tokio::spawn(send(stream, waiting.clone(), acknowledged.clone())))
            .collect();
        while acknowledged.lock().unwrap_or_else(PoisonError::into_inner).len() < kill_after {
            tokio::time::sleep(LOOK).await;
        }
        server.kill();
        let mut broken = 0;
        for task in tasks {
            broken += usize::from(task.await?.is_err());
        }
        anyhow::Ok(broken)
    })?;
    let left = waiting.lock().unwrap_or_else(PoisonError::into_inner).len();
    ensure!(left > 0, "all was sent before the kill, which met no load");
    ensure!(broken > 0, "no request was under way when the server was killed");

    let mut acknowledged = acknowledged.lock().unwrap_or_else(PoisonError::into_inner);
    let acknowledged = std::mem::take(&mut *acknowledged);
    ensure!(!acknowledged.is_empty(), "nothing was acknowledged before the kill");
    let server = Process::start(&options.server, dir.path())?;
    let tally = Tally::default();
    runtime.block_on(async {
        let mut streams = client::connect(server.address, 1).await?;
        let stream = streams.first_mut().context("one was opened")?;
        let mut buffer = Vec::new();
        for request in &acknowledged {
            client::exchange(stream, request, &mut buffer, &Tally::default()).await?;
            ensure!(is_replayed(&buffer), "an acknowledged answer was forgotten");
            client::exchange(stream, &request.without_key()?, &mut buffer, &tally).await?;
        }
        anyhow::Ok(())
    })?;
    let events: usize = acknowledged.iter().map(|request| request.events).sum();
    let events = u64::try_from(events)?;
    let (known, lost) = (tally.duplicate.into_inner(), tally.stored.into_inner());
    ensure!(lost == 0, "{lost} acknowledged events were lost");
    ensure!(events > 0, "nothing was acknowledged before the kill");
    ensure!(known == events, "{known} of {events} acknowledged events are known");
    Ok(format!(
        "kill -9 at full load, {broken} requests under way and {left} waiting: {events} events \
         acknowledged, {known} there, {lost} lost."
    ))
}

/// Whether an answer says that it is an earlier one.
fn is_replayed(answer: &[u8]) -> bool {
    let mut lines = answer.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.any(|line| line.eq_ignore_ascii_case(b"idempotent-replayed: true"))
}

async fn send(
    mut stream: tokio::net::TcpStream,
    waiting: Arc<Mutex<Vec<Request>>>,
    acknowledged: Arc<Mutex<Vec<Request>>>,
) -> Result<()> {
    let (mut buffer, tally) = (Vec::new(), Tally::default());
    loop {
        let next = waiting.lock().expect("no task panics").pop();
        let Some(request) = next else { return Ok(()) };
        client::exchange(&mut stream, &request, &mut buffer, &tally).await?;
        acknowledged.lock().expect("no task panics").push(request);
    }
}
