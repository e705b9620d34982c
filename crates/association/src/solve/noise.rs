//! What the reports teach about their own noise.

mod floors;

use super::{
    group::{Group, earliest_but_a_fifth},
    view::View,
};
use crate::{
    Noise,
    cost::{IMPOSSIBLE, surprise},
};

pub(crate) use self::floors::Caps;

/// What a place in one match costs, in hundredths of a nat.
#[derive(Debug)]
pub(crate) struct Costs {
    pub(crate) noise: Noise,
    /// By witness: what it costs that it missed something.
    miss: Vec<i64>,
    /// Of what many saw, how much one of those who watched missed: so many of so many.
    pub(crate) missed: (u64, u64),
    /// By witness: when it watched.
    presence: Vec<(i64, i64)>,
    /// From each instant on, what it costs that all who watch missed something.
    by_all: Vec<(i64, i64)>,
}

/// A witness earlier than this is not early but of another happening.
const EARLY_MAX_MS: i64 = 1_200;
/// A witness is taken to watch this long before its first report and after its
/// last.
const PRESENCE_MS: i64 = 60_000;
/// Fewest other witnesses of a happening that is held against one who missed
/// it.
const OTHERS_MIN: usize = 3;

impl Costs {
    pub(crate) fn learn(view: &View, groups: &[Group]) -> Self {
        let presence = presence(view);
        let tally = misses(view, groups, &presence);
        let miss: Vec<i64> =
            tally.iter().map(|(expected, missed)| miss_cost(*expected, *missed)).collect();
        let missed = tally.iter().fold((1, 10), |all, own| (all.0 + own.1, all.1 + own.0));
        let mut noise = spread(view, groups);
        noise.floor_ms = floors::learned(view, None).unwrap_or(noise.floor_ms);
        let by_all = by_all(&miss, &presence);
        Self { noise, miss, missed, presence, by_all }
    }

    /// A witness so far behind a happening of `others` more.
    pub(crate) fn late(&self, distance: i64, others: usize, caps: &Caps) -> i64 {
        if distance > caps.late(others) || distance < -EARLY_MAX_MS {
            IMPOSSIBLE
        } else if distance >= 0 {
            100 * distance / self.noise.late_ms
        } else {
            -100 * distance / self.noise.early_ms
        }
    }

    /// What it costs that `witness` missed what happened at `x`.
    pub(crate) fn missed(&self, witness: u16, x: i64) -> i64 {
        let witness = usize::from(witness);
        let (first, last) = self.presence[witness];
        if first <= x && x <= last { self.miss[witness] } else { 0 }
    }

    /// How many accounts watched all the time from `first` to `last`.
    pub(crate) fn watching(&self, view: &View, first: i64, last: i64) -> usize {
        let watches = |presence: &(i64, i64)| presence.0 <= first && last <= presence.1;
        let presence = (0..).zip(&self.presence).filter(|(_, presence)| watches(presence));
        let mut accounts: Vec<u16> = presence.map(|(witness, _)| view.account(witness)).collect();
        accounts.dedup();
        accounts.len()
    }

    /// What it costs that everybody missed it but those who are `in_it`, each
    /// once.
    pub(crate) fn missed_by_others(&self, x: i64, in_it: impl Iterator<Item = u16>) -> i64 {
        let until = self.by_all.partition_point(|(from, _)| *from <= x);
        let all = until.checked_sub(1).map_or(0, |at| self.by_all[at].1);
        all - in_it.map(|witness| self.missed(witness, x)).sum::<i64>()
    }
}

/// The costs of all who watch, added up over time.
fn by_all(miss: &[i64], presence: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let watching = miss.iter().zip(presence).filter(|(_, (first, last))| first <= last);
    let mut changes: Vec<(i64, i64)> =
        watching.flat_map(|(miss, (first, last))| [(*first, *miss), (last + 1, -miss)]).collect();
    changes.sort_unstable();
    let mut all = 0;
    for (_, change) in &mut changes {
        all += *change;
        *change = all;
    }
    changes
}

