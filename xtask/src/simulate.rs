//! `cargo xtask simulate`: the whole system in one process, seed by seed.
//!
//! A seed decides everything that happens, so one that fails is run again by its
//! number, and prints every line of it.

use anyhow::Result;
use clap::Args;

use crate::{process, verdict::Verdict, workspace};

/// The test that runs seeds.
pub(crate) const TEST: &str = "every_event_is_stored_exactly_once_when_the_faults_have_ceased";

/// Optimised: dev's own build takes three times as long for each.
pub(crate) const PROFILE: &str = "simulation";

/// Which seeds.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Options {
    /// How many seeds
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    seeds: u64,
    /// The first of them
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    from: u64,
    /// This seed alone, with everything that happens in it
    #[arg(long, value_name = "SEED", conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
}

impl Options {
    /// So many from the first.
    pub(crate) fn first(seeds: u64) -> Self {
        Self { seeds, from: 0, seed: None }
    }
}

/// Runs them.
pub(crate) fn run(options: Options) -> Result<Verdict> {
    let mut command = process::cargo(&workspace::root());
    command.args(["test", "--profile", PROFILE, "--package", "system-tests"]);
    command.args(["--test", "simulation", "--", "--exact", TEST, "--nocapture"]);
    match options.seed {
        Some(seed) => command.env("RINGSIDE_SEED", seed.to_string()),
        None => command
            .env("RINGSIDE_SEEDS", options.seeds.to_string())
            .env("RINGSIDE_FIRST_SEED", options.from.to_string()),
    };
    Ok(match process::run(&mut command) {
        Ok(()) => Verdict::Holds,
        // It has said which seeds, and how to run one again.
        Err(_) => Verdict::Fails,
    })
}
