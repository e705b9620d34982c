//! When the others saw what: the instants that a clock is held against.

use std::collections::BTreeMap;

use super::{
    super::view::{Unit, View, at},
    AGREE_MS, Clocks,
};

/// Reports of one landmark this close are one happening, for a clock's vote:
/// less than two of one place can be apart, more than witnesses differ.
const TOGETHER_MS: i64 = 1_500;
/// Others are taken to watch so long before and after what they tell: a clock that has
/// stepped by less shows what they saw there.
const WATCH_MS: i64 = 10_000;
/// Most instants of one landmark that a report is held against: beyond it
/// they are made up.
const INSTANTS_MAX: usize = 64;

/// What clocks saw: landmark, instant and account, in this order.
#[derive(Default)]
pub(super) struct Seen(Vec<(u32, i64, u16)>);

/// Instants by landmark, without one account's own.
pub(super) struct Consensus {
    /// By landmark, where its instants begin in `instants`.
    starts: Vec<usize>,
    instants: Vec<i64>,
}

/// A clock's own times against them: what would have to be added.
pub(super) struct Differences {
    starts: Vec<usize>,
    values: Vec<i64>,
    /// Of each report.
    own: Vec<i64>,
    landmarks: Vec<u32>,
    /// The first and the last instant that the others tell of.
    told: Option<(i64, i64)>,
}

impl Seen {
    pub(super) fn add(&mut self, view: &View, clock: usize) {
        let clock = &view.clocks[clock];
        let units = view.units[clock.units.clone()].iter();
        self.0.extend(units.map(|unit| (unit.landmark, unit.x, clock.account)));
        // Stable: what is in order already is only merged.
        self.0.sort();
    }

    /// What the clocks saw to which others are held.
    pub(super) fn of(view: &View, clocks: &Clocks) -> Self {
        let mut seen = Vec::with_capacity(view.units.len());
        for number in (0..view.clocks.len()).filter(|clock| clocks.is_held_to(*clock)) {
            let clock = &view.clocks[number];
            let units = view.units[clock.units.clone()].iter();
            seen.extend(units.map(|unit| (unit.landmark, unit.x, clock.account)));
        }
        seen.sort_unstable();
        Self(seen)
    }
}

impl Consensus {
    /// What was seen, but for what `account` saw.
    pub(super) fn of(view: &View, seen: &Seen, account: u16) -> Self {
        let (mut starts, mut instants) = (Vec::with_capacity(view.landmarks + 1), Vec::new());
        let mut together: Vec<(u32, i64)> = Vec::new();
        let others = seen.0.iter().filter(|(.., other)| *other != account);
        for next in others.map(|(landmark, x, _)| (*landmark, *x)) {
            let ends = together.first().is_some_and(|first: &(u32, i64)| {
                first.0 != next.0 || next.1 - first.1 > TOGETHER_MS
            });
            if ends {
                close(&mut together, &mut starts, &mut instants);
            }
            together.push(next);
        }
        close(&mut together, &mut starts, &mut instants);
        starts.resize(view.landmarks + 1, instants.len());
        Self { starts, instants }
    }

    /// The instants of a landmark, in order.
    pub(super) fn instants(&self, landmark: u32) -> &[i64] {
        let landmark = at(landmark);
        &self.instants[self.starts[landmark]..self.starts[landmark + 1]]
    }

    pub(super) fn differences(&self, units: &[Unit]) -> Differences {
        let mut starts = Vec::with_capacity(units.len() + 1);
        let mut values = Vec::new();
        let own = units.iter().map(|unit| unit.t).collect();
        let landmarks = units.iter().map(|unit| unit.landmark).collect();
        for unit in units {
            starts.push(values.len());
            let instants = self.instants(unit.landmark).iter().take(INSTANTS_MAX);
            values.extend(instants.map(|instant| instant - unit.t));
        }
        starts.push(values.len());
        let (first, last) = (self.instants.iter().min(), self.instants.iter().max());
        let told = first.copied().zip(last.copied());
        Differences { starts, values, own, landmarks, told }
    }
}

/// Keeps the middle of what was seen together.
fn close(together: &mut Vec<(u32, i64)>, starts: &mut Vec<usize>, instants: &mut Vec<i64>) {
    if let Some((landmark, middle)) = together.get(together.len() / 2) {
        starts.resize(at(*landmark) + 1, instants.len());
        instants.push(*middle);
    }
    together.clear();
}

impl Differences {
    /// How many reports were held against anything.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The time that the others tell of or the clock does, whichever is longer: so much room
    /// there is for two that agree by chance.
    pub(super) fn span_ms(&self) -> i64 {
        let told = self.told.map_or(0, |(first, last)| last - first);
        let own = self.own.iter().max().zip(self.own.iter().min());
        told.max(own.map_or(0, |(last, first)| last.saturating_sub(*first)))
    }

    /// How many pairs of two differences there are that are of two reports and of two of the
    /// others' instants: no more could agree by chance.
    pub(super) fn pairs(&self) -> i64 {
        let of = |count: usize| count.saturating_mul(count.saturating_sub(1)) / 2;
        let mut reports: BTreeMap<u32, usize> = BTreeMap::new();
        let (mut all, mut alike) = (0, 0_usize);
        for (report, landmark) in self.landmarks.iter().enumerate() {
            let instants = self.of(report).len();
            // Those of this report, and of those before it with the same instants.
            let before = reports.entry(*landmark).or_default();
            alike = alike.saturating_add(of(instants)).saturating_add(instants * *before);
            *before += 1;
            all += instants;
        }
        i64::try_from(of(all).saturating_sub(alike)).unwrap_or(i64::MAX)
    }

    /// Whether others could tell of a report's happening, if its clock stands at
    /// an offset: they tell of such, and at that time.
    pub(super) fn could_agree(&self, index: usize, offset: i64) -> bool {
        let x = self.own[index] + offset;
        let is_within = |(first, last)| first - AGREE_MS <= x && x <= last + AGREE_MS;
        !self.of(index).is_empty() && self.told.is_some_and(is_within)
    }

    /// Whether others watched when a report was made, if its clock stands at an offset.
    pub(super) fn is_watched(&self, index: usize, offset: i64) -> bool {
        let x = self.own[index] + offset;
        self.told.is_some_and(|(first, last)| first - WATCH_MS <= x && x <= last + WATCH_MS)
    }

    /// Those of one report, in order.
    pub(super) fn of(&self, index: usize) -> &[i64] {
        &self.values[self.starts[index]..self.starts[index + 1]]
    }
}
