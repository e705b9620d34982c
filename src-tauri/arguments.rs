//! The command line, as small as it can be: the rest is `ringside`'s.

use std::path::{Path, PathBuf};

use clap::Parser;
use companion::{RunOptions, UploadOptions};

use crate::invitations::SCHEME;

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

    /// Start in the tray, without the window; with it where there is no tray
    #[arg(long)]
    hidden: bool,

    /// An invitation, as a browser hands it over
    #[arg(value_name = "ringside://…", value_parser = a_link)]
    link: Option<String>,
}

/// Anything else behind the options is a mistake.
fn a_link(text: &str) -> Result<String, String> {
    let is_one = text.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME));
    if is_one { Ok(text.to_owned()) } else { Err(format!("a link begins with {SCHEME}")) }
}

impl Arguments {
    /// Whether it is to start without its window.
    pub(crate) fn hidden(&self) -> bool {
        self.hidden
    }

    /// The invitation that it was started with.
    pub(crate) fn link(&self) -> Option<&str> {
        self.link.as_deref()
    }

    /// The folder that was named.
    pub(crate) fn data_dir(&self) -> Option<&Path> {
        self.data_dir.as_deref()
    }

    /// Whether the window may ask what the first start asks. Whoever named a server has
    /// decided for this run.
    pub(crate) fn asks_what_is_new(&self) -> bool {
        self.server.is_none()
    }

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
        let arguments = Arguments::try_parse_from(arguments).unwrap();
        assert!(!arguments.asks_what_is_new(), "who named it has decided");
        let options = arguments.run_options();
        assert_eq!(options.upload.server.as_deref(), Some("https://ringside.example"));
    }

    #[test]
    fn a_link_is_taken_and_nothing_else_beside_the_options() {
        let read = |text| Arguments::try_parse_from(["ringside-desktop", "--hidden", text]);
        let invitation = "ringside://join/ringside.example/key";
        assert_eq!(read(invitation).unwrap().link(), Some(invitation));
        assert!(read("https://ringside.example").is_err());
        assert!(read("match.rsrec").is_err());
    }
}
