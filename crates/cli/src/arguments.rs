//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use companion::{Speed, UploadOptions};

/// What the program's end says.
const EXIT_CODES: &str = "Exit codes: 0 done; 1 what was checked does not hold; 2 usage; \
3 bad input file; 4 environment: disk, server, another Ringside on the same folder.
Data goes to stdout, all else to stderr; RINGSIDE_LOG=debug says more.";

/// Reads a game's own local API, keeps every event until a server has it.
#[derive(Parser)]
#[command(name = "ringside", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run beside a game, without a window
    Run(RunArguments),
    /// Play a recording as if the game ran, and say what became of its events
    Replay(ReplayArguments),
    /// Look at recordings, or make them of other files
    #[command(subcommand)]
    Recording(RecordingCommand),
    /// Look at the upload queue, and act on it
    #[command(subcommand)]
    Outbox(OutboxCommand),
    /// Say what stands between each game and its events
    Doctor(DoctorArguments),
    /// Enrol this PC at a server
    #[command(alias = "enroll")]
    Enrol(EnrolArguments),
}

/// Where this installation keeps its files.
#[derive(Args, Clone)]
pub(crate) struct DataDirArgument {
    /// Folder of this installation; your user's own where none is named
    #[arg(long, value_name = "DIR", env = "RINGSIDE_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

/// Where events are sent.
#[derive(Args, Clone)]
pub(crate) struct ServerArguments {
    /// Send events there; naming a server is consent for this run
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Key to enrol with, where this PC has no token for the server yet
    #[arg(long, value_name = "KEY", env = "RINGSIDE_ENROLMENT_KEY", hide_env_values = true)]
    enrolment_key: Option<String>,
    /// Certificate authority of the server's own, as a PEM file
    #[arg(long, value_name = "FILE")]
    server_ca: Option<PathBuf>,
}

impl From<ServerArguments> for UploadOptions {
    fn from(arguments: ServerArguments) -> Self {
        Self {
            server: arguments.server,
            enrolment_key: arguments.enrolment_key,
            server_ca: arguments.server_ca,
        }
    }
}

#[derive(Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) data_dir: DataDirArgument,
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    /// Record everything that is read into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) record: Option<PathBuf>,
    /// Port of League's local API, where it is not the usual one; for testing
    #[arg(long, value_name = "PORT")]
    pub(crate) league_port: Option<u16>,
    /// Root certificate of League's local API, as a PEM file; for testing
    #[arg(long, value_name = "FILE")]
    pub(crate) league_root: Option<PathBuf>,
    /// Port that Counter-Strike posts to; 0 for any free one
    #[arg(long, value_name = "PORT")]
    pub(crate) gsi_port: Option<u16>,
    /// Stop after so many seconds instead of at Ctrl-C
    #[arg(long, value_name = "N")]
    pub(crate) seconds: Option<u64>,
    /// How long to wait at the end for what is still to be sent
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) drain_timeout: Duration,
    /// Print the closing summary as JSON, and every event as a line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct ReplayArguments {
    /// A recording, or any file that can be imported
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) data_dir: DataDirArgument,
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    /// How fast: times the recorded pace, or `max`, which does not wait
    #[arg(long, value_name = "N|max", default_value = "max", value_parser = speed)]
    pub(crate) speed: Speed,
    /// Write the events, as they would be sent, one a line
    #[arg(long, value_name = "OUT.ndjson")]
    pub(crate) events: Option<PathBuf>,
    /// Compare the events with those in this file, which --events wrote; exit code 1 where they
    /// differ
    #[arg(long, value_name = "GOLDEN")]
    pub(crate) expect: Option<PathBuf>,
    /// Print the report in this form instead of text
    #[arg(long, value_name = "FORM")]
    pub(crate) report: Option<ReportForm>,
    /// The same as --report json
    #[arg(long, conflicts_with = "report")]
    pub(crate) json: bool,
    /// Give up where the upload makes no progress for so long (exit code 4)
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) drain_timeout: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportForm {
    Json,
    Junit,
}

