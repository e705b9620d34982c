//! A client that costs little: HTTP/1.1 by hand, one task a connection.
//!
//! Connections that are open already, and send what comes next; who comes only
//! after an outage is in `surge`.

use std::{
    collections::VecDeque,
    io,
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
};

use crate::load::Request;

/// Longest answer: 50 receipts of a hundred bytes.
const ANSWER_BYTES: usize = 64 * 1024;

/// Where a refusal does not say when to come back; ours always do.
const RETRY_AFTER_S: u64 = 1;

/// What came of a run.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) stored: AtomicU64,
    pub(crate) duplicate: AtomicU64,
    /// Requests that were answered with 503 or 429, and tried again.
    pub(crate) refused: AtomicU64,
    /// Connections that were not made, or broke before the answer.
    pub(crate) broken: AtomicU64,
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
}

/// The requests of a run, taken by connections in turn.
pub(crate) type Queue = Arc<Mutex<VecDeque<Request>>>;

/// Opens the connections, one after the other.
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
    let turn = Arc::new(Turn { begun, ticket: AtomicU64::new(0), pace });
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
    pace: Pace,
}

impl Turn {
    /// The next request, and its turn where there is a pace. Turns are for requests:
    /// a connection that waited for one and then found the queue empty would add
    /// time to the run in which nothing is sent.
    fn next(&self, queue: &Queue) -> Option<(Request, Option<Instant>)> {
        let mut queue = queue.lock().expect("no task panics");
        let request = queue.pop_front()?;
        let due = match self.pace {
            Pace::Full => None,
            Pace::PerSecond(rate) => {
                let number = self.ticket.fetch_add(1, Ordering::Relaxed);
                Some(self.begun + Duration::from_secs_f64(number as f64 / rate))
            }
        };
        Some((request, due))
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
    while let Some((request, due)) = turn.next(&queue) {
        if let Some(due) = due {
            tokio::time::sleep_until(due.into()).await;
        }
        let due = due.unwrap_or_else(Instant::now);
        exchange(&mut stream, &request, &mut buffer, &tally).await?;
        // From when it was due: a server that stalls makes everybody wait.
        latencies.push(due.elapsed());
    }
    tally.latencies.lock().expect("no task panics").append(&mut latencies);
    Ok(stream)
}

/// One request until it is answered with 200, as late as the server asks for.
pub(crate) async fn exchange(
    stream: &mut TcpStream,
    request: &Request,
    buffer: &mut Vec<u8>,
    tally: &Tally,
) -> Result<()> {
    loop {
        match ask(stream, request, buffer, tally).await? {
            Answer::Taken => return Ok(()),
            Answer::ComeBack { after_s, .. } => {
                tokio::time::sleep(Duration::from_secs(after_s)).await;
            }
        }
    }
}

/// What the server says to a request.
pub(crate) enum Answer {
    /// Every event is stored, or was already.
    Taken,
    /// Not now; perhaps on another connection.
    ComeBack { after_s: u64, closed: bool },
}

/// One request, once.
pub(crate) async fn ask(
    stream: &mut TcpStream,
    request: &Request,
    buffer: &mut Vec<u8>,
    tally: &Tally,
) -> Result<Answer> {
    stream.write_all(&request.bytes).await?;
    let body = read_answer(stream, buffer).await?;
    if buffer.starts_with(b"HTTP/1.1 200") {
        count_receipts(&buffer[body..], request, tally)?;
        return Ok(Answer::Taken);
    }
    if !buffer.starts_with(b"HTTP/1.1 503") && !buffer.starts_with(b"HTTP/1.1 429") {
        bail!("answered: {}", String::from_utf8_lossy(buffer));
    }
    tally.refused.fetch_add(1, Ordering::Relaxed);
    let head = std::str::from_utf8(&buffer[..body])?.to_ascii_lowercase();
    let after_s = field(&head, "retry-after:").and_then(|text| text.parse().ok());
    let closed = field(&head, "connection:") == Some("close");
    Ok(Answer::ComeBack { after_s: after_s.unwrap_or(RETRY_AFTER_S), closed })
}

fn count_receipts(body: &[u8], request: &Request, tally: &Tally) -> Result<()> {
    let (stored, duplicate) = (count(body, b"\"stored\""), count(body, b"\"duplicate\""));
    if stored + duplicate != u64::try_from(request.events)? {
        bail!("not all stored: {}", String::from_utf8_lossy(body));
    }
    tally.stored.fetch_add(stored, Ordering::Relaxed);
    tally.duplicate.fetch_add(duplicate, Ordering::Relaxed);
    Ok(())
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
        if buffer.len() > ANSWER_BYTES {
            bail!("an answer is too long");
        }
        if stream.read_buf(buffer).await? == 0 {
            let ended = "the connection ended within an answer";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, ended).into());
        }
    }
}

fn content_length(head: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head)?.to_ascii_lowercase();
    Ok(field(&head, "content-length:").context("an answer has a length")?.parse()?)
}

/// A header's value in a head of small letters.
fn field<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
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
