//! The project's chores, run as `cargo xtask <chore>`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to a terminal")]

mod bench;
mod build;
mod ci;
mod demo;
mod dist;
mod faults;
mod footprint;
mod measured;
mod prerequisites;
mod process;
mod simulate;
mod stopwatch;
mod test;
mod tidy;
mod verdict;
mod windows;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::verdict::Verdict;

/// The project's chores.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Chore {
    /// Measures speed beside what the machine could do at best
    Bench(bench::Options),
    /// Builds the pages, then every program with the pages inside
    Build {
        /// Optimised, as people run it
        #[arg(long)]
        release: bool,
    },
    /// Plays a simulated match through the whole path, and says what became of it
    Demo(demo::Options),
    /// Makes the bundle that people install on this system, with its checksum
    Dist(dist::Options),
    /// Plays the faults that other clients were measured under, and compares
    Faults(faults::Options),
    /// Measures what the headless companion costs beside a game
    Footprint(footprint::Options),
    /// Runs the whole system in one process, with a network, disks and clocks of a seed
    Simulate(simulate::Options),
    /// Runs everything that CI runs
    Test(test::Options),
    /// Checks the rules that no compiler holds
    Tidy,
    /// Compiles for Windows and runs the tests under Wine, on Linux
    Windows(windows::Options),
}

fn main() -> ExitCode {
    verdict::exit_code(match Chore::parse() {
        Chore::Bench(options) => bench::run(&options).map(|()| Verdict::Holds),
        Chore::Build { release } => build::run(release).map(|()| Verdict::Holds),
        Chore::Demo(options) => demo::run(&options),
        Chore::Dist(options) => dist::run(&options).map(|()| Verdict::Holds),
        Chore::Faults(options) => faults::run(&options),
        Chore::Footprint(options) => footprint::run(&options),
        Chore::Simulate(options) => simulate::run(options),
        Chore::Test(options) => test::run(options),
        Chore::Tidy => tidy::run(),
        Chore::Windows(options) => windows::run(&options),
    })
}