#[derive(Subcommand)]
pub(crate) enum RecordingCommand {
    /// Make a recording of another file
    Import {
        /// The file: a GSI log, GSI payloads, League documents, or a recording
        file: PathBuf,
        /// Where to write the recording; beside the file where not named
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Replace a recording of that name
        #[arg(long)]
        force: bool,
        /// Print what is in it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Say what is in a recording
    Info {
        /// A recording, or any file that can be imported
        file: PathBuf,
        /// Print JSON instead of text
        #[arg(long)]
        json: bool,
    },
    /// Check a recording line by line; exit code 1 where something is wrong
    Verify {
        /// The recording
        file: PathBuf,
        /// Print JSON instead of text
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
pub(crate) enum OutboxCommand {
    /// Counts, and what the upload is doing
    Status(OutboxArguments),
    /// One line an event, the oldest first
    List {
        #[command(flatten)]
        common: OutboxArguments,
        /// Only events in this state: waiting, sending, sent or refused
        #[arg(long)]
        state: Option<StateArgument>,
        /// At most so many; how many more there are is said on stderr
        #[arg(long, value_name = "N", default_value = "100")]
        limit: usize,
    },
    /// An event byte for byte as it is sent
    Show {
        /// The event's id, as `list` shows it
        id: String,
        #[command(flatten)]
        common: OutboxArguments,
    },
    /// Send refused events again: those named, or all
    Retry {
        /// Ids of refused events, as `list --state refused` shows them
        ids: Vec<String>,
        /// All refused events
        #[arg(long, conflicts_with = "ids", required_unless_present = "ids")]
        all: bool,
        #[command(flatten)]
        common: OutboxArguments,
    },
    /// Delete events: what waits is never sent, and does not come back
    Delete {
        /// Ids of events, as `list` shows them
        #[arg(required = true)]
        ids: Vec<String>,
        #[command(flatten)]
        common: OutboxArguments,
    },
    /// Write events as they are sent, one a line
    Export {
        #[command(flatten)]
        data_dir: DataDirArgument,
        /// Changes nothing: events are lines of JSON as they are
        #[arg(long)]
        json: bool,
        /// Only events in this state: waiting, sending, sent or refused
        #[arg(long)]
        state: Option<StateArgument>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StateArgument {
    /// Not sent yet; `waiting` says the same
    #[value(alias = "waiting")]
    Pending,
    /// In a request at the moment; `sending` says the same
    #[value(alias = "sending")]
    InFlight,
    /// On the server's disk, and in the history still; `sent` says the same
    #[value(alias = "sent")]
    Settled,
    /// Waits for you to look at it; `refused` says the same
    #[value(alias = "refused")]
    Quarantined,
}

#[derive(Args)]
pub(crate) struct OutboxArguments {
    #[command(flatten)]
    pub(crate) data_dir: DataDirArgument,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) data_dir: DataDirArgument,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct EnrolArguments {
    #[command(flatten)]
    pub(crate) data_dir: DataDirArgument,
    /// The server's address, as its operator gave it to you
    #[arg(long, value_name = "URL")]
    pub(crate) server: String,
    /// The key that the server's operator gave you
    #[arg(long, value_name = "KEY", env = "RINGSIDE_ENROLMENT_KEY", hide_env_values = true)]
    pub(crate) enrolment_key: String,
    /// Certificate authority of the server's own, as a PEM file
    #[arg(long, value_name = "FILE")]
    pub(crate) server_ca: Option<PathBuf>,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

fn speed(text: &str) -> Result<Speed, String> {
    if text == "max" {
        return Ok(Speed::Max);
    }
    text.trim_end_matches(['x', '×'])
        .parse()
        .ok()
        .filter(|times: &f64| times.is_finite() && *times > 0.0)
        .map(Speed::Times)
        .ok_or_else(|| "expected a number above 0, or max".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse::<f64>()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "expected seconds, such as 60".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_speed_is_a_factor_or_max() {
        assert_eq!(speed("max"), Ok(Speed::Max));
        assert_eq!(speed("10x"), Ok(Speed::Times(10.0)));
        for wrong in ["0", "-1", "NaN", "inf", "fast", ""] {
            assert!(speed(wrong).is_err(), "{wrong}");
        }
    }
}
