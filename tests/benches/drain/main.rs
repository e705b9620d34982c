//! How fast a full outbox drains: the real uploader, the real server, loopback.
//!
//! ```console
//! cargo build --release -p ingest-server
//! cargo bench -p system-tests --bench drain            # 200,000 events
//! cargo bench -p system-tests --bench drain -- --quick # a tenth
//! ```
//!
//! `--server FILE` measures another build.

#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "reads /proc"))]
#![expect(clippy::disallowed_methods, reason = "a bench measures time")]
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "../ingest/process.rs"]
mod process;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Instant,
};

use anyhow::{Context, Result};
use delivery::BatchLimits;
use event_model::{
    Actors, Clock, ClockEpoch, ClockReading, DeviceId, Event, EventData, EventId, Game, Identity,
    Kind, MatchKey, MatchOrigin, MatchRef, Moment, Ordinal, Origin, Source, WallTime,
};
use ingest_store::{Store, StoreOptions};
use outbox::{Append, NewEvent, Outbox, StreamKey};
use process::Process;
use tempfile::TempDir;
use tokio::sync::{Notify, watch};
use uploader::{Config, ExtraRoots, Token, UploadState, Uploader};
use uuid::Uuid;

/// Events of one append while the outbox is prepared.
const APPEND_EVENTS: u32 = 1_000;

/// Events of one match: as a long one has.
const MATCH_EVENTS: u32 = 500;

const DEVICE: DeviceId = DeviceId(Uuid::from_u128(7));

/// The machine's own clocks.
struct BenchClock(Instant);

impl Clock for BenchClock {
    fn now(&self) -> Moment {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let wall_ms = since.map_or(0, |since| since.as_millis());
        let mono_ms = u64::try_from(self.0.elapsed().as_millis()).unwrap_or(0);
        Moment {
            clock: ClockReading { epoch: ClockEpoch(Uuid::from_u128(1)), mono_ms },
            wall: WallTime::from_unix_ms(i64::try_from(wall_ms).unwrap_or(0)),
        }
    }
}

fn main() -> Result<()> {
    if !cfg!(target_os = "linux") {
        println!("This bench reads /proc and runs on Linux alone.");
        return Ok(());
    }
    let arguments: Vec<_> = std::env::args().collect();
    let (thousands, rounds) =
        if arguments.iter().any(|argument| argument == "--quick") { (20, 1) } else { (200, 3) };
    let after = |name: &str| arguments.iter().skip_while(|one| *one != name).nth(1);
    let debug = system_tests::binary("ringside-ingest");
    let release = debug.parent().and_then(Path::parent).context("a target directory")?;
    let program = after("--server")
        .map_or_else(|| release.join("release").join("ringside-ingest"), PathBuf::from);
    let events = thousands * APPEND_EVENTS;
    let run = |counted| Prepared::new(&program, events, counted).and_then(Prepared::drain);
    let runs = (0..rounds).map(|_| run(Counted::No)).collect::<Result<Vec<_>>>()?;
    println!("{}", table(events, &runs, &run(Counted::Fsyncs)?));
    Ok(())
}

/// Whether `strace` counts how often the server flushes, and is in the way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    No,
    Fsyncs,
}

/// What came of one drain, for all of its events.
struct Drained {
    requests: f64,
    took_s: f64,
    client_cpu_s: f64,
    server_cpu_s: f64,
    server_peak_mib: f64,
    server_written_bytes: f64,
    /// `None` where nobody counted.
    server_fsyncs: Option<f64>,
}

