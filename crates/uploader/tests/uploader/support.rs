//! A device with an outbox, and a server that answers as a test says.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use delivery::BatchLimits;
use event_model::{
    Clock, ClockEpoch, ClockReading, DeviceId, Event, EventData, EventId, Game, Kind, MatchKey,
    MatchOrigin, MatchRef, Moment, Origin, Source, WallTime,
};
use ingest_api::{RECEIPT_VERSION, Receipt, ReceiptPage, ReceiptStatus};
use outbox::{Append, NewEvent, Outbox, OutboxStatus, StreamKey};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    sync::{Notify, oneshot, watch},
    task::JoinHandle,
    time::Instant,
};
use uploader::{
    Answer, Config, ExtraRoots, Request, ServerUrl, Token, Transport, UploadProgress, UploadState,
    Uploader,
};
use uuid::Uuid;

/// No test waits longer for anything; on a paused clock it costs nothing.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// Runs with tokio's clock: a paused test's time passes only in its waits.
pub(crate) struct TestClock {
    start: Instant,
}

impl TestClock {
    fn started() -> Arc<Self> {
        Arc::new(Self { start: Instant::now() })
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        let mono_ms = u64::try_from(self.elapsed().as_millis()).expect("a test is short");
        let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(1)), mono_ms };
        let wall = WallTime::from_unix_ms(1_795_201_200_000_i64.saturating_add_unsigned(mono_ms));
        Moment { clock, wall }
    }
}

pub(crate) fn id(n: u32) -> EventId {
    EventId(Uuid::from_u128(u128::from(n)))
}

pub(crate) fn token(text: &str) -> Token {
    Token::new(text).expect("the text is a token")
}

/// A device: its folder, clock, outbox and token.
pub(crate) struct Device {
    folder: TempDir,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) outbox: Arc<Mutex<Outbox>>,
    pub(crate) token: watch::Sender<Option<Token>>,
    pub(crate) limits: BatchLimits,
}

impl Device {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let clock = TestClock::started();
        let outbox = open(&folder, clock.now());
        let token = watch::Sender::new(Some(token("first")));
        let limits = BatchLimits { events_max: 100, ..BatchLimits::default() };
        Self { folder, clock, outbox, token, limits }
    }

    /// The same device after its process ended and began again.
    pub(crate) fn restarted(self) -> Self {
        let Self { folder, clock, outbox, token, limits } = self;
        drop(outbox);
        let outbox = open(&folder, clock.now());
        Self { folder, clock, outbox, token, limits }
    }

    pub(crate) fn append(&self, ids: impl IntoIterator<Item = u32>) {
        self.append_to("m", ids, Origin::Live);
    }

    pub(crate) fn append_to(
        &self,
        match_name: &str,
        ids: impl IntoIterator<Item = u32>,
        origin: Origin,
    ) {
        let now = self.clock.now();
        let events = ids.into_iter().map(|n| event(match_name, n, origin, now)).collect();
        let stream = StreamKey { source: Source::Cs2, stream: "live".to_owned() };
        let group = [Append { stream, state: Vec::new(), events }];
        self.outbox.lock().expect("nobody panicked").append(&group, now).expect("there is room");
    }

    pub(crate) fn status(&self) -> OutboxStatus {
        let outbox = self.outbox.lock().expect("nobody panicked");
        outbox.status(self.clock.now()).expect("the outbox can be read")
    }

    pub(crate) fn config(&self, server: &str) -> Config {
        let clock: Arc<TestClock> = Arc::clone(&self.clock);
        Config {
            server: server.parse::<ServerUrl>().expect("the address is right"),
            extra_roots: ExtraRoots::default(),
            outbox: Arc::clone(&self.outbox),
            clock,
            token: self.token.subscribe(),
            limits: self.limits,
            outgoing: Arc::new(uploader::AsKept),
        }
    }

    /// Starts an uploader over a transport of the test's own.
    pub(crate) fn upload_over<T: Transport>(&self, transport: T) -> Running {
        Running::start(Uploader::over(transport, self.config("http://127.0.0.1:1")))
    }

    /// Starts an uploader over HTTP.
    pub(crate) fn upload_to(&self, server: &str) -> Running {
        Running::start(Uploader::new(self.config(server)).expect("HTTP can be set up"))
    }
}

fn open(folder: &TempDir, now: Moment) -> Arc<Mutex<Outbox>> {
    let device = DeviceId(Uuid::from_u128(0xD));
    let path = folder.path().join("outbox.db");
    Arc::new(Mutex::new(Outbox::open(&path, device, now).expect("the outbox opens")))
}

