//! How two lists of events differ, by their structure.

mod side_by_side;

use std::collections::{HashMap, VecDeque};

use serde::Serialize;

use crate::{FieldChange, PlainEvent, fields, order};
pub use side_by_side::COMPARED_MAX;
use side_by_side::{Apart, Rest, side_by_side};

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
    /// Events of both lists, not alike in their places, that were not compared:
    /// there were too many.
    #[serde(skip_serializing_if = "is_zero")]
    pub not_compared: usize,
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
    /// Compares, in memory that does not grow with the lists: what is alike in both goes
    /// by, and of what is not [`COMPARED_MAX`] events of each are paired. Two events are
    /// one where their ids are the same; then where all but their ids is; then where a
    /// person would call them the same happening.
    pub fn of(
        expected: impl Iterator<Item = PlainEvent>,
        found: impl Iterator<Item = PlainEvent>,
    ) -> Self {
        let (expected, found) = side_by_side(expected, found);
        let mut pairs = Pairs::new(&expected, &found);
        pairs.pair_by(|event| event.id().to_owned());
        pairs.pair_by(PlainEvent::without_id);
        pairs.pair_by(PlainEvent::happening);
        pairs.diff()
    }

    /// Whether the lists are the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0 && self.not_compared == 0
    }

    /// How many differences there are, of those that were compared.
    #[must_use]
    pub fn count(&self) -> usize {
        self.missing.len() + self.extra.len() + self.changed.len() + self.moved.len()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Which expected event is which found one, of those that are not alike in place.
struct Pairs<'e> {
    expected: &'e Rest,
    found: &'e Rest,
    /// By the place of the expected one.
    found_of: Vec<Option<usize>>,
    is_paired: Vec<bool>,
}

impl<'e> Pairs<'e> {
    fn new(expected: &'e Rest, found: &'e Rest) -> Self {
        let found_of = vec![None; expected.apart.len()];
        let is_paired = vec![false; found.apart.len()];
        Self { expected, found, found_of, is_paired }
    }

    /// Pairs what is alone still and has the same key, in order.
    fn pair_by(&mut self, key: impl Fn(&PlainEvent) -> String) {
        if self.found_of.iter().all(Option::is_some) || self.is_paired.iter().all(|is| *is) {
            return;
        }
        let mut waiting: HashMap<String, VecDeque<usize>> = HashMap::new();
        let found = self.found.apart.iter().enumerate();
        for (at, apart) in found.filter(|(at, _)| !self.is_paired[*at]) {
            waiting.entry(key(&apart.event)).or_default().push_back(at);
        }
        for (at, apart) in self.expected.apart.iter().enumerate() {
            if self.found_of[at].is_none()
                && let Some(found) =
                    waiting.get_mut(&key(&apart.event)).and_then(VecDeque::pop_front)
            {
                self.found_of[at] = Some(found);
                self.is_paired[found] = true;
            }
        }
    }

    fn diff(&self) -> EventDiff {
        let (expected, found) = (&self.expected.apart, &self.found.apart);
        let pairs: Vec<(&Apart, usize)> = (0..expected.len())
            .filter_map(|at| self.found_of[at].map(|found| (&expected[at], found)))
            .collect();
        let alone = |of: &[Apart], is_paired: &dyn Fn(usize) -> bool| -> Vec<Placed> {
            (0..of.len()).filter(|at| !is_paired(*at)).map(|at| placed(&of[at])).collect()
        };
        EventDiff {
            expected: self.expected.count,
            found: self.found.count,
            missing: alone(expected, &|at| self.found_of[at].is_some()),
            extra: alone(found, &|at| self.is_paired[at]),
            changed: pairs.iter().filter_map(|(one, at)| changed(one, &found[*at])).collect(),
            moved: self.moved(&pairs),
            not_compared: self.expected.not_kept + self.found.not_kept,
        }
    }

    /// Who is in another stretch passed what is alike; within one stretch as few moved as
    /// can be.
    fn moved(&self, pairs: &[(&Apart, usize)]) -> Vec<Moved> {
        let found = &self.found.apart;
        let (stayed, mut moved): (Vec<_>, Vec<_>) =
            pairs.iter().partition(|(one, at)| one.stretch == found[*at].stretch);
        let places: Vec<usize> = stayed.iter().map(|(_, at)| *at).collect();
        moved.extend(order::moved(&places).into_iter().map(|at| stayed[at]));
        moved.sort_by_key(|(one, _)| one.place);
        let told = |(one, at): (&Apart, usize)| Moved {
            expected: placed(one),
            place: found[at].place + 1,
        };
        moved.into_iter().map(told).collect()
    }
}

