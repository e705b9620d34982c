//! What is answered where no request comes to a route: by the reader of HTTP
//! itself, by the clock, or at the door.

use axum::http::StatusCode;
use ingest_api::ProblemKind;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::rejection::Rejection;

/// How a refusal of the HTTP reader begins and what it has in it. No answer of
/// ours to a bad request is empty.
const BARE_BEGIN: &[u8] = b"HTTP/1.1 4";
const BARE_PART: &[u8] = b"\r\ncontent-length: 0\r\n";
const HEAD_END: &[u8] = b"\r\n\r\n";
/// Longer than any of them.
const BARE_BYTES_MAX: usize = 256;

/// Where in `written` a bare refusal of the HTTP reader begins. It is the last
/// word on its connection, so it also stands at the end of what is written.
pub(super) fn bare_refusal(written: &[u8]) -> Option<usize> {
    if !written.ends_with(HEAD_END) {
        return None;
    }
    let from = written.len().saturating_sub(BARE_BYTES_MAX);
    let tail = &written[from..];
    let begin = tail.windows(BARE_BEGIN.len()).rposition(|part| part == BARE_BEGIN)?;
    let is_bare = tail[begin..].windows(BARE_PART.len()).any(|part| part == BARE_PART);
    is_bare.then_some(from + begin)
}

/// The same refusal as a problem document.
pub(super) fn as_problem(bare: &[u8]) -> Vec<u8> {
    let status = bare.get(9..12).and_then(|digits| StatusCode::from_bytes(digits).ok());
    let rejection = match status {
        Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE) => {
            Rejection::of_status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "too large a head")
        }
        Some(StatusCode::URI_TOO_LONG) => {
            Rejection::of_status(StatusCode::URI_TOO_LONG, "too long a path")
        }
        _ => Rejection::new(ProblemKind::BadRequest, "this is not HTTP/1.1 as it should be"),
    };
    message(&rejection, "")
}

/// What a connection hears that began a request and did not end it.
pub(super) fn request_timeout() -> Vec<u8> {
    let detail = "the head of the request took too long to arrive";
    message(&Rejection::of_status(StatusCode::REQUEST_TIMEOUT, detail), "")
}

/// Tells a connection that there are too many, without waiting for anything:
/// the answer fits the empty buffer of a new socket.
pub(super) fn refuse(mut socket: TcpStream) {
    let rejection = Rejection::overloaded("as many connections are open as this server takes");
    let answer = message(&rejection, "retry-after: 5\r\n");
    drop(socket.try_write(&answer));
    // What the client has sent by then must not turn its answer into a reset.
    let mut unread = [0; 4_096];
    drop(socket.try_read(&mut unread));
    tokio::spawn(async move { drop(socket.shutdown().await) });
}

fn message(rejection: &Rejection, headers: &str) -> Vec<u8> {
    let status = rejection.status();
    let document = rejection.document();
    let head = format!(
        "HTTP/1.1 {} {}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\n\
         {headers}connection: close\r\n\r\n",
        status.as_u16(),
        status.canonical_reason().unwrap_or_default(),
        document.len(),
    );
    [head.into_bytes(), document].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: &[u8] = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\
        content-length: 0\r\ndate: Fri, 20 Nov 2026 19:00:00 GMT\r\n\r\n";

    #[test]
    fn a_bare_refusal_is_found_also_behind_an_answer() {
        assert_eq!(bare_refusal(BARE), Some(0));
        let ours = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok\n";
        assert_eq!(bare_refusal(&[ours, BARE].concat()), Some(ours.len()));
        assert_eq!(bare_refusal(ours), None);
        assert_eq!(bare_refusal(b"HTTP/1.1 100 Continue\r\n\r\n"), None);
        assert_eq!(bare_refusal(b"HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\n\r\n"), None);
    }

    #[test]
    fn it_becomes_a_problem_of_the_same_status() {
        let text = String::from_utf8(as_problem(BARE)).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"), "{head}");
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{head}");
        assert!(body.contains(r#""type":"about:blank""#), "{body}");
    }
}
