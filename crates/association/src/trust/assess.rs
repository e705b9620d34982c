//! The assessment of a match's occurrences.

use std::collections::BTreeMap;

use super::{
    Account, Confidence, Coverage, Seers, Span, Standing,
    misses::{self, Misses, PerMille},
};
use crate::cost;

/// Something that was seen, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighted {
    /// When, in server time.
    pub at_ms: i64,
    /// The accounts whose word counts, each once, in order.
    pub seen_by: Vec<Account>,
    /// Whose games show such a thing.
    pub seers: Seers,
    /// Whether the game's own counter or index names it.
    pub is_native: bool,
    /// Whether it is known when it was: one who tells it on a clock that nothing
    /// places is contradicted by nobody.
    pub is_timed: bool,
}

/// How far an occurrence can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trust {
    /// Accounts that saw it.
    pub seen_by: usize,
    /// Accounts that saw it or should have.
    pub expected: usize,
    /// Where it stands.
    pub standing: Standing,
    /// How sure it is.
    pub confidence: Confidence,
    /// So many missing it all at once comes once in a thousand times: rather,
    /// those who tell of it made it up.
    pub is_doubtful: bool,
}

/// What is to be known about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountTrust {
    /// Occurrences that it saw.
    pub seen: u32,
    /// Occurrences that most others saw while it watched.
    pub expected: u32,
    /// How many of those it missed.
    pub missed: u32,
    /// Occurrences that it saw and that are doubtful.
    pub doubtful: u32,
    /// Stretches in which it saw nothing while others saw much: it was away,
    /// and does not speak against what happened meanwhile.
    pub away: Vec<Span>,
}

/// Occurrences in the order they were given, and the accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assessment {
    /// How far each occurrence can be believed.
    pub occurrences: Vec<Trust>,
    /// What is to be known about each account.
    pub accounts: BTreeMap<Account, AccountTrust>,
}

impl Trust {
    /// The same, but no further believed than another judgement has it.
    pub(super) fn unless(self, other: &Self) -> Self {
        let is_confirmed = self.standing == Standing::Confirmed;
        Self {
            standing: if is_confirmed { other.standing } else { self.standing },
            confidence: self.confidence.min(other.confidence),
            is_doubtful: self.is_doubtful || other.is_doubtful,
            ..self
        }
    }
}

/// Confirmed occurrences missed in a row that show that nobody watched: at
/// three misses in ten, one in four hundred stretches.
const AWAY_AFTER: usize = 5;

/// −100 · ln(1/1000): so many misses at once are rather an invention.
const DOUBTFUL: i64 = 690;

/// Judges everything that was seen in a match.
#[must_use]
pub fn assess(sighted: &[Sighted], coverage: &[Coverage]) -> Assessment {
    let mut expected: Vec<_> = sighted.iter().map(|seen| expected_of(seen, coverage)).collect();
    let away = away(sighted, &expected);
    for (seen, expected) in sighted.iter().zip(&mut expected) {
        expected.retain(|account| {
            seen.seen_by.binary_search(account).is_ok()
                || !away.get(account).is_some_and(|spans| holds(spans, seen.at_ms))
        });
    }
    let pairs = sighted.iter().zip(&expected).filter(|(seen, _)| seen.is_timed);
    let misses = misses::count(pairs.map(|(seen, expected)| (&seen.seen_by[..], &expected[..])));
    let judged = sighted.iter().zip(&expected);
    let occurrences: Vec<_> =
        judged.map(|(seen, expected)| trust(seen, expected, &misses)).collect();
    let accounts = accounts(sighted, coverage, &occurrences, &misses, &away);
    Assessment { occurrences, accounts }
}

fn holds(spans: &[Span], ms: i64) -> bool {
    spans.iter().any(|span| span.holds(ms))
}

/// Everybody who watched and whose game shows it, and in any case who saw it.
fn expected_of(seen: &Sighted, coverage: &[Coverage]) -> Vec<Account> {
    let watching = coverage.iter().filter(|coverage| {
        let is_known = coverage.is_timed || !seen.is_timed;
        is_known && seen.seers.include(coverage.account) && coverage.holds(seen.at_ms)
    });
    let watching = watching.map(|coverage| coverage.account);
    let mut expected: Vec<_> = watching.chain(seen.seen_by.iter().copied()).collect();
    expected.sort_unstable();
    expected.dedup();
    expected
}

