//! Every way in which a real socket can fail to answer, and what it is called.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use delivery::Silence;
use event_model::{Clock, ClockEpoch, ClockReading, Moment, Origin, OutboxId, WallTime};
use ingest_api::SentClock;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use uploader::{Answer, ExtraRoots, HttpTransport, Request, Transport};
use uuid::Uuid;

use crate::{
    support::{Device, token},
    trusting, wire,
};

/// What a patient client of a test waits for an answer.
const LONG: Duration = Duration::from_secs(20);
/// And one that is meant to lose its patience.
const SHORT: Duration = Duration::from_millis(300);

fn request() -> Request {
    let body = format!(r#"[{{"id":"{}"}}]"#, Uuid::nil()).into_bytes();
    Request { token: token("t"), outbox: OutboxId(Uuid::nil()), origin: Origin::Live, body }
}

fn transport(server: &str, patience: Duration) -> HttpTransport {
    let device = Device::new();
    let server = server.parse().expect("the address is right");
    HttpTransport::new(&server, &ExtraRoots::default(), device.clock)
        .expect("HTTP can be set up")
        .giving_up_after(patience)
}

/// Serves every connection by `play`, after the whole request was read.
async fn server<F: Future<Output = ()> + Send>(
    play: impl Fn(TcpStream) -> F + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    tokio::spawn(async move {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            if read_request(&mut stream).await {
                play(stream).await;
            }
        }
    });
    address
}

/// Reads a request to its end; false where there is none.
async fn read_request(stream: &mut TcpStream) -> bool {
    let mut seen = Vec::new();
    loop {
        if stream.read_buf(&mut seen).await.unwrap_or(0) == 0 {
            return false;
        }
        let text = String::from_utf8_lossy(&seen);
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let body: usize = length.and_then(|length| length.parse().ok()).expect("it has a length");
        if seen.len() >= head.len() + 4 + body {
            return true;
        }
    }
}

/// What the client makes of a server that says `bytes` and then does `end`.
async fn after(bytes: &'static [u8], end: End, patience: Duration) -> Answer {
    let address = server(move |mut stream| async move {
        drop(stream.write_all(bytes).await);
        drop(stream.flush().await);
        match end {
            End::Close => {}
            End::Reset => drop(stream.set_zero_linger()),
            End::Hang => std::future::pending().await,
        }
    })
    .await;
    transport(&format!("http://{address}"), patience).send(request()).await
}

#[derive(Clone, Copy)]
enum End {
    Close,
    Reset,
    Hang,
}

const BROKEN: Answer = Answer::Silence(Silence::Broken);
const TIMED_OUT: Answer = Answer::Silence(Silence::TimedOut);

#[tokio::test]
async fn a_connection_that_ends_before_the_answer_does_is_broken() {
    let begun: [&[u8]; 7] = [
        b"",
        b"HTTP/1.1 2",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"ringsi",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"rin\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ];
    for bytes in begun {
        let said = String::from_utf8_lossy(bytes);
        assert_eq!(after(bytes, End::Close, LONG).await, BROKEN, "closed after {said:?}");
        assert_eq!(after(bytes, End::Reset, LONG).await, BROKEN, "reset after {said:?}");
    }
}

#[tokio::test]
async fn a_server_that_stops_speaking_is_given_up() {
    let begun: [&[u8]; 5] = [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"ringsi",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"rin\r\n",
    ];
    for bytes in begun {
        let said = String::from_utf8_lossy(bytes);
        assert_eq!(after(bytes, End::Hang, SHORT).await, TIMED_OUT, "after {said:?}");
    }
}

#[tokio::test]
async fn what_is_not_http_is_broken() {
    let protocols: [&[u8]; 6] = [
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"220 mail.example.org ESMTP\r\n",
        // A server that speaks HTTP/2 alone: SETTINGS, then GOAWAY.
        b"\0\0\0\x04\0\0\0\0\0\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\x16\x03\x03\0\x02\x02\x28",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: minus\r\n\r\n",
    ];
    for bytes in protocols {
        let said = String::from_utf8_lossy(bytes);
        assert_eq!(after(bytes, End::Close, LONG).await, BROKEN, "{said:?}");
    }
}

#[tokio::test]
async fn a_length_that_is_too_short_cuts_the_answer_and_it_is_judged_as_it_came() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{\"ringside\":\"receipt/1\"}";
    let Answer::Whole { status, body, .. } = after(answer, End::Close, LONG).await else {
        panic!("an answer of five bytes");
    };
    assert_eq!((status, body.as_slice()), (200, b"{\"rin".as_slice()));
}

#[tokio::test]
async fn an_interim_answer_is_none() {
    let answer = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n\
                   HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n";
    let Answer::Whole { status, retry_after, .. } = after(answer, End::Close, LONG).await else {
        panic!("the last one counts");
    };
    assert_eq!((status, retry_after.as_deref()), (503, Some("7")));
}

#[tokio::test]
async fn an_answer_without_end_is_too_long() {
    let address = server(|mut stream| async move {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").await);
        while stream.write_all(&[b' '; 64 * 1024]).await.is_ok() {}
    })
    .await;
    let answer = transport(&format!("http://{address}"), LONG).send(request()).await;
    assert_eq!(answer, Answer::Silence(Silence::TooLong));
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_unreachable() {
    // A label of more than 63 letters is no name, whichever resolver is asked.
    let server = format!("https://{}.invalid", "a".repeat(64));
    let answer = transport(&server, LONG).send(request()).await;
    assert_eq!(answer, Answer::Silence(Silence::Unreachable));
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            drop(stream.read_buf(&mut Vec::with_capacity(1_024)).await);
            drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await);
        }
    });
    let answer = transport(&format!("https://localhost:{port}"), LONG).send(request()).await;
    assert_eq!(answer, Answer::Silence(Silence::Unreachable));
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = transport(&format!("https://localhost:{port}"), SHORT).send(request()).await;
    assert_eq!(answer, TIMED_OUT);
    drop(listener);
}

