//! Puts a measured table into the pages that show it.

use std::path::Path;

use anyhow::{Context, Result};

use crate::measured;

const BEGIN: &str = "<!-- measured by `cargo xtask faults --update` -->";

/// The first cell of our row.
const OWN: &str = "**Ringside**";

/// Beside it in the README, which says why these: the one that loses nothing, a
/// queue on disk, a queue in memory.
const PEERS: [&str; 3] = ["17lands", "glean-py", "segment-py"];

/// The fault whose cell has times in it, in the table of details.
const SILENT: &str = "blackhole";

/// Writes `table` into `docs/faults.md`, and a part of it into `README.md`.
pub(super) fn update(root: &Path, table: &str) -> Result<()> {
    let stamp = measured::stamp(root)?;
    let whole = format!("{stamp}\n\n{}", table.trim_end());
    measured::write(&root.join("docs/faults.md"), BEGIN, &whole)?;
    let part = format!("{}\n\n{stamp}\n{}", compared(table)?, disk(table)?);
    measured::write(&root.join("README.md"), BEGIN, &part)
}

/// The headings, our row and some peers'.
fn compared(table: &str) -> Result<String> {
    let lines: Vec<_> = table.lines().collect();
    let own = lines.iter().position(|line| begins_with(line, OWN)).context("no row of ours")?;
    let first = own.checked_sub(2).context("no headings above our row")?;
    let mut shown = lines[first..=own].to_vec();
    for peer in PEERS {
        let row = lines.iter().find(|line| begins_with(line, peer));
        shown.push(row.with_context(|| format!("no row of {peer}"))?);
    }
    Ok(shown.join("\n"))
}

/// What the disk itself took, where the table says what our appends took.
fn disk(table: &str) -> Result<String> {
    let row = table.lines().find(|line| begins_with(line, SILENT)).context("no silent server")?;
    let bare = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap_or_default().trim();
    Ok(format!(
        "An append of ours ends on the disk: in the run of its last cell a bare fdatasync of\n\
         as many bytes took {bare} ms (p50 / p99 / max)."
    ))
}

fn begins_with(line: &str, first_cell: &str) -> bool {
    line.split('|').nth(1).is_some_and(|cell| cell.trim() == first_cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
Cell

| client | 503 |
|---|---|
| **Ringside** | 0 / 0 |
| glean-py | 1 / 0 |
| 17lands | 0 / 1 |
| segment-py-2 | 3 / 0 |
| segment-py | 2 / 0 |

| fault | bare |
|---|---|
| blackhole | 5.0 / 70.5 / 90 |
";

    #[test]
    fn our_row_goes_with_its_headings_and_some_peers() {
        let expected = "\
| client | 503 |
|---|---|
| **Ringside** | 0 / 0 |
| 17lands | 0 / 1 |
| glean-py | 1 / 0 |
| segment-py | 2 / 0 |";
        assert_eq!(compared(TABLE).unwrap(), expected);
    }

    #[test]
    fn the_disks_own_time_stands_beside_ours() {
        assert!(disk(TABLE).unwrap().contains("5.0 / 70.5 / 90 ms (p50 / p99 / max)"));
    }
}
