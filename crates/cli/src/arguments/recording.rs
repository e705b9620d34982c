//! What is cut out of recordings, joined, and played to a companion.

use std::{path::PathBuf, str::FromStr};

use clap::Args;
use companion::recording::At;

use super::DataDirArgument;

#[derive(Args)]
pub(crate) struct TrimArguments {
    /// A recording, or any file that can be imported
    pub(crate) file: PathBuf,
    /// Where the part begins: 90, 1:30, 1:02:03.5, 500ms, or the text of a mark; the beginning
    /// where not named
    #[arg(long, value_name = "TIME|MARK")]
    pub(crate) from: Option<At>,
    /// Where it ends, that instant included; the end where not named
    #[arg(long, value_name = "TIME|MARK")]
    pub(crate) to: Option<At>,
    /// Where to write the part; beside the file where not named
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Print what became of it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct MergeArguments {
    /// Recordings of one game, or files that can be imported
    #[arg(required = true, num_args = 2..)]
    pub(crate) files: Vec<PathBuf>,
    /// Where to write the one recording
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Print what became of them as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `recording serve --help` ends with.
const SERVE_EXAMPLES: &str = "\
Prints where it serves and how to point a companion there, then `ready`; at the end what was \
played. It begins when somebody asks, listens or is there, files at once.

A League match to an app on another port, as recorded:
  ringside recording serve match.rsrec --port 2998 --root root.pem
  ringside run --league-port 2998 --league-root root.pem
Counter-Strike to the app of this PC, ten times as fast:
  ringside recording serve match.rsrec --speed 10
Journals line by line, one at each Enter:
  ringside recording serve journal.rsrec --folder journals --speed step";

#[derive(Args)]
#[command(after_help = SERVE_EXAMPLES)]
pub(crate) struct ServeArguments {
    /// A recording, or any file that can be imported
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) data_dir: DataDirArgument,
    /// The port on 127.0.0.1: of the game that serves, or of the companion that listens; 0 for
    /// any free one where the game serves
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
    /// How fast: times the recorded pace from 0.1 to 50, `max` for as fast as it is taken, or
    /// `step` for a frame at each line on stdin
    #[arg(long, value_name = "N|max|step", default_value = "1")]
    pub(crate) speed: ServeSpeed,
    /// The listener's whole address, where it is not the usual one with --port
    #[arg(long, value_name = "URL", conflicts_with = "port")]
    pub(crate) url: Option<String>,
    /// The listener's token; that of the data folder's installation where not named
    #[arg(long, value_name = "TOKEN", env = "RINGSIDE_SERVE_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// The folder to write the game's files into
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Where to write League's root certificate
    #[arg(long, value_name = "FILE", default_value = "ringside-root.pem")]
    pub(crate) root: PathBuf,
    /// Run a League client beside the match too, with its lockfile in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) league_client_folder: Option<PathBuf>,
    /// Cut messages and lines in pieces, in places that this number decides on
    #[arg(long, value_name = "SEED")]
    pub(crate) pieces: Option<u64>,
    /// Print where it serves, and what was played, as lines of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// How fast a recording is served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ServeSpeed {
    Times(game_stage::Speed),
    Max,
    Step,
}

impl FromStr for ServeSpeed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "max" => Ok(Self::Max),
            "step" => Ok(Self::Step),
            times => times
                .trim_end_matches(['x', '×'])
                .parse()
                .map(Self::Times)
                .map_err(|_| "expected a number from 0.1 to 50, max or step"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_served_at_a_factor_as_fast_as_taken_or_stepwise() {
        assert_eq!("max".parse(), Ok(ServeSpeed::Max));
        assert_eq!("step".parse(), Ok(ServeSpeed::Step));
        let ten = game_stage::Speed::times(10.0).map(ServeSpeed::Times);
        assert_eq!("10x".parse().ok(), ten);
        for wrong in ["0", "51", "", "slow", "-1"] {
            assert!(wrong.parse::<ServeSpeed>().is_err(), "{wrong}");
        }
    }
}