const OK: &[u8] = b"HTTP/1.1 204 Fine\r\n\r\n";

/// Stands still until it is moved.
struct Moved(AtomicU64);

impl Clock for Moved {
    fn now(&self) -> Moment {
        let mono_ms = self.0.load(Ordering::SeqCst);
        let clock = ClockReading { epoch: ClockEpoch(Uuid::nil()), mono_ms };
        Moment { clock, wall: WallTime::from_unix_ms(0) }
    }
}

#[tokio::test]
async fn the_clock_is_read_when_the_handshakes_are_done() {
    let server = wire::Server::default();
    let (behind, pem) = trusting::start(&server).await;
    let behind = behind.replace("https://", "");
    let clock = Arc::new(Moved(AtomicU64::new(1_000)));
    let slow = Arc::clone(&clock);
    let front = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = front.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut from, _) = front.accept().await.unwrap();
        // Four seconds pass between the first packet and the server's hello.
        slow.0.store(5_000, Ordering::SeqCst);
        let mut to = TcpStream::connect(behind).await.unwrap();
        drop(tokio::io::copy_bidirectional(&mut from, &mut to).await);
    });
    let address = format!("https://localhost:{port}").parse().unwrap();
    let roots = ExtraRoots::from_pem(pem.as_bytes()).unwrap();
    let transport = HttpTransport::new(&address, &roots, clock).unwrap();
    let answer = transport.send(request()).await;
    assert!(matches!(answer, Answer::Whole { status: 200, .. }), "{answer:?}");
    let sent: SentClock = server.header(0, "ringside-clock").unwrap().parse().unwrap();
    assert_eq!(sent.clock.mono_ms, 5_000, "not when the connection was begun");
}

#[tokio::test]
async fn a_connection_is_used_again_while_it_stands() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let address = server(move |mut stream| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            drop(stream.write_all(OK).await);
            while read_request(&mut stream).await {
                drop(stream.write_all(OK).await);
            }
        }
    })
    .await;
    let transport = transport(&format!("http://{address}"), LONG);
    for _ in 0..5 {
        assert!(matches!(transport.send(request()).await, Answer::Whole { status: 204, .. }));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_between_two_requests_costs_none() {
    let closed = Arc::new(Notify::new());
    let told = Arc::clone(&closed);
    let address = server(move |mut stream| {
        let told = Arc::clone(&told);
        async move {
            drop(stream.write_all(OK).await);
            drop(stream);
            told.notify_one();
        }
    })
    .await;
    let transport = transport(&format!("http://{address}"), LONG);
    for _ in 0..5 {
        assert!(matches!(transport.send(request()).await, Answer::Whole { status: 204, .. }));
        closed.notified().await;
    }
}
