//! Devices that do not tell whose game they watched: kept, and nobody's word.

use association::{MatchState, Occurrence, trust::Standing};

use crate::{sketch::league, told::Told};

/// Kills that devices tell, half a minute apart.
fn kills(devices: std::ops::RangeInclusive<u128>, count: u64, first_ms: u64) -> Vec<Told> {
    let of = |kill: u64, device: u128| {
        let at_ms = first_ms + kill * 30_000 + u64::try_from(device * 7 % 90).unwrap();
        Told::kill(device, at_ms, "Ana", &format!("victim {}", kill % 3)).death(kill + first_ms)
    };
    (0..count).flat_map(|kill| devices.clone().map(move |device| of(kill, device))).collect()
}

fn without_names(told: Vec<Told>) -> Vec<Told> {
    // Both ways to name nobody.
    let observer = |device| Some(String::new()).filter(|_| device % 2 == 0);
    told.into_iter().map(|told| Told { observer: observer(told.device), ..told }).collect()
}

fn placed(told: &[Told]) -> MatchState {
    let mut state = MatchState::new(league());
    for (told, position) in told.iter().zip(1..) {
        state.place(&told.report(position));
        state.resolve_if_due();
    }
    state
}

/// Before the seal, and after it.
fn found(told: &[Told]) -> [Vec<Occurrence>; 2] {
    let mut state = placed(told);
    let before = state.occurrences();
    state.seal();
    [before, state.occurrences()]
}

fn seen(one: &Occurrence) -> (u16, u16) {
    (one.belief.seen_by, one.belief.expected)
}

#[test]
fn five_devices_of_nobody_outvote_no_four_players_where_no_roster_is_listed() {
    let mut told = kills(1..=4, 20, 60_000);
    let honest = u64::try_from(told.len()).unwrap();
    told.extend(without_names(kills(11..=15, 10, 75_000)));
    for occurrences in found(&told) {
        let (true_ones, invented): (Vec<_>, Vec<_>) =
            occurrences.iter().partition(|one| one.reports.iter().any(|no| no.0 <= honest));
        assert_eq!(true_ones.len(), 20);
        for one in true_ones {
            assert_eq!((one.belief.standing, seen(one)), (Standing::Confirmed, (4, 4)));
        }
        assert!(invented.len() >= 10, "all of it is kept");
        for one in invented {
            assert_eq!((one.belief.standing, seen(one)), (Standing::Contradicted, (0, 4)));
            assert!(!one.counts());
        }
    }
}

#[test]
fn a_report_of_nobodys_game_is_a_member_and_no_witness() {
    let mut told = kills(1..=2, 12, 60_000);
    told.extend(without_names(kills(3..=4, 12, 60_000)));
    for occurrences in found(&told) {
        assert_eq!(occurrences.len(), 12);
        for one in &occurrences {
            assert_eq!((one.reports.len(), seen(one)), (4, (2, 2)));
        }
    }
}

#[test]
fn what_nobody_tells_by_name_is_lone_and_counts_for_nobody() {
    for occurrences in found(&without_names(kills(1..=3, 12, 60_000))) {
        assert_eq!(occurrences.len(), 12, "they stand together all the same");
        for one in &occurrences {
            assert_eq!((one.belief.standing, seen(one)), (Standing::Lone, (0, 0)));
            assert!(one.grounds.is_native && !one.counts());
        }
    }
}

#[test]
fn helpers_that_devices_of_nobody_name_are_not_agreed_on() {
    let helped = |told: Vec<Told>, helper: &str| -> Vec<Told> {
        let mut told = told;
        told.iter_mut().for_each(|told| told.actors.assists = vec![helper.to_owned()]);
        told
    };
    let by_nobody = without_names(helped(kills(11..=15, 1, 60_000), "Eve"));
    let mut told = by_nobody.clone();
    told.extend(helped(kills(1..=2, 1, 60_000), "Cy"));
    for occurrences in found(&told) {
        let [only] = &occurrences[..] else { panic!("{occurrences:?}") };
        assert!(!only.grounds.assists_agreed, "what is shown is nobody's word");
    }
}

#[test]
fn a_device_that_named_nobody_at_first_counts_once_it_does() {
    let mut told = without_names(kills(1..=1, 1, 20_000));
    told.extend(kills(1..=2, 1, 60_000));
    let state = placed(&told);
    let named = state.occurrences().into_iter().find(|one| one.reports.len() == 2);
    assert_eq!(named.map(|one| seen(&one)), Some((2, 2)));
}
