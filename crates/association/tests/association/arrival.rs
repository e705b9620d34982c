//! What is decided when a report arrives.

use association::{Change, LogNo, MatchState, OccurrenceNo, Placed, Rules, StreamFlag, Streams};
use event_model::{Game, Kind};

use crate::{
    sketch::{league, live},
    told::Told,
};

fn occurrences(told: &[Told]) -> Vec<Vec<u64>> {
    let (state, _) = live(told);
    let numbers = |reports: Vec<LogNo>| reports.into_iter().map(|no| no.0).collect();
    state.occurrences().into_iter().map(|o| numbers(o.reports)).collect()
}

#[test]
fn ten_witnesses_of_one_kill_are_one_occurrence_at_once() {
    let told: Vec<Told> = (1..=10)
        .map(|device| Told::kill(device, 60_000 + 30 * device as u64, "Ana", "Bo"))
        .collect();
    assert_eq!(occurrences(&told).len(), 1);
}

#[test]
fn a_revive_makes_two_of_the_same_kill() {
    let mut told = Vec::new();
    for device in 1..=4 {
        told.push(Told::kill(device, 60_000, "Ana", "Bo"));
        told.push(Told::kill(device, 63_000, "Ana", "Bo"));
    }
    assert_eq!(occurrences(&told), [vec![1, 3, 5, 7], vec![2, 4, 6, 8]]);
}

#[test]
fn what_may_be_of_two_is_given_one_of_its_own() {
    let told = [
        Told::kill(1, 60_000, "Ana", "Bo"),
        Told::kill(1, 63_000, "Ana", "Bo"),
        // In the middle: as late for the first as early for the second.
        Told::kill(2, 61_700, "Ana", "Bo"),
    ];
    assert_eq!(occurrences(&told).len(), 3);
}

#[test]
fn a_counter_joins_whatever_the_clocks_say() {
    let mut wrong = Told::kill(2, 900_000, "Ana", "Bo").death(1);
    wrong.at_ms += 3_600_000;
    let told = [Told::kill(1, 60_000, "Ana", "Bo").death(1), wrong];
    assert_eq!(occurrences(&told), [vec![1, 2]]);
}

#[test]
fn a_counter_tells_apart_what_time_would_join() {
    let told =
        [Told::kill(1, 60_000, "Ana", "Bo").death(1), Told::kill(2, 60_000, "Ana", "Bo").death(2)];
    assert_eq!(occurrences(&told).len(), 2);
}

#[test]
fn a_clock_that_nothing_places_joins_nothing_by_time() {
    let mut unknown = Told::kill(2, 60_000, "Ana", "Bo");
    unknown.quality = association::TimeQuality::Low;
    let told = [Told::kill(1, 60_000, "Ana", "Bo"), unknown];
    assert_eq!(occurrences(&told).len(), 2);
}

#[test]
fn the_same_event_of_an_accounts_other_device_is_the_same_occurrence() {
    let first = Told::kill(1, 60_000, "Ana", "Bo");
    let mut second = Told { device: 2, observer: first.observer.clone(), ..first.clone() };
    second.quality = association::TimeQuality::Low;
    second.at_ms += 3_600_000;
    assert_eq!(occurrences(&[first, second]), [vec![1, 2]]);
}

#[test]
fn a_repetition_changes_nothing() {
    let told = Told::kill(1, 60_000, "Ana", "Bo");
    let (mut state, _) = live(std::slice::from_ref(&told));
    assert_eq!(state.place(&told.report(2)), Placed::Known);
    assert!(state.take_changes().changes.is_empty());
}

#[test]
fn evidence_is_silent_and_a_foreign_type_alone() {
    let mut state = MatchState::new(league());
    let told = Told::kill(1, 60_000, "Ana", "Bo");
    let mut report = told.report(7);
    report.kind = Some(Kind::SessionEvidence);
    assert_eq!(state.place(&report), Placed::Silent);
    report.kind = None;
    let occurrence = OccurrenceNo::of_founder(LogNo(7));
    assert_eq!(state.place(&report), Placed::Alone(occurrence));
    let changes = state.take_changes().changes;
    assert_eq!(changes, [Change::Created { occurrence, report: LogNo(7) }]);
}

