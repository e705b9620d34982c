//! `ringside-ingest serve`.

mod bounds;
mod open_files;
mod signals;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use boot_clock::BootClock;
use clap::{Args, ValueEnum};
use ingest_api::Lifetimes;
use ingest_server::{Config, Replays, Server, Shutdown, Tls};
use ingest_store::Token;

use self::{
    bounds::{BoundArgs, LimitArgs},
    signals::StopSignals,
};
use super::{DataDir, Failure, output};

/// Exit code after a second signal: what was accepted may not have been
/// answered, though all that was answered is on disk.
const CUT_OFF: i32 = 130;

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
    bounds: BoundArgs,
    #[command(flatten)]
    lifetimes: LifetimeArgs,
    /// Drop events, and the matches made of them, by whole months, so many days
    /// after a month's end. Without it they stay.
    #[arg(long, value_name = "DAYS")]
    retain_days: Option<u64>,
    /// What becomes of events that were replayed from a recording: taken as what was
    /// played is, taken and kept apart from it, or refused.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = ReplaysArgument::Accept)]
    replays: ReplaysArgument,
    /// For benches: nothing is associated, and what is read of matches stands still.
    #[arg(long, hide = true)]
    without_association: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ReplaysArgument {
    Accept,
    Separate,
    Refuse,
}

impl From<ReplaysArgument> for Replays {
    fn from(argument: ReplaysArgument) -> Self {
        match argument {
            ReplaysArgument::Accept => Self::Accept,
            ReplaysArgument::Separate => Self::Separate,
            ReplaysArgument::Refuse => Self::Refuse,
        }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Lifetimes, in seconds")]
struct LifetimeArgs {
    /// A companion gives up what it could not send for so long.
    #[arg(long, value_name = "S", default_value_t = Lifetimes::default().outbox_max_age_s)]
    outbox_max_age_s: u64,
    /// The gate knows an event id for at least so long, and as long as the event
    /// is kept.
    #[arg(long, value_name = "S", default_value_t = Lifetimes::default().gate_retention_s)]
    gate_retention_s: u64,
    /// A match whose devices did not all say that it ended is sealed when nothing
    /// came for so long.
    #[arg(long, value_name = "S", default_value_t = Lifetimes::default().seal_after_s)]
    seal_after_s: u64,
    /// A match whose devices did is sealed so long after the last of them.
    #[arg(long, value_name = "S", default_value_t = Lifetimes::default().seal_not_before_s)]
    seal_not_before_s: u64,
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
        if self.without_association {
            tracing::warn!("Nothing is associated: this is for benches alone");
        }
        Ok(Config {
            tls,
            enrolment_key: self.enrolment_key.as_deref().and_then(enrolment_key).transpose()?,
            limits: self.limits.limits(),
            lifetimes: self.lifetimes.lifetimes(),
            retain_days: self.retain_days,
            bounds: open_files::fitted(self.bounds.bounds()),
            replays: self.replays.into(),
            associates: !self.without_association,
            ..Config::new(self.listen, self.data_dir.path)
        })
    }
}

impl LifetimeArgs {
    fn lifetimes(&self) -> Lifetimes {
        Lifetimes {
            outbox_max_age_s: self.outbox_max_age_s,
            gate_retention_s: self.gate_retention_s,
            seal_after_s: self.seal_after_s,
            seal_not_before_s: self.seal_not_before_s,
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

/// The first signal stops the server in order, the second at once.
async fn stop_when_told(mut signals: StopSignals, shutdown: Shutdown) {
    signals.next().await;
    tracing::info!("Stopping; a second signal stops at once");
    shutdown.begin();
    signals.next().await;
    tracing::warn!("Stopped at once");
    std::process::exit(CUT_OFF);
}
