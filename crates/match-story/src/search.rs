//! Finding matches by a few words.

use std::collections::BTreeMap;

use event_model::WallTime;
use serde::{Deserialize, Serialize};

use crate::{Summary, fold::folded};

/// Words that are looked at of a query: more than anybody types.
const WORDS_MAX: usize = 16;

/// Milliseconds of a minute, and of a day.
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// The weekday of 1 January 1970 counted from Monday: a Thursday.
const EPOCH_WEEKDAY: i64 = 3;

/// How far a clock was ahead of UTC from a moment on: clocks are changed twice a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct OffsetSince {
    /// From then on, in Unix milliseconds.
    pub from_ms: i64,
    /// So many minutes.
    pub minutes: i32,
}

/// What the player's language calls days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct DayNames {
    /// From Monday on.
    pub weekdays: Vec<String>,
    /// From January on.
    pub months: Vec<String>,
    /// Days that have a word of their own, such as `yesterday`, by `2026-11-20`.
    pub near: BTreeMap<String, String>,
}

/// Where and in which language a player looks for matches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Places {
    /// The player's clock, the earliest change first; what was before has that of the
    /// first, and without any the day is UTC's.
    pub offsets: Vec<OffsetSince>,
    /// The player's words for days.
    pub days: DayNames,
}

impl Places {
    /// The day at the player's place, in every way that a person writes it.
    fn day_of(&self, at: WallTime) -> Vec<String> {
        let since = self.offsets.iter().rfind(|offset| offset.from_ms <= at.unix_ms());
        let minutes = since.or(self.offsets.first()).map_or(0, |offset| offset.minutes);
        let here = at.plus_ms(i64::from(minutes) * MINUTE_MS);
        let text = here.to_string();
        let Some((day, _)) = text.split_once('T') else { return Vec::new() };
        let mut parts = day.rsplitn(3, '-');
        let date = parts.next().unwrap_or_default();
        let month = parts.next().unwrap_or_default();
        let year = parts.next().unwrap_or_default();
        let weekday = (here.unix_ms().div_euclid(DAY_MS) + EPOCH_WEEKDAY).rem_euclid(7);
        let named = [
            usize::try_from(weekday).ok().and_then(|at| self.days.weekdays.get(at)),
            month.parse::<usize>().ok().and_then(|at| self.days.months.get(at.checked_sub(1)?)),
            self.days.near.get(day),
        ];
        let named = named.into_iter().flatten().map(|name| folded(name));
        let plain = date.trim_start_matches('0');
        named
            .chain([day.to_owned(), format!("{date}.{month}.{year}"), format!("{plain}.")])
            .collect()
    }
}

/// What a person looks for.
///
/// Every word must stand somewhere in the match: in its game, map, mode or
/// players' names, in its day (`2026-11-20`, `20.11.2026` or as the page writes it), or
/// in what the page calls it. A part of a word will do; capitals, accents and commas
/// between words make no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    words: Vec<String>,
}

impl Query {
    /// Reads what was typed.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = folded(text);
        let words = text.split_whitespace().map(|word| word.trim_end_matches(','));
        let words = words.filter(|word| !word.is_empty());
        Self { words: words.take(WORDS_MAX).map(str::to_owned).collect() }
    }

    /// Whether a match is one of those looked for; without a word, each is.
    ///
    /// Its day is that of the player's place. `shown` are the page's own words for it,
    /// such as the map's name in its language.
    #[must_use]
    pub fn matches(&self, summary: &Summary, places: &Places, shown: &[&str]) -> bool {
        let texts = [summary.game.as_str()].into_iter();
        let texts = texts.chain(summary.map.as_deref()).chain(summary.mode.as_deref());
        let texts = texts.chain(summary.players.iter().map(String::as_str));
        let texts = texts.chain(summary.observers.iter().map(|observer| observer.account.as_str()));
        let texts = texts.chain(shown.iter().copied()).map(folded);
        let texts: Vec<_> = texts.chain(places.day_of(summary.first_seen)).collect();
        self.words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
    }
}
