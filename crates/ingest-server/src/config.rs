//! What an operator can set.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use ingest_api::{Lifetimes, Limits};
use ingest_store::{Retention, StoreOptions, Token};

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
    /// Requests worked on at a time; each may hold a decoded body in memory.
    pub concurrent_requests_max: usize,
    /// Requests that a device may make in a minute; it may make them at once.
    pub requests_per_minute_max: u32,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
}

/// Files of a certificate chain and its private key, in PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The chain, leaf first.
    pub cert: PathBuf,
    /// The key.
    pub key: PathBuf,
}

impl Config {
    /// Each holds its decoded body and a copy of its events, twice 8 MiB: 64
    /// are a gibibyte at the very worst, and far more than one disk's commits
    /// can serve at a time.
    pub const CONCURRENT_REQUESTS_MAX: usize = 64;
    /// A companion sends a batch every few seconds; a hundred a second is a
    /// full outbox being drained in halves.
    pub const REQUESTS_PER_MINUTE_MAX: u32 = 6_000;
    /// Longest token looked at: ours have 68 bytes, an operator's own enrolment
    /// key may be a long one.
    pub const TOKEN_BYTES_MAX: usize = 512;
    /// 1 MiB over a line of 300 kbit/s takes half of it.
    pub const BODY_TIMEOUT: Duration = Duration::from_secs(60);

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
            concurrent_requests_max: Self::CONCURRENT_REQUESTS_MAX,
            requests_per_minute_max: Self::REQUESTS_PER_MINUTE_MAX,
            body_timeout: Self::BODY_TIMEOUT,
        }
    }

    /// How long what is kept.
    #[must_use]
    pub fn retention(&self) -> Retention {
        Retention { retain_days: self.retain_days, lifetimes: self.lifetimes }
    }
}
