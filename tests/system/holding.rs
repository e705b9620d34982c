//! A player holds the upload back and lets it go, agrees and withdraws, while a
//! match runs: capture goes on, and nothing is sent that should not be.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use boot_clock::BootClock;
use companion::{
    Backlog, Companion, CompanionStatus, FeedLine, Glance, Joining, Queue, QueueFilter, RunOptions,
    RunSummary, Shell, UploadChange, UploadOptions,
    event_model::{Clock, Source},
};
use system_tests::{ENROLMENT_KEY, Server, retry};
use tokio::runtime::Runtime;

use crate::stopping::{LOOK, PATIENCE, gsi_token, post, posts};

/// Nobody looks.
struct NoShell;

impl Shell for NoShell {
    fn feed(&self, _: FeedLine) {}
    fn glance(&self, _: Source, _: Option<Glance>) {}
    fn status(&self, _: CompanionStatus) {}
}

/// A companion that nobody agreed to send anything from, and its game.
struct Beside {
    companion: Companion,
    runtime: Runtime,
    game: reqwest::Client,
    url: String,
    posts: std::vec::IntoIter<String>,
}

impl Beside {
    fn start(folder: &Path) -> Self {
        Self::start_with(folder, None)
    }

    /// With a server that the command line names.
    fn start_with(folder: &Path, server: Option<&Server>) -> Self {
        let runtime = Runtime::new().unwrap();
        let upload = UploadOptions {
            enrolment_key: Some(ENROLMENT_KEY.to_owned()),
            server: server.map(|server| server.url().to_owned()),
            ..UploadOptions::default()
        };
        let device = folder.join("device");
        let options = RunOptions {
            upload,
            league_port: Some(1),
            gsi_port: Some(0),
            ..RunOptions::new(Some(device.clone()))
        };
        let starting = Companion::start(options, Arc::new(BootClock::new()), Arc::new(NoShell));
        let companion = runtime.block_on(starting).unwrap();
        drop(rustls::crypto::ring::default_provider().install_default());
        Self {
            url: format!("http://{}/", companion.gsi_address().unwrap()),
            game: reqwest::Client::builder().no_proxy().build().unwrap(),
            posts: posts(folder, &gsi_token(&device)).into_iter(),
            companion,
            runtime,
        }
    }

    /// The next frames of the match, which are events in the queue when it returns.
    fn play(&mut self, frames: usize) {
        for body in self.posts.by_ref().take(frames) {
            self.runtime.block_on(post(&self.game, &self.url, body));
        }
    }

    fn change(&self, change: UploadChange) {
        self.runtime.block_on(self.companion.change_upload(change)).unwrap();
    }

    /// Stops it, which sends all that may be sent.
    fn stop(self) -> RunSummary {
        self.runtime.block_on(self.companion.stop(PATIENCE)).unwrap()
    }
}

/// A line to a server. While it is cut nothing arrives, and a connection on which
/// something was sent meanwhile stays silent.
struct Line {
    url: String,
    cut: Arc<AtomicBool>,
}

impl Line {
    fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let there = server.url().trim_start_matches("http://").to_owned();
        let cut = Arc::new(AtomicBool::new(false));
        let is_cut = Arc::clone(&cut);
        std::thread::spawn(move || {
            for here in listener.incoming().map_while(Result::ok) {
                let there = TcpStream::connect(&there).unwrap();
                let (to, from) = (there.try_clone().unwrap(), here.try_clone().unwrap());
                let is_cut = Arc::clone(&is_cut);
                std::thread::spawn(move || pass(here, to, || is_cut.load(Ordering::SeqCst)));
                std::thread::spawn(move || pass(there, from, || false));
            }
        });
        Self { url, cut }
    }
}

/// Carries what comes from one end to the other, or nowhere.
fn pass(mut from: TcpStream, mut to: TcpStream, is_cut: impl Fn() -> bool) {
    let mut part = [0; 16 * 1024];
    let mut is_lost = false;
    while let Ok(bytes @ 1..) = from.read(&mut part) {
        is_lost |= is_cut();
        if !is_lost && to.write_all(&part[..bytes]).is_err() {
            break;
        }
    }
    // Whoever waits at the other end is told; that it has gone is as good.
    to.shutdown(std::net::Shutdown::Both).ok();
}

fn ids(queue: &Queue, filter: QueueFilter) -> BTreeSet<String> {
    let page = queue.page(filter, None, BootClock::new().now()).unwrap();
    page.rows.into_iter().map(|row| row.event_id).collect()
}

fn stored(server: &Server) -> u64 {
    server.verdicts().unwrap().stored
}

fn stored_more_than(server: &Server, before: u64) -> u64 {
    let more = || Some(server.verdicts().ok()?.stored).filter(|stored| *stored > before);
    retry(PATIENCE, LOOK, more).expect("what waits is sent")
}

