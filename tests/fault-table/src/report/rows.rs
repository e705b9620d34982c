//! The table in Markdown: the peers' rows as published, and ours.

use std::fmt::Write;

use anyhow::Result;

use super::Report;
use crate::{cell::Cell, fault::Fault, peers::Peers};

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
        return format!("{:.1} / {:.0}", cell.append.p99, cell.append.max);
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
    writeln!(
        text,
        "\nRingside on {}, the others as published on {}.\n",
        report.date, peers.measured
    )?;
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
        let (append, bare) = (cell.append, cell.bare);
        let outage = cell.outage_requests.map_or(String::new(), |requests| requests.to_string());
        let settled = cell.settled_after_s.map_or("–".to_owned(), |s| format!("{s:.1} s"));
        writeln!(
            text,
            "| {} | {}→{} | {} | {} | {} | {outage} | {settled} | {:.1} / {:.1} / {:.0} | {:.1} / {:.1} / {:.0} |",
            cell.name,
            cell.before.lost,
            cell.after.lost,
            cell.after.doubled,
            cell.copies_max,
            cell.requests,
            append.p50,
            append.p99,
            append.max,
            bare.p50,
            bare.p99,
            bare.max,
        )?;
    }
    writeln!(text)?;
    Ok(())
}
