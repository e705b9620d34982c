//! What is done to the entries of a recording on their way.

use std::collections::VecDeque;

use recording::{Entry, Item};

use super::{FaultKind, FaultPlace, PlayedFault, chance::Chance};
use crate::{Error, replay::playing::Beat};

/// One frame in so many meets a fault: enough for a short recording to meet some, and
/// few enough for a match to remain one.
const ONE_IN: u64 = 10;

/// Kills in a replay: each opens the queue anew, which takes a disk's time.
const KILLS_MAX: u32 = 8;

/// The longest delay of a frame, in milliseconds: a PC that slept for a while.
const DELAY_MS_MAX: u64 = 30_000;

/// The farthest step of the wall clock, in milliseconds: two days, back or forth.
const STEP_MS_MAX: u64 = 2 * 24 * 60 * 60 * 1000;

/// Bits that are flipped in one frame.
const FLIPS_MAX: u64 = 4;

/// The part of a recording, in hundredths, in which no frame says what the game never
/// said: at least so much, and behind it at least so much in which some do.
const FAITHFUL_PERCENT: std::ops::Range<u64> = 50..90;

/// Entries as they come, and among them, in its place, what is done wrong.
pub(crate) struct FaultyEntries<I> {
    entries: I,
    chance: Chance,
    /// From this entry on frames are reordered and other bits flipped too: what is read
    /// then the game never said.
    wild_from: u64,
    kills_left: u32,
    /// What comes next, in order.
    ready: VecDeque<Beat>,
    /// No entry is had before this.
    not_before_ms: u64,
}

impl<I: Iterator<Item = (u64, Result<Entry, Error>)>> FaultyEntries<I> {
    /// Over these entries, which lie in `span`.
    pub(crate) fn new(entries: I, span: std::ops::Range<u64>, seed: u64) -> Self {
        let mut chance = Chance::new(seed, "frames");
        let percent =
            FAITHFUL_PERCENT.start + chance.below(FAITHFUL_PERCENT.end - FAITHFUL_PERCENT.start);
        let faithful = span.end.saturating_sub(span.start) * percent / 100;
        Self {
            entries,
            chance,
            wild_from: span.start + faithful,
            kills_left: KILLS_MAX,
            ready: VecDeque::new(),
            not_before_ms: 0,
        }
    }

    /// The first entry that may say what the game never said.
    pub(crate) fn wild_from(&self) -> u64 {
        self.wild_from
    }

    fn take(&mut self, index: u64, entry: Entry) {
        let is_frame = matches!(entry.item, Item::Frame(_));
        if !is_frame || self.chance.below(ONE_IN) > 0 {
            return self.pass(index, entry);
        }
        let kind = self.kind(index);
        match kind {
            FaultKind::Drop => self.note(kind, index, &entry, String::new()),
            FaultKind::Duplicate => {
                self.note(kind, index, &entry, String::new());
                self.pass(index, entry.clone());
                self.pass(index, entry);
            }
            FaultKind::Delay => {
                let ms = 1 + self.chance.below(DELAY_MS_MAX);
                self.note(kind, index, &entry, format!("by {ms} ms"));
                self.not_before_ms = self.not_before_ms.max(entry.t_ms + ms);
                self.pass(index, entry);
            }
            FaultKind::Reorder => self.reorder(index, entry),
            FaultKind::Truncate | FaultKind::Corrupt => self.spoil(kind, index, entry),
            FaultKind::ClockStep => {
                let ms =
                    self.chance.below(2 * STEP_MS_MAX).cast_signed() - STEP_MS_MAX.cast_signed();
                self.note(kind, index, &entry, format!("by {ms} ms"));
                self.ready.push_back(Beat::ClockStep(ms));
                self.pass(index, entry);
            }
            FaultKind::Kill
            | FaultKind::Refuse
            | FaultKind::TooManyRequests
            | FaultKind::ServerError
            | FaultKind::ResetAfterCommit => {
                // The frame was read, and with it what it made is gone.
                self.note(FaultKind::Kill, index, &entry, String::new());
                self.pass(index, entry);
                self.ready.push_back(Beat::Kill);
                self.kills_left -= 1;
            }
        }
    }

    fn kind(&mut self, index: u64) -> FaultKind {
        let mut kinds = vec![
            FaultKind::Drop,
            FaultKind::Duplicate,
            FaultKind::Delay,
            FaultKind::Truncate,
            FaultKind::ClockStep,
        ];
        if index >= self.wild_from {
            kinds.extend([FaultKind::Reorder, FaultKind::Corrupt]);
        }
        if self.kills_left > 0 {
            kinds.push(FaultKind::Kill);
        }
        kinds[self.chance.index(kinds.len())]
    }

    /// The frame comes after the next one, at the time of that.
    fn reorder(&mut self, index: u64, entry: Entry) {
        match self.entries.next() {
            Some((behind, Ok(next))) => {
                self.note(
                    FaultKind::Reorder,
                    index,
                    &entry,
                    format!("behind entry {}", behind + 1),
                );
                let late = Entry { t_ms: next.t_ms, ..entry };
                self.pass(behind, next);
                self.pass(index, late);
            }
            Some((_, Err(error))) => {
                self.pass(index, entry);
                self.ready.push_back(Beat::Unreadable(error));
            }
            None => self.pass(index, entry),
        }
    }

