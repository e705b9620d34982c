//! The command line, as small as it can be: the rest is `ringside`'s.

use std::path::PathBuf;

use clap::Parser;
use companion::{RunOptions, UploadOptions};

/// The Ringside window: what happened in your match, and what was sent of it.
#[derive(Debug, Parser)]
#[command(name = "ringside-desktop", version)]
pub(crate) struct Arguments {
    /// Folder of this installation; your user's own where none is named
    #[arg(long, value_name = "DIR", env = "RINGSIDE_DATA_DIR")]
    data_dir: Option<PathBuf>,

    /// Send events there; naming a server is consent for this run
    #[arg(long, value_name = "URL")]
    server: Option<String>,

    /// Key to enrol with, where this PC has no token for the server yet
    #[arg(long, value_name = "KEY", env = "RINGSIDE_ENROLMENT_KEY", hide_env_values = true)]
    enrolment_key: Option<String>,

    /// Taken and without effect while there is no tray to open the window from
    #[arg(long, hide = true)]
    hidden: bool,
}

impl Arguments {
    /// What the companion is to run with.
    pub(crate) fn run_options(self) -> RunOptions {
        let upload = UploadOptions {
            server: self.server,
            enrolment_key: self.enrolment_key,
            ..UploadOptions::default()
        };
        RunOptions { upload, ..RunOptions::new(self.data_dir) }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_server_on_the_command_line_is_the_one_of_this_run() {
        let arguments = ["ringside-desktop", "--server", "https://ringside.example"];
        let options = Arguments::try_parse_from(arguments).unwrap().run_options();
        assert_eq!(options.upload.server.as_deref(), Some("https://ringside.example"));
    }

    #[test]
    fn autostart_may_already_ask_to_be_hidden() {
        let arguments = Arguments::try_parse_from(["ringside-desktop", "--hidden"]).unwrap();
        assert!(arguments.hidden, "entries written by a later version keep working");
    }
}
