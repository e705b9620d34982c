//! The command line of `ringside support`.

use std::path::PathBuf;

use clap::Args;

use super::DataDirArgument;

#[derive(Args)]
pub(crate) struct SupportArguments {
    #[command(flatten)]
    pub(crate) data_dir: DataDirArgument,
    /// Write it into this folder, and beside it the last part of the newest recording of each
    /// game, without names; without it, print what the file would say
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}
