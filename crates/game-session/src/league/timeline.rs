//! Tells a new entry of the list from one that was there before.

use serde::{Deserialize, Serialize};

use super::entry::Entry;

/// After a rewind, the same happening within this time is the same one. Seen
/// in a recording: repeats lay 0.000 to 0.725 s from the original.
const SAME_WITHIN_MS: i64 = 1_500;

/// Time that goes back by less is not a rewind but two entries out of order.
const REWIND_MIN_MS: i64 = 1_500;

/// Happenings that are remembered: twice what one list may hold. Older ones
/// cannot come back, since a rewind never reaches across so many.
const HAPPENED_MAX: usize = 20_000;

/// Everything listed so far, through all numberings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Timeline {
    /// Renumberings so far.
    epoch: u32,
    /// The present numbering, to see when another one begins.
    listed: Vec<Listed>,
    /// Each thing that happened, once, in the order it was first listed.
    happened: Vec<Happened>,
    /// Set by a rewind or a renumbering: what may now be listed again.
    replay: Option<Replay>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Listed {
    number: i64,
    name: String,
    time_text: String,
    time_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Happened {
    what: String,
    time_ms: i64,
}

/// A pass over `happened[next..end]`: repeats keep their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Replay {
    next: usize,
    end: usize,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sighting {
    /// Not listed before.
    New,
    /// Not listed before, and the first since time went back.
    NewAfterRewind,
    /// Listed again after time went back or the numbering began anew.
    Again,
    /// The same, and the first since time went back.
    AgainAfterRewind,
}

impl Timeline {
    /// How many renumberings came before the present list.
    pub(super) fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Compares the list with what is known of its numbering; the entries that
    /// were not listed yet. Begins the next epoch where numbers were given anew.
    pub(super) fn unlisted<'l>(&mut self, list: &'l [Entry]) -> Unlisted<'l> {
        let continues = list.len() >= self.listed.len()
            && self.listed.iter().zip(list).all(|(listed, entry)| listed.is(entry));
        if continues {
            return Unlisted { entries: &list[self.listed.len()..], renumbered: false };
        }
        self.epoch = self.epoch.saturating_add(1);
        self.listed.clear();
        self.replay = Some(Replay { next: 0, end: self.happened.len() });
        Unlisted { entries: list, renumbered: true }
    }

    /// How many entries of the present list have this number already. The game
    /// gives each number once; where it does not, ids must differ all the same.
    pub(super) fn times_numbered(&self, number: i64) -> usize {
        self.listed.iter().filter(|listed| listed.number == number).count()
    }

    /// Takes the next entry of the list.
    pub(super) fn take(&mut self, entry: &Entry) -> Sighting {
        let rewound = self
            .listed
            .last()
            .is_some_and(|last| entry.time_ms < last.time_ms.saturating_sub(REWIND_MIN_MS));
        if rewound {
            self.replay = Some(self.replay_from(entry.time_ms));
        }
        self.listed.push(Listed::of(entry));
        match (self.repeats(entry), rewound) {
            (true, false) => Sighting::Again,
            (true, true) => Sighting::AgainAfterRewind,
            (false, rewound) => {
                self.remember(entry);
                if rewound { Sighting::NewAfterRewind } else { Sighting::New }
            }
        }
    }

    fn remember(&mut self, entry: &Entry) {
        if self.happened.len() >= HAPPENED_MAX {
            self.happened.remove(0);
            if let Some(replay) = &mut self.replay {
                replay.next = replay.next.saturating_sub(1);
                replay.end = replay.end.saturating_sub(1);
            }
        }
        self.happened.push(Happened { what: entry.happening(), time_ms: entry.time_ms });
    }

    fn replay_from(&self, time_ms: i64) -> Replay {
        let earliest = time_ms.saturating_sub(SAME_WITHIN_MS);
        let end = self.happened.len();
        let next = self.happened.iter().position(|known| known.time_ms >= earliest);
        Replay { next: next.unwrap_or(end), end }
    }

    /// Whether the entry is the next of those that may be listed again.
    fn repeats(&mut self, entry: &Entry) -> bool {
        let Some(replay) = &mut self.replay else { return false };
        let what = entry.happening();
        let same = |known: &Happened| {
            known.what == what
                && known.time_ms.saturating_sub(entry.time_ms).saturating_abs() <= SAME_WITHIN_MS
        };
        // Saved state may say anything: what lies outside is no candidate.
        let candidates = self.happened.get(replay.next..replay.end).unwrap_or_default();
        match candidates.iter().position(same) {
            Some(ahead) => {
                replay.next += ahead + 1;
                true
            }
            None => false,
        }
    }
}

