//! A device's part in a match: whether it has told its end.

use std::collections::BTreeMap;

use association::LogNo;
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
    /// The first one that it told live.
    pub(in crate::follower) left: Option<FirstEnd>,
    pub(in crate::follower) is_changed: bool,
}

/// When and where a `match_ended` stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::follower) struct End {
    pub(in crate::follower) at_ms: i64,
    pub(in crate::follower) outbox: Option<OutboxId>,
    pub(in crate::follower) sequence: Option<u64>,
}

/// The first `match_ended` that a device told live: a later one does not count,
/// whatever its clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::follower) struct FirstEnd {
    /// Where it stands in the log.
    pub(in crate::follower) no: LogNo,
    /// It was not later than so.
    pub(in crate::follower) received_ms: i64,
    /// When it was by its device's clock, right or wrong.
    pub(in crate::follower) told_ms: i64,
    /// When it was, as far as that clock is known.
    pub(in crate::follower) at_ms: i64,
}

impl FirstEnd {
    fn told(read: &Read<'_>) -> Self {
        let received_ms = read.received_at.unix_ms();
        let told_ms = read.corrected.at.unix_ms().min(received_ms);
        Self { no: LogNo(read.position), received_ms, told_ms, at_ms: told_ms }
    }

    fn earlier(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        one.into_iter().chain(other).min_by_key(|end| end.no)
    }
}

impl Part {
    /// That of a device that is new to the match.
    pub(in crate::follower) fn begun() -> Self {
        Self { ended: None, goes_on: false, left: None, is_changed: true }
    }

    /// Hears one of its events.
    pub(in crate::follower) fn hear(&mut self, read: &Read<'_>) {
        let Some(kind) = read.told.kind.filter(|kind| kind.is_occurrence()) else { return };
        let at_ms = read.corrected.at.unix_ms();
        if kind == Kind::MatchEnded {
            let ended = Some(End { at_ms, outbox: read.outbox, sequence: read.told.sequence });
            // What a recording shows is another time's, or somebody else's.
            let is_live = read.told.origin != Some(Origin::Replay);
            let left = FirstEnd::earlier(self.left, is_live.then(|| FirstEnd::told(read)));
            *self = Self { ended, goes_on: false, left, is_changed: true };
        } else if !self.goes_on && self.ended.is_some_and(|end| is_behind(at_ms, end.at_ms)) {
            (self.goes_on, self.is_changed) = (true, true);
        }
    }

    /// Hears when reports on known clocks are of: when it left is known by them.
    pub(super) fn place_end(&mut self, placed_ms: &BTreeMap<LogNo, i64>) {
        let Some(left) = &mut self.left else { return };
        let placed_ms = placed_ms.get(&left.no).map(|at_ms| left.received_ms.min(*at_ms));
        let at_ms = placed_ms.unwrap_or(left.told_ms);
        self.is_changed |= std::mem::replace(&mut left.at_ms, at_ms) != at_ms;
    }

    /// Adds what it told of another match that turned out to be this one.
    pub(super) fn add(&mut self, other: &Self) {
        let at_ms = |of: &Self| of.ended.map(|end| end.at_ms);
        let last = if at_ms(other) > at_ms(self) { *other } else { *self };
        let left = FirstEnd::earlier(self.left, other.left);
        *self = Self { left, is_changed: true, ..last };
    }

    /// Has it know on that it had left: who erases the word must not say it anew each
    /// time that it wants to look.
    pub(in crate::follower) fn stays_left(&mut self, before: &Self) {
        self.left = FirstEnd::earlier(self.left, before.left);
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
