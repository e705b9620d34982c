//! Which entries of the sliding list were told already.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::Entry;

/// How long an entry is remembered one by one, in seconds of the engine's clock: four
/// times what the game lists it for (295 of 301 for 28 to 31 s, one whole match).
const REMEMBERED_S: i64 = 120;

/// Entries remembered one by one: sixteen in each second of two minutes.
const REMEMBERED_MAX: usize = 2_048;

/// What was told. Whatever is older than what is remembered was told, or came so late
/// that nobody could know.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Told {
    /// When each entry was, by its native key.
    times: BTreeMap<String, i64>,
    /// Nothing of this second or before is new.
    before: Option<i64>,
}

impl Told {
    /// Whether an entry is new, which it is once.
    pub(super) fn take(&mut self, entry: &Entry) -> bool {
        let old = self.before.is_some_and(|before| entry.game_time <= before);
        if old || self.times.contains_key(&entry.native_key) {
            return false;
        }
        self.times.insert(entry.native_key.clone(), entry.game_time);
        true
    }

    /// Forgets one by one what the game cannot list any more at this second.
    pub(super) fn forget(&mut self, game_time: i64) {
        let mut until = game_time.saturating_sub(REMEMBERED_S);
        if self.times.len() > REMEMBERED_MAX {
            let mut times: Vec<_> = self.times.values().copied().collect();
            times.sort_unstable();
            until = until.max(times[times.len() - REMEMBERED_MAX]);
        }
        let remembered = self.times.len();
        self.times.retain(|_, time| *time > until);
        if self.times.len() < remembered {
            self.before = self.before.max(Some(until));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn entry(number: i64, game_time: i64) -> Entry {
        Entry {
            name: "tip".to_owned(),
            game_time,
            time_ms: game_time * 1_000,
            native_key: format!("tip {game_time} {number}"),
            fields: BTreeMap::new(),
        }
    }

    #[test]
    fn an_entry_is_new_once_however_long_ago() {
        let mut told = Told::default();
        assert!(told.take(&entry(1, 100)));
        told.forget(150);
        assert!(!told.take(&entry(1, 100)), "remembered");
        told.forget(1_000);
        assert!(!told.take(&entry(1, 100)), "forgotten, and older than that");
        assert!(told.take(&entry(1, 999)));
    }

    #[test]
    fn a_time_that_goes_back_makes_nothing_new() {
        let mut told = Told::default();
        assert!(told.take(&entry(1, 500)));
        told.forget(200);
        assert!(!told.take(&entry(1, 500)));
    }

    #[test]
    fn what_is_remembered_is_bounded_and_nothing_comes_twice() {
        let mut told = Told::default();
        for number in 0..10_000 {
            assert!(told.take(&entry(number, 1_000 + number / 100)));
            told.forget(1_000);
            assert!(told.times.len() <= REMEMBERED_MAX + 100);
            assert!(!told.take(&entry(number, 1_000 + number / 100)));
        }
        assert!(!told.take(&entry(1, 1_000)));
    }
}
