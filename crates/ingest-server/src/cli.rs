//! The command line.

mod accounts;
mod database;
mod failure;
mod invitation;
mod output;
mod serve;
mod sources;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use accounts::{DeviceCommand, KeyCommand, ReaderCommand};
use database::DatabaseCommand;
use failure::Failure;
use serve::ServeArgs;
use sources::SourceCommand;

/// Ringside's ingest server: takes events, answers with receipts, and shows
/// what really happened.
#[derive(Debug, Parser)]
#[command(name = "ringside-ingest", version = ingest_server::SERVER_VERSION)]
pub(crate) struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Serve until stopped by Ctrl-C or SIGTERM.
    Serve(Box<ServeArgs>),
    /// Devices that may send events.
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Readers and operators.
    #[command(subcommand)]
    Reader(ReaderCommand),
    /// Enrolment keys, with which devices make themselves known.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Sources that devices are asked not to read.
    #[command(subcommand)]
    Source(SourceCommand),
    /// The database itself.
    #[command(subcommand)]
    Database(DatabaseCommand),
}

/// Where the database is.
#[derive(Debug, Args)]
struct DataDir {
    /// Directory of the database; made where it is not.
    #[arg(
        long = "data-dir",
        value_name = "D",
        env = "RINGSIDE_INGEST_DATA_DIR",
        default_value = "ringside-ingest-data"
    )]
    path: PathBuf,
}

impl Command {
    /// Does what was asked.
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self.action {
            Action::Serve(args) => args.run(),
            Action::Device(command) => command.run(),
            Action::Reader(command) => command.run(),
            Action::Key(command) => command.run(),
            Action::Source(command) => command.run(),
            Action::Database(command) => command.run(),
        }
    }
}
