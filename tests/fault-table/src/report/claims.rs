//! What must hold of the cells, each said and judged.

use std::time::Duration;

use delivery::backoff_ms;
use serde::Serialize;

use crate::{cell::Cell, fault::Fault, plan::Plan};

/// Requests in an outage of twelve seconds: the best peers make four to six.
const OUTAGE_REQUESTS_MAX: u64 = 6;
/// What p99 of an append may be with a silent server: the peers' 2 ms, or so
/// many times what the bare disk takes for as many bytes at the same time.
const APPEND_P99_MS: f64 = 2.0;
const APPEND_TO_BARE_MAX: f64 = 3.0;
/// The longest append with a silent server: what a busy machine may take, or so
/// many times the slowest bare write beside it. With an append every 10 ms, one
/// that waited for the network would wait for nearly a whole request, of one or
/// two seconds.
const APPEND_MAX_MS: f64 = 250.0;
const APPEND_MAX_TO_BARE: f64 = 20.0;
/// In a smaller run all faults have the machine at once.
const APPEND_MAX_MS_TOGETHER: f64 = 500.0;
/// However slow the disk is, a longer one may have waited for a request.
const APPEND_MAX_SHARE: f64 = 0.75;

/// A claim of the table.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Claim {
    pub(crate) claim: String,
    pub(crate) holds: bool,
    /// What was measured.
    pub(crate) figure: String,
}

/// Every claim that the cells can show.
pub(crate) fn of(cells: &[Cell], plan: Plan) -> Vec<Claim> {
    let answered = |fault| fault != Fault::BlackHole;
    let claims = [
        each(cells, answered, "0 events lost before a restart, the black hole apart", |cell| {
            cell.before.lost == 0
        }),
        each(cells, all, "0 events lost after a restart", |cell| cell.after.lost == 0),
        each(cells, all, "every event on the wire under one id", |cell| cell.renamed == 0),
        each(cells, all, "the client gave up nothing", |cell| cell.given_up == 0),
        each(cells, all, "nothing is refused or left to send but the poisoned event", |cell| {
            cell.quarantined + cell.unsent == u64::from(cell.fault.is_poison())
        }),
        each(
            cells,
            Fault::is_poison,
            "that one ends among the refused while others are sent",
            |cell| cell.refused_in_the_end == Some(1),
        ),
        each(cells, all, "a restart sends nothing again that was accepted", |cell| {
            cell.after.doubled == cell.before.doubled
        }),
    ];
    let mut claims: Vec<_> = claims.into_iter().flatten().collect();
    claims.extend(outage(cells, plan));
    claims.extend(appends(cells, plan));
    claims
}

fn all(_: Fault) -> bool {
    true
}

/// What must hold of each cell whose fault is `meant`.
fn each(
    cells: &[Cell],
    meant: impl Fn(Fault) -> bool,
    claim: &str,
    holds: impl Fn(&Cell) -> bool,
) -> Option<Claim> {
    let of: Vec<_> = cells.iter().filter(|cell| meant(cell.fault)).collect();
    let failing: Vec<_> = of.iter().filter(|cell| !holds(cell)).map(|cell| cell.name).collect();
    let figure = if failing.is_empty() {
        format!("in all {} cells", of.len())
    } else {
        format!("not in: {}", failing.join(", "))
    };
    let shown = !of.is_empty();
    shown.then(|| Claim { claim: claim.to_owned(), holds: failing.is_empty(), figure })
}

fn outage(cells: &[Cell], plan: Plan) -> Option<Claim> {
    let of_cell = |cell: &Cell| cell.outage_requests.map(|requests| (cell.name, requests));
    let outages: Vec<_> = cells.iter().filter_map(of_cell).collect();
    let most = outages.iter().map(|(_, requests)| *requests).max()?;
    let figures: Vec<_> =
        outages.iter().map(|(name, requests)| format!("{name}: {requests}")).collect();
    let (from, to) = Fault::Unavailable.outage()?;
    let length = plan.real(to - from);
    let max = outage_requests_max(plan, length);
    Some(Claim {
        claim: format!("at most {max} requests in the {} s outage", length.as_secs_f64()),
        holds: most <= max,
        figure: figures.join(", "),
    })
}

/// The waits between two requests do not shrink with the timetable: in a smaller
/// run as many requests may be made as the shortest of them leave room for.
fn outage_requests_max(plan: Plan, length: Duration) -> u64 {
    if plan.is_whole() {
        return OUTAGE_REQUESTS_MAX;
    }
    let waits = (1..).map(|failures| Duration::from_millis(backoff_ms(failures, None, 0)));
    let asked = waits.scan(Duration::ZERO, |asked, wait| {
        *asked += wait;
        Some(*asked)
    });
    1 + asked.take_while(|asked| *asked < length).count() as u64
}

fn appends(cells: &[Cell], plan: Plan) -> Vec<Claim> {
    let Some(cell) = cells.iter().find(|cell| cell.fault == Fault::BlackHole) else {
        return Vec::new();
    };
    let (append, bare) = (cell.append, cell.bare);
    let busy_max = if plan.is_whole() { APPEND_MAX_MS } else { APPEND_MAX_MS_TOGETHER };
    let request_ms = plan.timeout().as_secs_f64() * 1_000.0;
    let max_max = (bare.max * APPEND_MAX_TO_BARE).clamp(busy_max, request_ms * APPEND_MAX_SHARE);
    let p99_max = APPEND_P99_MS.max(bare.p99 * APPEND_TO_BARE_MAX);
    let mut claims = vec![Claim {
        claim: "append never waits on the network (black hole)".to_owned(),
        holds: append.max <= max_max,
        figure: format!(
            "max {:.1} ms, of a bare write {:.1} ms; a request {request_ms:.0} ms",
            append.max, bare.max,
        ),
    }];
    // Of a few hundred appends the second-slowest says nothing.
    if plan.is_whole() {
        claims.push(Claim {
            claim: format!("p99 of append below {p99_max:.1} ms (black hole)"),
            holds: append.p99 <= p99_max,
            figure: format!(
                "p50 {:.2}, p99 {:.2} ms; a bare fdatasync beside it p50 {:.2}, p99 {:.2} ms",
                append.p50, append.p99, bare.p50, bare.p99,
            ),
        });
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_outage_has_room_for_fewer_requests() {
        let max = |scale| {
            let plan = Plan { scale };
            outage_requests_max(plan, plan.real(12.0))
        };
        // At 0, 0.5, 1.5 and 3.5 s, and so on.
        assert_eq!([0.01, 0.1, 0.2, 0.5, 1.0].map(max), [1, 2, 3, 4, 6]);
    }
}
