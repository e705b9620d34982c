//! One run of a companion: pipeline and uploader over one outbox, on a runtime
//! whose clock stands still unless the simulation moves it.
//!
//! # Why it comes out the same every time
//!
//! A process has a runtime of its own with one thread, and only one process
//! runs at a time. The uploader touches its outbox on another thread, but the
//! paused clock does not move on while it does, so a slice of time that ends in
//! [`Process::advance`] ends with the uploader at rest.

use std::{
    future::Future,
    path::Path,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use companion::{CompanionStatus, FeedLine, Glance, LivePipeline, Shell};
use delivery::BatchLimits;
use event_model::{DeviceId, Source};
use outbox::Outbox;
use simulator::Prng;
use tokio::{
    runtime::{Builder, Runtime},
    sync::{Notify, watch},
    time::Instant,
};
use uploader::{Config, ExtraRoots, ServerUrl, Token, Uploader};

use crate::{
    clock::DeviceClock,
    wire::{Outgoing, Wire},
};

/// Never spoken to: the transport is the simulation's.
const SERVER: &str = "https://ingest.example";

/// An uploader that is polled so often before any time passes never waits: it
/// would take a whole core for as long as its reason lasts.
const POLLS_MAX: u64 = 10_000;

/// What a process is started with.
pub(crate) struct Beginning<'p> {
    pub(crate) outbox: &'p Path,
    pub(crate) device: DeviceId,
    pub(crate) clock: &'p Arc<DeviceClock>,
    pub(crate) limits: BatchLimits,
    pub(crate) token: Option<Token>,
    pub(crate) chance: &'p Arc<Mutex<Prng>>,
    pub(crate) now_ms: u64,
}

/// A running companion.
pub(crate) struct Process {
    pub(crate) pipeline: LivePipeline,
    pub(crate) outbox: Arc<Mutex<Outbox>>,
    pub(crate) token: watch::Sender<Option<Token>>,
    outgoing: Outgoing,
    clock: Arc<DeviceClock>,
    /// How often the uploader was polled.
    polls: Arc<AtomicU64>,
    began: Instant,
    began_ms: u64,
    runtime: Runtime,
}

/// Nobody looks.
struct NoShell;

impl Shell for NoShell {
    fn feed(&self, _: FeedLine) {}
    fn glance(&self, _: Source, _: Option<Glance>) {}
    fn status(&self, _: CompanionStatus) {}
}

impl Process {
    /// Opens the outbox and starts the uploader.
    pub(crate) fn begin(with: &Beginning<'_>) -> Result<Self, outbox::Error> {
        let outbox = Outbox::open(with.outbox, with.device, with.clock.at(with.now_ms))?;
        let outbox = Arc::new(Mutex::new(outbox));
        let wake = Arc::new(Notify::new());
        let sources = [Source::Cs2, Source::League];
        let (owned, woken) = (Arc::clone(&outbox), Arc::clone(&wake));
        let pipeline = LivePipeline::resume(owned, Arc::new(NoShell), woken, sources)?;
        let (token, shown) = watch::channel(with.token.clone());
        let outgoing = Outgoing::default();
        let wire = Wire { clock: Arc::clone(with.clock), outgoing: Arc::clone(&outgoing) };
        let config = Config {
            server: server(),
            extra_roots: ExtraRoots::default(),
            outbox: Arc::clone(&outbox),
            clock: Arc::clone(with.clock) as Arc<dyn event_model::Clock>,
            token: shown,
            limits: with.limits,
            outgoing: Arc::new(uploader::AsKept),
        };
        let chance = Arc::clone(with.chance);
        let random = move || Some(chance.lock().unwrap().next_u64());
        let uploader = Uploader::over(wire, config).with_random(random);
        let runtime = runtime();
        let polls = Arc::new(AtomicU64::new(0));
        let run = Box::pin(uploader.run(wake, std::future::pending()));
        runtime.spawn(Watched { run, polls: Arc::clone(&polls) });
        let (clock, began_ms) = (Arc::clone(with.clock), with.now_ms);
        let began = {
            let _entered = runtime.enter();
            Instant::now()
        };
        Ok(Self { pipeline, outbox, token, outgoing, clock, polls, began, began_ms, runtime })
    }

    /// Lets it run until `until_ms` of the simulation's time; what it sent.
    pub(crate) fn advance(&mut self, until_ms: u64) -> Vec<crate::wire::Sent> {
        let until = self.began + Duration::from_millis(until_ms - self.began_ms);
        let (clock, polls, began) = (&self.clock, &self.polls, self.began);
        let began_ms = self.began_ms;
        let at_first = polls.load(Ordering::SeqCst);
        self.runtime.block_on(async {
            let passed = u64::try_from((Instant::now() - began).as_millis()).unwrap();
            clock.run(began_ms + passed);
            tokio::time::sleep_until(until).await;
            // At rest once a whole tick goes by without it: while it works on
            // the outbox no time passes.
            loop {
                let before = polls.load(Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(1)).await;
                if polls.load(Ordering::SeqCst) == before {
                    break;
                }
            }
        });
        self.clock.rest(until_ms);
        let polled = self.polls.load(Ordering::SeqCst) - at_first;
        assert!(polled < POLLS_MAX, "the uploader spins");
        self.polls.store(0, Ordering::SeqCst);
        std::mem::take(&mut self.outgoing.lock().unwrap())
    }
}

fn server() -> ServerUrl {
    SERVER.parse().unwrap()
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .max_blocking_threads(1)
        .build()
        .unwrap()
}

/// A future that counts how often it is polled.
struct Watched<F> {
    run: Pin<Box<F>>,
    polls: Arc<AtomicU64>,
}

impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if self.polls.fetch_add(1, Ordering::SeqCst) > POLLS_MAX {
            // Ends it, so that time can pass and the simulation can say so.
            return Poll::Pending;
        }
        self.run.as_mut().poll(context)
    }
}
