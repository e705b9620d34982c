//! `ringside-ingest serve`.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use boot_clock::BootClock;
use clap::{Args, builder::RangedU64ValueParser};
use ingest_api::{Lifetimes, Limits};
use ingest_server::{Config, Server, Shutdown, Tls};
use ingest_store::Token;

use super::{DataDir, Failure, output};

/// Shorter enrolment keys are taken, with a warning: they can be guessed.
const KEY_BYTES_SAFE: usize = 24;

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Address to listen on; port 0 takes a free one and prints it.
    #[arg(long, value_name = "A", default_value = "127.0.0.1:8740")]
    listen: SocketAddr,
    #[command(flatten)]
    data_dir: DataDir,
    /// An enrolment key that opens. Without one, and with none in the database,
    /// one is made and printed.
    #[arg(long, value_name = "K", env = "RINGSIDE_ENROLMENT_KEY", hide_env_values = true)]
    enrolment_key: Option<String>,
    /// Certificate chain in PEM: serve HTTPS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key of the certificate in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    lifetimes: LifetimeArgs,
    /// Drop events by whole months, so many days after a month's end. Without
    /// it they stay.
    #[arg(long, value_name = "DAYS")]
    retain_days: Option<u64>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Limits of a request")]
struct LimitArgs {
    /// Events in a request.
    #[arg(long, value_name = "N", default_value_t = Limits::default().events_max,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    events_max: usize,
    /// Bytes of a request as sent.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().sent_bytes_max)]
    sent_bytes_max: usize,
    /// Bytes of a request after decoding.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().decoded_bytes_max)]
    decoded_bytes_max: usize,
    /// Bytes of one event.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().event_bytes_max)]
    event_bytes_max: usize,
    /// Levels of nested arrays and objects in one event, at most 100.
    #[arg(long, value_name = "N", default_value_t = Limits::default().json_depth_max,
          value_parser = depth)]
    json_depth_max: usize,
    /// Requests worked on at a time.
    #[arg(long, value_name = "N", default_value_t = Config::CONCURRENT_REQUESTS_MAX,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    concurrent_requests_max: usize,
    /// Requests that a device may make in a minute.
    #[arg(long, value_name = "N", default_value_t = Config::REQUESTS_PER_MINUTE_MAX,
          value_parser = RangedU64ValueParser::<u32>::new().range(1..))]
    requests_per_minute_max: u32,
    /// Seconds that a request's body may take to arrive.
    #[arg(long, value_name = "S", default_value_t = Config::BODY_TIMEOUT.as_secs())]
    body_timeout_s: u64,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Lifetimes, in seconds")]
struct LifetimeArgs {
    /// A companion gives up what it could not send for so long.
    #[arg(long, value_name = "S", default_value_t = Lifetimes::default().outbox_max_age_s)]
    outbox_max_age_s: u64,
    /// The gate knows an event id for at least so long.
    #[arg(long, value_name = "S", default_value_t = Lifetimes::default().gate_retention_s)]
    gate_retention_s: u64,
    /// A match is sealed after so long at the latest.
    #[arg(long, value_name = "S", default_value_t = Lifetimes::default().seal_after_s)]
    seal_after_s: u64,
    /// The answer to an Idempotency-Key is repeated for so long.
    #[arg(long, value_name = "S", default_value_t = Lifetimes::default().idempotency_retention_s)]
    idempotency_retention_s: u64,
    /// And so many answers a device.
    #[arg(long, value_name = "N", default_value_t = Lifetimes::default().idempotency_answers_max)]
    idempotency_answers_max: u64,
}