#[test]
fn what_is_held_waits_across_a_restart_and_is_sent_when_it_is_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let mut beside = Beside::start(folder.path());
    beside.play(20);
    beside.change(UploadChange::Agree { server: server.url().to_owned() });
    stored_more_than(&server, 0);
    beside.change(UploadChange::Hold);
    let held = stored(&server);
    beside.play(40);
    let first = beside.stop();
    assert!(first.pending > 0, "capture went on: {first:?}");
    assert_eq!((stored(&server), first.uploaded), (held, held), "what each upload sent is counted");

    let again = Beside::start(folder.path());
    again.change(UploadChange::LetGo);
    stored_more_than(&server, held);
    let second = again.stop();
    assert_eq!((second.pending, second.lost), (0, 0), "{second:?}");
    assert_eq!(stored(&server), first.captured);
}

#[test]
fn who_withdraws_sends_nothing_more_to_a_server_that_the_command_line_named() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let mut beside = Beside::start_with(folder.path(), Some(&server));
    beside.play(20);
    stored_more_than(&server, 0);
    beside.change(UploadChange::Withdraw);
    let withdrawn = stored(&server);
    beside.play(40);
    assert!(beside.stop().pending > 0);
    assert_eq!(stored(&server), withdrawn, "the player's word is the later one");
}

#[test]
fn who_sends_only_from_now_on_sends_nothing_of_what_waited() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let mut beside = Beside::start(folder.path());
    beside.change(UploadChange::Agree { server: server.url().to_owned() });
    beside.play(10);
    stored_more_than(&server, 0);
    beside.change(UploadChange::Withdraw);
    let before = stored(&server);
    beside.play(20);
    let queue = Queue::of(beside.companion.data_dir());
    let waited = ids(&queue, QueueFilter::Waiting);
    assert!(waited.len() > 3, "the match is under way: {waited:?}");
    let agreed = beside.companion.agree(server.url().to_owned(), Backlog::Delete);
    beside.runtime.block_on(agreed).unwrap();
    beside.play(40);
    stored_more_than(&server, before);
    let summary = beside.stop();
    assert_eq!((summary.pending, summary.lost), (0, 0), "{summary:?}");
    let sent = ids(&queue, QueueFilter::Sent);
    assert!(sent.is_disjoint(&waited), "{sent:?}");
    assert_eq!(stored(&server), sent.len() as u64, "the server has those and nothing else");
}

#[test]
fn who_sends_only_from_now_on_sends_nothing_of_what_was_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let line = Line::to(&server);
    let mut beside = Beside::start(folder.path());
    beside.change(UploadChange::Agree { server: line.url.clone() });
    beside.play(10);
    let before = stored_more_than(&server, 0);
    let queue = Queue::of(beside.companion.data_dir());
    line.cut.store(true, Ordering::SeqCst);
    beside.play(20);
    let sending = || Some(ids(&queue, QueueFilter::Sending)).filter(|ids| !ids.is_empty());
    let under_way = retry(PATIENCE, LOOK, sending).expect("a request is under way");
    // The request stays where it is; the next one arrives.
    line.cut.store(false, Ordering::SeqCst);
    let agreed = beside.companion.agree(line.url.clone(), Backlog::Delete);
    beside.runtime.block_on(agreed).unwrap();
    beside.play(40);
    stored_more_than(&server, before);
    let summary = beside.stop();
    assert_eq!((summary.pending, summary.lost), (0, 0), "{summary:?}");
    let sent = ids(&queue, QueueFilter::Sent);
    assert!(sent.is_disjoint(&under_way), "{under_way:?} was not to be sent");
    assert_eq!(stored(&server), sent.len() as u64, "the server has those and nothing else");
}

#[test]
fn another_server_is_sent_nothing_of_before_where_only_the_future_is_agreed_to() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(&folder.path().join("first")).unwrap();
    let second = Server::start(&folder.path().join("second")).unwrap();
    let mut beside = Beside::start(folder.path());
    beside.change(UploadChange::Agree { server: first.url().to_owned() });
    beside.play(20);
    stored_more_than(&first, 0);
    let queue = Queue::of(beside.companion.data_dir());
    let before = ids(&queue, QueueFilter::All);
    let host = second.url().trim_start_matches("http://");
    let invitation = format!("ringside://join/{host}/{ENROLMENT_KEY}");
    let joined = beside.companion.join(&invitation, Backlog::Delete);
    assert_eq!(beside.runtime.block_on(joined).unwrap(), Joining::Joined);
    beside.play(40);
    stored_more_than(&second, 0);
    let summary = beside.stop();
    assert_eq!((summary.pending, summary.lost), (0, 0), "{summary:?}");
    let sent = ids(&queue, QueueFilter::Sent);
    assert!(sent.is_disjoint(&before), "{sent:?}");
    assert_eq!(stored(&second), sent.len() as u64, "the server has those and nothing else");
}

#[test]
fn who_withdraws_sends_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let mut beside = Beside::start(folder.path());
    beside.change(UploadChange::Agree { server: server.url().to_owned() });
    beside.play(20);
    stored_more_than(&server, 0);
    beside.change(UploadChange::Withdraw);
    let withdrawn = stored(&server);
    beside.play(40);
    let summary = beside.stop();
    assert_eq!(stored(&server), withdrawn, "what came after stays on this PC");
    assert_eq!(summary.pending, summary.captured - summary.uploaded, "{summary:?}");
    assert!(summary.pending > 0, "{summary:?}");
}
