//! A set in canonical order, with small numbers for what is compared often.

mod identity;
mod keys;
mod sleep;

use std::ops::Range;

use self::{
    identity::{Homes, Identities},
    keys::Keys,
};
use crate::{
    Axis, Clock, ClockNo, EventKey, NameKey, Packed, ReportNo, ReportSet, Rule, Rules,
    median::median,
};

/// A report as the solver works with it.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) no: ReportNo,
    pub(crate) key: EventKey,
    /// The device: it tells a happening once.
    pub(crate) witness: u16,
    pub(crate) clock: u16,
    /// On its own clock, as if that had counted through sleep.
    pub(crate) t: i64,
    /// How long that stood still before.
    pub(crate) slept: i64,
    /// In the frame, the server's time, as its clock's track has it.
    pub(crate) x: i64,
    /// The same on the other side of a step close by.
    pub(crate) x_alt: i64,
    /// Whether its clock is known so well that its time may join it to others.
    pub(crate) is_placed: bool,
    pub(crate) place: u32,
    /// What it shares with other witnesses' reports of the same, for clocks.
    pub(crate) landmark: u32,
    pub(crate) rule: Rule,
    pub(crate) attacker: u64,
    pub(crate) victim: u64,
    pub(crate) assists: NameKey,
    pub(crate) round: u16,
    /// The counter that decides, where one does.
    pub(crate) bucket: Option<Bucket>,
    /// Which half of a kill that only its own account sees.
    pub(crate) half: Option<Half>,
    pub(crate) team: NameKey,
}

/// One value of one counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Bucket {
    pub(crate) counter: u64,
    pub(crate) value: u64,
    /// A game's counter can lag behind; a round or an id cannot.
    pub(crate) can_lag: bool,
}

/// A kill seen from one side only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Half {
    Attacker,
    Victim,
}

/// One clock and its units.
#[derive(Debug, Clone)]
pub(crate) struct ClockView {
    pub(crate) no: ClockNo,
    /// Whose device it is on.
    pub(crate) account: u16,
    pub(crate) units: Range<usize>,
    /// Offset to the server's time, as the corrected times tell it.
    pub(crate) prior: i64,
    /// Whether that is right to within a fraction of a second.
    pub(crate) is_good: bool,
}

/// The whole set.
#[derive(Debug)]
pub(crate) struct View {
    /// By account, device, clock, own time, id.
    pub(crate) units: Vec<Unit>,
    pub(crate) clocks: Vec<ClockView>,
    pub(crate) witnesses: usize,
    pub(crate) places: usize,
    pub(crate) landmarks: usize,
    /// By witness: the account that it speaks for.
    accounts: Vec<u16>,
    /// By account.
    names: Vec<NameKey>,
}

/// A report with all that orders it.
struct Row<'a> {
    witness: u16,
    order: (NameKey, event_model::DeviceId, Axis),
    no: ReportNo,
    packed: &'a Packed,
    /// How long its clock had stood still by then.
    slept: i64,
}

impl View {
    pub(crate) fn new(set: &ReportSet, rules: &Rules) -> Self {
        let homes = Homes::of(set);
        let identities = Identities::of(set, &homes);
        let rows = rows(set, &homes);
        let keys = Keys::new(rules, &identities, &rows);
        let mut units: Vec<Unit> = rows.iter().map(|row| keys.unit(row)).collect();
        let landmarks = keys::number_landmarks(&mut units);
        let (accounts, names) = homes.into_accounts();
        let clocks = clocks(set, &rows, &accounts);
        let mut view = Self {
            landmarks,
            places: keys.places(),
            witnesses: accounts.len(),
            units,
            clocks,
            accounts,
            names,
        };
        view.number_clocks();
        view
    }