#[test]
fn a_clock_that_steps_stops_joining_until_it_is_understood() {
    let mut told = Vec::new();
    for kill in 0..12_u64 {
        let at = 60_000 + kill * 20_000 + kill * kill * 1_370 % 9_000;
        let victim = format!("victim {}", kill % 4);
        for device in 1..=3 {
            told.push(Told::kill(device, at + device as u64, "Ana", &victim));
        }
        let mut stepped = Told::kill(4, at + 40, "Ana", &victim);
        if kill >= 4 {
            // The server is not told: it takes the clock for right.
            stepped.mono_ms += 7_000;
            stepped.at_ms += 7_000;
        }
        told.push(stepped);
    }
    let (state, _) = live(&told);
    for occurrence in state.occurrences() {
        let kills: Vec<u64> = occurrence.reports.iter().map(|no| (no.0 - 1) / 4).collect();
        assert!(kills.windows(2).all(|pair| pair[0] == pair[1]), "two kills in one: {kills:?}");
    }
}

#[test]
fn two_devices_of_one_account_are_two_reports_of_one_kill() {
    let first = Told::kill(1, 60_000, "Ana", "Bo");
    let mut second = Told::kill(2, 60_100, "Ana", "Bo");
    second.observer.clone_from(&first.observer);
    assert_eq!(occurrences(&[first, second]), [vec![1, 2]]);
}

#[test]
fn a_counter_that_lags_behind_the_devices_own_is_left_to_the_clock() {
    let told = [
        Told::kill(1, 60_000, "Ana", "Bo").death(1),
        Told::kill(1, 80_000, "Ana", "Bo").death(2),
        Told::kill(2, 60_100, "Ana", "Bo").death(1),
        Told::kill(2, 80_100, "Ana", "Bo").death(1),
    ];
    assert_eq!(occurrences(&told), [vec![1, 3], vec![2, 4]]);
}

#[test]
fn a_counter_that_lagged_and_came_first_is_found_by_the_right_one() {
    let told = [
        Told::kill(1, 60_000, "Ana", "Bo").death(1),
        Told::kill(1, 80_000, "Ana", "Bo").death(1),
        Told::kill(2, 80_100, "Ana", "Bo").death(2),
        Told::kill(3, 80_200, "Ana", "Bo").death(2),
    ];
    assert_eq!(occurrences(&told), [vec![1], vec![2, 3, 4]]);
}

#[test]
fn a_step_is_not_taken_for_another_of_a_burst() {
    // The second clock has stepped back by seven seconds: what it tells of the
    // second kill looks like a late report of the first.
    let told = [
        Told::kill(2, 53_300, "Ana", "Bo"),
        Told::kill(1, 60_200, "Ana", "Bo"),
        Told::kill(2, 61_500, "Ana", "Bo"),
        Told::kill(1, 68_300, "Ana", "Bo"),
    ];
    assert_eq!(occurrences(&told), [vec![1], vec![2], vec![3], vec![4]]);
}

#[test]
fn what_one_tells_alone_is_held_against_nobody() {
    let told = [
        Told::kill(1, 58_000, "Di", "Bo"),
        Told::kill(2, 60_000, "Ana", "Bo"),
        Told::kill(3, 60_100, "Ana", "Bo"),
        // So late that one who missed a kill of several would not be believed.
        Told::kill(4, 61_200, "Ana", "Bo"),
    ];
    assert_eq!(occurrences(&told), [vec![1], vec![2, 3, 4]]);
}

#[test]
fn two_that_are_too_near_for_two_kills_leave_nobody_alone() {
    let told = [
        Told::kill(1, 50_000, "Ana", "Bo"),
        Told::kill(2, 50_100, "Ana", "Bo"),
        Told::kill(1, 60_000, "Ana", "Bo"),
        Told::kill(2, 60_100, "Ana", "Bo"),
        // It missed the first, and is late: its clock may have stepped.
        Told::kill(3, 61_000, "Ana", "Bo"),
        Told::kill(4, 50_100, "Ana", "Bo"),
        Told::kill(4, 60_450, "Ana", "Bo"),
    ];
    assert_eq!(occurrences(&told), [vec![1, 2, 6], vec![3, 4, 7], vec![5]]);
}

