//! The command lines of `ringside completions` and `ringside man`.

use std::path::PathBuf;

use clap::Args;

#[derive(Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Args)]
pub(crate) struct ManArguments {
    /// Write a page for each command into this folder, which is made where it is not
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}
