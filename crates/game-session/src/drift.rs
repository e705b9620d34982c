//! Schema drift: names that the game sends and this version does not know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Distinct names that are kept apart; further ones are counted together, so
/// that a hostile or broken source cannot grow the counts without end.
pub const NAMES_MAX: usize = 256;

/// Longest name kept, in characters: enough for any path of field names.
const NAME_LENGTH_MAX: usize = 120;

/// Where names beyond [`NAMES_MAX`] are counted.
const FURTHER_NAMES: &str = "(further names)";

/// How often each unknown name was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Drift(BTreeMap<String, u64>);

impl Drift {
    /// Counts one sighting of `name`.
    pub fn count(&mut self, name: &str) {
        self.add(name, 1);
    }

    /// Counts so many sightings of `name`.
    pub fn count_times(&mut self, name: &str, times: u64) {
        self.add(name, times);
    }

    /// Adds another's counts.
    pub fn merge(&mut self, other: &Self) {
        for (name, times) in &other.0 {
            self.add(name, *times);
        }
    }

    /// Names with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, times)| (name.as_str(), *times))
    }

    /// Whether nothing unknown was seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add(&mut self, name: &str, times: u64) {
        let short: String = name.chars().take(NAME_LENGTH_MAX).collect();
        let full = self.0.len() >= NAMES_MAX && !self.0.contains_key(&short);
        let key = if full { FURTHER_NAMES.to_owned() } else { short };
        let count = self.0.entry(key).or_default();
        *count = count.saturating_add(times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_the_bound_are_counted_together() {
        let mut drift = Drift::default();
        for number in 0..NAMES_MAX + 10 {
            drift.count(&format!("name {number}"));
        }
        assert_eq!(drift.iter().count(), NAMES_MAX + 1);
        assert_eq!(drift.iter().map(|(_, times)| times).sum::<u64>(), (NAMES_MAX + 10) as u64);
    }
}
