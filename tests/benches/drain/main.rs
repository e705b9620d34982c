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
    let events = if arguments.iter().any(|argument| argument == "--quick") { 20 } else { 200 };
    let after = |name: &str| arguments.iter().skip_while(|one| *one != name).nth(1);
    let debug = system_tests::binary("ringside-ingest");
    let release = debug.parent().and_then(Path::parent).context("a target directory")?;
    let server = after("--server")
        .map_or_else(|| release.join("release").join("ringside-ingest"), PathBuf::from);
    println!("{}", drain(&server, events * APPEND_EVENTS)?);
    Ok(())
}

fn drain(program: &Path, events: u32) -> Result<String> {
    let dir = TempDir::new()?;
    let clock: Arc<dyn Clock> = Arc::new(BenchClock(Instant::now()));
    let mut store = Store::open(dir.path(), StoreOptions::default())?;
    let token = store.add_device(DEVICE, "bench", clock.now().wall)?.context("it is new")?;
    drop(store);
    let outbox = prepare(dir.path(), events, &*clock)?;
    let server = Process::start(program, dir.path())?;
    let (_token, token) = watch::channel(Some(Token::new(token.reveal())?));
    let uploader = Uploader::new(Config {
        server: format!("http://{}", server.address).parse()?,
        extra_roots: ExtraRoots::default(),
        outbox: Arc::new(Mutex::new(outbox)),
        clock,
        token,
        limits: BatchLimits::default(),
    })?;
    let mut progress = uploader.progress();
    let before = (Instant::now(), server.cpu_s(), process::own_cpu_s());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let requests = runtime.block_on(async {
        let done = async move {
            let all = |now: &uploader::UploadProgress| {
                now.state == UploadState::Idle && now.stored == u64::from(events)
            };
            // The uploader lives as long as this waits.
            progress.wait_for(all).await.map(|now| now.requests).unwrap_or(0)
        };
        let (told, requests) = tokio::sync::oneshot::channel();
        uploader
            .run(Arc::new(Notify::new()), async move {
                told.send(done.await).ok();
            })
            .await;
        requests.await
    })?;
    let took = before.0.elapsed().as_secs_f64();
    let per = |cpu: f64| cpu * 100_000.0 / f64::from(events);
    let table = format!(
        "| events | requests | events/s | client CPU-s per 100,000 | server CPU-s per 100,000 | \
         server MiB peak | server bytes written an event |\n\
         |---|---|---|---|---|---|---|\n\
         | {events} | {requests} | {:.0} | {:.2} | {:.2} | {:.0} | {:.0} |",
        f64::from(events) / took,
        per(process::own_cpu_s() - before.2),
        per(server.cpu_s() - before.1),
        server.memory_mib("VmHWM"),
        server.written_bytes() / f64::from(events),
    );
    server.kill();
    Ok(table)
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