    fn spoil(&mut self, kind: FaultKind, index: u64, mut entry: Entry) {
        let t_ms = entry.t_ms;
        if let Item::Frame(frame) = &mut entry.item
            && !frame.body.is_empty()
        {
            let bytes = frame.body.len();
            let detail = if kind == FaultKind::Truncate {
                frame.body.truncate(self.chance.index(bytes));
                format!("to {} of {bytes} bytes", frame.body.len())
            } else {
                let flips = 1 + self.chance.below(FLIPS_MAX);
                for _ in 0..flips {
                    let at = self.chance.index(bytes);
                    frame.body[at] ^= 1 << self.chance.below(8);
                }
                format!("{flips} bits of {bytes} bytes")
            };
            self.ready.push_back(played(kind, index, t_ms, detail));
        }
        self.pass(index, entry);
    }

    fn note(&mut self, kind: FaultKind, index: u64, entry: &Entry, detail: String) {
        self.ready.push_back(played(kind, index, entry.t_ms, detail));
    }

    fn pass(&mut self, index: u64, entry: Entry) {
        let t_ms = entry.t_ms.max(self.not_before_ms);
        self.ready.push_back(Beat::Entry { index, entry: Entry { t_ms, ..entry } });
    }
}

fn played(fault: FaultKind, index: u64, t_ms: u64, detail: String) -> Beat {
    Beat::Played(PlayedFault { place: FaultPlace::Entry { entry: index + 1, t_ms }, fault, detail })
}

impl<I: Iterator<Item = (u64, Result<Entry, Error>)>> Iterator for FaultyEntries<I> {
    type Item = Beat;

    fn next(&mut self) -> Option<Beat> {
        while self.ready.is_empty() {
            match self.entries.next()? {
                (index, Ok(entry)) => self.take(index, entry),
                (_, Err(error)) => return Some(Beat::Unreadable(error)),
            }
        }
        self.ready.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use event_model::{Channel, Frame};

    use super::*;

    const FRAMES: u64 = 3_000;

    fn beats(seed: u64) -> Vec<String> {
        let entries = (0..FRAMES).map(|index| {
            let item = Item::Frame(Frame::new(Channel::Http, format!("{{\"n\":{index}}}")));
            (index, Ok(Entry { t_ms: index * 10, item }))
        });
        FaultyEntries::new(entries, 0..FRAMES, seed).map(|beat| format!("{beat:?}")).collect()
    }

    #[test]
    fn a_seed_does_the_same_every_time_and_another_one_something_else() {
        assert_eq!(beats(7), beats(7));
        assert_ne!(beats(7), beats(8));
    }

    #[test]
    fn every_kind_of_fault_is_played_and_kills_are_few() {
        let beats = beats(7);
        let words: BTreeSet<_> = beats
            .iter()
            .filter_map(|beat| beat.split_once("fault: ")?.1.split(',').next())
            .collect();
        let all =
            ["ClockStep", "Corrupt", "Delay", "Drop", "Duplicate", "Kill", "Reorder", "Truncate"];
        assert_eq!(words, BTreeSet::from(all));
        let kills = beats.iter().filter(|beat| *beat == "Kill").count();
        assert_eq!(u32::try_from(kills), Ok(KILLS_MAX));
    }

    #[test]
    fn what_the_game_never_said_is_read_in_the_last_part_alone() {
        let entries = (0..FRAMES).map(|index| {
            let item = Item::Frame(Frame::new(Channel::Http, format!("{{\"n\":{index}}}")));
            (index, Ok(Entry { t_ms: index * 10, item }))
        });
        let faulty = FaultyEntries::new(entries, 0..FRAMES, 5);
        let wild_from = faulty.wild_from();
        assert!((FRAMES / 2..FRAMES * 9 / 10).contains(&wild_from), "{wild_from}");
        let wild = faulty.filter_map(|beat| {
            let Beat::Played(PlayedFault { place, fault, .. }) = beat else { return None };
            let FaultPlace::Entry { entry, .. } = place else { return None };
            matches!(fault, FaultKind::Reorder | FaultKind::Corrupt).then_some(entry)
        });
        let wild: Vec<_> = wild.collect();
        assert!(!wild.is_empty() && wild.iter().all(|entry| *entry > wild_from));
    }

    #[test]
    fn no_reading_is_had_before_the_one_before_it() {
        let entries = (0..FRAMES).map(|index| {
            let item = Item::Frame(Frame::new(Channel::Http, "{}"));
            (index, Ok(Entry { t_ms: index * 10, item }))
        });
        let mut last_ms = 0;
        for beat in FaultyEntries::new(entries, 0..FRAMES, 3) {
            if let Beat::Entry { entry, .. } = beat {
                assert!(entry.t_ms >= last_ms);
                last_ms = entry.t_ms;
            }
        }
    }
}
