//! A server that does wrong: stands between the upload and the real one.
//!
//! It takes one request a connection, so that a fault meets one request and no other,
//! and hands on what it does not spoil as it is. Only plain HTTP to this machine can be
//! stood between: TLS shows nothing of its requests, which is what it is for.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::{FaultKind, FaultPlace, PlayedFault, chance::Chance};
use crate::Error;

/// Requests that meet a fault, at most: each costs the waits of a circuit that is
/// broken, which grow.
const FAULTS_MAX: u64 = 6;

/// Of the requests with events, one in so many meets a fault, until there were enough.
/// A short recording is sent in one or two requests, which come again after a fault.
const ONE_IN: u64 = 2;

/// Longest head of a request or an answer: ours has one kilobyte.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Longest body: that of the wire contract, and room.
const BODY_BYTES_MAX: usize = 9 * 1024 * 1024;
/// Nothing on this machine takes so long.
const EXCHANGE_MAX: Duration = Duration::from_secs(30);

/// How a request with events ends its first line's path; those alone meet faults, and
/// those that ask the server who it is.
const EVENTS: &str = "/v1/events HTTP/1.1";

/// A running stand-between.
pub(crate) struct FaultyServer {
    url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    upstream: String,
    state: Mutex<State>,
}

struct State {
    chance: Chance,
    requests: u64,
    faults: u64,
    played: Vec<PlayedFault>,
}

impl FaultyServer {
    /// Stands before `server` on a free port.
    ///
    /// # Errors
    /// Where the server is spoken to with TLS, or no port is free.
    pub(crate) async fn before(server: &str, seed: u64) -> Result<Self, Error> {
        let Some(address) = server.strip_prefix("http://") else {
            return Err(Error::Server(
                "faults can be played only to a server that is spoken to without TLS, on this \
                 machine: start one with `ringside-ingest serve` for that, or leave --server out \
                 to play the faults of frames, clocks and kills alone"
                    .to_owned(),
            ));
        };
        let (authority, base) = address.split_at(address.find('/').unwrap_or(address.len()));
        let has_port = authority.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok());
        let upstream = if has_port { authority.to_owned() } else { format!("{authority}:80") };
        let failed = |cause: io::Error| Error::Server(format!("no local port is free: {cause}"));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let state = State {
            chance: Chance::new(seed, "requests"),
            requests: 0,
            faults: 0,
            played: Vec::new(),
        };
        let shared = Arc::new(Shared { upstream, state: Mutex::new(state) });
        let url = format!("http://127.0.0.1:{port}{base}");
        let task = tokio::spawn(listen(listener, Arc::clone(&shared)));
        Ok(Self { url, shared, task })
    }

    /// Where requests are to go.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What was done.
    pub(crate) fn played(&self) -> Vec<PlayedFault> {
        self.shared.lock().played.clone()
    }
}

impl Drop for FaultyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the next request with events meets.
    fn fault(&self) -> Option<FaultKind> {
        let mut state = self.lock();
        state.requests += 1;
        if state.faults >= FAULTS_MAX || state.chance.below(ONE_IN) > 0 {
            return None;
        }
        let kinds = [
            FaultKind::Refuse,
            FaultKind::TooManyRequests,
            FaultKind::ServerError,
            FaultKind::ResetAfterCommit,
        ];
        let fault = kinds[state.chance.index(kinds.len())];
        state.faults += 1;
        let place = FaultPlace::Request { request: state.requests };
        state.played.push(PlayedFault { place, fault, detail: String::new() });
        Some(fault)
    }
}

/// One connection after another: an upload has one at a time.
async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let served = tokio::time::timeout(EXCHANGE_MAX, serve(client, &shared)).await;
        if let Ok(Err(error)) = served {
            tracing::debug!(%error, "A request did not come through");
        }
    }
}

async fn serve(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    let Some(message) = read_message(&mut client).await? else { return Ok(()) };
    let first = message.head.lines().next().unwrap_or_default();
    let has_events = first.starts_with("POST ") && first.ends_with(EVENTS);
    let fault = if has_events { shared.fault() } else { None };
    match fault {
        None => {
            let answer = ask(&shared.upstream, &message).await?;
            client.write_all(&answer).await
        }
        Some(FaultKind::TooManyRequests) => {
            client.write_all(&problem(429, "Too Many Requests", "rate_limited")).await
        }
        Some(FaultKind::ServerError) => {
            client
                .write_all(
                    b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                )
                .await
        }
        Some(FaultKind::ResetAfterCommit) => {
            ask(&shared.upstream, &message).await?;
            client.set_zero_linger()
        }
        // A connection that is taken and reset at once is refused, seen from there.
        Some(_) => client.set_zero_linger(),
    }
}

fn problem(status: u16, title: &str, kind: &str) -> Vec<u8> {
    let body =
        format!(r#"{{"type":"urn:ringside:problem:{kind}","title":"{title}","status":{status}}}"#);
    format!(
        "HTTP/1.1 {status} {title}\r\ncontent-type: application/problem+json\r\n\
         retry-after: 1\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

struct Message {
    head: String,
    body: Vec<u8>,
}

/// A whole request; `None` where the connection ended before one began.
async fn read_message(client: &mut TcpStream) -> io::Result<Option<Message>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if bytes.len() > HEAD_BYTES_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData)?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let length = length.unwrap_or(0);
    if length > BODY_BYTES_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    while body.len() < length {
        if client.read_buf(&mut body).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(Some(Message { head, body }))
}

/// The real server's answer, byte for byte: it closes behind it, as it is asked to.
async fn ask(upstream: &str, message: &Message) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream).await?;
    let (line, headers) = message.head.split_once("\r\n").unwrap_or((&message.head, "\r\n"));
    let kept: String = headers
        .split_inclusive("\r\n")
        .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"))
        .collect();
    server.write_all(format!("{line}\r\nConnection: close\r\n{kept}").as_bytes()).await?;
    server.write_all(&message.body).await?;
    let mut answer = Vec::new();
    let most = (HEAD_BYTES_MAX + BODY_BYTES_MAX) as u64;
    server.take(most).read_to_end(&mut answer).await?;
    Ok(answer)
}
