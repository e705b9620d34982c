//! `cargo xtask bench`: how fast it is, beside what this machine could do at best.
//!
//! Each bench measures its own physical limit in the same run and prints one
//! table; `docs/performance.md` keeps a run of them, misses included.

use std::process::Command;

use anyhow::Result;

use crate::{process, workspace};

/// Which benches, and how long.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Options {
    /// Only this one
    #[arg(long, value_enum)]
    only: Option<Bench>,
    /// A short run, which shows that they work and little more
    #[arg(long, conflicts_with = "all")]
    quick: bool,
    /// The long runs too: five million rows waiting
    #[arg(long)]
    all: bool,
}

/// The benches, in the order of an event's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Bench {
    /// Append, claim and settle in the outbox
    Outbox,
    /// From a full outbox over loopback to the server
    Drain,
    /// The server under load
    Ingest,
}

const BENCHES: [Bench; 3] = [Bench::Outbox, Bench::Drain, Bench::Ingest];

impl Bench {
    /// The package that it stands in, and its target there.
    fn target(self) -> (&'static str, &'static str) {
        match self {
            Self::Outbox => ("outbox", "outbox"),
            Self::Drain => ("system-tests", "drain"),
            Self::Ingest => ("system-tests", "ingest"),
        }
    }
}

/// Runs them one after another: two at once would measure each other.
pub(crate) fn run(options: Options) -> Result<()> {
    // The programs under load are the ones that people run.
    let programs = ["build", "--release", "-p", "ingest-server", "-p", "cli"];
    process::run(process::cargo(&workspace::root()).args(programs))?;
    for bench in BENCHES {
        if options.only.is_none_or(|only| only == bench) {
            process::run(&mut command(bench, options))?;
        }
    }
    Ok(())
}

fn command(bench: Bench, options: Options) -> Command {
    let (package, target) = bench.target();
    let mut command = process::cargo(&workspace::root());
    command.args(["bench", "--package", package, "--bench", target, "--"]);
    command.args(options.quick.then_some("--quick")).args(options.all.then_some("--all"));
    command
}
