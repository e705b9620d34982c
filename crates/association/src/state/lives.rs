//! The occurrences that a match has now, and how they are found.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use crate::{
    LogNo, NameKey, OccurrenceNo, ReportNo, Sighting,
    ids::{Held, Published},
    row::row,
    state::touched::Touched,
    trust::Belief,
};

/// A live occurrence's number in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LiveNo(pub(crate) u32);

/// What an occurrence says: when, by whom, in which round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// When: the earliest that its witnesses make plausible.
    pub at: Sighting,
    /// When on the match's own clock.
    pub match_clock_ms: Option<i64>,
    /// The report that names the attacker as most witnesses do.
    pub attacker_from: LogNo,
    /// The same for the victim.
    pub victim_from: LogNo,
    /// The same for the helpers.
    pub assists_from: LogNo,
    /// The round that most witnesses tell.
    pub round: Option<u16>,
    /// A hash of the names, to see whether they changed.
    pub(crate) names: u64,
}

row!(Description { at, match_clock_ms, attacker_from, victim_from, assists_from, round, names });

impl Description {
    /// A smaller shift is what every further witness makes, and says nothing.
    pub(crate) const SHIFT_MS: u64 = 250;

    /// Whether somebody who was told `self` has to be told `new`, were it not
    /// for a shift of so much.
    pub(crate) fn is_corrected_by(&self, new: &Self, shift_ms: u64) -> bool {
        let shifted = self.at.at.unix_ms().abs_diff(new.at.at.unix_ms());
        let other = |told: &Self| (told.at.quality, told.match_clock_ms);
        // What else a report tells is shown with the names that it tells.
        shifted > shift_ms
            || (self.names, self.round, self.from()) != (new.names, new.round, new.from())
            || (shift_ms == 0 && other(self) != other(new))
    }

    /// The reports that it is told by.
    fn from(&self) -> [LogNo; 3] {
        [self.attacker_from, self.victim_from, self.assists_from]
    }

    /// The same, by the reports that told it before, where they still do: others
    /// that say the same names would only show it in other words.
    pub(crate) fn told_as(self, told: &Self, is_there: impl Fn(LogNo) -> bool) -> Self {
        if self.names != told.names || !told.from().into_iter().all(is_there) {
            return self;
        }
        let [attacker_from, victim_from, assists_from] = told.from();
        Self { attacker_from, victim_from, assists_from, ..self }
    }

    /// The same, at the time that was told before.
    pub(crate) fn at_time_of(self, told: &Self) -> Self {
        Self { at: told.at, match_clock_ms: told.match_clock_ms, ..self }
    }
}

/// An occurrence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Live {
    pub(crate) name: OccurrenceNo,
    pub(crate) published: Published,
    pub(crate) head: Option<ReportNo>,
    /// What its reports have in common.
    pub(crate) place: u64,
    /// Where it is looked for by who did it.
    pub(crate) beside: Option<u64>,
    /// The counter or scope that decides, where one does.
    pub(crate) scope: Option<u64>,
    /// Who most of its reports say did it.
    pub(crate) attacker: NameKey,
    /// The earliest of its reports but for a fifth.
    pub(crate) reference: i64,
    /// Nobody joins it by time: its clock is not known.
    pub(crate) is_provisional: bool,
    /// Only what is near joins it: its clock may have stepped.
    pub(crate) is_doubtful: bool,
    /// It was there at the seal and does not move any more.
    pub(crate) is_frozen: bool,
    pub(crate) said: Description,
    pub(crate) belief: Belief,
}

