//! When an idle client asks a server that it has nothing to send to.
//!
//! The server's answer to a batch without events names its database and its
//! version. So a client that only waits learns that a backup was restored, and
//! sends again what the backup lacks; or that the server is a newer one, which
//! knows more kinds.

use event_model::{ClockReading, Moment};

/// A restored backup is noticed within this time by a client that has nothing
/// else to send; a thousand of them cost the server a request in three seconds.
pub const INQUIRY_EVERY_MS: u64 = 60 * 60 * 1_000;

/// When the server last said who it is, and when it is asked again. Not kept
/// over a restart: the first thing that a new run learns is whether the server
/// is still the one it knew.
#[derive(Debug, Clone, Default)]
pub struct Inquiry {
    next: Option<ClockReading>,
}

impl Inquiry {
    /// The server said who it is. `random` spreads the next question over half
    /// of the time, so that clients which started together do not ask together.
    pub fn answered(&mut self, now: Moment, random: u64) {
        let wait = INQUIRY_EVERY_MS / 2 + random % (INQUIRY_EVERY_MS / 2 + 1);
        let mono_ms = now.clock.mono_ms.saturating_add(wait);
        self.next = Some(ClockReading { mono_ms, ..now.clock });
    }

    /// Whether it is time to ask: at first at once, then once in a while.
    #[must_use]
    pub fn is_due(&self, now: Moment) -> bool {
        self.next
            .is_none_or(|next| next.epoch != now.clock.epoch || now.clock.mono_ms >= next.mono_ms)
    }
}