fn changed(expected: &Apart, found: &Apart) -> Option<Changed> {
    let fields = fields::changes(expected.event.value(), found.event.value());
    let (expected, found) = (placed(expected), placed(found));
    (!fields.is_empty()).then_some(Changed { expected, found, fields })
}

fn placed(apart: &Apart) -> Placed {
    let Apart { place, event, .. } = apart;
    Placed { place: place + 1, id: event.id().to_owned(), event: event.to_string() }
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

    fn diff(expected: &[PlainEvent], found: &[PlainEvent]) -> EventDiff {
        EventDiff::of(expected.iter().cloned(), found.iter().cloned())
    }

    fn counts(diff: &EventDiff) -> [usize; 4] {
        [diff.missing.len(), diff.extra.len(), diff.changed.len(), diff.moved.len()]
    }

    #[test]
    fn each_kind_of_difference_is_told_once_and_as_what_it_is() {
        let expected = [event("1", "Bo", 1), event("2", "Cy", 1), event("3", "Di", 1)];
        let found = [event("3", "Di", 1), event("1", "Bo", 2), event("4", "Ed", 1)];
        let diff = diff(&expected, &found);
        assert_eq!(counts(&diff), [1, 1, 1, 1], "{diff:?}");
        assert_eq!(diff.missing[0].id, "2");
        assert_eq!(diff.extra[0].id, "4");
        assert_eq!(diff.changed[0].fields[0].path, "data.round");
        assert_eq!((diff.moved[0].expected.place, diff.moved[0].place), (1, 2));
    }

    #[test]
    fn an_event_under_another_id_is_changed_and_not_another_one() {
        let diff = diff(&[event("1", "Bo", 1)], &[event("9", "Bo", 1)]);
        assert_eq!(counts(&diff), [0, 0, 1, 0]);
        assert_eq!(diff.changed[0].fields[0].path, "id");
    }

    #[test]
    fn the_same_id_twice_is_one_too_many() {
        let one = event("1", "Bo", 1);
        let diff = diff(std::slice::from_ref(&one), &[one.clone(), one.clone()]);
        assert_eq!(counts(&diff), [0, 1, 0, 0]);
    }

    /// As many events as a long evening makes: far more than are looked ahead at.
    fn evening() -> Vec<PlainEvent> {
        (0..6_000).map(|number| event(&number.to_string(), "Bo", number / 40)).collect()
    }

    #[test]
    fn differences_far_apart_are_each_told_at_its_place() {
        let (expected, mut found) = (evening(), evening());
        found[100] = event("100", "Cy", 2);
        let early = found.remove(50);
        found.insert(4_000, early);
        found.remove(5_000);
        found.insert(5_500, event("new", "Di", 7));
        let diff = diff(&expected, &found);
        assert_eq!(counts(&diff), [1, 1, 1, 1], "{diff}");
        assert_eq!(diff.changed[0].expected.place, 101);
        assert_eq!((diff.moved[0].expected.place, diff.moved[0].place), (51, 4_001));
        assert_eq!((diff.missing[0].id.as_str(), diff.extra[0].place), ("5000", 5_501));
    }

    #[test]
    fn what_is_too_much_to_compare_is_counted_and_is_a_difference() {
        let other = evening().into_iter().map(|event| {
            PlainEvent::read(
                &event.line().replace("Bo", "Someone else").replace("\"id\":\"", "\"id\":\"x"),
            )
            .unwrap()
        });
        let diff = EventDiff::of(evening().into_iter(), other);
        assert_eq!((diff.expected, diff.found), (6_000, 6_000));
        assert_eq!(diff.not_compared, 2 * (6_000 - COMPARED_MAX));
        assert!(!diff.is_empty() && diff.count() <= 2 * COMPARED_MAX);
        let told = diff.to_string();
        assert!(told.contains("further events were not compared"), "{told}");
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
            prop_assert!(diff(&one, &one).is_empty());
            prop_assert_eq!(diff(&one, &two).is_empty(), one == two);
        }

        #[test]
        fn what_is_there_is_what_was_expected_without_the_missing_and_with_the_extra(
            one in lists(), two in lists(),
        ) {
            let diff = diff(&one, &two);
            prop_assert_eq!(one.len() - diff.missing.len() + diff.extra.len(), two.len());
        }
    }
}
