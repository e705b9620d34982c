//! Who should have seen what.

use super::Account;

/// A witness is taken to watch this long before its first report and after its
/// last: the next kill of a match is half a minute away.
const MARGIN_MS: i64 = 30_000;

/// From one instant to another, both included, in server time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first instant.
    pub from_ms: i64,
    /// The last one.
    pub to_ms: i64,
}

/// When an account's game was watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Whose.
    pub account: Account,
    /// From each stream's first to its last event.
    pub watched: Vec<Span>,
    /// What was lost of it, as declared by the device itself.
    pub lost: Vec<Span>,
    /// Whether a clock that is placed tells when it watched: else it is expected
    /// to have seen nothing of which it is known when it was.
    pub is_timed: bool,
    /// It saw the match begin: whatever is said to come before, it knows better.
    pub saw_start: bool,
    /// It saw the match end: the same for whatever is said to come after. Else
    /// two liars who stay behind could confirm each other for ever.
    pub saw_end: bool,
}

/// Whose games show an occurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seers {
    /// Everybody's.
    Everybody,
    /// Only these: a kill that Counter-Strike shows the two it concerns.
    Only(Vec<Account>),
}

impl Span {
    /// Whether an instant lies in it.
    #[must_use]
    pub fn holds(self, ms: i64) -> bool {
        (self.from_ms..=self.to_ms).contains(&ms)
    }

    /// With what an account is taken to watch before and after.
    pub(super) fn widened(self) -> Self {
        Self {
            from_ms: self.from_ms.saturating_sub(MARGIN_MS),
            to_ms: self.to_ms.saturating_add(MARGIN_MS),
        }
    }
}

impl Coverage {
    /// Of an account that watched nothing.
    pub(super) fn none(account: Account) -> Self {
        Self {
            account,
            watched: Vec::new(),
            lost: Vec::new(),
            is_timed: false,
            saw_start: false,
            saw_end: false,
        }
    }

    /// Whether the account should have seen what all saw at an instant.
    #[must_use]
    pub fn holds(&self, ms: i64) -> bool {
        let watched = self.watched.iter().any(|span| span.widened().holds(ms));
        let lost = self.lost.iter().any(|span| span.holds(ms));
        (watched && !lost) || self.is_outside(ms)
    }

    /// Whether an instant lies outside the match, and the account saw its border.
    fn is_outside(&self, ms: i64) -> bool {
        let first = self.watched.iter().map(|span| span.from_ms).min();
        let last = self.watched.iter().map(|span| span.to_ms).max();
        let before = self.saw_start && first.is_some_and(|first| ms < first);
        let after = self.saw_end && last.is_some_and(|last| ms > last);
        before || after
    }
}

impl Seers {
    /// Whether an account's game shows it.
    #[must_use]
    pub fn include(&self, account: Account) -> bool {
        match self {
            Self::Everybody => true,
            Self::Only(accounts) => accounts.contains(&account),
        }
    }
}
