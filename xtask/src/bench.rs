//! `cargo xtask bench`: how fast it is, beside what this machine could do at best.
//!
//! Each bench measures its own physical limit in the same run and prints one
//! table; `docs/performance.md` keeps a run of them, misses included.

use std::process::Command;

use anyhow::Result;

use crate::{measured, process, workspace};

/// The page with the tables.
const PAGE: &str = "docs/performance.md";

/// Which benches, and how long.
#[derive(Debug, clap::Args)]
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
    /// Write what was measured into docs/performance.md, with date and commit
    #[arg(long, conflicts_with = "quick")]
    update: bool,
}

/// The benches, in the order of an event's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Bench {
    /// Frames of each game to events
    Sources,
    /// Append, claim and settle in the outbox
    Outbox,
    /// From a full outbox over loopback to the server
    Drain,
    /// The server under load
    Ingest,
    /// Which events are one happening
    Association,
    /// Whole simulated matches, straight into it
    Crowd,
}

const BENCHES: [Bench; 6] =
    [Bench::Sources, Bench::Outbox, Bench::Drain, Bench::Ingest, Bench::Association, Bench::Crowd];

impl Bench {
    /// The package that it stands in, and its target there.
    fn target(self) -> (&'static str, &'static str) {
        match self {
            Self::Sources => ("simulator", "sources"),
            Self::Outbox => ("outbox", "outbox"),
            Self::Drain => ("system-tests", "drain"),
            Self::Ingest => ("system-tests", "ingest"),
            Self::Association => ("association", "association"),
            Self::Crowd => ("simulator", "crowd"),
        }
    }

    /// Whether it starts programs; the others stand in their bench.
    fn runs_programs(self) -> bool {
        matches!(self, Self::Drain | Self::Ingest)
    }

    /// What its table stands behind.
    fn mark(self) -> String {
        let (_, target) = self.target();
        format!("<!-- measured by `cargo xtask bench --only {target} --update` -->")
    }
}

/// Runs them one after another: two at once would measure each other.
pub(crate) fn run(options: &Options) -> Result<()> {
    let root = workspace::root();
    // Before the first one: each writes its table into a page.
    let stamp = if options.update { Some(measured::stamp(&root)?) } else { None };
    if options.only.is_none_or(Bench::runs_programs) {
        // The programs under load are the ones that people run.
        let programs = ["build", "--release", "-p", "ingest-server", "-p", "cli"];
        process::run(process::cargo(&root).args(programs))?;
    }
    for bench in BENCHES {
        if options.only.is_some_and(|only| only != bench) {
            continue;
        }
        let table = process::run_captured(&mut command(bench, options))?;
        if let Some(stamp) = &stamp {
            let text = format!(
                "{stamp}

{}",
                table.trim_end()
            );
            measured::write(&root.join(PAGE), &bench.mark(), &text)?;
        }
    }
    Ok(())
}

fn command(bench: Bench, options: &Options) -> Command {
    let (package, target) = bench.target();
    let mut command = process::cargo(&workspace::root());
    command.args(["bench", "--package", package, "--bench", target, "--"]);
    command.args(options.quick.then_some("--quick")).args(options.all.then_some("--all"));
    command
}
