//! `cargo xtask test`: everything that CI runs, in its order.
//!
//! Every step runs, whatever became of the ones before it, and a table at the
//! end says how each went.

mod report;
mod steps;

use anyhow::Result;
use clap::Args;

use self::report::{Line, Outcome};
use crate::{prerequisites::Consent, stopwatch::Stopwatch, verdict::Verdict};

/// How much to run.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Options {
    /// Add the long runs: more cases for each law, of damage and of the simulation;
    /// Windows at any price
    #[arg(long)]
    all: bool,
    /// Install what is missing without asking
    #[arg(long)]
    yes: bool,
}

/// What the steps share.
#[derive(Debug)]
struct Plan {
    extent: Extent,
    consent: Consent,
    /// Since the first step.
    stopwatch: Stopwatch,
}

/// How long the run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// What every change is held to.
    Usual,
    /// The long runs too.
    Long,
}

/// Runs every step and prints the table.
pub(crate) fn run(options: Options) -> Result<Verdict> {
    let plan = Plan {
        extent: if options.all { Extent::Long } else { Extent::Usual },
        consent: Consent::of(options.yes),
        stopwatch: Stopwatch::start(),
    };
    let lines: Vec<Line> = steps::of(plan.extent).map(|step| run_step(step, &plan)).collect();
    print!("\n{}", report::table(&lines));
    println!("all: {:.0} s", plan.stopwatch.elapsed().as_secs_f64());
    Ok(report::verdict(&lines))
}

fn run_step(step: &steps::Step, plan: &Plan) -> Line {
    println!("\n== {} ==", step.name);
    let stopwatch = Stopwatch::start();
    let outcome = (step.run)(plan).unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
    let seconds = stopwatch.elapsed().as_secs_f64();
    println!("-- {}: {outcome} ({seconds:.1} s)", step.name);
    Line { step: step.name, outcome, seconds }
}
