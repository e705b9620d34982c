//! The table in Markdown: the peers' rows as published, and ours.

use std::fmt::Write;

use anyhow::Result;

use super::Report;
use crate::{
    cell::{Cell, Took},
    fault::Fault,
    peers::Peers,
};

/// Our name in the first column.
const OWN: &str = "**Ringside**";

/// Our row, one cell a fault of the published table.
pub(super) fn own(cells: &[Cell]) -> String {
    let published = Fault::ALL.into_iter().filter(|fault| *fault != Fault::TooLargeInBacklog);
    let row: Vec<_> = published
        .map(|fault| cells.iter().find(|cell| cell.fault == fault).map_or("–".to_owned(), text))
        .collect();
    format!("| {OWN} | {} |", row.join(" | "))
}

/// A cell as the peers' are written.
fn text(cell: &Cell) -> String {
    if cell.fault == Fault::BlackHole {
        return format!("{:.1} / {:.1}", cell.append.p99, cell.append.max);
    }
    let through = |before: u64, after: u64| {
        if before == after { before.to_string() } else { format!("{before}→{after}") }
    };
    let lost = through(cell.before.lost, cell.after.lost);
    let doubled = through(cell.before.doubled, cell.after.doubled);
    // The star of the published table: a server cannot tell the copies by id.
    let star = if cell.renamed > 0 { "*" } else { "" };
    format!("{lost} / {doubled}{star}")
}

/// The whole table and what it shows.
pub(super) fn table(report: &Report) -> Result<String> {
    let peers = Peers::published()?;
    let mut text = String::new();
    writeln!(text, "Cell: lost / sent twice, of {}.\n", events(report))?;
    writeln!(text, "| client | {} |", peers.columns.join(" | "))?;
    writeln!(text, "|{}", "---|".repeat(peers.columns.len() + 1))?;
    writeln!(text, "{}", report.row)?;
    for peer in &peers.peers {
        writeln!(text, "| {} | {} |", peer.name, peer.cells.join(" | "))?;
    }
    writeln!(text, "\nRingside on {}, the others on {}.\n", report.date, peers.measured)?;
    details(&mut text, &report.cells)?;
    for claim in &report.claims {
        let word = if claim.holds { "holds" } else { "FAILS" };
        writeln!(text, "- {word}: {}: {}", claim.claim, claim.figure)?;
    }
    Ok(text)
}

fn events(report: &Report) -> u64 {
    report.cells.first().map_or(0, |cell| cell.events)
}

fn details(text: &mut String, cells: &[Cell]) -> Result<()> {
    writeln!(
        text,
        "| fault | lost | sent twice | copies at most | requests | in the outage | settled after | append p50 / p99 / max ms | bare fdatasync p50 / p99 / max ms |"
    )?;
    writeln!(text, "|{}", "---|".repeat(9))?;
    for cell in cells {
        let [append, bare] = [cell.append, cell.bare].map(times);
        let outage = cell.outage_requests.map_or(String::new(), |requests| requests.to_string());
        let settled = cell.settled_after_s.map_or("–".to_owned(), |s| format!("{s:.1} s"));
        writeln!(
            text,
            "| {} | {}→{} | {} | {} | {} | {outage} | {settled} | {append} | {bare} |",
            cell.name,
            cell.before.lost,
            cell.after.lost,
            cell.after.doubled,
            cell.copies_max,
            cell.requests,
        )?;
    }
    writeln!(text)?;
    Ok(())
}

/// p50, p99 and the longest, all as exact: one that is rounded more than another
/// can end below it.
fn times(took: Took) -> String {
    format!("{:.1} / {:.1} / {:.1}", took.p50, took.p99, took.max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_is_not_printed_as_shorter_than_p99() {
        assert_eq!(times(Took { p50: 0.24, p99: 0.43, max: 0.5 }), "0.2 / 0.4 / 0.5");
    }
}
