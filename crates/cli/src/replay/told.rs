//! The report as text and as JSON.

use companion::{Drained, ReplayReport};
use replay_report::EventDiff;
use serde::Serialize;

use super::checks::Checked;

/// The report, and what was compared.
#[derive(Serialize)]
pub(super) struct Json<'r> {
    #[serde(flatten)]
    report: &'r ReplayReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<&'r EventDiff>,
    /// What does not hold, in words.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    complaints: &'r [String],
}

impl<'r> Json<'r> {
    pub(super) fn of(report: &'r ReplayReport, checked: &'r Checked) -> Self {
        let differences = checked.differences.as_ref();
        Self { report, differences, complaints: &checked.complaints }
    }
}

pub(super) fn text(report: &ReplayReport) -> String {
    let mut lines = vec![
        format!("{}: {} frames from {}", report.file, report.frames, report.source),
        format!("captured   {:>8}", report.captured),
        format!("new        {:>8}", report.appended),
        format!("known      {:>8}", report.already_known),
        format!("uploaded   {:>8}", report.uploaded),
        format!("stored     {:>8}", report.stored),
        format!("duplicates {:>8}", report.duplicates),
        format!("waiting    {:>8}", report.pending),
        format!("refused    {:>8}", report.quarantined),
        format!("lost       {:>8}", report.lost),
    ];
    if let Some(why) = &report.last_unreadable {
        let count = report.unreadable;
        lines.push(format!("{count} frames could not be read; the last one: {why}"));
    }
    for (name, times) in &report.drift {
        lines.push(format!("unknown: {name} ({times} times)"));
    }
    lines.extend(faults(report));
    if report.drained == Drained::NothingToSend {
        lines.push("no server was named: everything stays on this PC".to_owned());
    }
    lines.join("\n")
}

/// Each fault with its place, and what held.
fn faults(report: &ReplayReport) -> Vec<String> {
    let Some(faults) = &report.faults_played else { return Vec::new() };
    let mut lines = vec![format!("faults of seed {}: {}", faults.seed, faults.count())];
    lines.extend(faults.played.iter().map(|fault| format!("  {fault}")));
    if faults.not_listed > 0 {
        lines.push(format!("  and {} more", faults.not_listed));
    }
    for promise in &faults.promises {
        let word = if promise.holds { "holds" } else { "BROKEN" };
        lines.push(format!("{word}: {} ({})", promise.what, promise.said));
    }
    lines
}