#[test]
fn who_tells_a_kill_twice_at_once_before_all_others_renames_none_of_them() {
    for swapped in [false, true] {
        let mut told: Vec<Told> =
            (1..=5).map(|device| Told::kill(device, 60_000, "Ana", "Bo")).collect();
        told.insert(
            1,
            Told { event_id: Told::kill(1, 60_001, "", "").event_id, ..told[0].clone() },
        );
        if swapped {
            told.swap(0, 1);
        }
        let (mut state, _) = live(&told);
        let before = state.occurrences();
        state.resolve();
        let names = |all: Vec<association::Occurrence>| -> Vec<(OccurrenceNo, usize)> {
            all.into_iter().map(|one| (one.no, one.reports.len())).collect()
        };
        assert_eq!(names(before), names(state.occurrences()), "{swapped}");
    }
}

/// A kill or a death of Counter-Strike as its one witness tells it.
fn half(kind: Kind, device: u128, ms: u64, team: &str) -> Told {
    let mut half = Told::kill(device, ms, "", "");
    let who = half.observer.clone();
    let is_kill = kind == Kind::Kill;
    (half.actors.attacker, half.actors.victim) = if is_kill { (who, None) } else { (None, who) };
    (half.kind, half.round, half.team) = (kind, Some(3), Some(team.to_owned()));
    half
}

fn halves(told: &[Told]) -> Vec<usize> {
    let mut state = MatchState::new(Rules::of(&Game::new("cs2").unwrap()));
    for (position, told) in (1..).zip(told) {
        state.place(&told.report(position));
    }
    assert_eq!(state.resolves(), 0);
    state.occurrences().into_iter().map(|one| one.reports.len()).collect()
}

#[test]
fn two_halves_of_which_each_can_only_be_the_others_are_one_kill_at_once() {
    let (kill, death) = (half(Kind::Kill, 1, 60_000, "CT"), half(Kind::Death, 2, 60_080, "T"));
    assert_eq!(halves(&[kill.clone(), death.clone()]), [2]);
    assert_eq!(halves(&[death, kill.clone()]), [2]);
    let of_a_mate = half(Kind::Death, 2, 60_080, "CT");
    assert_eq!(halves(&[kill, of_a_mate]), [1, 1]);
}

#[test]
fn a_half_that_can_be_of_two_kills_stands_alone() {
    let told = [
        half(Kind::Kill, 1, 60_000, "CT"),
        half(Kind::Kill, 2, 60_150, "CT"),
        half(Kind::Death, 3, 60_080, "T"),
    ];
    assert_eq!(halves(&told), [1, 1, 1]);
}

#[test]
fn what_somebody_without_a_vote_begins_is_not_joined_before_others_tell_it() {
    let mut state = MatchState::new(league());
    let mut position = 0;
    let mut place = |state: &mut MatchState, told: &Told| {
        position += 1;
        let placed = state.place(&told.report(position));
        state.resolve_if_due();
        placed
    };
    for kill in 0..40 {
        let at = 60_000 + kill * 17_000;
        let (one, other) = if kill % 2 == 0 { ("Ana", "Bo") } else { ("Cem", "Dora") };
        for device in 1..=5 {
            place(&mut state, &Told::kill(device, at, one, other));
        }
        place(&mut state, &Told::kill(5, at + 8_000, "Eli", "Finn"));
    }
    let views = Streams::read(&state.rows().whole).unwrap().views();
    assert!(views.iter().any(|view| view.flags.contains(&StreamFlag::NoVote)));
    let at = 60_000 + 41 * 17_000;
    let first = place(&mut state, &Told::kill(5, at, "Ana", "Bo"));
    let honest = place(&mut state, &Told::kill(1, at + 200, "Ana", "Bo"));
    assert_ne!(first, honest);
    assert_eq!(honest, place(&mut state, &Told::kill(2, at + 300, "Ana", "Bo")));
    state.seal();
    assert_eq!(state.occurrences().len(), 40 + 40 + 1);
}
