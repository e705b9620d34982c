//! When an event happened, as the server comes to know it: the real client and
//! the real server in one process, on clocks that a test moves.
//!
//! Within one epoch of the device's clock the time is right to within the way
//! of a request and the drift of the clock, whatever the wall clock does, and for
//! all that the epoch saw: what is sent after a reboot has only the wall clock's
//! word, which the server marks, and stands by what was sent before. Where nothing
//! was, all of the epoch stands by what the wall clock said at one moment of it.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use delivery::BatchLimits;
use event_model::{Clock, ClockEpoch, ClockReading, DeviceId, EventId, Moment, Source, WallTime};
use ingest_server::{Config, Server};
use ingest_store::{ReaderRole, Store, StoreOptions, Token as ServerToken};
use outbox::{Append, Outbox, StreamKey};
use proptest::{prelude::*, test_runner::Config as Cases};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    runtime::Runtime,
    sync::{Notify, watch},
};
use uploader::{ExtraRoots, ServerUrl, Token, Uploader};
use uuid::Uuid;

use crate::made_event::kill;

/// Each lets other threads run: far more than a process takes to start.
const LOCKED_TRIES_MAX: u32 = 100_000;

const KEY: &str = "an-enrolment-key-that-is-long-enough";
/// Where the true time begins: 2026-11-20T19:00:00Z.
const BEGIN_MS: i64 = 1_795_201_200_000;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// A quartz that is off by this much loses nine seconds a day.
const DRIFT_PPM: i64 = 100;
/// Clocks are read in whole milliseconds, twice.
const ROUNDING_MS: i64 = 2;

/// What happens to a device.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Time passes, awake or asleep.
    Pass(i64),
    /// Something is seen and saved.
    See,
    /// The wall clock is set: this far from the true time.
    SetWall(i64),
    /// The program ends and begins again.
    Restart,
    /// The whole machine does.
    Reboot,
    /// What waits is sent, and takes so long to the server.
    Upload(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..60_000_i64).prop_map(Step::Pass),
        2 => (0..8 * HOUR_MS).prop_map(Step::Pass),
        6 => Just(Step::See),
        2 => (-DAY_MS..DAY_MS).prop_map(Step::SetWall),
        2 => Just(Step::Restart),
        1 => Just(Step::Reboot),
        2 => (0..1_500_i64).prop_map(Step::Upload),
    ]
}

/// The true time, in milliseconds since the test began.
type Truth = Arc<AtomicI64>;

/// The server's clock is right; a request reaches it some time after it was
/// sent.
struct ServerClock {
    truth: Truth,
    way_ms: Arc<AtomicI64>,
}

impl Clock for ServerClock {
    fn now(&self) -> Moment {
        let at_ms = self.truth.load(Ordering::SeqCst) + self.way_ms.load(Ordering::SeqCst);
        let clock = ClockReading { epoch: ClockEpoch(Uuid::nil()), mono_ms: at_ms.unsigned_abs() };
        Moment { clock, wall: WallTime::from_unix_ms(BEGIN_MS + at_ms) }
    }
}

/// The device's clock: monotonic through sleep since the last boot, with a
/// drift; and a wall clock that anybody may set.
struct DeviceClock {
    truth: Truth,
    ppm: i64,
    machine: Mutex<Machine>,
}

#[derive(Default, Clone, Copy)]
struct Machine {
    boots: u128,
    booted_ms: i64,
    wall_off_ms: i64,
}

impl Clock for DeviceClock {
    fn now(&self) -> Moment {
        let at_ms = self.truth.load(Ordering::SeqCst);
        let machine = *self.machine.lock().unwrap();
        let up_ms = at_ms - machine.booted_ms;
        let mono_ms = (up_ms + up_ms * self.ppm / 1_000_000).unsigned_abs();
        let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(machine.boots)), mono_ms };
        Moment { clock, wall: WallTime::from_unix_ms(BEGIN_MS + at_ms + machine.wall_off_ms) }
    }
}

/// An event that was seen: when really, and what the device's clocks said.
#[derive(Debug, Clone, Copy)]
struct Seen {
    true_ms: i64,
    said: Moment,
}

/// An event that the server has.
#[derive(Debug, Clone, Copy)]
struct Sent {
    seen: Seen,
    true_ms: i64,
    way_ms: i64,
    /// In the epoch in which it was seen.
    in_time: bool,
}

/// What the server has to say of an event's time: one of these.
#[derive(Debug)]
struct Due {
    at_ms: Vec<i64>,
    within_ms: i64,
    quality: &'static str,
}

struct World {
    folder: TempDir,
    truth: Truth,
    way_ms: Arc<AtomicI64>,
    clock: Arc<DeviceClock>,
    device: DeviceId,
    server: String,
    token: Token,
    outbox: Option<Outbox>,
    waiting: Vec<(EventId, Seen)>,
    sent: BTreeMap<EventId, Sent>,
}

