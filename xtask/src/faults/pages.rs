//! Puts a measured table into the pages that show it.

use std::path::Path;

use anyhow::{Context, Result};

use crate::measured;

const BEGIN: &str = "<!-- measured by `cargo xtask faults --update` -->";

/// The first cell of our row.
const OWN: &str = "| **Ringside** |";

/// Writes `table` into `docs/faults.md`, and our row into `README.md`.
pub(super) fn update(root: &Path, table: &str) -> Result<()> {
    let commit = measured::commit(root)?;
    let whole = format!("Measured at commit {commit}.\n\n{}", table.trim_end());
    measured::write(&root.join("docs/faults.md"), BEGIN, &whole)?;
    let row = format!("{}\n\nMeasured at commit {commit}.", own_row(table)?);
    measured::write(&root.join("README.md"), BEGIN, &row)
}

/// The headings and our row alone.
fn own_row(table: &str) -> Result<String> {
    let lines: Vec<_> = table.lines().collect();
    let own = lines.iter().position(|line| line.starts_with(OWN)).context("no row of ours")?;
    let first = own.checked_sub(2).context("no headings above our row")?;
    Ok(lines[first..=own].join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_row_goes_with_its_headings() {
        let table = format!("Cell\n\n| client |\n|---|\n{OWN} 0 / 0 |\n| other | 1 / 0 |\n");
        assert_eq!(own_row(&table).unwrap(), format!("| client |\n|---|\n{OWN} 0 / 0 |"));
    }
}
