//! The last word of the demo.

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use system_tests::{Comparison, Verdicts};

/// What became of the events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Summary {
    /// Events in the companion's upload queue, in any state.
    captured: u64,
    /// Of these, settled by the server's receipt.
    uploaded: u64,
    /// On the server's disk.
    stored: u64,
    /// Sent again and recognised.
    duplicates: u64,
    /// Refused by the server.
    quarantined: u64,
    /// Given up.
    lost: u64,
    /// Against what really happened.
    truth: Comparison,
}

impl Summary {
    pub(super) fn new(outbox: &Value, verdicts: Verdicts, truth: Comparison) -> Self {
        let count = |name: &str| outbox[name].as_u64().unwrap_or(0);
        let lost = count("lost") + count("pruned");
        let waiting = count("pending") + count("in_flight");
        let captured = count("settled") + count("quarantined") + waiting + lost;
        Self {
            captured,
            uploaded: count("settled"),
            stored: verdicts.stored,
            duplicates: verdicts.duplicates,
            quarantined: count("quarantined"),
            lost,
            truth,
        }
    }

    /// Whether everything that happened is recorded once, and nothing else.
    pub(super) fn holds(&self) -> bool {
        self.captured > 0 && self.captured == self.stored && self.lost == 0 && self.truth.is_whole()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "captured   {:>6}", self.captured)?;
        writeln!(f, "uploaded   {:>6}", self.uploaded)?;
        writeln!(f, "stored     {:>6}", self.stored)?;
        writeln!(f, "duplicates {:>6}", self.duplicates)?;
        writeln!(f, "refused    {:>6}", self.quarantined)?;
        writeln!(f, "lost       {:>6}", self.lost)?;
        let Comparison { happened, recorded, invented, missing } = &self.truth;
        writeln!(
            f,
            "of {happened} things that happened, the server has {recorded}; of others {invented}"
        )?;
        for what in missing {
            writeln!(f, "missing: {what}")?;
        }
        let verdict = if self.holds() {
            "everything that happened is recorded once"
        } else {
            "something is missing or doubled: see above"
        };
        f.write_str(verdict)
    }
}
