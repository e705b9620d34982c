//! The ingest server as it ships, on a loopback socket, with a clock that the
//! simulation moves. It is stopped, killed, restarted and restored from backups.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use event_model::{BATCH_CONTENT_TYPE, DeviceId, Moment, Origin, OutboxId};
use ingest_api::{
    CLOCK_HEADER, EVENTS_PATH, IDEMPOTENCY_KEY_HEADER, IdempotencyKey, MatchList, OUTBOX_HEADER,
    OccurrenceList, OccurrenceView, SentClock,
};
use ingest_server::{Config, Server, Shutdown};
use ingest_store::{ReaderRole, Store, StoreOptions, Token};
use tokio::{runtime::Runtime, task::JoinHandle};
use uploader::Answer;

use crate::{
    clock::ServerClock,
    http::{Connection, Response},
};

const ENROLMENT_KEY: &str = "the-enrolment-key-of-all-simulations";

/// What can be made anew from the database.
const INDEX: &str = "index.sqlite";

/// A server and its database.
pub(crate) struct SimServer {
    folder: PathBuf,
    clock: Arc<ServerClock>,
    runtime: Arc<Runtime>,
    running: Option<Running>,
    backups: u32,
    /// Rises with every death: what the dead one still does stays in its folder.
    deaths: u32,
}

struct Running {
    connection: Connection,
    shutdown: Shutdown,
    ended: JoinHandle<()>,
}

/// What is left of the server's index when it starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Index {
    Stays,
    Lost,
}

/// A copy of the database as it was.
#[derive(Debug, Clone)]
pub(crate) struct Backup(PathBuf);

impl SimServer {
    pub(crate) fn start(folder: &Path, runtime: Arc<Runtime>) -> Self {
        let clock = Arc::new(ServerClock::default());
        let folder = folder.join("server");
        let mut server = Self { folder, clock, runtime, running: None, backups: 0, deaths: 0 };
        server.up();
        server
    }

    fn data_dir(&self) -> PathBuf {
        self.folder.join(format!("data-{}", self.deaths))
    }

    fn up(&mut self) {
        let mut config = Config::new(([127, 0, 0, 1], 0).into(), self.data_dir());
        config.enrolment_key = Some(Token::from_text(ENROLMENT_KEY));
        let clock = Arc::clone(&self.clock);
        let server = self.runtime.block_on(Server::bind(config, clock)).unwrap();
        let (address, shutdown) = (server.address(), server.shutdown());
        let ended = self.runtime.spawn(async { server.run().await.unwrap() });
        let connection = Connection::open(address);
        self.running = Some(Running { connection, shutdown, ended });
    }

    fn down(&mut self) {
        let Some(Running { connection, shutdown, ended }) = self.running.take() else { return };
        drop(connection);
        shutdown.begin();
        self.runtime.block_on(ended).unwrap();
    }

    /// Stops it and starts it again: what it knows is what it committed.
    pub(crate) fn restart(&mut self) {
        self.down();
        self.up();
    }

    /// Kills it, and starts it again on the files as they are at this moment:
    /// nothing was finished, and nothing closed.
    pub(crate) fn die(&mut self, index: Index) {
        let before = self.data_dir();
        let left = at_one_moment(&before);
        self.deaths += 1;
        fs::create_dir_all(self.data_dir()).unwrap();
        let is_left = |name: &str| index == Index::Stays || !name.starts_with(INDEX);
        for (name, bytes) in left.into_iter().filter(|(name, _)| is_left(name)) {
            fs::write(self.data_dir().join(name), bytes).unwrap();
        }
        // What it does from here on, nobody sees.
        self.down();
        // Its last thread may still be at work there.
        drop(fs::remove_dir_all(before));
        self.up();
    }

    pub(crate) fn back_up(&mut self) -> Backup {
        self.down();
        self.backups += 1;
        let backup = self.folder.join(format!("backup-{}", self.backups));
        copy_folder(&self.data_dir(), &backup);
        self.up();
        Backup(backup)
    }

    /// What an operator does: stop, put the copy in place, give it a new name.
    pub(crate) fn restore(&mut self, backup: &Backup) {
        self.down();
        fs::remove_dir_all(self.data_dir()).unwrap();
        copy_folder(&backup.0, &self.data_dir());
        Store::open(&self.data_dir(), StoreOptions::default()).unwrap().renew_id().unwrap();
        self.up();
    }