/// The part of a list that was not seen under its numbering.
pub(super) struct Unlisted<'l> {
    pub(super) entries: &'l [Entry],
    pub(super) renumbered: bool,
}

impl Listed {
    fn of(entry: &Entry) -> Self {
        Self {
            number: entry.number,
            name: entry.name.clone(),
            time_text: entry.time_text.clone(),
            time_ms: entry.time_ms,
        }
    }

    fn is(&self, entry: &Entry) -> bool {
        self.number == entry.number && self.name == entry.name && self.time_text == entry.time_text
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn kill(number: i64, victim: &str, time_ms: i64) -> Entry {
        Entry {
            number,
            name: "ChampionKill".to_owned(),
            time_text: time_ms.to_string(),
            time_ms,
            fields: BTreeMap::from([("VictimName".to_owned(), victim.into())]),
        }
    }

    /// The numbers of the entries that are new, and the epoch they are new in.
    fn new_in(timeline: &mut Timeline, list: &[Entry]) -> (u32, Vec<i64>) {
        let entries = timeline.unlisted(list).entries.to_vec();
        let new = entries.iter().filter(|entry| {
            matches!(timeline.take(entry), Sighting::New | Sighting::NewAfterRewind)
        });
        let numbers = new.map(|entry| entry.number).collect();
        (timeline.epoch(), numbers)
    }

    #[test]
    fn a_list_that_grew_gives_only_its_new_entries() {
        let mut timeline = Timeline::default();
        let list = [kill(0, "Ana", 10_000), kill(1, "Bo", 20_000)];
        assert_eq!(new_in(&mut timeline, &list[..1]), (0, vec![0]));
        assert_eq!(new_in(&mut timeline, &list), (0, vec![1]));
        assert_eq!(new_in(&mut timeline, &list), (0, vec![]));
    }

    #[test]
    fn entries_appended_again_after_a_rewind_are_the_old_ones() {
        let mut timeline = Timeline::default();
        let list = [
            kill(58, "Ana", 1_741_000),
            kill(59, "Bo", 1_947_000),
            kill(60, "Ana", 1_741_725),
            kill(61, "Cy", 1_800_000),
            kill(62, "Bo", 1_947_000),
        ];
        assert_eq!(new_in(&mut timeline, &list), (0, vec![58, 59, 61]));
    }

    #[test]
    fn two_kills_of_one_pair_stay_two_after_a_rewind() {
        let mut timeline = Timeline::default();
        let list = [
            kill(0, "Ana", 100_000),
            kill(1, "Ana", 101_200),
            kill(2, "Bo", 150_000),
            kill(3, "Ana", 100_100),
            kill(4, "Ana", 101_300),
            kill(5, "Ana", 102_000),
        ];
        assert_eq!(new_in(&mut timeline, &list), (0, vec![0, 1, 2, 5]), "in order, one to one");
    }

    #[test]
    fn a_new_numbering_begins_an_epoch_and_repeats_nothing() {
        let mut timeline = Timeline::default();
        let old = [kill(0, "Ana", 10_000), kill(1, "Bo", 20_000)];
        assert_eq!(new_in(&mut timeline, &old), (0, vec![0, 1]));
        let anew = [kill(0, "Bo", 20_000), kill(1, "Ana", 30_000)];
        assert_eq!(new_in(&mut timeline, &anew), (1, vec![1]));
    }

    #[test]
    fn a_shorter_list_is_a_new_numbering() {
        let mut timeline = Timeline::default();
        let old = [kill(0, "Ana", 10_000), kill(1, "Bo", 20_000)];
        new_in(&mut timeline, &old);
        assert_eq!(new_in(&mut timeline, &old[..1]), (1, vec![]));
        assert_eq!(new_in(&mut timeline, &old), (1, vec![]), "still nothing new");
    }
}
