//! When the others saw what: the instants that a clock is held against.

use super::super::view::{Unit, View, at};

/// Reports of one landmark this close are one happening, for a clock's vote:
/// less than two of one place can be apart, more than witnesses differ.
const TOGETHER_MS: i64 = 1_500;
/// Most instants of one landmark that a report is held against: beyond it
/// they are made up.
const INSTANTS_MAX: usize = 64;

/// Instants by landmark, without one witness's own.
pub(super) struct Consensus {
    /// By landmark, where its instants begin in `instants`.
    starts: Vec<usize>,
    instants: Vec<i64>,
}

/// A clock's own times against them: what would have to be added.
pub(super) struct Differences {
    starts: Vec<usize>,
    values: Vec<i64>,
}

impl Consensus {
    /// What `clocks` saw, but for those of `witness`.
    pub(super) fn of(view: &View, clocks: &[usize], witness: u16) -> Self {
        let others = clocks.iter().filter(|clock| view.clocks[**clock].witness != witness);
        let mut seen: Vec<(u32, i64)> = others
            .flat_map(|clock| &view.units[view.clocks[*clock].units.clone()])
            .map(|unit| (unit.landmark, unit.x))
            .collect();
        seen.sort_unstable();
        Self::of_sorted(&seen, view.landmarks)
    }

    fn of_sorted(seen: &[(u32, i64)], landmarks: usize) -> Self {
        let (mut starts, mut instants) = (Vec::with_capacity(landmarks + 1), Vec::new());
        let mut rest = seen;
        while let Some((landmark, first)) = rest.first().copied() {
            let together =
                |other: &&(u32, i64)| other.0 == landmark && other.1 - first <= TOGETHER_MS;
            let count = rest.iter().take_while(together).count();
            starts.resize(at(landmark) + 1, instants.len());
            instants.push(rest[count / 2].1);
            rest = &rest[count..];
        }
        starts.resize(landmarks + 1, instants.len());
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
        for unit in units {
            starts.push(values.len());
            let instants = self.instants(unit.landmark).iter().take(INSTANTS_MAX);
            values.extend(instants.map(|instant| instant - unit.t));
        }
        starts.push(values.len());
        Differences { starts, values }
    }
}

impl Differences {
    /// How many reports were held against anything.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Those of one report, in order.
    pub(super) fn of(&self, index: usize) -> &[i64] {
        &self.values[self.starts[index]..self.starts[index + 1]]
    }
}
