//! Plays every fault of the table to the client, and says what became of its
//! events: `cargo xtask faults`, and a smaller run in the system tests.
//!
//! A server of this program's own plays the fault on a timetable and records
//! what it durably accepted. The client is a process of its own, wired as the
//! companion wires it: an outbox on disk, an uploader, a thread that appends. The
//! companion's own wiring meets a silent server in `tests/system/silent_server.rs`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to a terminal")]

mod accepting;
mod cell;
mod client;
mod driver;
mod event;
mod fault;
mod http;
mod ledger;
mod peers;
mod plan;
mod report;
mod wire;

use std::process::ExitCode;

use clap::Parser;

/// Plays faults to Ringside's upload.
#[derive(Debug, Parser)]
enum Arguments {
    /// Every fault, one after another or several at once, and the table.
    Table(report::Options),
    /// The client that the faults are played to.
    Drive(driver::Options),
}

fn main() -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match Arguments::parse() {
        Arguments::Table(options) => runtime.block_on(report::run(options)),
        Arguments::Drive(options) => {
            driver::run(runtime.handle(), options)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
