//! What makes sent events leave the file.

use super::Outbox;
use crate::Bounds;

/// No event is as old: a million years, which no sum of instants overflows by.
const NEVER_MS: u64 = 1_000_000 * 365 * 24 * 60 * 60 * 1_000;

/// By what sent events leave the history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Forgetting {
    /// By their age, and where they are too many bytes.
    #[default]
    ByAgeAndBytes,
    /// Only where they are too many bytes: as long as whoever takes them over, to keep
    /// them, has not.
    ByBytesAlone,
}

impl Outbox {
    /// From here on sent events leave the history so.
    pub fn forget(&mut self, forgetting: Forgetting) {
        self.forgetting = forgetting;
    }

    /// The bounds, as things stand.
    pub(super) fn bounds_now(&self) -> Bounds {
        let history_age_max_ms = match self.forgetting {
            Forgetting::ByAgeAndBytes => self.bounds.history_age_max_ms,
            Forgetting::ByBytesAlone => NEVER_MS,
        };
        Bounds { history_age_max_ms, ..self.bounds }
    }
}
