//! What an operator can set.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use ingest_api::{Lifetimes, Limits};
use ingest_store::{Retention, StoreOptions, Token};
use serde_json::{Value, json};

/// Everything that a server is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the database is, or will be.
    pub data_dir: PathBuf,
    /// Serve TLS with this; plain HTTP where absent.
    pub tls: Option<Tls>,
    /// An enrolment key that must open. Where there is none, and the database
    /// has none either, one is made.
    pub enrolment_key: Option<Token>,
    /// Of one request.
    pub limits: Limits,
    /// Of what is remembered.
    pub lifetimes: Lifetimes,
    /// Events are dropped by whole months so many days after a month's end;
    /// never where absent.
    pub retain_days: Option<u64>,
    /// How the database is used.
    pub store: StoreOptions,
    /// Of all requests together, and of each device.
    pub bounds: Bounds,
    /// What becomes of replays.
    pub replays: Replays,
    /// Whether events are associated. Only a bench has it off, to see what it
    /// costs: what is read of matches stands still then.
    pub associates: bool,
}

/// What becomes of events that were replayed from a recording.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Replays {
    /// They are taken as what was played is.
    #[default]
    Accept,
    /// They are taken and kept apart: they never meet what was played.
    Separate,
    /// They are refused, each with its receipt.
    Refuse,
}

/// Files of a certificate chain and its private key, in PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The chain, leaf first.
    pub cert: PathBuf,
    /// The key.
    pub key: PathBuf,
}

/// What the server gives to all who ask together, and to one of them. A bound
/// that is met is answered with a problem and Retry-After, never with silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Connections open at a time; one more is told to come back.
    pub connections_max: usize,
    /// Requests worked on at a time.
    pub concurrent_requests_max: usize,
    /// Bytes of bodies held at a time, as sent and as decoded.
    pub working_bytes_max: usize,
    /// How old the oldest batch may be that waits for the disk.
    pub queue_age_max: Duration,
    /// Free bytes of the disk below which nothing more is taken.
    pub disk_floor_bytes: u64,
    /// Requests of one device worked on at a time.
    pub device_requests_max: u32,
    /// Requests that a device may make in a minute; it may make them at once.
    pub requests_per_minute_max: u32,
    /// Events that a device may send in a day; it may send them at once.
    pub events_per_day_max: u64,
    /// The same for the bytes of their bodies, as sent or as decoded, whichever
    /// is more.
    pub bytes_per_day_max: u64,
    /// Feeds of matches open at a time.
    pub feeds_max: u32,
    /// Of these with one token.
    pub principal_feeds_max: u32,
    /// How long a feed says nothing where nothing happens.
    pub feed_keep_alive: Duration,
    /// How long a connection may stay without a whole request's head, or without
    /// reading its answer.
    pub idle_timeout: Duration,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// How long a request waits for its receipts once its body is there.
    pub answer_timeout: Duration,
    /// How long what was accepted may still take when the server stops.
    pub drain_timeout: Duration,
}

impl Bounds {
    /// Ten thousand companions keep theirs open between two batches, and half
    /// as many again come back at once after an outage.
    pub const CONNECTIONS_MAX: usize = 16_000;
    /// A thousand batches are a second's work of a disk that commits a group
    /// every few milliseconds; what waits behind them waits better at home.
    pub const CONCURRENT_REQUESTS_MAX: usize = 1_024;
    /// Bodies alone never make the process larger than this: seven of the
    /// largest requests, or all places with 64 KiB each.
    pub const WORKING_BYTES_MAX: usize = 64 * 1024 * 1024;
    /// A commit takes milliseconds. A client gives up after half a minute, so
    /// three seconds leave it time to hear that it should come back.
    pub const QUEUE_AGE_MAX: Duration = Duration::from_secs(3);
    /// Twice what may be held in memory, so that all of it still fits, with as
    /// much again for SQLite's write-ahead log.
    pub const DISK_FLOOR_BYTES: u64 = 128 * 1024 * 1024;
    /// A companion makes one at a time, and one that starts again may have left
    /// some behind. A hundred devices alone cannot take every place, however
    /// slowly they send.
    pub const DEVICE_REQUESTS_MAX: u32 = 8;
    /// A companion sends a batch every few seconds; a hundred a second is a
    /// full outbox being drained in halves.
    pub const REQUESTS_PER_MINUTE_MAX: u32 = 6_000;
    /// A match makes about one event a second and player: twelve hours without
    /// a server are 43,200, and thirty days of eight hours' play are 864,000.
    pub const EVENTS_PER_DAY_MAX: u64 = 1_000_000;
    /// A million events of 600 bytes, and as much again for larger ones.
    pub const BYTES_PER_DAY_MAX: u64 = 1024 * 1024 * 1024;
    /// A backend's few consumers, and people who look on: some tens of megabytes
    /// where none of them reads.
    pub const FEEDS_MAX: u32 = 512;
    /// Whoever shows matches side by side; thirty-two tokens before nobody else
    /// has a feed.
    pub const PRINCIPAL_FEEDS_MAX: u32 = 16;
    /// Half of the half minute after which the least patient of proxies give a
    /// silent line up.
    pub const FEED_KEEP_ALIVE: Duration = Duration::from_secs(15);
    /// A companion keeps its connection for the next batch, seconds later.
    pub const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
    /// 1 MiB over a line of 300 kbit/s takes half of it.
    pub const BODY_TIMEOUT: Duration = Duration::from_secs(60);
    /// Less than the half minute after which a companion gives up.
    pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