fn presence(view: &View) -> Vec<(i64, i64)> {
    let mut presence = vec![(i64::MAX, i64::MIN); view.witnesses];
    for unit in view.units.iter().filter(|unit| unit.is_placed) {
        let (first, last) = &mut presence[usize::from(unit.witness)];
        *first = (*first).min(unit.x - PRESENCE_MS);
        *last = (*last).max(unit.x + PRESENCE_MS);
    }
    presence
}

/// By witness: how often others saw what it could have seen, and how often it missed it.
fn misses(view: &View, groups: &[Group], presence: &[(i64, i64)]) -> Vec<(u64, u64)> {
    let enough = OTHERS_MIN.min(view.witnesses.saturating_sub(1));
    let mut tally = vec![(0_u64, 0_u64); view.witnesses];
    for group in groups {
        let Some(x) = group.reference(view) else { continue };
        let mut is_in = vec![false; view.witnesses];
        for unit in &group.units {
            is_in[usize::from(view.units[*unit].witness)] = true;
        }
        let count = is_in.iter().filter(|is_in| **is_in).count();
        for (witness, (expected, missed)) in tally.iter_mut().enumerate() {
            let (first, last) = presence[witness];
            let own = usize::from(is_in[witness]);
            if count - own >= enough && first <= x && x <= last {
                *expected += 1;
                *missed += u64::from(!is_in[witness]);
            }
        }
    }
    tally
}

/// At least as if one in fifty were missed, at most as if three in five.
fn miss_cost(expected: u64, missed: u64) -> i64 {
    surprise(missed + 1, expected + 10).clamp(surprise(3, 5), surprise(1, 50))
}

/// Mean lateness and earliness of the witnesses of what many saw.
fn spread(view: &View, groups: &[Group]) -> Noise {
    /// Witnesses that are needed for a reference.
    const WITNESSES_MIN: usize = 4;
    /// What spreads more may be two happenings.
    const SPAN_MS: i64 = 4_000;
    /// So many witnesses in step are no chance.
    const IN_STEP_MIN: usize = 60;
    let (mut late, mut early, mut seen) = (Vec::new(), Vec::new(), 0);
    for group in
        groups.iter().filter(|group| group.units.len() >= WITNESSES_MIN.min(view.witnesses))
    {
        let placed = group.units.iter().filter(|unit| view.units[**unit].is_placed);
        let mut times: Vec<i64> = placed.map(|unit| view.units[*unit].x).collect();
        let span = times.iter().max().zip(times.iter().min()).map(|(last, first)| last - first);
        let Some(reference) = earliest_but_a_fifth(&mut times) else { continue };
        if span.is_some_and(|span| span <= SPAN_MS) {
            seen += times.len();
            late.extend(times.iter().map(|x| x - reference).filter(|behind| *behind > 0));
            early.extend(times.iter().map(|x| reference - x).filter(|before| *before > 0));
        }
    }
    let usual = Noise::default();
    let in_step = (seen >= IN_STEP_MIN && late.len() * 2 < seen.min(IN_STEP_MIN)).then_some(0);
    Noise {
        late_ms: trimmed_mean(late).or(in_step).map_or(usual.late_ms, |mean| mean.clamp(60, 1_500)),
        early_ms: trimmed_mean(early).map_or(usual.early_ms, |mean| mean.clamp(40, 800)),
        ..usual
    }
}

/// The mean but for the largest twentieth; none of too few.
fn trimmed_mean(mut values: Vec<i64>) -> Option<i64> {
    /// Fewer teach nothing.
    const LEAST: usize = 30;
    values.sort_unstable();
    values.truncate(values.len() * 95 / 100);
    let count = i64::try_from(values.len()).ok()?;
    (values.len() >= LEAST).then(|| values.iter().sum::<i64>() / count)
}
