//! Between a browser and the bridge: the page's files, and the exchange of its origin.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    path::{Path, PathBuf},
    thread,
};

use serde_json::Value;

/// Whose page the bridge takes ours for.
const OVERWOLF: &str = "overwolf-extension://lpmkjihgfedcbaponmlkjihgfedcba";

/// Longer than the head of any request here.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Two ports of this machine, until the test ends.
pub(super) struct Way {
    page_port: u16,
}

impl Way {
    /// Serves the page that the companion wrote into `folder`, and leads what it posts to
    /// the bridge on `bridge_port`.
    pub(super) fn to(bridge_port: u16, folder: &Path) -> Self {
        let (pages, page_port) = listener();
        let (posts, posts_port) = listener();
        let folder = folder.to_owned();
        serve(pages, move |stream| show(stream, &folder, posts_port));
        serve(posts, move |stream| lead(stream, page_port, posts_port, bridge_port));
        Self { page_port }
    }

    /// Where the page is.
    pub(super) fn page(&self) -> String {
        format!("http://127.0.0.1:{}/bridge.html", self.page_port)
    }
}

fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// Each connection by itself: a browser opens some that it never uses.
fn serve(
    listener: TcpListener,
    one: impl Fn(TcpStream) -> std::io::Result<()> + Clone + Send + 'static,
) {
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let one = one.clone();
            // One that breaks off is the browser's own affair.
            thread::spawn(move || drop(one(stream)));
        }
    });
}

/// A file of the page; in its settings the bridge's port is that of the way there.
fn show(mut stream: TcpStream, folder: &Path, posts_port: u16) -> std::io::Result<()> {
    let Some((head, _)) = read_head(&mut stream)? else { return Ok(()) };
    let name = head.split(' ').nth(1).and_then(|path| path.strip_prefix('/')).unwrap_or_default();
    let (status, kind, body) = match file(folder, name, posts_port) {
        Some((kind, body)) => ("200 OK", kind, body),
        // Browsers look for a picture of every site.
        None => ("204 No Content", "text/plain", Vec::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}

fn file(folder: &Path, name: &str, posts_port: u16) -> Option<(&'static str, Vec<u8>)> {
    let path: PathBuf = folder.join(name);
    let body = std::fs::read(path).ok()?;
    match name {
        "bridge.html" => Some(("text/html", body)),
        "bridge.js" => Some(("text/javascript", body)),
        "settings.json" => {
            let mut settings: Value = serde_json::from_slice(&body).ok()?;
            settings["port"] = posts_port.into();
            Some(("application/json", settings.to_string().into_bytes()))
        }
        _ => None,
    }
}

/// A request of the page's to the bridge and the answer back; where nobody is there the
/// connection ends without one.
fn lead(mut from: TcpStream, page: u16, own: u16, bridge: u16) -> std::io::Result<()> {
    let Some((head, body)) = read_head(&mut from)? else { return Ok(()) };
    let mut to = TcpStream::connect((Ipv4Addr::LOCALHOST, bridge))?;
    let page_origin = format!("http://127.0.0.1:{page}");
    let asked = head
        .replace(&page_origin, OVERWOLF)
        .replace(&format!("127.0.0.1:{own}"), &format!("127.0.0.1:{bridge}"))
        .replace("Connection: keep-alive", "Connection: close");
    to.write_all(asked.as_bytes())?;
    to.write_all(&body)?;
    let mut back = from.try_clone()?;
    let there = to.try_clone()?;
    // The rest of a long body, while the bridge may answer already.
    thread::spawn(move || {
        drop(std::io::copy(&mut from, &mut to));
        drop(to.shutdown(Shutdown::Write));
    });
    let mut answer = Vec::new();
    (&there).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).replace(OVERWOLF, &page_origin);
    back.write_all(answer.as_bytes())?;
    back.shutdown(Shutdown::Both)
}

/// The head of a request, and what of its body came with it.
fn read_head(stream: &mut TcpStream) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
    while read.len() < HEAD_BYTES_MAX {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let body = read.split_off(end + 4);
            return Ok(Some((String::from_utf8_lossy(&read).into_owned(), body)));
        }
        match stream.read(&mut buffer)? {
            0 => return Ok(None),
            count => read.extend_from_slice(&buffer[..count]),
        }
    }
    Ok(None)
}