    pub(crate) fn enrol(&mut self, device: DeviceId, token: &str) {
        let body = format!(r#"{{"device":"{device}","name":"PC","token":"{token}"}}"#);
        let bearer = [("authorization", format!("Bearer {ENROLMENT_KEY}"))];
        let response = self.ask("POST", "/v1/devices", &bearer, body.as_bytes());
        assert_eq!(response.status, 201, "{}", String::from_utf8_lossy(&response.body));
    }

    /// A batch arrives.
    pub(crate) fn post(
        &mut self,
        now_ms: u64,
        token: &str,
        about: &Headers,
        body: &[u8],
    ) -> Response {
        self.clock.advance_to(now_ms);
        let mut headers = vec![
            ("authorization", format!("Bearer {token}")),
            ("content-type", BATCH_CONTENT_TYPE.to_owned()),
        ];
        headers.extend(about.written(body));
        self.ask("POST", EVENTS_PATH, &headers, body)
    }

    fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: &[u8],
    ) -> Response {
        self.running.as_mut().unwrap().connection.ask(method, path, headers, body)
    }

    /// How many events are in its log.
    pub(crate) fn log_position(&self) -> u64 {
        let store = Store::open(&self.data_dir(), StoreOptions::default()).unwrap();
        store.log_position().unwrap()
    }

    /// Every occurrence of every match, as a reader is shown them.
    pub(crate) fn occurrences(&mut self) -> Vec<OccurrenceView> {
        let store = Store::open(&self.data_dir(), StoreOptions::default());
        let now = event_model::Clock::now(&*self.clock).wall;
        let (_, token) = store.unwrap().add_reader("oracle", ReaderRole::Reader, now).unwrap();
        let bearer = [("authorization", format!("Bearer {}", token.reveal()))];
        let (mut keys, mut next) = (Vec::new(), Some("/v1/matches".to_owned()));
        while let Some(path) = next {
            let page = self.ask("GET", &path, &bearer, b"");
            let page: MatchList = serde_json::from_slice(&page.body).unwrap();
            keys.extend(page.matches.into_iter().map(|shown| shown.key));
            next = page.next;
        }
        let mut all = Vec::new();
        for key in keys {
            let mut next = Some(format!("/v1/matches/{key}/occurrences"));
            while let Some(path) = next {
                let page = self.ask("GET", &path, &bearer, b"");
                let page: OccurrenceList = serde_json::from_slice(&page.body).unwrap();
                all.extend(page.occurrences);
                next = page.next;
            }
        }
        all
    }
}

impl Drop for SimServer {
    fn drop(&mut self) {
        // A failed check is on its way out: the socket may be in any state.
        if !std::thread::panicking() {
            self.down();
        }
    }
}

/// What an uploader says in headers besides its token: the one thing that is
/// told again here, after `uploader::HttpTransport`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers {
    pub(crate) outbox: Option<OutboxId>,
    pub(crate) clock: Option<Moment>,
    pub(crate) key: bool,
}

impl Headers {
    pub(crate) fn of(outbox: OutboxId, origin: Origin, clock: Moment) -> Self {
        let clock = match origin {
            Origin::Live => Some(clock),
            Origin::Replay => None,
        };
        Self { outbox: Some(outbox), clock, key: true }
    }

    fn written(&self, body: &[u8]) -> Vec<(&'static str, String)> {
        let sent = |moment: Moment| SentClock { clock: moment.clock, wall: Some(moment.wall) };
        let outbox = self.outbox.map(|outbox| (OUTBOX_HEADER, outbox.to_string()));
        let clock = self.clock.map(|moment| (CLOCK_HEADER, sent(moment).to_string()));
        let key = || (IDEMPOTENCY_KEY_HEADER, IdempotencyKey::of_body(body).to_string());
        outbox.into_iter().chain(clock).chain(self.key.then(key)).collect()
    }
}

/// The answer as a client reads it.
pub(crate) fn answer(response: &Response) -> Answer {
    Answer::Whole {
        status: response.status,
        retry_after: response.header("retry-after"),
        date: response.header("date"),
        body: response.body.clone(),
    }
}

/// The files of a folder as they all were at one moment: threads of the server
/// move pages from one into another without being asked.
fn at_one_moment(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut before = files(folder);
    loop {
        let now = files(folder);
        if now == before {
            return now;
        }
        before = now;
    }
}

/// Files of a folder that outlive whoever has them open, by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut names: Vec<_> = lasting_files(folder).collect();
    names.sort();
    // One that has gone since is in no list of the next look.
    let read = |name: String| Some((name.clone(), fs::read(folder.join(name)).ok()?));
    names.into_iter().filter_map(read).collect()
}

/// Copies the files of a folder, not its folders.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in lasting_files(from) {
        fs::copy(from.join(&name), to.join(name)).unwrap();
    }
}

/// What SQLite shares between processes does not outlive them, and a lock belongs
/// to one.
fn lasting_files(folder: &Path) -> impl Iterator<Item = String> {
    let files = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let names = files.filter(|entry| entry.path().is_file()).map(|entry| entry.file_name());
    let names = names.map(|name| name.into_string().unwrap());
    names.filter(|name| !name.ends_with("-shm") && !name.ends_with(".lock"))
}
