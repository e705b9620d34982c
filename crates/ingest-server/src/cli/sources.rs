//! `ringside-ingest source`: also while the server runs.

use clap::Subcommand;
use ingest_api::{SourcePolicy, Switch, TurnedOff};

use super::{Failure, accounts::Common};

/// What devices are asked not to read.
#[derive(Debug, Subcommand)]
pub(super) enum SourceCommand {
    /// Ask devices not to read a source, with a reason that players are shown.
    Off {
        /// The source: league, cs2, dota2, rocket-league, overwolf, elite or hearthstone.
        /// Its game is not read in any other source either. Or valorant.
        source: Switch,
        /// One or two sentences; 300 characters are shown.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        common: Common,
    },
    /// Let devices read a source again.
    On {
        /// The source, or valorant.
        source: Switch,
        #[command(flatten)]
        common: Common,
    },
    /// List what is turned off.
    List {
        #[command(flatten)]
        common: Common,
    },
}

impl SourceCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Off { source, reason, common } => set(&common, source, Some(&reason)),
            Self::On { source, common } => set(&common, source, None),
            Self::List { common } => {
                let policy = ingest_server::turned_off(common.existing()?)?;
                print(&common, &policy)
            }
        }
    }
}

fn set(common: &Common, source: Switch, reason: Option<&str>) -> Result<(), Failure> {
    let policy = ingest_server::turn_off(common.existing()?, source, reason)?;
    print(common, &policy)
}

fn print(common: &Common, policy: &SourcePolicy) -> Result<(), Failure> {
    let line = |one: &TurnedOff| format!("{}: {}", one.source, one.reason);
    Ok(common.format().print_all(&policy.turned_off, line)?)
}
