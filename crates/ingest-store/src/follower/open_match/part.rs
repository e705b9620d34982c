//! A device's part in a match: whether it has told its end.

use event_model::{Kind, Origin, OutboxId};

use crate::follower::reading::Read;

/// So much later than its end may be what still belongs to a match: its last
/// seconds, on clocks that are some seconds wrong.
pub(crate) const AFTERMATH_MS: i64 = 10_000;

/// A device's part in the match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::follower) struct Part {
    /// Its last `match_ended`.
    pub(in crate::follower) ended: Option<End>,
    /// It told since of what happened later than that.
    pub(in crate::follower) goes_on: bool,
    /// When the first one was that it told live; at the latest when that was
    /// received, whatever its clock says.
    pub(in crate::follower) left_at_ms: Option<i64>,
    pub(in crate::follower) is_changed: bool,
}

/// When and where a `match_ended` stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::follower) struct End {
    pub(in crate::follower) at_ms: i64,
    pub(in crate::follower) outbox: Option<OutboxId>,
    pub(in crate::follower) sequence: Option<u64>,
}

impl Part {
    /// That of a device that is new to the match.
    pub(in crate::follower) fn begun() -> Self {
        Self { ended: None, goes_on: false, left_at_ms: None, is_changed: true }
    }

    /// Hears one of its events.
    pub(in crate::follower) fn hear(&mut self, read: &Read<'_>) {
        let Some(kind) = read.told.kind.filter(|kind| kind.is_occurrence()) else { return };
        let at_ms = read.corrected.at.unix_ms();
        if kind == Kind::MatchEnded {
            let ended = Some(End { at_ms, outbox: read.outbox, sequence: read.told.sequence });
            // What a recording shows is another time's, or somebody else's.
            let is_live = read.told.origin != Some(Origin::Replay);
            let left = is_live.then(|| at_ms.min(read.received_at.unix_ms()));
            let left_at_ms = earlier(self.left_at_ms, left);
            *self = Self { ended, goes_on: false, left_at_ms, is_changed: true };
        } else if !self.goes_on && self.ended.is_some_and(|end| is_behind(at_ms, end.at_ms)) {
            (self.goes_on, self.is_changed) = (true, true);
        }
    }

    /// Adds what it told of another match that turned out to be this one.
    pub(super) fn add(&mut self, other: &Self) {
        let at_ms = |of: &Self| of.ended.map(|end| end.at_ms);
        let last = if at_ms(other) > at_ms(self) { *other } else { *self };
        let left_at_ms = earlier(self.left_at_ms, other.left_at_ms);
        *self = Self { left_at_ms, is_changed: true, ..last };
    }

    /// Has it know on that it had left: who erases the word must not say it anew each
    /// time that it wants to look.
    pub(in crate::follower) fn stays_left(&mut self, before: &Self) {
        self.left_at_ms = earlier(self.left_at_ms, before.left_at_ms);
        self.is_changed = true;
    }

    /// Whether it has told its end.
    pub(in crate::follower) fn has_ended(&self) -> bool {
        self.ended.is_some() && !self.goes_on
    }
}

fn is_behind(at_ms: i64, end_ms: i64) -> bool {
    at_ms > end_ms.saturating_add(AFTERMATH_MS)
}

fn earlier(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    one.into_iter().chain(other).min()
}
