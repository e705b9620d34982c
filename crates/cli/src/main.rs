//! Binary `ringside`: the companion without a window, and the tester's tools.
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 the
//! thing checked does not hold, 2 usage, 3 bad input file, 4 environment.

mod arguments;
mod doctor;
mod enrol;
mod exit;
mod golden;
mod manual;
mod outbox;
mod output;
mod progress;
mod record;
mod recording;
mod replay;
mod run;
mod safety;
mod salvage;
mod setup;
mod support;
mod terminal_shell;
mod uninstall;

use std::{io::IsTerminal, process::ExitCode};

use clap::Parser;

use arguments::{Arguments, Command};
use exit::Exit;

/// What is logged unless `RINGSIDE_LOG` says otherwise. The libraries' own
/// warnings say in their words what we say in a person's.
const LOG_FILTER: &str = "warn,rustls=off,rustls_platform_verifier=off,hyper=off,reqwest=off";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("RINGSIDE_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(LOG_FILTER)),
        )
        .with_target(false)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // The companion waits far more than it works.
        .worker_threads(2)
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(run(arguments.command)).into(),
        Err(error) => Exit::environment(&error.into()).into(),
    }
}

async fn run(command: Command) -> Exit {
    let result = match command {
        Command::Run(arguments) => run::run(arguments).await,
        Command::Record(arguments) => record::record(arguments).await,
        Command::Replay(arguments) => replay::replay(arguments).await,
        Command::Recording(command) => recording::recording(command).await,
        Command::Outbox(command) => outbox::outbox(command),
        Command::Doctor(arguments) => doctor::doctor(arguments).await,
        Command::Safety(arguments) => safety::safety(arguments),
        Command::Setup(arguments) => setup::setup(arguments),
        Command::Support(arguments) => support::support(arguments).await,
        Command::Uninstall(arguments) => uninstall::uninstall(arguments),
        Command::Enrol(arguments) => enrol::enrol(arguments).await,
        Command::Completions(arguments) => manual::completions(&arguments),
        Command::Man(arguments) => manual::man(&arguments),
    };
    result.unwrap_or_else(|error| Exit::of_error(&error))
}
