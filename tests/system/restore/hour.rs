//! The backup is an hour old: the real client and the real server in one process,
//! on clocks that a test moves. The companions keep running.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use delivery::BatchLimits;
use event_model::{Clock, ClockEpoch, ClockReading, DeviceId, EventId, Moment, Source, WallTime};
use ingest_server::{Config, Server, Shutdown};
use ingest_store::{Store, Token as ServerToken};
use outbox::{Append, Outbox, StreamKey};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    sync::{Notify, oneshot, watch},
    task::JoinHandle,
};
use uploader::{ExtraRoots, ServerUrl, Token, UploadProgress, UploadState, Uploader};
use uuid::Uuid;

use crate::made_event::kill;

const KEY: &str = "an-enrolment-key-that-is-long-enough";
/// Where the time begins: 2026-11-20T19:00:00Z.
const BEGIN_MS: i64 = 1_795_201_200_000;
const COMPANIONS: u32 = 3;
/// Each of an hour's rounds.
const ROUND_MS: u64 = 100_000;
const ROUNDS: u32 = 36;
/// What a companion sees in a round.
const EVENTS: u32 = 10;
/// Smaller than an hour's events.
const BATCH_EVENTS_MAX: usize = 100;
/// A test that waits longer has failed; none is slower where it works.
const PATIENCE: Duration = Duration::from_mins(2);

/// Goes on by itself, so that waits end, and jumps when a test says so.
struct ShiftedClock {
    begun: tokio::time::Instant,
    shift_ms: AtomicU64,
}

impl Clock for ShiftedClock {
    fn now(&self) -> Moment {
        let passed_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap();
        let mono_ms = passed_ms + self.shift_ms.load(Ordering::SeqCst);
        let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(1)), mono_ms };
        Moment { clock, wall: WallTime::from_unix_ms(BEGIN_MS.saturating_add_unsigned(mono_ms)) }
    }
}

/// A server that can be stopped, so that its address is free again.
struct Running {
    url: String,
    shutdown: Shutdown,
    served: JoinHandle<()>,
}

impl Running {
    async fn start(folder: &Path, address: &str, clock: &Arc<ShiftedClock>) -> Self {
        let mut config = Config::new(address.parse().unwrap(), folder.to_owned());
        config.enrolment_key = Some(ServerToken::from_text(KEY));
        let server = Server::bind(config, Arc::<ShiftedClock>::clone(clock)).await.unwrap();
        let (url, shutdown) = (server.url(), server.shutdown());
        let served = tokio::spawn(async move { server.run().await.unwrap() });
        Self { url, shutdown, served }
    }

    async fn stop(self) -> String {
        self.shutdown.begin();
        self.served.await.unwrap();
        self.url.strip_prefix("http://").unwrap().to_owned()
    }
}

/// A companion whose upload never ends.
struct Companion {
    number: u32,
    outbox: Arc<Mutex<Outbox>>,
    appended: u32,
    wake: Arc<Notify>,
    progress: watch::Receiver<UploadProgress>,
    _stop: oneshot::Sender<()>,
}

impl Companion {
    async fn start(folder: &Path, number: u32, server: &str, clock: &Arc<ShiftedClock>) -> Self {
        let device = DeviceId(Uuid::from_u128(0xD000 + u128::from(number)));
        let wished = Token::new(&format!("{number:t>40}")).unwrap();
        let key = Token::new(KEY).unwrap();
        let (url, roots) = (server.parse::<ServerUrl>().unwrap(), ExtraRoots::default());
        let token = uploader::enrol(&url, &roots, &key, device, "PC", &wished).await.unwrap().token;
        let outbox = open(&folder.join(format!("outbox-{number}.db")), device, clock.now());
        let outbox = Arc::new(Mutex::new(outbox));
        let config = uploader::Config {
            server: url,
            extra_roots: roots,
            outbox: Arc::clone(&outbox),
            clock: Arc::<ShiftedClock>::clone(clock),
            token: watch::Sender::new(Some(token)).subscribe(),
            limits: BatchLimits { events_max: BATCH_EVENTS_MAX, ..BatchLimits::default() },
            outgoing: Arc::new(uploader::AsKept),
        };
        let uploader = Uploader::new(config).unwrap();
        let (progress, wake) = (uploader.progress(), Arc::new(Notify::new()));
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(uploader.run(Arc::clone(&wake), async { drop(stopped.await) }));
        Self { number, outbox, appended: 0, wake, progress, _stop: stop }
    }