    /// The wanted units of each place, by place.
    pub(crate) fn by_place(&self, wanted: &[bool]) -> Vec<Vec<usize>> {
        let mut places = vec![Vec::new(); self.places];
        for (index, unit) in self.units.iter().enumerate().filter(|(index, _)| wanted[*index]) {
            places[at(unit.place)].push(index);
        }
        places
    }

    /// Whose device a witness is: several of one account have one vote.
    pub(crate) fn account(&self, witness: u16) -> u16 {
        self.accounts[usize::from(witness)]
    }

    /// How many accounts tell of the match.
    pub(crate) fn account_count(&self) -> usize {
        self.names.len()
    }

    /// The accounts that tell of the match, by number.
    pub(crate) fn account_names(&self) -> &[NameKey] {
        &self.names
    }

    fn number_clocks(&mut self) {
        for (number, clock) in (0..).zip(&self.clocks) {
            for unit in &mut self.units[clock.units.clone()] {
                unit.clock = number;
            }
        }
    }
}

/// A small number as an index.
pub(crate) fn at(number: u32) -> usize {
    usize::try_from(number).expect("a number of this process fits its memory")
}

fn rows<'a>(set: &'a ReportSet, homes: &Homes) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = set
        .iter()
        .map(|(no, packed)| {
            let Clock { stream, axis } = set.clocks()[usize::from(packed.clock.0)];
            let stream = set.streams()[usize::from(stream.0)];
            let witness = homes.witness(stream.device);
            let order = (stream.account, stream.device, axis);
            Row { witness, order, no, packed, slept: 0 }
        })
        .collect();
    rows.sort_unstable_by_key(|row| (row.witness, row.order, row.packed.t, row.packed.key));
    sleep::note_sleep(set, &mut rows);
    rows
}

fn clocks(set: &ReportSet, rows: &[Row<'_>], accounts: &[u16]) -> Vec<ClockView> {
    let match_zero = match_zero(set, rows);
    let mut clocks = Vec::new();
    let mut start = 0;
    for same in rows.chunk_by(|a, b| a.packed.clock == b.packed.clock) {
        let units = start..start + same.len();
        start = units.end;
        let on_match = matches!(same[0].order.2, Axis::Match(_));
        let (prior, is_good) = match match_zero.filter(|_| on_match) {
            Some(zero) => (zero, true),
            None => prior(same),
        };
        let no = same[0].packed.clock;
        let account = accounts[usize::from(same[0].witness)];
        clocks.push(ClockView { no, account, units, prior, is_good });
    }
    clocks
}

/// The match's zero on the server's clock, as all who see its clock tell it:
/// to each other these clocks stand at zero.
fn match_zero(set: &ReportSet, rows: &[Row<'_>]) -> Option<i64> {
    let on_match = |row: &&Row<'_>| is_on_match(set, row.packed);
    let zeros = rows.iter().filter(on_match).map(|row| (row.packed.is_good(), difference(row)));
    best_median(zeros).map(|(zero, _)| zero)
}

/// Whether a report is on the match's own clock.
fn is_on_match(set: &ReportSet, packed: &Packed) -> bool {
    matches!(set.clocks()[usize::from(packed.clock.0)].axis, Axis::Match(_))
}

fn prior(rows: &[Row<'_>]) -> (i64, bool) {
    best_median(rows.iter().map(|row| (row.packed.is_good(), difference(row)))).unwrap_or_default()
}

fn difference(row: &Row<'_>) -> i64 {
    row.packed.at.saturating_sub(row.packed.t).saturating_sub(row.slept)
}

/// The median of the good ones, or of all where none is good.
fn best_median(values: impl Iterator<Item = (bool, i64)>) -> Option<(i64, bool)> {
    let all: Vec<(bool, i64)> = values.collect();
    let is_good = all.iter().any(|(good, _)| *good);
    let mut kept: Vec<i64> =
        all.into_iter().filter(|(good, _)| *good == is_good).map(|(_, value)| value).collect();
    median(&mut kept).map(|median| (median, is_good))
}
