//! A client that costs little: HTTP/1.1 by hand, one task a connection.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
};

use crate::load::Request;

/// Longest answer: 50 receipts of a hundred bytes.
const ANSWER_BYTES: usize = 64 * 1024;

/// What came of a run.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) stored: AtomicU64,
    pub(crate) duplicate: AtomicU64,
    /// Requests that were answered otherwise than 200, and tried again.
    pub(crate) refused: AtomicU64,
    pub(crate) latencies: Mutex<Vec<Duration>>,
}

impl Tally {
    /// Of every request, in milliseconds.
    pub(crate) fn latencies(&self) -> Vec<f64> {
        let latencies = std::mem::take(&mut *self.latencies.lock().expect("no task panics"));
        latencies.into_iter().map(|latency| latency.as_secs_f64() * 1e3).collect()
    }
}

/// When requests may start.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// As fast as answers come.
    Full,
    /// So many requests a second over all connections, whatever is answered.
    PerSecond(f64),
    /// So many requests at a time, however many connections are open.
    UnderWay(usize),
}

/// The requests of a run, taken by connections in turn.
pub(crate) type Queue = Arc<Mutex<VecDeque<Request>>>;

/// Opens the connections, some at a time: a listener's backlog is short.
pub(crate) async fn connect(address: SocketAddr, count: usize) -> Result<Vec<TcpStream>> {
    let mut streams = Vec::with_capacity(count);
    for _ in 0..count {
        let stream = TcpStream::connect(address).await.context("raise the limit of open files")?;
        stream.set_nodelay(true)?;
        streams.push(stream);
    }
    Ok(streams)
}

/// Sends everything in the queue and waits for every answer.
pub(crate) async fn run(
    streams: &mut Vec<TcpStream>,
    queue: &Queue,
    pace: Pace,
    tally: &Arc<Tally>,
) -> Result<Duration> {
    let begun = Instant::now();
    let places = match pace {
        Pace::UnderWay(count) => count,
        Pace::Full | Pace::PerSecond(_) => Semaphore::MAX_PERMITS,
    };
    let turn = Turn { begun, ticket: AtomicU64::new(0), places: Semaphore::new(places), pace };
    let turn = Arc::new(turn);
    let tasks: Vec<_> = streams
        .drain(..)
        .map(|stream| {
            let (queue, tally, turn) = (queue.clone(), tally.clone(), turn.clone());
            tokio::spawn(async move { drain(stream, queue, &turn, tally).await })
        })
        .collect();
    for task in tasks {
        streams.push(task.await??);
    }
    Ok(begun.elapsed())
}

/// Whose request is next, and when.
struct Turn {
    begun: Instant,
    ticket: AtomicU64,
    places: Semaphore,
    pace: Pace,
}

impl Turn {
    /// Waits until a request may start; when it was due.
    async fn due(&self) -> Instant {
        match self.pace {
            Pace::Full | Pace::UnderWay(_) => Instant::now(),
            Pace::PerSecond(rate) => {
                let number = self.ticket.fetch_add(1, Ordering::Relaxed);
                let due = self.begun + Duration::from_secs_f64(number as f64 / rate);
                tokio::time::sleep_until(due.into()).await;
                due
            }
        }
    }
}

async fn drain(
    mut stream: TcpStream,
    queue: Queue,
    turn: &Turn,
    tally: Arc<Tally>,
) -> Result<TcpStream> {
    let mut latencies = Vec::new();
    let mut buffer = Vec::with_capacity(4_096);
    loop {
        let _place = turn.places.acquire().await?;
        let due = turn.due().await;
        let next = queue.lock().expect("no task panics").pop_front();
        let Some(request) = next else { break };
        exchange(&mut stream, &request, &mut buffer, &tally).await?;
        // From when it was due: a server that stalls makes everybody wait.
        latencies.push(due.elapsed());
    }
    tally.latencies.lock().expect("no task panics").append(&mut latencies);
    Ok(stream)
}

/// One request until it is answered with 200.
pub(crate) async fn exchange(
    stream: &mut TcpStream,
    request: &Request,
    buffer: &mut Vec<u8>,
    tally: &Tally,
) -> Result<()> {
    loop {
        stream.write_all(&request.bytes).await?;
        let body = read_answer(stream, buffer).await?;
        if buffer.starts_with(b"HTTP/1.1 200") {
            let stored = count(&buffer[body..], b"\"stored\"");
            let duplicate = count(&buffer[body..], b"\"duplicate\"");
            if stored + duplicate != u64::try_from(request.events)? {
                bail!("not all stored: {}", String::from_utf8_lossy(&buffer[body..]));
            }
            tally.stored.fetch_add(stored, Ordering::Relaxed);
            tally.duplicate.fetch_add(duplicate, Ordering::Relaxed);
            return Ok(());
        }
        if !buffer.starts_with(b"HTTP/1.1 503") && !buffer.starts_with(b"HTTP/1.1 429") {
            bail!("answered: {}", String::from_utf8_lossy(buffer));
        }
        tally.refused.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Reads one answer; gives where its body begins.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<usize> {
    buffer.clear();
    loop {
        if let Some(head) = find(buffer, b"\r\n\r\n") {
            let body = head + 4;
            if buffer.len() >= body + content_length(&buffer[..head])? {
                return Ok(body);
            }
        }
        if buffer.len() > ANSWER_BYTES || stream.read_buf(buffer).await? == 0 {
            bail!("the connection ended within an answer");
        }
    }
}

fn content_length(head: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head)?.to_ascii_lowercase();
    let value = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    Ok(value.context("an answer has a length")?.trim().parse()?)
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn count(text: &[u8], part: &[u8]) -> u64 {
    let mut count = 0;
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| *byte == b'"') {
        rest = &rest[at..];
        if rest.starts_with(part) {
            count += 1;
        }
        rest = &rest[1..];
    }
    count
}
