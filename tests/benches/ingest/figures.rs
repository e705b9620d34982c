//! What a run came to, and what is typical of several.

use std::time::Duration;

use crate::{limit::Sample, scenario::Scenario};

/// Of the disk alone.
pub(crate) fn flushes(mut ms: Vec<f64>) -> String {
    format!(
        "A bare write and fdatasync of one event: p50 {:.2} ms, p99 {:.2} ms.",
        quantile(&mut ms, 0.50),
        quantile(&mut ms, 0.99)
    )
}

pub(crate) const HEADING: &str = "\
| scenario | events/s | the limit's | of the limit | limit's CPU over ours | p50 ms | p95 ms | p99 ms | CPU-s per 100,000 | with association | client's CPU-s | fsyncs per 1,000 | MiB peak | KiB a connection | bytes written an event | 503 or 429 | broken |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

/// One run of a scenario, and the limit that was measured just before it.
pub(crate) struct Figures {
    pub(crate) limit: Sample,
    pub(crate) stored: f64,
    pub(crate) took: Duration,
    /// Milliseconds.
    pub(crate) latencies: Vec<f64>,
    /// CPU time until the last answer, and until association had nothing left
    /// to do.
    pub(crate) answered_cpu_s: f64,
    pub(crate) settled_cpu_s: f64,
    pub(crate) client_cpu_s: f64,
    pub(crate) peak_mib: f64,
    pub(crate) connection_kib: f64,
    pub(crate) written_bytes: f64,
    pub(crate) refused: f64,
    pub(crate) broken: f64,
}

impl Figures {
    fn per_s(&self) -> f64 {
        self.stored / self.took.as_secs_f64()
    }

    fn per_100_000(&self, cpu_s: f64) -> f64 {
        cpu_s * 100_000.0 / self.stored
    }

    fn latency(&self, share: f64) -> f64 {
        quantile(&mut self.latencies.clone(), share)
    }
}

/// The table's row: of each figure the median of all runs.
pub(crate) fn row(scenario: &Scenario, runs: &[Figures], fsyncs: Option<f64>) -> String {
    let of = |figure: &dyn Fn(&Figures) -> f64| median(runs.iter().map(figure));
    // How fast a load that is paced comes says nothing of what could be.
    let of_the_limit = if scenario.is_paced() {
        "–".to_owned()
    } else {
        format!("{:.2}", of(&|run| run.per_s() / run.limit.events_per_s))
    };
    let connection_kib = if scenario.weighs_connections() {
        format!("{:.1}", of(&|run| run.connection_kib))
    } else {
        "–".to_owned()
    };
    format!(
        "| {} | {:.0} | {:.0} | {of_the_limit} | {:.2} | {:.1} | {:.1} | {:.1} | {:.2} | {:.2} | {:.2} | {} | \
         {:.0} | {connection_kib} | {:.0} | {:.0} | {:.0} |",
        scenario.name,
        of(&Figures::per_s),
        of(&|run| run.limit.events_per_s),
        of(&|run| run.limit.cpu_s / run.per_100_000(run.answered_cpu_s)),
        of(&|run| run.latency(0.50)),
        of(&|run| run.latency(0.95)),
        of(&|run| run.latency(0.99)),
        of(&|run| run.per_100_000(run.answered_cpu_s)),
        of(&|run| run.per_100_000(run.settled_cpu_s)),
        of(&|run| run.per_100_000(run.client_cpu_s)),
        fsyncs.map_or("–".to_owned(), |fsyncs| format!("{fsyncs:.1}")),
        of(&|run| run.peak_mib),
        of(&|run| run.written_bytes / run.stored),
        of(&|run| run.refused),
        of(&|run| run.broken),
    )
}

/// The value that `share` of `values` do not exceed.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}

pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    quantile(&mut values.into_iter().collect::<Vec<_>>(), 0.5)
}
