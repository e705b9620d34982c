//! `ringside-sim crowd`: the crowds of one of the grid's cells, as files or
//! straight into association.

use std::{fmt, path::PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use event_model::Clock;

use crate::{
    crowd::{Crowd, CrowdPlan},
    grid::{Cells, decided},
    side_by_side,
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
        return Ok(rate(seeds.map(plan_of), clock).to_string());
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

/// What was played, and how long it took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rate {
    /// Matches.
    pub matches: u64,
    /// Reports in their records.
    pub reports: u64,
    /// Occurrences in them.
    pub occurrences: u64,
    /// How long association took for them.
    pub spent_ms: u64,
}

impl Rate {
    /// How many matches a minute that makes.
    #[must_use]
    pub fn matches_a_minute(&self) -> f64 {
        self.matches as f64 / self.minutes()
    }

    fn minutes(&self) -> f64 {
        self.spent_ms.max(1) as f64 / 60_000.0
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { matches, reports, occurrences, .. } = self;
        let seconds = self.minutes() * 60.0;
        write!(
            f,
            "{matches} matches, {reports} reports, {occurrences} occurrences in {seconds:.1} s: \
             {:.0} matches a minute, {:.0} reports a second",
            self.matches_a_minute(),
            *reports as f64 / seconds,
        )
    }
}

/// Plays matches that were made before on all cores, one on each at a time.
#[must_use]
pub fn rate_of_all_cores(crowds: &[Crowd], clock: &dyn Clock) -> Rate {
    let begun_ms = clock.now().clock.mono_ms;
    let counts = side_by_side::all(crowds, |crowd| decided(crowd).counts());
    Rate {
        matches: counts.iter().map(|_| 1).sum(),
        reports: counts.iter().map(|counts| counts.reports).sum(),
        occurrences: counts.iter().map(|counts| counts.occurrences).sum(),
        spent_ms: clock.now().clock.mono_ms - begun_ms,
    }
}

/// Plays matches one after the other; their making is not timed.
pub fn rate(plans: impl Iterator<Item = CrowdPlan>, clock: &dyn Clock) -> Rate {
    let mut rate = Rate::default();
    for plan in plans {
        let crowd = Crowd::of(&plan);
        let begun_ms = clock.now().clock.mono_ms;
        let counts = decided(&crowd).counts();
        rate.spent_ms += clock.now().clock.mono_ms - begun_ms;
        rate.matches += 1;
        rate.reports += counts.reports;
        rate.occurrences += counts.occurrences;
    }
    rate
}
