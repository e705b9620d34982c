//! The client's process: appends numbered events and uploads them, wired as the
//! companion wires it, and tells of both on stdout.
//!
//! It stops when its stdin is closed.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Result;
use boot_clock::BootClock;
use delivery::BatchLimits;
use event_model::{Clock, DeviceId, Source};
use outbox::{Append, Outbox, StreamKey};
use serde::{Deserialize, Serialize};
use tokio::{
    runtime::Handle,
    sync::{Notify, watch},
};
use uploader::{Config, ExtraRoots, HttpTransport, ServerUrl, Token, Uploader};
use uuid::Uuid;

use crate::event;

/// How often it looks whether anything is left to send.
const LOOK: Duration = Duration::from_millis(100);
/// Bytes of the bare write beside every tenth append: an event and its rows.
const BARE_BYTES: usize = 1_024;
/// Of so many appends one has a bare write beside it.
const BARE_EVERY: u64 = 10;
const DEVICE: DeviceId = DeviceId(Uuid::from_u128(0xD));

/// How the client runs.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    #[arg(long)]
    pub(crate) dir: PathBuf,
    #[arg(long)]
    pub(crate) server: String,
    #[arg(long)]
    pub(crate) token: String,
    /// The first event to append
    #[arg(long)]
    pub(crate) first: u64,
    /// The last
    #[arg(long)]
    pub(crate) last: u64,
    /// Between two events
    #[arg(long)]
    pub(crate) interval_ms: u64,
    /// How long to wait for an answer
    #[arg(long)]
    pub(crate) timeout_ms: u64,
}

/// What the client says, one line each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Said {
    /// It appends from now on.
    Ready,
    /// An append returned after so long.
    Appended {
        /// Which event.
        number: u64,
        /// How long it took.
        micros: u64,
    },
    /// A bare write and fdatasync took so long.
    Bare {
        /// How long it took.
        micros: u64,
    },
    /// So many requests have ended, of which so many brought no receipts.
    Requests {
        /// All.
        ended: u64,
        /// Without receipts.
        failed: u64,
    },
    /// The queue, ten times a second.
    Queue {
        /// Waiting or on the way.
        unsent: u64,
        /// Refused.
        quarantined: u64,
        /// Given up.
        lost: u64,
    },
}

pub(crate) fn run(runtime: &Handle, options: Options) -> Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(BootClock::new());
    let path = options.dir.join("outbox.sqlite");
    let outbox = Arc::new(Mutex::new(Outbox::open(&path, DEVICE, clock.now())?));
    let wake = Arc::new(Notify::new());
    let (stop, mut stopping) = watch::channel(false);
    let (_token_sender, token) = watch::channel(Some(Token::new(&options.token)?));
    let server: ServerUrl = options.server.parse()?;
    let limits = BatchLimits::within(&ingest_api::Limits::default());
    let (extra_roots, timeout) = (ExtraRoots::default(), Duration::from_millis(options.timeout_ms));
    let transport = HttpTransport::new(&server, &extra_roots, Arc::clone(&clock))?;
    let config = Config {
        server,
        extra_roots,
        outbox: Arc::clone(&outbox),
        clock: Arc::clone(&clock),
        token,
        limits,
        outgoing: Arc::new(uploader::AsKept),
    };
    let uploader = Uploader::over(transport.giving_up_after(timeout), config);
    let progress = uploader.progress();
    let woken = Arc::clone(&wake);
    let uploading = runtime.spawn(async move {
        let stopped = async move { drop(stopping.wait_for(|stopping| *stopping).await) };
        uploader.run(woken, stopped).await;
    });
    runtime.spawn(tell_requests(progress));
    runtime.spawn(tell_queue(Arc::clone(&outbox), Arc::clone(&clock)));
    let appending =
        Appending { outbox: Arc::clone(&outbox), wake, clock, bare: Bare::open(&options.dir)? };
    std::thread::spawn(move || appending.run(&options));

    // Until whoever started it has had enough.
    std::io::stdin().read_to_end(&mut Vec::new())?;
    stop.send_replace(true);
    runtime.block_on(uploading)?;
    Ok(())
}

/// The thread that a game's frames would come from.
struct Appending {
    outbox: Arc<Mutex<Outbox>>,
    wake: Arc<Notify>,
    clock: Arc<dyn Clock>,
    bare: Bare,
}

impl Appending {
    fn run(mut self, options: &Options) {
        say(&Said::Ready);
        let start = now();
        for (number, place) in (options.first..=options.last).zip(0_u64..) {
            let due = Duration::from_millis(options.interval_ms * place);
            std::thread::sleep(due.saturating_sub(start.elapsed()));
            if place % BARE_EVERY == 0 {
                self.bare.write();
            }
            let asked = now();
            self.append(number).expect("the disk takes an event");
            say(&Said::Appended { number, micros: micros(asked.elapsed()) });
        }
    }

    fn append(&self, number: u64) -> Result<(), outbox::Error> {
        let now = self.clock.now();
        let stream = StreamKey { source: Source::Cs2, stream: "live".to_owned() };
        let state = number.to_be_bytes().to_vec();
        let group = [Append { stream, state, events: vec![event::numbered(number, now)] }];
        lock(&self.outbox).append(&group, now)?;
        self.wake.notify_one();
        Ok(())
    }
}

/// What the disk itself takes for as many bytes.
struct Bare(std::fs::File);

impl Bare {
    fn open(dir: &Path) -> Result<Self> {
        let path = dir.join("bare");
        Ok(Self(std::fs::OpenOptions::new().create(true).append(true).open(path)?))
    }

    fn write(&mut self) {
        let asked = now();
        let written = self.0.write_all(&[b'x'; BARE_BYTES]).and_then(|()| self.0.sync_data());
        if written.is_ok() {
            say(&Said::Bare { micros: micros(asked.elapsed()) });
        }
    }
}

async fn tell_requests(mut progress: watch::Receiver<uploader::UploadProgress>) {
    let mut last = 0;
    while progress.changed().await.is_ok() {
        let (ended, failed) = {
            let progress = progress.borrow_and_update();
            (progress.requests, progress.failed_requests)
        };
        if ended != last {
            last = ended;
            say(&Said::Requests { ended, failed });
        }
    }
}

async fn tell_queue(outbox: Arc<Mutex<Outbox>>, clock: Arc<dyn Clock>) {
    loop {
        let (outbox, now) = (Arc::clone(&outbox), clock.now());
        let status = tokio::task::spawn_blocking(move || lock(&outbox).status(now));
        if let Ok(Ok(status)) = status.await {
            say(&Said::Queue {
                unsent: status.pending + status.in_flight,
                quarantined: status.quarantined,
                lost: status.lost + status.pruned,
            });
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn lock(outbox: &Mutex<Outbox>) -> std::sync::MutexGuard<'_, Outbox> {
    outbox.lock().unwrap_or_else(PoisonError::into_inner)
}

fn say(said: &Said) {
    println!("{}", serde_json::to_string(said).expect("plain values are always JSON"));
}

fn micros(passed: Duration) -> u64 {
    u64::try_from(passed.as_micros()).unwrap_or(u64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "what is measured is shorter than a millisecond")]
fn now() -> Instant {
    Instant::now()
}