/// The stretches in which an account missed several confirmed occurrences in a
/// row. What only a minority claims makes nobody seem away: else liars could
/// take those who contradict them out of the count.
fn away(sighted: &[Sighted], expected: &[Vec<Account>]) -> BTreeMap<Account, Vec<Span>> {
    let mut by_time: Vec<_> = sighted.iter().zip(expected).collect();
    by_time.sort_by_key(|(seen, _)| seen.at_ms);
    by_time.retain(|(seen, expected)| {
        seen.is_timed && Standing::of(seen.seen_by.len(), expected.len()) == Standing::Confirmed
    });
    let mut away = BTreeMap::new();
    let mut missing: BTreeMap<Account, Vec<i64>> = BTreeMap::new();
    for (seen, expected) in by_time {
        for account in expected {
            let run = missing.entry(*account).or_default();
            if seen.seen_by.binary_search(account).is_err() {
                run.push(seen.at_ms);
            } else {
                end_run(*account, std::mem::take(run), &mut away);
            }
        }
    }
    for (account, run) in missing {
        end_run(account, run, &mut away);
    }
    away
}

fn end_run(account: Account, run: Vec<i64>, away: &mut BTreeMap<Account, Vec<Span>>) {
    if let [from_ms, .., to_ms] = run[..]
        && run.len() >= AWAY_AFTER
    {
        away.entry(account).or_default().push(Span { from_ms, to_ms });
    }
}

fn trust(seen: &Sighted, expected: &[Account], misses: &BTreeMap<Account, Misses>) -> Trust {
    let rate = |account: &Account| misses.get(account).copied().unwrap_or_default().rate();
    let (saw, missed): (Vec<_>, Vec<_>) =
        expected.iter().partition(|account| seen.seen_by.binary_search(account).is_ok());
    let rates = |accounts: &[&Account]| accounts.iter().map(|account| rate(account)).collect();
    let (saw, missed): (Vec<PerMille>, Vec<PerMille>) = (rates(&saw), rates(&missed));
    Trust {
        seen_by: saw.len(),
        expected: expected.len(),
        standing: Standing::of(saw.len(), expected.len()).of_timed(seen.is_timed, saw.len()),
        confidence: Confidence::of(&saw, &missed).capped(saw.len(), expected.len(), seen.is_native),
        is_doubtful: seen.is_timed && is_doubtful(saw.len(), &missed),
    }
}

/// Whether it is unlikely that all of these, or as many others, missed it.
fn is_doubtful(saw: usize, missed: &[PerMille]) -> bool {
    let all_at_once: i64 = missed.iter().map(|rate| cost::surprise(rate.0, 1_000)).sum();
    let choices = log_choices(saw + missed.len(), missed.len());
    saw <= missed.len() && all_at_once - choices > DOUBTFUL
}

/// 100 · ln(n choose k).
fn log_choices(n: usize, k: usize) -> i64 {
    let ln = |number: usize| cost::ln(u64::try_from(number).unwrap_or(u64::MAX));
    (1..=k).map(|chosen| ln(n - k + chosen) - ln(chosen)).sum()
}

fn accounts(
    sighted: &[Sighted],
    coverage: &[Coverage],
    occurrences: &[Trust],
    misses: &BTreeMap<Account, Misses>,
    away: &BTreeMap<Account, Vec<Span>>,
) -> BTreeMap<Account, AccountTrust> {
    let known = coverage.iter().map(|coverage| coverage.account);
    let seen = sighted.iter().flat_map(|seen| seen.seen_by.iter().copied());
    let nothing = |account| {
        let of_account: Misses = misses.get(&account).copied().unwrap_or_default();
        let trust = AccountTrust {
            seen: 0,
            expected: of_account.expected,
            missed: of_account.missed,
            doubtful: 0,
            away: away.get(&account).cloned().unwrap_or_default(),
        };
        (account, trust)
    };
    let mut accounts: BTreeMap<_, _> = known.chain(seen).map(nothing).collect();
    for (seen, trust) in sighted.iter().zip(occurrences) {
        for account in &seen.seen_by {
            if let Some(of_account) = accounts.get_mut(account) {
                of_account.seen += 1;
                of_account.doubtful += u32::from(trust.is_doubtful);
            }
        }
    }
    accounts
}
