//! How two lists of events differ, by their structure.

use std::collections::{HashMap, VecDeque};

use serde::Serialize;

use crate::{FieldChange, PlainEvent, fields, order};

/// How the events of a replay differ from those that were expected.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct EventDiff {
    /// How many were expected.
    pub expected: usize,
    /// How many there are.
    pub found: usize,
    /// Expected, and not there.
    pub missing: Vec<Placed>,
    /// There, and not expected.
    pub extra: Vec<Placed>,
    /// There, with other content.
    pub changed: Vec<Changed>,
    /// There, at another place among the others.
    pub moved: Vec<Moved>,
}

/// An event in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// Its place, from 1.
    pub place: usize,
    /// Its id.
    pub id: String,
    /// The event in words.
    pub event: String,
}

/// An event that is not as expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changed {
    /// As it was expected, where.
    pub expected: Placed,
    /// As it is, where.
    pub found: Placed,
    /// What differs.
    pub fields: Vec<FieldChange>,
}

/// An event that left its place among the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Where it was expected.
    pub expected: Placed,
    /// Its place now, from 1.
    pub place: usize,
}

impl EventDiff {
    /// Compares. Two events are one where their ids are the same; then where all but
    /// their ids is; then where a person would call them the same happening.
    #[must_use]
    pub fn of(expected: &[PlainEvent], found: &[PlainEvent]) -> Self {
        let mut pairs = Pairs::new(expected, found);
        pairs.pair_by(|event| event.id().to_owned());
        pairs.pair_by(PlainEvent::without_id);
        pairs.pair_by(PlainEvent::happening);
        pairs.diff()
    }

    /// Whether the lists are the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many differences there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.missing.len() + self.extra.len() + self.changed.len() + self.moved.len()
    }
}

/// Which expected event is which found one.
struct Pairs<'e> {
    expected: &'e [PlainEvent],
    found: &'e [PlainEvent],
    /// By the place of the expected one.
    found_of: Vec<Option<usize>>,
    is_paired: Vec<bool>,
}

impl<'e> Pairs<'e> {
    fn new(expected: &'e [PlainEvent], found: &'e [PlainEvent]) -> Self {
        let (found_of, is_paired) = (vec![None; expected.len()], vec![false; found.len()]);
        Self { expected, found, found_of, is_paired }
    }

    /// Pairs what is alone still and has the same key, in order.
    fn pair_by(&mut self, key: impl Fn(&PlainEvent) -> String) {
        if self.found_of.iter().all(Option::is_some) || self.is_paired.iter().all(|is| *is) {
            return;
        }
        let mut waiting: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (at, event) in self.found.iter().enumerate().filter(|(at, _)| !self.is_paired[*at]) {
            waiting.entry(key(event)).or_default().push_back(at);
        }
        for (at, event) in self.expected.iter().enumerate() {
            if self.found_of[at].is_none()
                && let Some(found) = waiting.get_mut(&key(event)).and_then(VecDeque::pop_front)
            {
                self.found_of[at] = Some(found);
                self.is_paired[found] = true;
            }
        }
    }

    fn diff(&self) -> EventDiff {
        let pairs: Vec<(usize, usize)> = (0..self.expected.len())
            .filter_map(|at| self.found_of[at].map(|found| (at, found)))
            .collect();
        let places: Vec<usize> = pairs.iter().map(|(_, found)| *found).collect();
        let moved = order::moved(&places).into_iter().map(|at| pairs[at]);
        EventDiff {
            expected: self.expected.len(),
            found: self.found.len(),
            missing: (0..self.expected.len())
                .filter(|at| self.found_of[*at].is_none())
                .map(|at| placed(self.expected, at))
                .collect(),
            extra: (0..self.found.len())
                .filter(|at| !self.is_paired[*at])
                .map(|at| placed(self.found, at))
                .collect(),
            changed: pairs.iter().filter_map(|pair| self.changed(*pair)).collect(),
            moved: moved
                .map(|(at, found)| Moved { expected: placed(self.expected, at), place: found + 1 })
                .collect(),
        }
    }

    fn changed(&self, (expected, found): (usize, usize)) -> Option<Changed> {
        let fields = fields::changes(self.expected[expected].value(), self.found[found].value());
        (!fields.is_empty()).then(|| Changed {
            expected: placed(self.expected, expected),
            found: placed(self.found, found),
            fields,
        })
    }
}

fn placed(events: &[PlainEvent], at: usize) -> Placed {
    let event = &events[at];
    Placed { place: at + 1, id: event.id().to_owned(), event: event.to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn event(id: &str, victim: &str, round: u32) -> PlainEvent {
        let data = json!({"actors": {"attacker": "Ana", "victim": victim}, "round": round});
        let event = json!({"id": id, "type": "ringside.kill.v1", "data": data});
        PlainEvent::read(&event.to_string()).unwrap()
    }

    fn counts(diff: &EventDiff) -> [usize; 4] {
        [diff.missing.len(), diff.extra.len(), diff.changed.len(), diff.moved.len()]
    }

    #[test]
    fn each_kind_of_difference_is_told_once_and_as_what_it_is() {
        let expected = [event("1", "Bo", 1), event("2", "Cy", 1), event("3", "Di", 1)];
        let found = [event("3", "Di", 1), event("1", "Bo", 2), event("4", "Ed", 1)];
        let diff = EventDiff::of(&expected, &found);
        assert_eq!(counts(&diff), [1, 1, 1, 1], "{diff:?}");
        assert_eq!(diff.missing[0].id, "2");
        assert_eq!(diff.extra[0].id, "4");
        assert_eq!(diff.changed[0].fields[0].path, "data.round");
        assert_eq!((diff.moved[0].expected.place, diff.moved[0].place), (1, 2));
    }

    #[test]
    fn an_event_under_another_id_is_changed_and_not_another_one() {
        let diff = EventDiff::of(&[event("1", "Bo", 1)], &[event("9", "Bo", 1)]);
        assert_eq!(counts(&diff), [0, 0, 1, 0]);
        assert_eq!(diff.changed[0].fields[0].path, "id");
    }

    #[test]
    fn the_same_id_twice_is_one_too_many() {
        let diff =
            EventDiff::of(&[event("1", "Bo", 1)], &[event("1", "Bo", 1), event("1", "Bo", 1)]);
        assert_eq!(counts(&diff), [0, 1, 0, 0]);
    }

    fn lists() -> impl Strategy<Value = Vec<PlainEvent>> {
        let one = (0..6u8, 0..3u32).prop_map(|(id, round)| event(&id.to_string(), "Bo", round));
        prop::collection::vec(one, 0..12)
    }

    proptest! {
        #[test]
        fn nothing_differs_where_and_only_where_the_lists_are_the_same(
            one in lists(), two in lists(),
        ) {
            prop_assert!(EventDiff::of(&one, &one).is_empty());
            prop_assert_eq!(EventDiff::of(&one, &two).is_empty(), one == two);
        }

        #[test]
        fn what_is_there_is_what_was_expected_without_the_missing_and_with_the_extra(
            one in lists(), two in lists(),
        ) {
            let diff = EventDiff::of(&one, &two);
            prop_assert_eq!(one.len() - diff.missing.len() + diff.extra.len(), two.len());
        }
    }
}