impl ServeArgs {
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = self.config()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let served = runtime.block_on(serve(config));
        // A connection that outlived its grace must not hold the process.
        runtime.shutdown_background();
        served
    }

    fn config(self) -> Result<Config, Failure> {
        let tls = self.tls_cert.zip(self.tls_key).map(|(cert, key)| Tls { cert, key });
        if tls.is_none() && !self.listen.ip().is_loopback() {
            tracing::warn!("Serving without TLS beyond this machine: put a TLS proxy in front");
        }
        Ok(Config {
            tls,
            enrolment_key: self.enrolment_key.as_deref().and_then(enrolment_key).transpose()?,
            limits: self.limits.limits(),
            lifetimes: self.lifetimes.lifetimes(),
            retain_days: self.retain_days,
            concurrent_requests_max: self.limits.concurrent_requests_max,
            requests_per_minute_max: self.limits.requests_per_minute_max,
            body_timeout: Duration::from_secs(self.limits.body_timeout_s),
            ..Config::new(self.listen, self.data_dir.path)
        })
    }
}

impl LimitArgs {
    fn limits(&self) -> Limits {
        Limits {
            events_max: self.events_max,
            sent_bytes_max: self.sent_bytes_max,
            decoded_bytes_max: self.decoded_bytes_max,
            event_bytes_max: self.event_bytes_max,
            json_depth_max: self.json_depth_max,
        }
    }
}

impl LifetimeArgs {
    fn lifetimes(&self) -> Lifetimes {
        Lifetimes {
            outbox_max_age_s: self.outbox_max_age_s,
            gate_retention_s: self.gate_retention_s,
            seal_after_s: self.seal_after_s,
            idempotency_retention_s: self.idempotency_retention_s,
            idempotency_answers_max: self.idempotency_answers_max,
        }
    }
}

/// An empty key is none: so an empty variable is an unset one.
fn enrolment_key(text: &str) -> Option<Result<Token, Failure>> {
    if text.is_empty() {
        return None;
    }
    // It is shown in a header, and looked at only so far.
    if text.len() > Config::TOKEN_BYTES_MAX || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let bytes_max = Config::TOKEN_BYTES_MAX;
        let rule = format!("an enrolment key has 1 to {bytes_max} visible ASCII characters");
        return Some(Err(Failure::Usage(rule)));
    }
    if text.len() < KEY_BYTES_SAFE {
        tracing::warn!("The enrolment key is short enough to be guessed");
    }
    Some(Ok(Token::from_text(text)))
}

/// The JSON reader itself goes no deeper than 128 levels.
fn depth(text: &str) -> Result<usize, String> {
    let depth: usize = text.parse().map_err(|error| format!("{error}"))?;
    if (1..=100).contains(&depth) { Ok(depth) } else { Err("expected 1 to 100".to_owned()) }
}

async fn serve(config: Config) -> Result<(), Failure> {
    // Before anybody is told of the address: who reads it may stop us at once.
    let signals = StopSignals::listen()?;
    let server = Server::bind(config, Arc::new(BootClock::new())).await?;
    tokio::spawn(stop_when_told(signals, server.shutdown()));
    output::line(&format!("listening on {}", server.url()))?;
    if let Some(key) = server.generated_key() {
        output::line(&format!("enrolment key, shown this once: {}", key.reveal()))?;
    }
    server.run().await?;
    Ok(())
}

async fn stop_when_told(mut signals: StopSignals, shutdown: Shutdown) {
    signals.next().await;
    tracing::info!("Stopping");
    shutdown.begin();
}

/// What an operator or a service manager stops a server with.
#[cfg(unix)]
struct StopSignals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
        Ok(Self { interrupt: signal(interrupt)?, terminate: signal(terminate)? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// What an operator or a service manager stops a server with.
#[cfg(windows)]
struct StopSignals {
    ctrl_c: tokio::signal::windows::CtrlC,
    ctrl_break: tokio::signal::windows::CtrlBreak,
}

#[cfg(windows)]
impl StopSignals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c};
        Ok(Self { ctrl_c: ctrl_c()?, ctrl_break: ctrl_break()? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.ctrl_c.recv() => {}
            _ = self.ctrl_break.recv() => {}
        }
    }
}