    fn see(&mut self, now: Moment) {
        let numbers = self.appended..self.appended + EVENTS;
        let match_id = format!("m{}", self.number);
        let events = numbers.map(|n| kill(id(self.number, n), &match_id, now)).collect();
        let stream = StreamKey { source: Source::Cs2, stream: "live".to_owned() };
        let group = [Append { stream, state: Vec::new(), events }];
        self.outbox.lock().unwrap().append(&group, now).unwrap();
        self.appended += EVENTS;
        self.wake.notify_one();
    }

    /// Waits until the server has answered for so many events in all.
    async fn until_answered(&mut self, events: u64) -> UploadProgress {
        let wanted = |now: &UploadProgress| {
            now.state == UploadState::Idle && now.stored + now.duplicates >= events
        };
        let waited = tokio::time::timeout(PATIENCE, self.progress.wait_for(wanted)).await;
        waited.expect("it comes in the end").unwrap().clone()
    }

    fn ids(&self) -> impl Iterator<Item = EventId> {
        let number = self.number;
        (0..self.appended).map(move |n| id(number, n))
    }
}

/// A child that another test starts at this moment has the lock until it runs its
/// own program.
fn open(path: &Path, device: DeviceId, now: Moment) -> Outbox {
    loop {
        match Outbox::open(path, device, now) {
            Err(outbox::Error::Locked(_)) => std::thread::yield_now(),
            opened => return opened.unwrap(),
        }
    }
}

fn id(companion: u32, n: u32) -> EventId {
    EventId(Uuid::from_u128(u128::from(companion) << 32 | u128::from(n)))
}

/// Every id in the log, as often as it stands there. No page tells what is double,
/// so it is read where it is kept.
fn logged(server: &Path) -> Vec<EventId> {
    let log = rusqlite::Connection::open(server.join(Store::FILE_NAME)).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'event_[0-9]*'";
    let mut named = log.prepare(sql).unwrap();
    let tables: Vec<String> =
        named.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut ids = Vec::new();
    for table in tables {
        let mut select = log.prepare(&format!("SELECT encoding, events FROM {table}")).unwrap();
        let mut rows = select.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let kept: Vec<u8> = row.get(1).unwrap();
            let is_packed = row.get::<_, i64>(0).unwrap() == 1;
            let json = if is_packed { zstd::decode_all(&*kept).unwrap() } else { kept };
            let events: Vec<Value> = serde_json::from_slice(&json).unwrap();
            ids.extend(
                events.iter().map(|one| one["id"].as_str().unwrap().parse::<EventId>().unwrap()),
            );
        }
    }
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_hour_since_the_backup_is_sent_again_by_companions_that_run() {
    // Set already by another test of this process: that one is the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    let folder = TempDir::new().unwrap();
    let (data_dir, backup) = (folder.path().join("server"), folder.path().join("backup.sqlite"));
    let begun = tokio::time::Instant::now();
    let clock = Arc::new(ShiftedClock { begun, shift_ms: AtomicU64::new(0) });
    let server = Running::start(&data_dir, "127.0.0.1:0", &clock).await;
    let mut companions = Vec::new();
    for number in 1..=COMPANIONS {
        companions.push(Companion::start(folder.path(), number, &server.url, &clock).await);
    }
    round(&mut companions, &clock).await;
    Store::back_up(&data_dir, &backup).unwrap();
    for _ in 0..ROUNDS {
        round(&mut companions, &clock).await;
    }
    let address = server.stop().await;
    let mut asked = Vec::new();
    for companion in &mut companions {
        let now = companion.progress.borrow().clone();
        asked.push(now.requests - now.failed_requests);
        companion.see(clock.now());
    }
    Store::restore(&data_dir, &backup).unwrap();
    let server = Running::start(&data_dir, &address, &clock).await;

    let seen = u64::from((ROUNDS + 2) * EVENTS);
    let hour = u64::from(ROUNDS * EVENTS);
    for (companion, before) in companions.iter_mut().zip(asked) {
        let after = companion.until_answered(seen + hour).await;
        let batches = after.requests - after.failed_requests - before;
        assert!(batches >= hour / BATCH_EVENTS_MAX as u64, "{batches} batches for an hour");
    }
    server.stop().await;
    let seen: BTreeSet<_> = companions.iter().flat_map(Companion::ids).collect();
    let logged = logged(&data_dir);
    assert_eq!(logged.len(), seen.len(), "nothing is double");
    assert_eq!(logged.into_iter().collect::<BTreeSet<_>>(), seen, "nothing is missing");
}

/// Everybody sees something, and it is on the server; then time passes.
async fn round(companions: &mut [Companion], clock: &ShiftedClock) {
    for companion in &mut *companions {
        companion.see(clock.now());
    }
    for companion in companions {
        let seen = companion.appended.into();
        companion.until_answered(seen).await;
    }
    clock.shift_ms.fetch_add(ROUND_MS, Ordering::SeqCst);
}