impl Live {
    /// Where it is looked for.
    fn places(&self) -> impl Iterator<Item = u64> + use<> {
        std::iter::once(self.place).chain(self.beside)
    }
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lives {
    lives: Vec<Option<Live>>,
    free: Vec<LiveNo>,
    by_time: BTreeSet<(u64, i64, Published, LiveNo)>,
    by_scope: BTreeSet<(u64, Published, LiveNo)>,
    /// The halves that may belong to one, where more than one may.
    links: BTreeMap<LiveNo, Box<[OccurrenceNo]>>,
    /// Those whose rows changed.
    touched: Touched<OccurrenceNo>,
}

impl Lives {
    pub(crate) fn add(&mut self, live: Live) -> LiveNo {
        let no = self.free.pop().unwrap_or_else(|| {
            if self.lives.len() == self.lives.capacity() {
                self.lives.reserve_exact((self.lives.len() / 8).max(16));
            }
            self.lives.push(None);
            LiveNo(u32::try_from(self.lives.len() - 1).expect("no more than reports"))
        });
        self.touched.add(live.name);
        for place in live.places() {
            self.by_time.insert((place, live.reference, live.published, no));
        }
        if let Some(scope) = live.scope {
            self.by_scope.insert((scope, live.published, no));
        }
        self.lives[index(no)] = Some(live);
        no
    }

    pub(crate) fn remove(&mut self, no: LiveNo) {
        let Some(live) = self.lives[index(no)].take() else { return };
        self.touched.add(live.name);
        for place in live.places() {
            self.by_time.remove(&(place, live.reference, live.published, no));
        }
        if let Some(scope) = live.scope {
            self.by_scope.remove(&(scope, live.published, no));
        }
        self.links.remove(&no);
        self.free.push(no);
    }

    pub(crate) fn get(&self, no: LiveNo) -> &Live {
        self.lives[index(no)].as_ref().expect("a seat names an occurrence that is there")
    }

    pub(crate) fn get_mut(&mut self, no: LiveNo) -> &mut Live {
        let live = self.lives[index(no)].as_mut();
        let live = live.expect("a seat names an occurrence that is there");
        self.touched.add(live.name);
        live
    }

    /// The occurrence of this name, where there still is one.
    pub(crate) fn find(&self, name: OccurrenceNo) -> Option<LiveNo> {
        self.iter().find(|(_, live)| live.name == name).map(|(no, _)| no)
    }

    /// No occurrence is left.
    pub(crate) fn clear(&mut self) {
        for live in self.lives.drain(..).flatten() {
            self.touched.add(live.name);
        }
        self.free.clear();
        self.by_time.clear();
        self.by_scope.clear();
        self.links.clear();
    }

    /// The halves that may belong to it.
    pub(crate) fn links(&self, no: LiveNo) -> &[OccurrenceNo] {
        self.links.get(&no).map_or(&[], AsRef::as_ref)
    }

    /// Takes it out of the links of others; whose.
    pub(crate) fn unlink(&mut self, no: LiveNo) -> Vec<OccurrenceNo> {
        let name = self.get(no).name;
        let others: Vec<LiveNo> =
            self.links(no).iter().filter_map(|other| self.find(*other)).collect();
        for other in &others {
            let kept = self.links(*other).iter().copied().filter(|link| *link != name).collect();
            self.links.insert(*other, kept);
        }
        others.into_iter().map(|other| self.get_mut(other).name).collect()
    }

    /// Links it to the halves that may belong to it.
    pub(crate) fn set_links(&mut self, no: LiveNo, links: Box<[OccurrenceNo]>) {
        if !links.is_empty() {
            self.links.insert(no, links);
        }
    }

    /// Believes this of it; whether it was believed otherwise before.
    pub(crate) fn set_belief(&mut self, no: LiveNo, belief: Belief) -> bool {
        let is_new = self.get(no).belief != belief;
        if is_new {
            self.get_mut(no).belief = belief;
        }
        is_new
    }

    /// Takes notes of what changes from now on.
    pub(crate) fn start_notes(&mut self) {
        self.touched.start();
    }