fn table(events: u32, runs: &[Drained], counted: &Drained) -> String {
    let events = f64::from(events);
    let of = |figure: &dyn Fn(&Drained) -> f64| {
        let mut figures: Vec<_> = runs.iter().map(figure).collect();
        figures.sort_unstable_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    format!(
        "| events | requests | events/s | client CPU-s per 100,000 | server CPU-s per 100,000 | \
         server's fsyncs per 1,000 | server MiB peak | server bytes written an event |\n\
         |--:|--:|--:|--:|--:|--:|--:|--:|\n\
         | {events} | {:.0} | {:.0} | {:.2} | {:.2} | {} | {:.0} | {:.0} |",
        of(&|run| run.requests),
        of(&|run| events / run.took_s),
        of(&|run| run.client_cpu_s * 100_000.0 / events),
        of(&|run| run.server_cpu_s * 100_000.0 / events),
        counted
            .server_fsyncs
            .map_or("–".to_owned(), |fsyncs| format!("{:.1}", fsyncs * 1_000.0 / events)),
        of(&|run| run.server_peak_mib),
        of(&|run| run.server_written_bytes / events),
    )
}

/// A full outbox, and the server that it goes to.
struct Prepared {
    events: u32,
    outbox: Outbox,
    clock: Arc<dyn Clock>,
    token: Token,
    server: Process,
    _dir: TempDir,
}

impl Prepared {
    fn new(program: &Path, events: u32, counted: Counted) -> Result<Self> {
        let dir = TempDir::new()?;
        let clock: Arc<dyn Clock> = Arc::new(BenchClock(Instant::now()));
        let mut store = Store::open(dir.path(), StoreOptions::default())?;
        let token = store.add_device(DEVICE, "bench", clock.now().wall)?.context("it is new")?;
        drop(store);
        let outbox = prepare(dir.path(), events, &*clock)?;
        let server = match counted {
            Counted::No => Process::start(program, dir.path())?,
            Counted::Fsyncs => Process::start_counted(program, dir.path())?
                .map_or_else(|| Process::start(program, dir.path()), Ok)?,
        };
        let token = Token::new(token.reveal())?;
        Ok(Self { events, outbox, clock, token, server, _dir: dir })
    }

    /// Uploads everything, as the companion does.
    fn drain(self) -> Result<Drained> {
        let server = self.server;
        let (_token, token) = watch::channel(Some(self.token));
        let uploader = Uploader::new(Config {
            server: format!("http://{}", server.address).parse()?,
            extra_roots: ExtraRoots::default(),
            outbox: Arc::new(Mutex::new(self.outbox)),
            clock: self.clock,
            token,
            limits: BatchLimits::default(),
            outgoing: Arc::new(uploader::AsKept),
        })?;
        let before = (Instant::now(), server.cpu_s(), process::own_cpu_s(), server.fsyncs());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let requests = runtime.block_on(upload(uploader, self.events))?;
        let drained = Drained {
            requests: requests as f64,
            took_s: before.0.elapsed().as_secs_f64(),
            server_cpu_s: server.cpu_s() - before.1,
            client_cpu_s: process::own_cpu_s() - before.2,
            server_fsyncs: server.fsyncs().zip(before.3).map(|(after, before)| after - before),
            server_peak_mib: server.memory_mib("VmHWM"),
            server_written_bytes: server.written_bytes(),
        };
        server.kill();
        Ok(drained)
    }
}

/// Runs the uploader until all is stored; gives how many requests it took.
async fn upload(uploader: Uploader, events: u32) -> Result<u64> {
    let mut progress = uploader.progress();
    let (told, requests) = tokio::sync::oneshot::channel();
    let done = async move {
        let all = |now: &uploader::UploadProgress| {
            now.state == UploadState::Idle && now.stored == u64::from(events)
        };
        // The uploader lives as long as this waits.
        let requests = progress.wait_for(all).await.map(|now| now.requests);
        told.send(requests.unwrap_or(0)).ok();
    };
    uploader.run(Arc::new(Notify::new()), done).await;
    Ok(requests.await?)
}

fn prepare(dir: &Path, events: u32, clock: &dyn Clock) -> Result<Outbox> {
    let mut outbox = Outbox::open(&dir.join("outbox.sqlite"), DEVICE, clock.now())?;
    for first in (0..events).step_by(APPEND_EVENTS as usize) {
        let now = clock.now();
        let events = (first..first + APPEND_EVENTS).map(|number| event(number, now)).collect();
        let stream = StreamKey { source: Source::Cs2, stream: "live".to_owned() };
        outbox.append(&[Append { stream, state: Vec::new(), events }], now)?;
    }
    Ok(outbox)
}

fn event(number: u32, now: Moment) -> NewEvent {
    let game = Game::cs2();
    let key = MatchKey::native(&game, &format!("match-{}", number / MATCH_EVENTS));
    let data = EventData {
        game,
        match_ref: MatchRef { key, origin: MatchOrigin::Native },
        observer: Some("Ana #EU".to_owned()),
        actors: Actors {
            attacker: Some("Ana #EU".to_owned()),
            victim: Some(format!("Bo {number} #EU")),
            assists: vec!["Cleo #EU".to_owned()],
        },
        actor_ids: None,
        round: Some(1 + number % 24),
        ordinal: Some(Ordinal { of: "victim deaths".to_owned(), run: 0, value: number.into() }),
        identity: Identity::Native,
        match_clock_ms: Some(number.into()),
        details: BTreeMap::from([("weapon".to_owned(), "Vandal".into())]),
    };
    // Random to look at: the golden ratio's bits, times the number.
    let id = u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    let id = EventId(uuid::Builder::from_custom_bytes(id.to_be_bytes()).into_uuid());
    let event = Event { id, kind: Kind::Kill, data };
    NewEvent { event, origin: Origin::Live, time: now.wall, observed: now.clock }
}
