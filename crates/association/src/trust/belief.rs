//! Believing one occurrence, between two judgements of all of them.
//!
//! A report that comes changes what is believed of one occurrence; how often
//! every account misses something, and who votes, is taken as the last
//! judgement had it.

use super::{
    Account, Assessment, Confidence, Coverage, Judgement, Span, Standing, Trust,
    confidence::{for_missing, for_seeing},
    misses::{Misses, PerMille},
};
use crate::row::{Row, number_row, row};

/// How far an occurrence is believed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Belief {
    /// Where it stands.
    pub standing: Standing,
    /// Accounts that saw it.
    pub seen_by: u16,
    /// Accounts that saw it or should have.
    pub expected: u16,
    /// How sure it is.
    pub confidence: Confidence,
}

impl Belief {
    /// Of what nobody whose word counts has told.
    pub(crate) const NONE: Self =
        Self { standing: Standing::Lone, seen_by: 0, expected: 0, confidence: Confidence::NONE };
}

impl From<&Trust> for Belief {
    fn from(trust: &Trust) -> Self {
        Self {
            standing: trust.standing,
            seen_by: small(trust.seen_by),
            expected: small(trust.expected),
            confidence: trust.confidence,
        }
    }
}

/// One account of a match, as the last judgement left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Watcher {
    pub(crate) account: Account,
    /// From the first to the last occurrence that it saw.
    watched: Option<Span>,
    /// Whether a clock that is placed says so.
    is_timed: bool,
    /// When it was away, or lost what it saw.
    absent: Vec<Span>,
    saw_start: bool,
    saw_end: bool,
    is_voter: bool,
    /// What its seeing and its missing of an occurrence weigh.
    weights: (i64, i64),
}

number_row!(Account(u64), Confidence(u16));
row!(Span { from_ms, to_ms });
row!(Belief { standing, seen_by, expected, confidence });
row!(Watcher { account, watched, is_timed, absent, saw_start, saw_end, is_voter, weights });

impl Row for Standing {
    fn write(&self, to: &mut Vec<u8>) {
        let number: u8 = match self {
            Self::Lone => 0,
            Self::Contradicted => 1,
            Self::Supported => 2,
            Self::Confirmed => 3,
        };
        number.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        match u8::read(from)? {
            0 => Some(Self::Lone),
            1 => Some(Self::Contradicted),
            2 => Some(Self::Supported),
            3 => Some(Self::Confirmed),
            _ => None,
        }
    }
}

impl Watcher {
    /// An account that has just come.
    pub(crate) fn new(account: Account) -> Self {
        let rate = Misses::default().rate();
        Self {
            account,
            watched: None,
            is_timed: false,
            absent: Vec::new(),
            saw_start: false,
            saw_end: false,
            is_voter: true,
            weights: (for_seeing(rate), for_missing(rate)),
        }
    }

    /// Every account that a judgement knows.
    pub(crate) fn all(judgement: &Judgement) -> Vec<Self> {
        judgement.coverage.iter().map(|coverage| Self::judged(judgement, coverage)).collect()
    }

    fn judged(judgement: &Judgement, coverage: &Coverage) -> Self {
        let account = coverage.account;
        let is_voter = judgement.voters.contains(&account);
        let by: &Assessment = if is_voter { &judgement.assessment } else { &judgement.conduct };
        let mut watcher = Self::new(account);
        if let Some(trust) = by.accounts.get(&account) {
            let rate = Misses { expected: trust.expected, missed: trust.missed }.rate();
            watcher.weights = (for_seeing(rate), for_missing(rate));
            watcher.absent.clone_from(&trust.away);
        }
        watcher.absent.extend(&coverage.lost);
        watcher.watched = coverage.watched.first().copied();
        watcher.is_timed = coverage.is_timed;
        (watcher.saw_start, watcher.saw_end) = (coverage.saw_start, coverage.saw_end);
        watcher.is_voter = is_voter;
        watcher
    }

    /// It saw something at this instant, the match's beginning or end perhaps.
    ///
    /// Where nothing places the clock that says when, it says less than one that
    /// is placed.
    pub(crate) fn sees(&mut self, at_ms: i64, is_placed: bool, is_start: bool, is_end: bool) {
        let known = self.watched.filter(|_| self.is_timed || !is_placed);
        let mut span = known.unwrap_or(Span { from_ms: at_ms, to_ms: at_ms });
        if is_placed || !self.is_timed {
            span.from_ms = span.from_ms.min(at_ms);
            span.to_ms = span.to_ms.max(at_ms);
        }
        (self.watched, self.is_timed) = (Some(span), self.is_timed || is_placed);
        self.saw_start |= is_start;
        self.saw_end |= is_end;
    }

    /// Whether it should have seen what all saw at this instant.
    fn should_see(&self, seen: Seen<'_>) -> bool {
        let Some(watched) = self.watched.filter(|_| self.is_timed || !seen.is_timed) else {
            return false;
        };
        let at_ms = seen.at_ms;
        let is_outside =
            (self.saw_start && at_ms < watched.from_ms) || (self.saw_end && at_ms > watched.to_ms);
        is_outside
            || (watched.widened().holds(at_ms) && !self.absent.iter().any(|span| span.holds(at_ms)))
    }

    /// Whether it misses so much that it says little when it does: a fifth.
    pub(crate) fn misses_often(&self) -> bool {
        self.weights.1 > for_missing(PerMille(200))
    }

    /// Whether others are held to its clock.
    pub(crate) fn is_voter(&self) -> bool {
        self.is_voter
    }

    /// Bytes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        self.absent.capacity() * size_of::<Span>()
    }
}

/// What there is to believe.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    /// When, in server time.
    pub(crate) at_ms: i64,
    /// Who saw it, as indexes of watchers in order, each once.
    pub(crate) by: &'a [u16],
    /// Whether everybody's game shows such a thing.
    pub(crate) by_all: bool,
    /// Whether the game's own counter or index names it.
    pub(crate) is_native: bool,
    /// Whether it is known when it was.
    pub(crate) is_timed: bool,
}

/// What is believed of it: as everybody's word and the voters' have it, and no
/// more than either.
pub(crate) fn believe(watchers: &[Watcher], seen: Seen<'_>) -> Belief {
    let by_all = word_of(watchers, seen, false);
    if watchers.iter().all(|watcher| watcher.is_voter) {
        return by_all;
    }
    let by_voters = word_of(watchers, seen, true);
    let is_confirmed = by_voters.standing == Standing::Confirmed;
    Belief {
        standing: if is_confirmed { by_all.standing } else { by_voters.standing },
        confidence: by_voters.confidence.min(by_all.confidence),
        ..by_voters
    }
}

fn word_of(watchers: &[Watcher], seen: Seen<'_>, voters_only: bool) -> Belief {
    let (mut saw, mut missed, mut weight) = (0, 0, 0);
    for (watcher, no) in watchers.iter().zip(0_u16..) {
        if voters_only && !watcher.is_voter {
            continue;
        }
        if seen.by.binary_search(&no).is_ok() {
            (saw, weight) = (saw + 1, weight + watcher.weights.0);
        } else if seen.by_all && watcher.should_see(seen) {
            (missed, weight) = (missed + 1, weight + watcher.weights.1);
        }
    }
    let expected = saw + missed;
    Belief {
        standing: Standing::of(saw, expected).of_timed(seen.is_timed, saw),
        seen_by: small(saw),
        expected: small(expected),
        confidence: Confidence::of_weight(weight).capped(saw, expected, seen.is_native),
    }
}

fn small(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