    /// With two seconds more for the last answers and the last commit a server
    /// that is told to stop has ended within ten, after which service managers
    /// lose their patience.
    pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(7);

    /// As `/openapi.json` publishes them.
    pub(crate) fn published(&self) -> Value {
        json!({
            "connections_max": self.connections_max,
            "concurrent_requests_max": self.concurrent_requests_max,
            "working_bytes_max": self.working_bytes_max,
            "queue_age_max_s": self.queue_age_max.as_secs(),
            "disk_floor_bytes": self.disk_floor_bytes,
            "device_requests_max": self.device_requests_max,
            "requests_per_minute_max": self.requests_per_minute_max,
            "events_per_day_max": self.events_per_day_max,
            "bytes_per_day_max": self.bytes_per_day_max,
            "feeds_max": self.feeds_max,
            "principal_feeds_max": self.principal_feeds_max,
            "feed_keep_alive_s": self.feed_keep_alive.as_secs(),
            "idle_timeout_s": self.idle_timeout.as_secs(),
            "body_timeout_s": self.body_timeout.as_secs(),
            "answer_timeout_s": self.answer_timeout.as_secs(),
            "drain_timeout_s": self.drain_timeout.as_secs(),
            "enrolments_max": Config::ENROLMENTS_MAX,
            "credential_enrolments_max": Config::CREDENTIAL_ENROLMENTS_MAX,
            "enrolment_timeout_s": Config::ENROLMENT_TIMEOUT.as_secs(),
            "head_bytes_max": Config::HEAD_BYTES_MAX,
            "headers_max": Config::HEADERS_MAX,
            "target_bytes_max": Config::TARGET_BYTES_MAX,
        })
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections_max: Self::CONNECTIONS_MAX,
            concurrent_requests_max: Self::CONCURRENT_REQUESTS_MAX,
            working_bytes_max: Self::WORKING_BYTES_MAX,
            queue_age_max: Self::QUEUE_AGE_MAX,
            disk_floor_bytes: Self::DISK_FLOOR_BYTES,
            device_requests_max: Self::DEVICE_REQUESTS_MAX,
            requests_per_minute_max: Self::REQUESTS_PER_MINUTE_MAX,
            events_per_day_max: Self::EVENTS_PER_DAY_MAX,
            bytes_per_day_max: Self::BYTES_PER_DAY_MAX,
            feeds_max: Self::FEEDS_MAX,
            principal_feeds_max: Self::PRINCIPAL_FEEDS_MAX,
            feed_keep_alive: Self::FEED_KEEP_ALIVE,
            idle_timeout: Self::IDLE_TIMEOUT,
            body_timeout: Self::BODY_TIMEOUT,
            answer_timeout: Self::ANSWER_TIMEOUT,
            drain_timeout: Self::DRAIN_TIMEOUT,
        }
    }
}

impl Config {
    /// Longest token looked at: ours have 68 bytes, an operator's own enrolment
    /// key may be a long one.
    pub const TOKEN_BYTES_MAX: usize = 512;
    /// Enrolments at a time: one takes milliseconds, and who holds one open with
    /// a shared key takes no more than so many places of those who send.
    pub const ENROLMENTS_MAX: usize = 64;
    /// Of these with one key or token: a whole team's at once, and eight keys
    /// that leaked before nobody else can enrol.
    pub const CREDENTIAL_ENROLMENTS_MAX: usize = 8;
    /// How long an enrolment's body may take: it is four kilobytes at most.
    pub const ENROLMENT_TIMEOUT: Duration = Duration::from_secs(5);
    /// Bytes of a request's head: ours are one kilobyte, proxies add some. Each
    /// open connection may hold so many.
    pub const HEAD_BYTES_MAX: usize = 16 * 1024;
    /// Headers of a request: ours sends a dozen.
    pub const HEADERS_MAX: usize = 64;
    /// Bytes of a request's path and query: a match key has 512, escaped three
    /// times as many, and a cursor as many again.
    pub const TARGET_BYTES_MAX: usize = 4 * 1024;

    /// The defaults.
    #[must_use]
    pub fn new(listen: SocketAddr, data_dir: PathBuf) -> Self {
        Self {
            listen,
            data_dir,
            tls: None,
            enrolment_key: None,
            limits: Limits::default(),
            lifetimes: Lifetimes::default(),
            retain_days: None,
            store: StoreOptions::default(),
            bounds: Bounds::default(),
            replays: Replays::default(),
            associates: true,
        }
    }

    /// How long what is kept.
    #[must_use]
    pub fn retention(&self) -> Retention {
        Retention { retain_days: self.retain_days, lifetimes: self.lifetimes }
    }
}
