//! Binary `ringside-ingest`: the server, and what an operator does from the
//! shell, also while it runs.
//!
//! Data goes to stdout, logs to stderr. Exit codes: 0 done, 2 usage, 3
//! bad input file, 4 environment.

mod cli;

use std::{io::IsTerminal, process::ExitCode};

use clap::Parser;

fn main() -> ExitCode {
    let command = cli::Command::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("RINGSIDE_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .init();
    match command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
