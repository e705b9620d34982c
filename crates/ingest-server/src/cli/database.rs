//! `ringside-ingest database`.

use clap::Subcommand;
use serde_json::json;

use super::{Failure, accounts::Common};

#[derive(Debug, Subcommand)]
pub(super) enum DatabaseCommand {
    /// Give the database a new name after it was restored from a backup, before
    /// the server is started: companions then send again what the backup lacks.
    Renew {
        #[command(flatten)]
        common: Common,
    },
}

impl DatabaseCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Self::Renew { common } = self;
        let store = common.open()?.renew_id()?;
        common.format().print(&json!({"store": store}), &store.to_string())?;
        Ok(())
    }
}
