//! What is not HTTP, or not quite, or never comes to an end.

use std::time::Duration;

use crate::{
    raw::{Answered, Raw, batch_head},
    support::TestServer,
};

/// One message, and all that the server says to it.
async fn said_to(server: &TestServer, message: &[u8]) -> String {
    let mut client = Raw::connect(&server.url).await;
    client.send(message).await;
    client.rest().await
}

#[tokio::test]
async fn what_is_not_http_is_answered_with_a_problem_and_the_end() {
    let server = TestServer::start().await;
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(65));
    let path = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(5_000));
    let messages: [(&[u8], u16); 15] = [
        (b"hello\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS client\r\n\r\n", 400),
        (b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n", 400),
        (b"GET  HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"G@T /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n", 400),
        (b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", 400),
        (b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (long.as_bytes(), 431),
        (many.as_bytes(), 431),
        (path.as_bytes(), 400),
    ];
    for (message, status) in messages {
        let message =
            [message, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"].concat();
        let text = said_to(&server, &message).await;
        let answered = Answered::of(text.split("HTTP/1.1 200").next().unwrap());
        let shown = String::from_utf8_lossy(&message[..message.len().min(60)]).into_owned();
        assert_eq!(answered.status, status, "{shown}");
        answered.problem();
    }
}

#[tokio::test]
async fn garbage_behind_a_request_is_refused_and_the_request_is_served() {
    let server = TestServer::start().await;
    let text =
        said_to(&server, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n\x00\x01garbage\r\n\r\n").await;
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    let refusal = &text[text.find("HTTP/1.1 400").expect("the garbage is answered too")..];
    Answered::of(refusal).problem();
}

#[tokio::test]
async fn requests_in_one_packet_are_answered_in_order() {
    let server = TestServer::start().await;
    let one = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let last = "GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let text = said_to(&server, format!("{}{last}", one.repeat(50)).as_bytes()).await;
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 50);
    assert!(text.rfind("HTTP/1.1 404").unwrap() > text.rfind("HTTP/1.1 200").unwrap());
}

#[tokio::test]
async fn an_old_client_is_served_and_let_go() {
    let server = TestServer::start().await;
    let text = said_to(&server, b"GET /healthz HTTP/1.0\r\n\r\n").await;
    assert_eq!(Answered::of(&text).status, 200);
    assert!(text.ends_with("ok\n"), "{text}");
}

#[tokio::test]
async fn a_method_of_another_protocol_is_no_method_here() {
    let server = TestServer::start().await;
    for (line, status) in [
        ("CONNECT x:80 HTTP/1.1", 404),
        ("TRACE /healthz HTTP/1.1", 405),
        ("OPTIONS * HTTP/1.1", 404),
        ("DELETE /v1/events HTTP/1.1", 405),
    ] {
        let message = format!("{line}\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answered = Answered::of(&said_to(&server, message.as_bytes()).await);
        assert_eq!(answered.status, status, "{line}");
        answered.problem();
    }
}

#[tokio::test]
async fn a_body_that_is_announced_too_large_is_refused_unread() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let mut client = Raw::connect(&server.url).await;
    client.send(batch_head(&device.token, 10_000_000_000).as_bytes()).await;
    // Not a byte of it was sent.
    let answered = client.answer().await;
    assert_eq!(answered.status, 413);
    answered.problem();
}

#[tokio::test]
async fn who_announces_a_refused_body_is_not_asked_for_it() {
    let server = TestServer::start().await;
    let mut client = Raw::connect(&server.url).await;
    let head = batch_head("wrong", 2).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    client.send(head.as_bytes()).await;
    let answered = client.answer().await;
    assert_eq!(answered.status, 401, "and not 100");
    answered.problem();
}

#[tokio::test]
async fn a_body_in_broken_chunks_is_refused() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let head =
        batch_head(&device.token, 2).replace("Content-Length: 2", "Transfer-Encoding: chunked");
    for chunks in ["zz\r\n[]\r\n0\r\n\r\n", "2\r\n[]xx0\r\n\r\n", "fffffffffffffffff\r\n[]"] {
        let mut client = Raw::connect(&server.url).await;
        client.send(format!("{head}{chunks}").as_bytes()).await;
        let answered = client.answer().await;
        assert_eq!(answered.status, 400, "{chunks:?}");
        answered.problem();
    }
}

#[tokio::test]
async fn a_head_that_never_ends_is_given_up_with_a_word_and_a_silent_client_without() {
    let server =
        TestServer::start_with(|config| config.bounds.idle_timeout = Duration::from_millis(200))
            .await;
    let mut slow = Raw::connect(&server.url).await;
    slow.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
    let answered = slow.answer().await;
    assert_eq!(answered.status, 408);
    answered.problem();
    assert_eq!(Raw::connect(&server.url).await.rest().await, "");
    let mut idle = Raw::connect(&server.url).await;
    idle.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(idle.answer().await.status, 200);
    assert_eq!(idle.rest().await, "", "a connection that has served is given up as well");
}

#[tokio::test]
async fn a_head_that_drips_does_not_live_longer_for_it() {
    let server =
        TestServer::start_with(|config| config.bounds.idle_timeout = Duration::from_millis(300))
            .await;
    let mut client = Raw::connect(&server.url).await;
    client.send(b"GET /healthz HTTP/1.1\r\n").await;
    let drips = async {
        while client.try_send(b"A: b\r\n").await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(15), drips).await.expect("it is given up");
}

#[tokio::test]
async fn a_body_that_drips_does_not_live_longer_for_it() {
    let server =
        TestServer::start_with(|config| config.bounds.body_timeout = Duration::from_millis(300))
            .await;
    let device = server.enrol(1).await;
    let mut client = Raw::connect(&server.url).await;
    client.send(batch_head(&device.token, 1_000).as_bytes()).await;
    for _ in 0..5 {
        client.send(b" ").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let answered = client.answer().await;
    assert_eq!(answered.status, 408);
    assert_eq!(answered.header("connection"), Some("close"));
    answered.problem();
}

#[tokio::test]
async fn one_connection_too_many_is_told_to_come_back() {
    let server = TestServer::start_with(|config| config.bounds.connections_max = 1).await;
    let mut first = Raw::connect(&server.url).await;
    first.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(first.answer().await.status, 200);
    let answered = Raw::connect(&server.url).await.answer().await;
    assert_eq!(answered.status, 503);
    assert!(answered.header("retry-after").is_some());
    answered.problem();
    first.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert_eq!(first.answer().await.status, 200, "who is in stays in");
}

// Wine's sockets take every answer, whether it is read or not.
#[cfg(unix)]
#[tokio::test]
async fn a_client_that_does_not_read_its_answers_is_let_go() {
    let server =
        TestServer::start_with(|config| config.bounds.idle_timeout = Duration::from_millis(300))
            .await;
    let mut client = Raw::connect(&server.url).await;
    // Answers of 60 kB each, until the server writes no more: then it reads no
    // more either, and at last it hangs up.
    let asking = async {
        let request = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1_000);
        while client.try_send(&request).await {}
    };
    tokio::time::timeout(Duration::from_secs(20), asking).await.expect("it is let go");
}
