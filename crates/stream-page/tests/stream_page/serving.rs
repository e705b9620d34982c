//! On this PC. Time is tokio's and goes on as soon as everybody waits for it.

use std::{sync::Arc, time::Duration};

use live_view::LiveUpdate;
use stream_page::{
    Audience, Delay, Error, READERS_MAX, StreamLanguage, StreamLook, StreamPage, StreamToken,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};

use crate::told::{Files, LOOK, kill, shown, token};

#[tokio::test]
async fn the_page_and_its_files_are_served_to_who_knows_the_address() {
    let page = served(Audience::default()).await;
    let answer = page.get("").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("the page") && answer.contains("content-type: text/html"), "{answer}");
    for header in ["default-src 'none'", "no-store", "no-referrer", "nosniff"] {
        assert!(answer.contains(header), "{header} in {answer}");
    }
    assert!(!answer.contains("access-control"), "no other page may read it: {answer}");
    assert!(page.request("GET", "/assets/a.js", &[]).await.contains("the script"));
}

#[tokio::test]
async fn who_does_not_know_the_address_is_told_where_it_stands() {
    let page = served(Audience::default()).await;
    for path in ["/", "/0000/", "/0000/events", "/stream.html", "/main.html", "/assets/b.js"] {
        let answer = page.request("GET", path, &[]).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(answer.contains("under Stream"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn another_host_another_site_and_what_would_change_something_are_refused() {
    let page = served(Audience::default()).await;
    let path = page.path("");
    let evil = page.request("GET", &path, &[("Host", "evil.example")]).await;
    assert!(evil.starts_with("HTTP/1.1 421"), "{evil}");
    let site = page.request("GET", &path, &[("Sec-Fetch-Site", "cross-site")]).await;
    assert!(site.starts_with("HTTP/1.1 403"), "{site}");
    let post = page.request("POST", &path, &[("Content-Length", "0")]).await;
    assert!(post.starts_with("HTTP/1.1 405"), "{post}");
}

#[tokio::test]
async fn a_reader_is_told_everything_and_then_what_changes() {
    let page = served(shown()).await;
    page.page.tell(kill("a"));
    let mut reader = page.reader().await;
    assert!(reader.until("\"a\"").await.contains("data: {"));
    page.page.tell(kill("b"));
    reader.until("\"b\"").await;
}

#[tokio::test]
async fn the_page_looks_as_the_overlay_does_and_follows_it() {
    let page = served(shown()).await;
    let mut reader = page.reader().await;
    let first = reader.until("\"rows\":4").await;
    assert!(first.contains("\"surface\":\"stream\""), "{first}");
    assert!(first.contains("event: look") && first.contains("\"language\":\"en\""), "{first}");
    page.page.set_look(StreamLook { rows: 7, language: StreamLanguage::De });
    let then = reader.until("\"rows\":7").await;
    assert!(then.contains("\"language\":\"de\""), "{then}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_seen_before_the_delay_and_then_it_is() {
    let delay = Delay::new(300).unwrap();
    let page = served(Audience { delay, ..shown() }).await;
    let mut reader = page.reader().await;
    let told = Instant::now();
    page.page.tell(kill("late"));
    reader.until("\"late\"").await;
    let (least, most) = (Duration::from_secs(300), Duration::from_secs(301));
    assert!((least..most).contains(&told.elapsed()), "{:?}", told.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_was_erased_is_taken_back_at_once_and_no_more_of_it_comes() {
    let delay = Delay::new(10).unwrap();
    let page = served(Audience { delay, ..shown() }).await;
    page.page.tell(kill("shown"));
    let mut reader = page.reader().await;
    reader.until("\"shown\"").await;
    page.page.tell(kill("waiting"));
    let told = Instant::now();
    page.page.tell(LiveUpdate { forget: true, ..kill("after") });
    let taken_back = reader.until("\"forget\":true").await;
    assert!(told.elapsed() < Duration::from_secs(1), "{:?}", told.elapsed());
    let rest = reader.until("\"after\"").await;
    assert!(told.elapsed() >= Duration::from_secs(10), "{:?}", told.elapsed());
    assert!(!taken_back.contains("waiting") && !rest.contains("waiting"), "{taken_back}{rest}");
    let anew = page.reader().await.until("\"after\"").await;
    assert!(!anew.contains("\"shown\""), "{anew}");
}

#[tokio::test]
async fn no_id_of_an_event_or_a_match_is_on_a_connection() {
    let page = served(shown()).await;
    let mut update = kill("a");
    update.lines[0].event_id = "an-event".to_owned();
    page.page.tell(update);
    let bytes = page.reader().await.until("\"a\"").await;
    assert!(!bytes.contains("an-event") && !bytes.contains("league:1"), "{bytes}");
}

#[tokio::test]
async fn hidden_names_are_on_no_connection() {
    let page = served(Audience::default()).await;
    page.page.tell(kill("a"));
    let bytes = page.reader().await.until("\"a\"").await;
    assert!(!bytes.contains("Ana") && !bytes.contains("Bo\""), "{bytes}");
}

#[tokio::test]
async fn another_address_ends_who_reads_under_the_old_one() {
    let page = served(shown()).await;
    let (mut reader, old) = (page.reader().await, page.path(""));
    page.page.tell(kill("a"));
    reader.until("\"a\"").await;
    page.page.replace_token(StreamToken::generate().unwrap());
    page.page.tell(kill("secret"));
    assert!(!reader.rest().await.contains("secret"));
    assert!(page.request("GET", &old, &[]).await.starts_with("HTTP/1.1 404"));
    page.reader().await.until("secret").await;
}

#[tokio::test]
async fn hiding_names_ends_the_pages_that_show_them() {
    let page = served(shown()).await;
    page.page.tell(kill("a"));
    let mut reader = page.reader().await;
    reader.until("Ana").await;
    page.page.set_audience(Audience::default());
    reader.rest().await;
    let anew = page.reader().await.until("\"a\"").await;
    assert!(!anew.contains("Ana"), "{anew}");
}

#[tokio::test]
async fn a_reader_too_many_is_told_so_and_has_room_when_one_leaves() {
    let page = served(shown()).await;
    page.page.tell(kill("a"));
    let mut readers = Vec::new();
    for _ in 0..READERS_MAX {
        let mut reader = page.reader().await;
        reader.until("\"a\"").await;
        readers.push(reader);
    }
    assert!(page.get("events").await.starts_with("HTTP/1.1 503"));
    page.page.set_audience(shown());
    for mut reader in readers {
        reader.rest().await;
    }
    page.reader().await.until("\"a\"").await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let page = served(shown()).await;
    let again = StreamPage::serve(page.port(), token(), shown(), LOOK, Arc::new(Files)).await;
    let Err(Error::Bind { port, .. }) = again else { panic!("two listen on one port") };
    assert_eq!(port, page.port());
}

#[tokio::test]
async fn a_page_that_is_served_no_more_is_gone() {
    let page = served(shown()).await;
    let (address, mut reader) = (page.address(), page.reader().await);
    page.page.tell(kill("a"));
    reader.until("\"a\"").await;
    drop(page);
    reader.rest().await;
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

struct Served {
    page: StreamPage,
}

/// One connection that follows.
struct Reader(TcpStream);

async fn served(audience: Audience) -> Served {
    let page = StreamPage::serve(0, token(), audience, LOOK, Arc::new(Files)).await.unwrap();
    Served { page }
}

impl Served {
    fn address(&self) -> String {
        let address = self.page.address();
        address.trim_start_matches("http://").split('/').next().unwrap().to_owned()
    }

    fn port(&self) -> u16 {
        self.address().rsplit_once(':').unwrap().1.parse().unwrap()
    }

    /// The path of something beside the page.
    fn path(&self, of: &str) -> String {
        let address = self.page.address();
        let (_, path) = address.trim_start_matches("http://").split_once('/').unwrap();
        format!("/{path}{of}")
    }

    async fn get(&self, of: &str) -> String {
        self.request("GET", &self.path(of), &[]).await
    }

    async fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> String {
        let mut connection = self.sent(method, path, headers).await;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer
    }

    async fn reader(&self) -> Reader {
        Reader(self.sent("GET", &self.path("events"), &[]).await)
    }

    async fn sent(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> TcpStream {
        let address = self.address();
        let mut connection = TcpStream::connect(&address).await.unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request.push_str(&format!("Host: {address}\r\n"));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        connection
    }
}

impl Reader {
    /// What comes until these words are among it.
    async fn until(&mut self, words: &str) -> String {
        let mut text = String::new();
        let mut buffer = [0; 4096];
        while !text.contains(words) {
            let count = self.0.read(&mut buffer).await.unwrap();
            assert_ne!(count, 0, "it ended without {words}: {text}");
            text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        text
    }

    /// What comes until it ends.
    async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).await.unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
