//! The command line.

mod games;
mod manual;
mod record;
mod recording;
mod replay;
mod support;

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use companion::{
    Game, UploadOptions,
    recording::{NoTime, read_time},
    uninstall::{Data, GameFiles},
};

use games::GamesArguments;
pub(crate) use manual::{CompletionsArguments, ManArguments};
pub(crate) use record::RecordArguments;
pub(crate) use recording::{MergeArguments, ServeArguments, ServeSpeed, TrimArguments};
pub(crate) use replay::{ReplayArguments, ReportForm};
pub(crate) use support::SupportArguments;

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
    /// Write down what the games say, and do nothing else with it
    Record(RecordArguments),
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
    /// Say what Ringside does on this PC: files, addresses, functions of Windows
    Safety(SafetyArguments),
    /// Write a file for whoever helps: what Ringside knows of itself, and the last recordings
    Support(SupportArguments),
    /// Put into a game's folder what makes it report here, or take it away again
    Setup(SetupArguments),
    /// Before Ringside is removed: put games' files back, and keep or erase your data
    Uninstall(UninstallArguments),
    /// Enrol this PC at a server
    #[command(alias = "enroll")]
    Enrol(EnrolArguments),
    /// Print what completes these commands in a shell
    Completions(CompletionsArguments),
    /// Print this program's manual page, or write a page for each command
    Man(ManArguments),
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
    #[command(flatten)]
    pub(crate) games: GamesArguments,
    /// Stop after this time instead of at Ctrl-C: 90, 1:30 or 1:02:03
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) seconds: Option<Duration>,
    /// How long to wait at the end for what is still to be sent
    #[arg(long, value_name = "TIME", default_value = "10", value_parser = time)]
    pub(crate) drain_timeout: Duration,
    /// Print the closing summary as JSON, and every event as a line of JSON
    #[arg(long)]
    pub(crate) json: bool,
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
    /// Copy a recording with every player called by a number
    Redact {
        /// A recording, or any file that can be imported
        file: PathBuf,
        /// Where to write the copy; beside the file where not named
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Call each player the same in every recording that is redacted with this word
        #[arg(long, value_name = "WORD", env = "RINGSIDE_REDACTION_KEY", hide_env_values = true)]
        key: Option<String>,
        /// Print what was taken out as JSON
        #[arg(long)]
        json: bool,
    },
    /// Cut a part out of a recording; its events have the same ids as in the whole
    Trim(TrimArguments),
    /// Make one recording of several of the same game, in the order of their times
    Merge(MergeArguments),
    /// Play a recording on the game's own port and protocol, for any companion
    Serve(ServeArguments),
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
    /// An event byte for byte as this PC keeps it: names may be sent as pseudonyms
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
    /// Write what the last run saw of games that this version does not know, without
    /// values and players' names, into this file; - for stdout
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub(crate) drift: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct SafetyArguments {
    #[command(flatten)]
    pub(crate) data_dir: DataDirArgument,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct SetupArguments {
    #[command(flatten)]
    pub(crate) data_dir: DataDirArgument,
    /// The game
    #[arg(default_value = "cs2", value_parser = games::game())]
    pub(crate) game: Game,
    /// The game's folder, where Steam does not know it
    #[arg(long, value_name = "DIR", conflicts_with = "undo")]
    pub(crate) path: Option<PathBuf>,
    /// Change the files without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// Put back everything that was ever set up, as it was before
    #[arg(long)]
    pub(crate) undo: bool,
}

#[derive(Args)]
pub(crate) struct UninstallArguments {
    #[command(flatten)]
    pub(crate) data_dir: DataDirArgument,
    /// Keep what Ringside keeps of you on this PC
    #[arg(long, conflicts_with = "erase_data")]
    keep_data: bool,
    /// Erase it: what was never sent is lost
    #[arg(long)]
    erase_data: bool,
    /// Leave the files in games' folders as they are
    #[arg(long)]
    keep_game_files: bool,
    /// Do it without asking; your data is kept unless --erase-data says otherwise
    #[arg(long)]
    pub(crate) yes: bool,
    /// Say what would be done, and do nothing
    #[arg(long, conflicts_with = "yes")]
    pub(crate) plan: bool,
    /// Say one number of the plan, and do nothing: for installers
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["yes", "plan", "json"])]
    pub(crate) count: Option<Counted>,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

impl UninstallArguments {
    pub(crate) fn game_files(&self) -> GameFiles {
        if self.keep_game_files { GameFiles::Leave } else { GameFiles::PutBack }
    }

    /// What becomes of the data, where that is said.
    pub(crate) fn data(&self) -> Option<Data> {
        match (self.erase_data, self.keep_data) {
            (true, _) => Some(Data::Erase),
            (false, true) => Some(Data::Keep),
            (false, false) => None,
        }
    }
}

/// A number of an uninstallation's plan.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Counted {
    /// Files in games' folders that are not as they were
    GameFiles,
    /// Events that no server has
    Unsent,
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

/// A time, written as everywhere on this command line.
fn time(text: &str) -> Result<Duration, NoTime> {
    read_time(text)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
