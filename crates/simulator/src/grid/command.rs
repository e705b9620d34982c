//! `ringside-sim grid`.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use super::{Cells, Measured, Miss, table};

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
    /// End with an error where a figure is missed.
    #[arg(long)]
    pub check: bool,
}

/// Plays the cells, tells of each as it is done, and returns what is missed.
///
/// # Errors
/// Where a file cannot be written.
pub fn grid(args: &GridArgs, mut say: impl FnMut(&str)) -> Result<Vec<Miss>> {
    let wanted = |name: &str| args.only.as_deref().is_none_or(|part| name.contains(part));
    let cells = args.cells.list(args.seed).into_iter().filter(|cell| wanted(&cell.name));
    let mut measured = Vec::new();
    for cell in cells {
        let cell = Measured::of(cell, args.matches);
        for miss in cell.misses() {
            say(&miss.to_string());
        }
        measured.push(cell);
    }
    say(&table::ours(&measured));
    say(&table::beside_baselines(&measured));
    if let [only] = &measured[..] {
        say(&table::methods(only));
    }
    if let Some(path) = &args.json {
        let lines: Vec<String> = measured.iter().map(|cell| cell.json().to_string()).collect();
        let cannot = || format!("cannot write {}", path.display());
        fs::write(path, lines.join("\n") + "\n").with_context(cannot)?;
    }
    Ok(measured.iter().flat_map(Measured::misses).collect())
}