fn event(match_name: &str, n: u32, origin: Origin, now: Moment) -> NewEvent {
    let game = Game::cs2();
    let key = MatchKey::native(&game, match_name);
    let match_ref = MatchRef { key, origin: MatchOrigin::Native };
    let data = EventData::of_match(game, match_ref);
    let event = Event { id: id(n), kind: Kind::Kill, data };
    NewEvent { event, origin, time: now.wall, observed: now.clock }
}

/// An uploader at work.
pub(crate) struct Running {
    pub(crate) wake: Arc<Notify>,
    progress: watch::Receiver<UploadProgress>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) fn start<T: Transport>(uploader: Uploader<T>) -> Self {
        let wake = Arc::new(Notify::new());
        let progress = uploader.progress();
        let (stop, stopped) = oneshot::channel::<()>();
        let run = uploader.run(Arc::clone(&wake), async {
            // Dropped with the test: that stops it as well.
            drop(stopped.await);
        });
        Self { wake, progress, stop, task: tokio::spawn(run) }
    }

    /// How the upload is.
    pub(crate) fn now(&self) -> UploadProgress {
        self.progress.borrow().clone()
    }

    /// Waits until the upload is as `wanted` says.
    pub(crate) async fn until(
        &mut self,
        wanted: impl FnMut(&UploadProgress) -> bool,
    ) -> UploadProgress {
        let waited = tokio::time::timeout(PATIENCE, self.progress.wait_for(wanted)).await;
        waited.expect("it comes in the end").expect("the uploader runs").clone()
    }

    pub(crate) async fn until_idle_with(&mut self, stored: u64) -> UploadProgress {
        self.until(|now| now.state == UploadState::Idle && now.stored + now.duplicates == stored)
            .await
    }

    pub(crate) async fn stop(self) {
        self.stop.send(()).expect("the uploader runs");
        self.task.await.expect("it ends without a panic");
    }
}

/// What a server saw of one request.
pub(crate) struct Seen {
    pub(crate) at: Duration,
    pub(crate) request: Request,
    pub(crate) ids: Vec<EventId>,
}

type Script = dyn Fn(&Seen, usize) -> Option<Answer> + Send + Sync;

/// A transport that answers as its script says; `None` is a whole receipt page.
#[derive(Clone)]
pub(crate) struct Scripted {
    clock: Arc<TestClock>,
    script: Arc<Script>,
    pub(crate) seen: Arc<Mutex<Vec<Seen>>>,
    stored: Arc<Mutex<Vec<EventId>>>,
}

impl Scripted {
    pub(crate) fn new(
        device: &Device,
        script: impl Fn(&Seen, usize) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        Self {
            clock: Arc::clone(&device.clock),
            script: Arc::new(script),
            seen: Arc::default(),
            stored: Arc::default(),
        }
    }

    pub(crate) fn requests_at(&self) -> Vec<Duration> {
        self.seen.lock().expect("nobody panicked").iter().map(|seen| seen.at).collect()
    }

    pub(crate) fn stored(&self) -> Vec<EventId> {
        self.stored.lock().expect("nobody panicked").clone()
    }
}

impl Transport for Scripted {
    async fn send(&self, request: Request) -> Answer {
        let ids = ids(&request.body);
        let seen = Seen { at: self.clock.elapsed(), request, ids };
        let mut all = self.seen.lock().expect("nobody panicked");
        let answer = (self.script)(&seen, all.len());
        let mut stored = self.stored.lock().expect("nobody panicked");
        let answer = answer.unwrap_or_else(|| whole(200, receipts(&seen.ids, &mut stored)));
        all.push(seen);
        answer
    }
}

pub(crate) fn whole(status: u16, body: impl Into<Vec<u8>>) -> Answer {
    Answer::Whole { status, retry_after: None, date: None, body: body.into() }
}

/// The ids of a batch.
pub(crate) fn ids(body: &[u8]) -> Vec<EventId> {
    let events: Vec<Value> = serde_json::from_slice(body).expect("a batch is a JSON array");
    let id = |event: &Value| event["id"].as_str().and_then(|id| id.parse().ok());
    events.iter().map(|event| id(event).expect("an event has an id")).collect()
}

/// The page of a server that had `stored` before.
pub(crate) fn receipts(ids: &[EventId], stored: &mut Vec<EventId>) -> Vec<u8> {
    let receipt = |id: &EventId| {
        let known = stored.contains(id);
        if !known {
            stored.push(*id);
        }
        let status = if known { ReceiptStatus::Duplicate } else { ReceiptStatus::Stored };
        Receipt { id: id.to_string(), status, code: None, detail: None }
    };
    let page = ReceiptPage {
        ringside: RECEIPT_VERSION.to_owned(),
        server_version: "1.0.0".to_owned(),
        store: Uuid::from_u128(5),
        receipts: ids.iter().map(receipt).collect(),
        contiguous_sequence: None,
    };
    serde_json::to_vec(&page).expect("a page is JSON")
}
