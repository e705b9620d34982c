//! A match that is put away and taken out again.

use std::collections::BTreeMap;

use association::{
    Change, DamagedRows, LogNo, MatchState, NameKey, OccurrenceNo, OccurrenceRow, ReportRow, Rows,
};
use proptest::prelude::*;

use crate::{
    ids::{Turn, through, turns},
    sketch::{league, live, sketch},
    told::Told,
};

/// A store: the newest row of every key.
#[derive(Debug, Default)]
struct Store {
    whole: Vec<u8>,
    reports: BTreeMap<LogNo, ReportRow>,
    occurrences: BTreeMap<OccurrenceNo, OccurrenceRow>,
    names: BTreeMap<NameKey, Box<str>>,
}

impl Store {
    fn write(&mut self, rows: Rows) {
        self.whole = rows.whole;
        self.reports.extend(rows.reports.into_iter().map(|row| (row.no, row)));
        self.occurrences.extend(rows.occurrences.into_iter().map(|row| (row.no, row)));
        self.names.extend(rows.names);
        rows.gone.iter().for_each(|no| drop(self.reports.remove(no)));
        rows.ended.iter().for_each(|no| drop(self.occurrences.remove(no)));
    }

    fn all(&self) -> Rows {
        Rows {
            whole: self.whole.clone(),
            reports: self.reports.values().cloned().collect(),
            occurrences: self.occurrences.values().cloned().collect(),
            names: self.names.clone().into_iter().collect(),
            ended: Vec::new(),
            gone: Vec::new(),
        }
    }
}

/// In the order of their keys, since a store gives them in its own.
fn sorted(mut rows: Rows) -> Rows {
    rows.occurrences.sort_unstable_by_key(|row| row.no);
    rows
}

/// The match again from its rows, in another order than it gave them: a store has an
/// order of its own.
fn away_and_back(state: &MatchState) -> MatchState {
    let mut rows = state.rows();
    rows.occurrences.reverse();
    MatchState::from_rows(league(), &rows).unwrap()
}

fn told() -> impl Strategy<Value = Vec<Told>> {
    sketch().prop_flat_map(|sketch| Just(sketch.told()).prop_shuffle())
}

proptest! {
    #[test]
    fn what_is_taken_bit_by_bit_is_the_whole(told in told(), turns in turns()) {
        let mut store = Store::default();
        let mut is_first = true;
        through(&told, &turns, |state| {
            if std::mem::take(&mut is_first) {
                *state = state.clone().keeping_rows();
                store.write(state.rows());
            }
            store.write(state.take_rows());
            assert_eq!(store.all(), sorted(state.rows()));
        });
    }

    #[test]
    fn put_away_at_any_time_it_decides_as_if_it_had_stayed(
        told in told(), turns in turns(), away in prop::collection::vec(any::<bool>(), 80),
    ) {
        let (mut stayed, mut returned): (Vec<Change>, Vec<Change>) = Default::default();
        through(&told, &turns, |state| stayed.extend(state.take_changes().changes));
        let mut away = away.into_iter().cycle();
        through(&told, &turns, |state| {
            returned.extend(state.take_changes().changes);
            if away.next() == Some(true) {
                *state = away_and_back(state);
            }
        });
        prop_assert_eq!(stayed, returned);
    }

    #[test]
    fn no_bytes_are_mistaken_for_a_match(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let rows = Rows { whole: bytes, ..Rows::default() };
        // Whatever comes of it, it comes without a panic.
        let _read = MatchState::from_rows(league(), &rows);
    }
}

#[test]
fn what_is_withdrawn_together_is_told_of_in_the_order_of_the_log() {
    let instants = [60_000, 90_000, 125_000, 170_000];
    let told: Vec<Told> = (1..=2)
        .flat_map(|device| {
            instants.map(|ms| Told::kill(device, ms + 10 * device as u64, "Ana", "Bo"))
        })
        .collect();
    let (mut stayed, _) = live(&told);
    stayed.seal();
    // The last of the log gets the number of the first.
    stayed.withdraw(&[LogNo(1)]);
    let mut returned = away_and_back(&stayed);
    let both = [&mut stayed, &mut returned].map(|state| {
        state.take_changes();
        state.withdraw(&[2, 3, 8].map(LogNo));
        state.take_changes().changes
    });
    assert_eq!(both[0], both[1]);
    assert!(both[0].len() >= 3, "each of them is told of: {:?}", both[0]);
}

#[test]
fn rows_that_do_not_fit_each_other_are_refused() {
    let told = [Told::kill(1, 60_000, "Ana", "Bo"), Told::kill(2, 60_010, "Ana", "Bo")];
    let whole = live(&told).0.rows();
    let mut lost_report = whole.clone();
    lost_report.reports.clear();
    let mut lost_occurrence = whole.clone();
    lost_occurrence.occurrences.clear();
    let mut cut = whole.clone();
    cut.whole.pop();
    for rows in [lost_report, lost_occurrence, cut] {
        assert_eq!(MatchState::from_rows(league(), &rows).err(), Some(DamagedRows));
    }
    assert!(MatchState::from_rows(league(), &whole).is_ok());
    // Used by the properties above; named here so that a turn more is tried too.
    through(&told, &[Turn::Place, Turn::Seal, Turn::Place, Turn::Reopen], |state| {
        assert!(MatchState::from_rows(league(), &state.rows()).is_ok());
    });
}