    /// What changed since this was last asked, or is there no more.
    pub(crate) fn take_touched(&mut self) -> BTreeSet<OccurrenceNo> {
        self.touched.take()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (LiveNo, &Live)> {
        let numbered = (0..).map(LiveNo).zip(&self.lives);
        numbered.filter_map(|(no, live)| Some((no, live.as_ref()?)))
    }

    pub(crate) fn len(&self) -> usize {
        self.lives.len() - self.free.len()
    }

    /// Whether the occurrences that are there may move.
    pub(crate) fn freeze(&mut self, is_frozen: bool) {
        for live in self.lives.iter_mut().flatten() {
            live.is_frozen = is_frozen;
            self.touched.add(live.name);
        }
    }

    /// An occurrence that no counter named is named by this one.
    pub(crate) fn learn_scope(&mut self, no: LiveNo, scope: Option<u64>) {
        if let (Some(scope), None) = (scope, self.get(no).scope) {
            let live = self.get_mut(no);
            live.scope = Some(scope);
            let published = live.published;
            self.by_scope.insert((scope, published, no));
        }
    }

    /// Puts an occurrence where most of its reports have it.
    pub(crate) fn put(&mut self, no: LiveNo, reference: i64, place: u64, beside: Option<u64>) {
        let live = self.get_mut(no);
        let before = *live;
        (live.reference, live.place, live.beside) = (reference, place, beside);
        let after = *live;
        if (before.reference, before.place, before.beside) != (reference, place, beside) {
            for place in before.places() {
                self.by_time.remove(&(place, before.reference, before.published, no));
            }
            for place in after.places() {
                self.by_time.insert((place, after.reference, after.published, no));
            }
        }
    }

    /// Occurrences of a place, the nearest on either side of `x` first on each,
    /// at most `each` a side and none beyond the distances.
    pub(crate) fn around(
        &self,
        place: u64,
        x: i64,
        (before_ms, after_ms): (i64, i64),
        each: usize,
    ) -> impl Iterator<Item = LiveNo> {
        const FIRST: (Published, LiveNo) = (0, LiveNo(0));
        const LAST: (Published, LiveNo) = (Published::MAX, LiveNo(u32::MAX));
        let key = |ms, (published, no)| (place, ms, published, no);
        let (from, to) = (x.saturating_sub(before_ms), x.saturating_add(after_ms));
        let earlier = self.by_time.range(key(from, FIRST)..=key(x, LAST)).rev().take(each);
        let after = (Bound::Excluded(key(x, LAST)), Bound::Included(key(to, LAST)));
        let later = self.by_time.range(after).take(each);
        earlier.chain(later).map(|(.., no)| *no)
    }

    /// Occurrences of a place, whenever they were.
    pub(crate) fn of_place(&self, place: u64) -> impl Iterator<Item = LiveNo> {
        let first = (place, i64::MIN, 0, LiveNo(0));
        let last = (place, i64::MAX, Published::MAX, LiveNo(u32::MAX));
        self.by_time.range(first..=last).map(|(.., no)| *no)
    }

    /// Occurrences of one value of a counter, or of one scope, the first
    /// published first.
    pub(crate) fn in_scope(&self, scope: u64) -> impl Iterator<Item = LiveNo> {
        let of_scope = (scope, 0, LiveNo(0))..=(scope, Published::MAX, LiveNo(u32::MAX));
        self.by_scope.range(of_scope).map(|(.., no)| *no)
    }

    /// As they are named, in the order in which they were published, with their
    /// numbers.
    pub(crate) fn held(&self) -> Vec<(LiveNo, Held)> {
        let held = |(no, live): (LiveNo, &Live)| {
            (no, Held { name: live.name, published: live.published, stays: None })
        };
        let mut held: Vec<(LiveNo, Held)> = self.iter().map(held).collect();
        held.sort_unstable_by_key(|(_, held)| (held.published, held.name));
        held
    }

    /// Bytes on the heap, nearly: a tree's nodes are three quarters full.
    pub(crate) fn bytes(&self) -> usize {
        let tree = self.by_time.len() * size_of::<(u64, i64, Published, LiveNo)>()
            + self.by_scope.len() * size_of::<(u64, Published, LiveNo)>();
        self.lives.capacity() * size_of::<Option<Live>>()
            + self.free.capacity() * size_of::<LiveNo>()
            + tree * 4 / 3
            + self.touched.bytes()
    }
}

fn index(no: LiveNo) -> usize {
    usize::try_from(no.0).expect("a number of this process fits its memory")
}
