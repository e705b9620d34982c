//! Finding matches by a few words.

use crate::{Summary, fold::folded};

/// Words that are looked at of a query: more than anybody types.
const WORDS_MAX: usize = 16;

/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60_000;

/// What a person looks for.
///
/// Every word must stand somewhere in the match: in its game, map, mode or
/// players' names, in its day (`2026-11-20` or `20.11.2026`), or in what the page
/// calls it. A part of a word will do; capitals and accents make no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    words: Vec<String>,
}

impl Query {
    /// Reads what was typed.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = folded(text);
        Self { words: text.split_whitespace().take(WORDS_MAX).map(str::to_owned).collect() }
    }

    /// Whether a match is one of those looked for; without a word, each is.
    ///
    /// Its day is that of a place `utc_offset_min` minutes ahead of UTC. `shown`
    /// are the page's own words for it, such as the map's name in its language.
    #[must_use]
    pub fn matches(&self, summary: &Summary, utc_offset_min: i32, shown: &[&str]) -> bool {
        let here = summary.first_seen.plus_ms(i64::from(utc_offset_min) * MINUTE_MS).to_string();
        let texts = [summary.game.as_str()].into_iter();
        let texts = texts.chain(summary.map.as_deref()).chain(summary.mode.as_deref());
        let texts = texts.chain(summary.players.iter().map(String::as_str));
        let texts = texts.chain(summary.observers.iter().map(|observer| observer.account.as_str()));
        let texts = texts.chain(shown.iter().copied()).map(folded);
        let texts: Vec<_> = texts.chain(days(&here)).collect();
        self.words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
    }
}

/// The day of an RFC 3339 time, as two countries write it.
fn days(time: &str) -> Vec<String> {
    let Some((day, _)) = time.split_once('T') else { return Vec::new() };
    let parts: Vec<_> = day.rsplitn(3, '-').collect();
    vec![day.to_owned(), parts.join(".")]
}
