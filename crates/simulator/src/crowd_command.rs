//! `ringside-sim crowd`: the crowds of one of the grid's cells, as files or
//! straight into association.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use event_model::Clock;

use crate::{
    crowd::{Crowd, CrowdPlan},
    grid::{Cells, decided},
};

/// Arguments of `crowd`.
#[derive(Debug, Args)]
pub struct CrowdArgs {
    /// Which cell of the grid, by its whole name.
    #[arg(long, default_value = "the middle")]
    pub cell: String,
    /// Seed of the match; each further match has the next.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many matches.
    #[arg(long, default_value_t = 1)]
    pub matches: u64,
    /// Write what each device sends, and the truth, into this folder; of several
    /// matches, into a folder of each seed in it.
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
}

/// Writes the crowds, or plays them straight into association, one after the
/// other, and says how fast.
///
/// # Errors
/// Where there is no such cell, or the folder cannot be written.
pub fn crowd(args: &CrowdArgs, clock: &dyn Clock) -> Result<String> {
    let cell = Cells::All.list(args.seed).into_iter().find(|cell| cell.name == args.cell);
    let plan = cell.with_context(|| format!("the grid has no cell {:?}", args.cell))?.plan;
    let seeds = plan.seed..plan.seed + args.matches;
    let plan_of = |seed| CrowdPlan { seed, ..plan.clone() };
    let Some(folder) = &args.write else {
        return Ok(rate(&seeds.map(plan_of).collect::<Vec<_>>(), clock));
    };
    let mut reports = 0;
    for seed in seeds {
        let crowd = Crowd::of(&plan_of(seed));
        let own = if args.matches > 1 { folder.join(seed.to_string()) } else { folder.clone() };
        crowd.write(&own)?;
        reports += crowd.sent.len();
    }
    Ok(format!("{reports} reports of {} matches in {}", args.matches, folder.display()))
}

/// Plays matches; their making is not timed.
fn rate(plans: &[CrowdPlan], clock: &dyn Clock) -> String {
    let (mut reports, mut occurrences, mut spent_ms) = (0_u64, 0_u64, 0_u64);
    for plan in plans {
        let crowd = Crowd::of(plan);
        let begun_ms = clock.now().clock.mono_ms;
        let state = decided(&crowd);
        spent_ms += clock.now().clock.mono_ms - begun_ms;
        let counts = state.counts();
        reports += counts.reports;
        occurrences += counts.occurrences;
    }
    let minutes = spent_ms.max(1) as f64 / 60_000.0;
    format!(
        "{} matches, {reports} reports, {occurrences} occurrences in {:.1} s: {:.0} matches a \
         minute, {:.0} reports a second",
        plans.len(),
        minutes * 60.0,
        plans.len() as f64 / minutes,
        reports as f64 / (minutes * 60.0),
    )
}
