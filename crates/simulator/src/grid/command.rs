//! `ringside-sim grid`.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use super::{Beside, Cells, Measured, Miss, page, table};

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
    /// Write tables and pictures into `docs/association.md`; run it in the
    /// workspace's root, and without `--only`.
    #[arg(long, conflicts_with = "only")]
    pub update: bool,
    /// End with an error where a figure is missed.
    #[arg(long)]
    pub check: bool,
}

/// Plays the cells, tells of each as it is done, and returns what is missed.
///
/// # Errors
/// Where a file cannot be written.
pub fn grid(args: &GridArgs, mut say: impl FnMut(&str)) -> Result<Vec<Miss>> {
    let mut misses = Vec::new();
    let mut lines = String::new();
    for cells in args.cells.parts() {
        let measured = part(args, cells, &mut say);
        tell(args, cells, &measured, &mut say)?;
        for cell in &measured {
            lines.push_str(&format!("{}\n", cell.json()));
            misses.extend(cell.misses());
        }
    }
    if let Some(path) = &args.json {
        fs::write(path, lines).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(misses)
}

fn part(args: &GridArgs, cells: Cells, say: &mut impl FnMut(&str)) -> Vec<Measured> {
    let wanted = |name: &str| args.only.as_deref().is_none_or(|part| name.contains(part));
    let cells = cells.list(args.seed).into_iter().filter(|cell| wanted(&cell.name));
    let mut measured = Vec::new();
    for cell in cells {
        let cell = Measured::of(cell, args.matches);
        for miss in cell.misses() {
            say(&miss.to_string());
        }
        measured.push(cell);
    }
    measured
}

fn tell(
    args: &GridArgs,
    cells: Cells,
    measured: &[Measured],
    say: &mut impl FnMut(&str),
) -> Result<()> {
    if cells == Cells::Core {
        say(&page::core_text(measured));
        return if args.update { page::update_core(measured, &stamp(args)) } else { Ok(()) };
    }
    say(&table::ours(measured));
    say(&table::beside_baselines(measured));
    if let [only] = measured {
        say(&table::methods(only));
    }
    if args.only.is_some() {
        return Ok(());
    }
    let beside = Beside::of(args.seed, args.matches);
    say(&table::beside(&beside));
    if args.update { page::update_star(measured, &beside, &stamp(args)) } else { Ok(()) }
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