impl World {
    async fn begin(ppm: i64) -> Self {
        // Set already by another test of this process: that one is the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let folder = TempDir::new().unwrap();
        let (truth, way_ms) = (Truth::default(), Arc::new(AtomicI64::new(0)));
        let mut config = Config::new(([127, 0, 0, 1], 0).into(), folder.path().join("server"));
        config.enrolment_key = Some(ServerToken::from_text(KEY));
        let clock = ServerClock { truth: Arc::clone(&truth), way_ms: Arc::clone(&way_ms) };
        let running = Server::bind(config, Arc::new(clock)).await.unwrap();
        let server = running.url();
        tokio::spawn(running.run());
        let device = DeviceId(Uuid::from_u128(0xD));
        let (key, wished) = (Token::new(KEY).unwrap(), Token::new(&"t".repeat(40)).unwrap());
        let url: ServerUrl = server.parse().unwrap();
        let roots = ExtraRoots::default();
        let token = uploader::enrol(&url, &roots, &key, device, "PC", &wished).await.unwrap().token;
        let clock =
            DeviceClock { truth: Arc::clone(&truth), ppm, machine: Mutex::new(Machine::default()) };
        let mut world = Self {
            folder,
            truth,
            way_ms,
            clock: Arc::new(clock),
            device,
            server,
            token,
            outbox: None,
            waiting: Vec::new(),
            sent: BTreeMap::new(),
        };
        world.open();
        world
    }

    fn open(&mut self) {
        // The file has one owner at a time.
        self.outbox = None;
        let path = self.folder.path().join("outbox.db");
        // A child that another test starts at this moment has the lock until it
        // runs its own program.
        let opened = (0..LOCKED_TRIES_MAX).find_map(|_| {
            let opened = Outbox::open(&path, self.device, self.clock.now());
            let is_locked = matches!(opened, Err(outbox::Error::Locked(_)));
            if is_locked {
                std::thread::yield_now();
            }
            (!is_locked).then_some(opened)
        });
        self.outbox = Some(opened.expect("nobody else owns it").unwrap());
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Pass(ms) => drop(self.truth.fetch_add(ms, Ordering::SeqCst)),
            Step::See => self.see(),
            Step::SetWall(off_ms) => self.clock.machine.lock().unwrap().wall_off_ms = off_ms,
            Step::Restart => self.open(),
            Step::Reboot => {
                {
                    let mut machine = self.clock.machine.lock().unwrap();
                    machine.boots += 1;
                    machine.booted_ms = self.truth.load(Ordering::SeqCst);
                }
                self.open();
            }
            Step::Upload(way_ms) => self.upload(way_ms).await,
        }
    }

    fn see(&mut self) {
        let number = self.sent.len() + self.waiting.len() + 1;
        let id = EventId(Uuid::from_u128(u128::try_from(number).unwrap()));
        let now = self.clock.now();
        let stream = StreamKey { source: Source::Cs2, stream: "live".to_owned() };
        let events = vec![kill(id, "m", now)];
        let group = [Append { stream, state: Vec::new(), events }];
        self.outbox.as_mut().unwrap().append(&group, now).unwrap();
        let true_ms = self.truth.load(Ordering::SeqCst);
        self.waiting.push((id, Seen { true_ms, said: now }));
    }

    async fn upload(&mut self, way_ms: i64) {
        if self.waiting.is_empty() {
            return;
        }
        self.way_ms.store(way_ms, Ordering::SeqCst);
        let outbox = Arc::new(Mutex::new(self.outbox.take().unwrap()));
        let config = uploader::Config {
            server: self.server.parse().unwrap(),
            extra_roots: ExtraRoots::default(),
            outbox: Arc::clone(&outbox),
            clock: self.clock.clone(),
            token: watch::Sender::new(Some(self.token.clone())).subscribe(),
            limits: BatchLimits::default(),
            outgoing: Arc::new(uploader::AsKept),
        };
        let uploader = Uploader::new(config).unwrap();
        let mut progress = uploader.progress();
        let all = self.waiting.len() as u64;
        uploader
            .run(Arc::new(Notify::new()), async move {
                drop(progress.wait_for(|now| now.stored == all).await);
            })
            .await;
        self.outbox = Arc::into_inner(outbox).map(|outbox| outbox.into_inner().unwrap());
        let (epoch, true_ms) = (self.clock.now().clock.epoch, self.truth.load(Ordering::SeqCst));
        for (id, seen) in std::mem::take(&mut self.waiting) {
            let in_time = seen.said.clock.epoch == epoch;
            self.sent.insert(id, Sent { seen, true_ms, way_ms, in_time });
        }
    }

    fn due(&self, one: &Sent) -> Due {
        let epoch = one.seen.said.clock.epoch;
        let of_epoch = || self.sent.values().filter(|other| other.seen.said.clock.epoch == epoch);
        let quality = if one.in_time { "good" } else { "low" };
        let Some(way_ms) = of_epoch().filter(|other| other.in_time).map(|sent| sent.way_ms).max()
        else {
            // All of them stand by one word of the wall clock.
            let since = |other: &Sent| {
                one.seen.said.clock.mono_ms.cast_signed()
                    - other.seen.said.clock.mono_ms.cast_signed()
            };
            let at_ms = of_epoch().map(|other| other.seen.said.wall.unix_ms() + since(other));
            return Due { at_ms: at_ms.collect(), within_ms: 0, quality };
        };
        let last_ms = of_epoch().map(|other| other.true_ms).max().unwrap_or_default();
        let first_ms = of_epoch().map(|other| other.seen.true_ms).min().unwrap_or_default();
        let drift_ms = (last_ms - first_ms) * DRIFT_PPM / 1_000_000;
        let within_ms = way_ms + drift_ms + ROUNDING_MS;
        Due { at_ms: vec![BEGIN_MS + one.seen.true_ms], within_ms, quality }
    }

    /// What the server says of each event: when it happened.
    async fn told(&self) -> BTreeMap<EventId, i64> {
        let token = reader(&self.folder.path().join("server"));
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        loop {
            let mut told = BTreeMap::new();
            let mut next = Some("/v1/matches/cs2:m/occurrences".to_owned());
            while let Some(path) = next {
                let get = client.get(format!("{}{path}", self.server)).bearer_auth(&token);
                let page: Value = get.send().await.unwrap().json().await.unwrap();
                for one in page["occurrences"].as_array().into_iter().flatten() {
                    let at: WallTime = one["at"].as_str().unwrap().parse().unwrap();
                    let id = one["witnesses"][0]["event_id"].as_str().unwrap();
                    told.insert(id.parse().unwrap(), at.unix_ms());
                }
                next = page["next"].as_str().map(str::to_owned);
            }
            if told.len() >= self.sent.len() {
                return told;
            }
            // Association follows the log in its own time.
            tokio::task::yield_now().await;
        }
    }
}

