//! How the steps went, as a table.

use std::fmt;

use crate::verdict::Verdict;

/// How a step went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Failed(reason) => write!(f, "FAILED: {reason}"),
            Self::Skipped(reason) => write!(f, "skipped: {reason}"),
        }
    }
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) step: &'static str,
    pub(super) outcome: Outcome,
    pub(super) seconds: f64,
}

/// Step, seconds and outcome, a row each; the outcome last, since it is the longest.
pub(super) fn table(lines: &[Line]) -> String {
    let width = lines.iter().map(|line| line.step.len()).max().unwrap_or(0);
    let row =
        |line: &Line| format!("{:width$}  {:>7.1} s  {}\n", line.step, line.seconds, line.outcome);
    lines.iter().map(row).collect()
}

/// A step that was skipped is reported but breaks nothing.
pub(super) fn verdict(lines: &[Line]) -> Verdict {
    let has_failed = |line: &Line| matches!(line.outcome, Outcome::Failed(_));
    if lines.iter().any(has_failed) { Verdict::Fails } else { Verdict::Holds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_how_each_step_went_and_why() {
        let lines = [
            line("format", Outcome::Passed, 1.25),
            line("docs", Outcome::Failed("a link is broken".into()), 61.0),
            line("windows", Outcome::Skipped("no root".into()), 0.0),
        ];
        assert_eq!(
            table(&lines),
            "format       1.2 s  passed\n\
             docs        61.0 s  FAILED: a link is broken\n\
             windows      0.0 s  skipped: no root\n"
        );
    }

    #[test]
    fn one_failure_fails_the_run_and_a_skipped_step_does_not() {
        let passed = line("format", Outcome::Passed, 1.0);
        let skipped = line("windows", Outcome::Skipped("no root".into()), 0.0);
        let failed = line("docs", Outcome::Failed("a link is broken".into()), 1.0);
        assert_eq!(verdict(&[passed, skipped]), Verdict::Holds);
        assert_eq!(verdict(&[failed]), Verdict::Fails);
    }

    fn line(step: &'static str, outcome: Outcome, seconds: f64) -> Line {
        Line { step, outcome, seconds }
    }
}
