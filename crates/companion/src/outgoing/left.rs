//! Which events left with real names, or do so from here on.

use std::collections::BTreeMap;

use event_model::OutboxId;
use serde::{Deserialize, Serialize};

use crate::NamesSent;

/// Ranges that are remembered. Events leave nearly in their order, so there are a few
/// of them; of more the oldest go, whose events left the queue long ago.
const RANGES_MAX: usize = 1_024;

/// The same by server: what one has seen another has not.
pub(super) type LeftByServer = BTreeMap<String, Left>;

/// How the events of one queue leave for one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Left {
    /// The queue that the sequences count in.
    pub(super) outbox: OutboxId,
    /// From here on events leave with real names; none do where it is absent.
    real_from: Option<u64>,
    /// What has left so, or may have: first and last, ascending, apart.
    real: Vec<(u64, u64)>,
}

impl Left {
    /// What follows on `known` in the queue `outbox`, whose last sequence is `last`.
    ///
    /// What is in the queue when a player turns to real names may have left as
    /// pseudonyms already, so it goes on as such. Who turns to pseudonyms sends no real
    /// name any more but in what left with it.
    pub(super) fn following(
        known: Option<&Self>,
        outbox: OutboxId,
        names: NamesSent,
        last: u64,
    ) -> Self {
        let same = known.filter(|known| known.outbox == outbox);
        let before = known.map(|known| known.real_from.is_some());
        let real_from = match (names, same, before) {
            (NamesSent::Pseudonyms, ..) => None,
            (NamesSent::Real, Some(same), _) => same.real_from.or(Some(last + 1)),
            // The queue of before is gone, or this server has seen none of it.
            (NamesSent::Real, None, Some(true) | None) => Some(1),
            (NamesSent::Real, None, Some(false)) => Some(last + 1),
        };
        Self { outbox, real_from, real: same.map(|same| same.real.clone()).unwrap_or_default() }
    }

    /// Whether the event leaves with real names.
    pub(super) fn is_real(&self, sequence: u64) -> bool {
        self.real_from.is_some_and(|from| sequence >= from) || self.has_left(sequence)
    }

    /// Notes which of these leave with real names. Whether that is new.
    pub(super) fn note(&mut self, sequences: impl Iterator<Item = u64>) -> bool {
        let mut is_new = false;
        for sequence in sequences {
            if self.is_real(sequence) && !self.has_left(sequence) {
                self.insert(sequence);
                is_new = true;
            }
        }
        let beyond = self.real.len().saturating_sub(RANGES_MAX);
        self.real.drain(..beyond);
        is_new
    }

    fn has_left(&self, sequence: u64) -> bool {
        let behind = self.real.partition_point(|(first, _)| *first <= sequence);
        behind > 0 && self.real[behind - 1].1 >= sequence
    }

    fn insert(&mut self, sequence: u64) {
        let at = self.real.partition_point(|(first, _)| *first <= sequence);
        let joins_left = at > 0 && self.real[at - 1].1 + 1 == sequence;
        let joins_right = self.real.get(at).is_some_and(|(first, _)| *first == sequence + 1);
        match (joins_left, joins_right) {
            (true, true) => self.real[at - 1].1 = self.real.remove(at).1,
            (true, false) => self.real[at - 1].1 = sequence,
            (false, true) => self.real[at].0 = sequence,
            (false, false) => self.real.insert(at, (sequence, sequence)),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const OUTBOX: OutboxId = OutboxId(Uuid::nil());

    fn begun(names: NamesSent, last: u64) -> Left {
        Left::following(None, OUTBOX, names, last)
    }

    fn turned(left: &Left, names: NamesSent, last: u64) -> Left {
        Left::following(Some(left), OUTBOX, names, last)
    }

    #[test]
    fn who_turns_to_pseudonyms_resends_with_real_names_only_what_left_so() {
        let mut left = begun(NamesSent::Real, 0);
        assert!(left.note([1, 2, 5].into_iter()));
        assert!(!left.note([2, 5].into_iter()), "known");
        let left = turned(&left, NamesSent::Pseudonyms, 9);
        let real: Vec<u64> = (1..12).filter(|sequence| left.is_real(*sequence)).collect();
        assert_eq!(real, [1, 2, 5]);
    }

    #[test]
    fn who_turns_to_real_names_resends_as_pseudonyms_what_may_have_left_so() {
        let left = turned(&begun(NamesSent::Pseudonyms, 4), NamesSent::Real, 9);
        assert!(!left.is_real(9) && left.is_real(10));
        let again = turned(&left, NamesSent::Real, 20);
        assert_eq!(again, left, "a restart turns nothing");
    }

    #[test]
    fn what_was_turned_twice_leaves_as_it_left_first() {
        let mut left = begun(NamesSent::Real, 0);
        left.note([1].into_iter());
        let left = turned(&left, NamesSent::Pseudonyms, 3);
        let left = turned(&left, NamesSent::Real, 5);
        let real: Vec<u64> = (1..8).filter(|sequence| left.is_real(*sequence)).collect();
        assert_eq!(real, [1, 6, 7]);
    }

    #[test]
    fn another_queue_has_left_in_no_words_yet() {
        let mut left = begun(NamesSent::Real, 0);
        left.note([1, 2].into_iter());
        let other = OutboxId(Uuid::max());
        let pseudonyms = Left::following(Some(&left), other, NamesSent::Pseudonyms, 2);
        assert!(!pseudonyms.is_real(1));
        assert!(Left::following(Some(&left), other, NamesSent::Real, 2).is_real(1));
    }

    #[test]
    fn ranges_join_and_the_oldest_go_where_there_are_too_many() {
        let mut left = begun(NamesSent::Real, 0);
        left.note([1, 3, 2, 7, 6].into_iter());
        assert_eq!(left.real, [(1, 3), (6, 7)]);
        left.note((10..).step_by(2).take(RANGES_MAX));
        assert_eq!((left.real.len(), left.real[0]), (RANGES_MAX, (10, 10)));
    }
}