/// How far the server trusts the time of each event. No page tells it, so it is
/// read where it is kept.
fn qualities(server: &Path) -> BTreeMap<EventId, String> {
    let index = rusqlite::Connection::open(server.join("index.sqlite")).unwrap();
    let sql = "SELECT event_id, at_quality
               FROM report JOIN occurrence USING (match_id, occurrence_no)";
    let mut select = index.prepare(sql).unwrap();
    let rows = select
        .query_map([], |row| {
            // An id that is a UUID is kept as one.
            let id: [u8; 16] = row.get("event_id")?;
            Ok((EventId(Uuid::from_bytes(id)), row.get("at_quality")?))
        })
        .unwrap();
    rows.map(Result::unwrap).collect()
}

fn reader(server: &Path) -> String {
    let mut store = Store::open(server, StoreOptions::default()).unwrap();
    let now = WallTime::from_unix_ms(BEGIN_MS);
    let (_, token) = store.add_reader("clock", ReaderRole::Reader, now).unwrap();
    token.reveal().to_owned()
}

async fn live(ppm: i64, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut world = World::begin(ppm).await;
    for step in steps {
        world.step(step).await;
    }
    world.step(Step::Upload(0)).await;
    if world.sent.is_empty() {
        return Ok(());
    }
    let told = world.told().await;
    let qualities = qualities(&world.folder.path().join("server"));
    for (id, sent) in &world.sent {
        let due = world.due(sent);
        prop_assert_eq!(&qualities[id], due.quality, "{}: {:?}", id, due);
        let mut off_ms = due.at_ms.iter().map(|at_ms| told[id] - at_ms);
        let is_right = off_ms.any(|off_ms| off_ms.abs() <= due.within_ms);
        prop_assert!(is_right, "{id} is told at {}: {due:?}, {sent:?}", told[id]);
    }
    prop_assert_eq!(told.len(), world.sent.len());
    Ok(())
}

/// Few by default: each starts a server.
fn cases() -> Cases {
    let cases = if std::env::var_os("RINGSIDE_LONG").is_some() { 60 } else { 10 };
    Cases { cases, failure_persistence: None, ..Cases::default() }
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn after_a_reboot_the_time_is_marked_as_low_in_quality() {
    let steps = vec![
        Step::Pass(1_000),
        Step::See,
        Step::SetWall(HOUR_MS),
        Step::See,
        Step::Reboot,
        Step::Pass(1_000),
        Step::See,
        Step::Upload(20),
    ];
    runtime().block_on(live(DRIFT_PPM, steps)).unwrap();
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn an_event_s_time_is_right_whatever_the_wall_clock_does(
        ppm in -DRIFT_PPM..=DRIFT_PPM,
        steps in prop::collection::vec(step(), 1..40),
    ) {
        runtime().block_on(live(ppm, steps))?;
    }
}
