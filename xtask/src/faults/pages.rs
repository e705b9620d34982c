//! Puts a measured table into the pages that show it.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::process;

/// What is between these is written here, and by nobody else.
const BEGIN: &str = "<!-- measured by `cargo xtask faults --update` -->";
const END: &str = "<!-- /measured -->";

/// The first cell of our row.
const OWN: &str = "| **Ringside** |";

/// Writes `table` into `docs/faults.md`, and our row into `README.md`.
pub(super) fn update(root: &Path, table: &str) -> Result<()> {
    let commit = commit(root)?;
    let whole = format!("Measured at commit {commit}.\n\n{}", table.trim_end());
    write(&root.join("docs/faults.md"), &whole)?;
    let row = format!("{}\n\nMeasured at commit {commit}.", own_row(table)?);
    write(&root.join("README.md"), &row)
}

/// The commit that was measured.
fn commit(root: &Path) -> Result<String> {
    let git =
        |arguments: &[&str]| process::output(Command::new("git").args(arguments).current_dir(root));
    let hash = git(&["rev-parse", "--short", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Ok(if changed.is_empty() { hash } else { format!("{hash}, with changes of its own") })
}

/// The headings and our row alone.
fn own_row(table: &str) -> Result<String> {
    let lines: Vec<_> = table.lines().collect();
    let own = lines.iter().position(|line| line.starts_with(OWN)).context("no row of ours")?;
    let first = own.checked_sub(2).context("no headings above our row")?;
    Ok(lines[first..=own].join("\n"))
}

fn write(page: &Path, text: &str) -> Result<()> {
    let before = fs::read_to_string(page)?;
    let after = between_marks(&before, text)
        .with_context(|| format!("{} has no place for it", page.display()))?;
    Ok(fs::write(page, after)?)
}

fn between_marks(page: &str, text: &str) -> Option<String> {
    let (head, rest) = page.split_once(BEGIN)?;
    let (_, tail) = rest.split_once(END)?;
    Some(format!("{head}{BEGIN}\n\n{text}\n\n{END}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_written() {
        let page = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let written = between_marks(&page, "new").unwrap();
        assert_eq!(written, format!("before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"));
        assert_eq!(between_marks(&written, "new").unwrap(), written, "twice is the same");
        assert_eq!(between_marks("a page without marks", "new"), None);
    }

    #[test]
    fn our_row_goes_with_its_headings() {
        let table = format!("Cell\n\n| client |\n|---|\n{OWN} 0 / 0 |\n| other | 1 / 0 |\n");
        assert_eq!(own_row(&table).unwrap(), format!("| client |\n|---|\n{OWN} 0 / 0 |"));
    }
}
