//! Two lists of events read side by side: what is alike goes by, and what is not is
//! kept, within bounds. However long the lists are, little of them is in memory.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::PlainEvent;

/// How far ahead is looked for the place from which on both lists are alike again.
/// A thousand events are a whole match, which is the most that one mistake shifts.
const AHEAD: usize = 1_024;

/// So many alike in a row, and the lists are: a few may be alike by chance, or stand
/// between two that changed their places.
const ALIKE_IN_A_ROW: usize = 16;

/// Of each list, so many events that are not alike in their place are kept: more than
/// anybody reads, and some ten megabytes.
pub const COMPARED_MAX: usize = 4_096;

/// An event that is not alike in its place.
#[derive(Debug, Clone)]
pub(super) struct Apart {
    /// Its place in its list, from 0.
    pub(super) place: usize,
    /// Events of one stretch have nothing alike between them.
    pub(super) stretch: usize,
    pub(super) event: PlainEvent,
}

/// What is left of one list.
#[derive(Debug, Default)]
pub(super) struct Rest {
    /// How many events the whole list has.
    pub(super) count: usize,
    pub(super) apart: Vec<Apart>,
    /// Further ones that there was no room for.
    pub(super) not_kept: usize,
}

/// Reads both to their ends.
pub(super) fn side_by_side(
    expected: impl Iterator<Item = PlainEvent>,
    found: impl Iterator<Item = PlainEvent>,
) -> (Rest, Rest) {
    let (mut expected, mut found) = (Side::new(expected), Side::new(found));
    let (mut stretch, mut is_alike) = (0, true);
    loop {
        expected.look_ahead(1);
        found.look_ahead(1);
        match (expected.ahead.front(), found.ahead.front()) {
            (None, None) => return (expected.rest, found.rest),
            (Some(one), Some(other)) if one == other => {
                expected.pass();
                found.pass();
                is_alike = true;
            }
            (_, _) => {
                stretch += usize::from(std::mem::take(&mut is_alike));
                expected.look_ahead(AHEAD);
                found.look_ahead(AHEAD);
                let all = (expected.ahead.len(), found.ahead.len());
                let (of_one, of_other) = alike_again(&expected.ahead, &found.ahead).unwrap_or(all);
                expected.keep(of_one, stretch);
                found.keep(of_other, stretch);
            }
        }
    }
}

/// An event and its hash, which is had once.
#[derive(Debug, PartialEq)]
struct Hashed {
    hash: u64,
    event: PlainEvent,
}

/// One of the two lists.
struct Side<I> {
    events: I,
    ahead: VecDeque<Hashed>,
    rest: Rest,
}

impl<I: Iterator<Item = PlainEvent>> Side<I> {
    fn new(events: I) -> Self {
        Self { events, ahead: VecDeque::new(), rest: Rest::default() }
    }

    fn look_ahead(&mut self, to: usize) {
        let further = to.saturating_sub(self.ahead.len());
        self.ahead.extend(self.events.by_ref().take(further).map(Hashed::of));
    }

    fn pass(&mut self) {
        self.rest.count += usize::from(self.ahead.pop_front().is_some());
    }

    fn keep(&mut self, count: usize, stretch: usize) {
        for Hashed { event, .. } in self.ahead.drain(..count) {
            let place = self.rest.count;
            self.rest.count += 1;
            if self.rest.apart.len() < COMPARED_MAX {
                self.rest.apart.push(Apart { place, stretch, event });
            } else {
                self.rest.not_kept += 1;
            }
        }
    }
}

impl Hashed {
    fn of(event: PlainEvent) -> Self {
        let mut hasher = DefaultHasher::new();
        event.line().hash(&mut hasher);
        Self { hash: hasher.finish(), event }
    }
}

/// The nearest places from which on both are alike for a while; `None` where that is not
/// in sight.
fn alike_again(expected: &VecDeque<Hashed>, found: &VecDeque<Hashed>) -> Option<(usize, usize)> {
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for (place, event) in found.iter().enumerate() {
        places.entry(event.hash).or_default().push(place);
    }
    let mut nearest: Option<(usize, usize)> = None;
    for (one, event) in expected.iter().enumerate() {
        let is_nearer = |other: usize| nearest.is_none_or(|(x, y)| one + other < x + y);
        if !is_nearer(0) {
            break;
        }
        let mut others = places.get(&event.hash).into_iter().flatten().copied();
        let here = others.find(|other| is_nearer(*other) && is_row(expected, one, found, *other));
        nearest = here.map(|other| (one, other)).or(nearest);
    }
    nearest
}

fn is_row(expected: &VecDeque<Hashed>, one: usize, found: &VecDeque<Hashed>, other: usize) -> bool {
    let alike = expected.range(one..).zip(found.range(other..));
    alike.take(ALIKE_IN_A_ROW).filter(|(one, other)| one.hash == other.hash).count()
        == ALIKE_IN_A_ROW
}
