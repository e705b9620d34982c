//! `ringside-sim grid`.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use super::{Beside, Cell, Cells, Measured, Miss, page, table};
use crate::side_by_side;

/// Arguments of `grid`.
#[derive(Debug, Args)]
pub struct GridArgs {
    /// How many matches a cell.
    #[arg(long, default_value_t = 20)]
    pub matches: u64,
    /// Which cells.
    #[arg(long, value_enum, default_value = "star")]
    pub cells: Cells,
    /// Only cells whose name contains this.
    #[arg(long)]
    pub only: Option<String>,
    /// Seed of the first match; each further match has the next.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Write the figures here too, a line of JSON for each cell.
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Write tables and pictures into the page; run it in the workspace's root,
    /// and without `--only`.
    #[arg(long, conflicts_with = "only")]
    pub update: bool,
    /// End with an error where a figure is missed that the page does not list
    /// among those that are.
    #[arg(long)]
    pub check: bool,
    /// The page.
    #[arg(long, value_name = "FILE", default_value = "docs/association.md")]
    pub page: PathBuf,
}

/// What is missed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// All of it.
    pub misses: Vec<Miss>,
    /// Rows that the page should have and has not, where that was asked.
    pub unlisted: Vec<String>,
}

/// Plays the cells, tells of them, and returns what is missed.
///
/// # Errors
/// Where a file cannot be written or read.
pub fn grid(args: &GridArgs, mut say: impl FnMut(&str)) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut lines = String::new();
    for cells in args.cells.parts() {
        let measured = part(args, cells, &mut say);
        let (misses, rows) = tell(args, cells, &measured, &mut say)?;
        if args.check {
            let page = fs::read_to_string(&args.page)
                .with_context(|| format!("cannot read {}", args.page.display()))?;
            outcome.unlisted.extend(page::unlisted(&page, &rows));
        }
        outcome.misses.extend(misses);
        lines.extend(measured.iter().map(|cell| format!("{}\n", cell.json())));
    }
    if let Some(path) = &args.json {
        fs::write(path, lines).with_context(|| format!("cannot write {}", path.display()))?;
    }
    for row in &outcome.unlisted {
        say(&format!("the page does not have: {row}"));
    }
    Ok(outcome)
}

fn part(args: &GridArgs, cells: Cells, say: &mut impl FnMut(&str)) -> Vec<Measured> {
    let wanted = |name: &str| args.only.as_deref().is_none_or(|part| name.contains(part));
    let cells = cells.list(args.seed).into_iter().filter(|cell| wanted(&cell.name));
    let cells: Vec<Cell> = cells.collect();
    let measured = side_by_side::all(&cells, |cell| Measured::of(cell.clone(), args.matches));
    for miss in measured.iter().flat_map(Measured::misses) {
        say(&miss.to_string());
    }
    measured
}

/// Tells of a part, and returns what it misses, one by one and as the page's
/// table.
fn tell(
    args: &GridArgs,
    cells: Cells,
    measured: &[Measured],
    say: &mut impl FnMut(&str),
) -> Result<(Vec<Miss>, String)> {
    let misses: Vec<Miss> = measured.iter().flat_map(Measured::misses).collect();
    if cells == Cells::Beside {
        let beside = Beside::of(args.seed, args.matches);
        say(&table::beside(&beside));
        let misses = beside.misses();
        let rows = table::misses(&misses);
        return Ok((misses, rows));
    }
    if cells == Cells::Core {
        say(&page::core_text(measured));
        if args.update {
            page::update_core(&args.page, measured, &stamp(args))?;
        }
        return Ok((misses, table::summary(measured)));
    }
    say(&table::ours(measured));
    say(&table::beside_baselines(measured));
    if let [only] = measured {
        say(&table::methods(only));
    }
    if args.only.is_some() {
        let rows = table::misses(&misses);
        return Ok((misses, rows));
    }
    let beside = Beside::of(args.seed, args.matches);
    say(&table::beside(&beside));
    if args.update {
        page::update_star(&args.page, measured, &beside, &stamp(args))?;
    }
    let misses = page::star_misses(measured, &beside);
    let rows = table::misses(&misses);
    Ok((misses, rows))
}

/// What was simulated: the same seeds and matches give the same figures, on any
/// day and machine.
fn stamp(args: &GridArgs) -> String {
    if args.matches == 1 {
        return format!("Simulated: 1 match a cell, seed {}.", args.seed);
    }
    let last = args.seed + args.matches.max(1) - 1;
    format!("Simulated: {} matches a cell, seeds {} to {last}.", args.matches, args.seed)
}
