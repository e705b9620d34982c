//! What a match does with more than it can hold, and with what cannot be right.

use association::{MatchState, Placed, ReportSet, StreamFlag, Streams, TimeQuality};
use event_model::Kind;

use crate::{
    reader::{Reader, assert_agree},
    sketch::{contents, league},
    told::{START_MS, Told},
};

fn flood(device: u128, many: u64) -> Vec<Told> {
    (0..many).map(|n| Told::kill(device, 60_000 + n * 10, "Ana", &format!("v{}", n % 50))).collect()
}

#[test]
fn a_stream_keeps_its_canonically_first_reports_in_any_order() {
    let told = flood(1, 1_500);
    let backwards: Vec<Told> = told.iter().rev().cloned().collect();
    let mut states = Vec::new();
    for told in [&told, &backwards] {
        let mut state = MatchState::new(league());
        for (position, told) in (1..).zip(told.iter()) {
            state.place(&told.report(position));
        }
        state.seal();
        states.push(state);
    }
    assert_eq!(contents(&states[0]), contents(&states[1]));
    let counts = states[0].counts();
    assert!(counts.overflow > 0 && counts.reports + counts.overflow == 1_500, "{counts:?}");
}

#[test]
fn what_overflows_is_told_and_leaves_no_handle_behind() {
    let mut state = MatchState::new(league());
    let mut reader = Reader::default();
    let backwards: Vec<Told> = flood(1, 1_200).into_iter().rev().collect();
    for (position, told) in (1..).zip(&backwards) {
        state.place(&told.report(position));
        state.resolve_if_due();
        reader.read(&state.take_changes());
    }
    assert_agree(&reader, &state);
    let counts = state.counts();
    assert!(counts.overflow > 0);
    assert_eq!(counts.reports + counts.overflow, 1_200);
}

#[test]
fn one_who_floods_takes_no_room_from_another() {
    let mut state = MatchState::new(league());
    let flood: Vec<Told> = (2..=10).flat_map(|device| flood(device, 1_000)).collect();
    for (position, told) in (1..).zip(&flood) {
        state.place(&told.report(position));
    }
    for (position, told) in (100_000..).zip(&flood_of_one()) {
        let placed = state.place(&told.report(position));
        assert!(matches!(placed, Placed::Expresses(_)), "{placed:?}");
    }
    assert!(state.reports().len() <= ReportSet::REPORTS_MAX);
}

fn flood_of_one() -> Vec<Told> {
    flood(1, 130)
}

#[test]
fn a_device_that_invents_clocks_and_accounts_is_held_to_a_few() {
    let mut state = MatchState::new(league());
    for position in 1..=500_u64 {
        let mut told = Told::kill(1, 60_000 + position * 5_000, "Ana", "Bo");
        told.epoch = u128::from(position);
        told.observer = Some(format!("player {}", position % 20));
        state.place(&told.report(position));
    }
    let set = state.reports();
    assert_eq!(set.streams().len(), ReportSet::STREAMS_PER_DEVICE_MAX);
    let most = ReportSet::STREAMS_PER_DEVICE_MAX * ReportSet::CLOCKS_PER_STREAM_MAX;
    assert!(set.clocks().len() <= most);
    assert_eq!(state.counts().reports + state.counts().overflow, 500);
}

#[test]
fn impossible_years_and_numbers_that_go_back_are_counted_and_kept() {
    let mut state = MatchState::new(league());
    for (position, year_ms) in (1..).zip([0, 4_291_747_200_000, i64::MAX / 4, i64::MIN / 4]) {
        let mut told = Told::kill(1, position * 60_000, "Ana", "Bo");
        told.at_ms = year_ms;
        let mut report = told.report(position);
        report.sequence = Some(100 - position);
        assert!(matches!(state.place(&report), Placed::Expresses(_)));
    }
    state.seal();
    let stream = &state.streams().views()[0];
    assert_eq!((stream.counts.absurd_times, stream.counts.went_back), (4, 3));
    assert_eq!(state.counts().reports, 4);
}

#[test]
fn a_clock_that_shows_what_none_can_makes_no_time_that_nobody_told() {
    let of_2106 = 4_294_967_295_000;
    let told = [(0, 0), ((1 << 53) - 1, of_2106), (5, -60_000_000_000_000), (8, START_MS)];
    let mut state = MatchState::new(league());
    for (position, (mono_ms, at_ms)) in (1..).zip(told) {
        let mut one = Told::kill(1, position * 60_000, "Ana", "Bo");
        (one.mono_ms, one.at_ms, one.quality) = (mono_ms, at_ms, TimeQuality::Low);
        state.place(&one.report(position));
    }
    for _ in 0..2 {
        for occurrence in state.occurrences() {
            let at_ms = occurrence.said.at.at.unix_ms();
            assert!((-60_000_000_000_000..=of_2106).contains(&at_ms), "{:?}", occurrence.said.at);
        }
        let stream = &state.streams().views()[0];
        let told = (stream.first_at.unwrap().unix_ms(), stream.last_at.unwrap().unix_ms());
        assert!(told.0 >= -60_000_000_000_000 && told.1 <= of_2106, "{told:?}");
        assert!(stream.flags.contains(&StreamFlag::AbsurdTimes));
        state.seal();
    }
}

#[test]
fn the_ends_of_every_number_are_survived() {
    let mut state = MatchState::new(league());
    let mut position = 0;
    for mono_ms in [0, 1, u64::MAX] {
        for at_ms in [i64::MIN, -1, 0, i64::MAX] {
            for match_clock_ms in [None, Some(i64::MIN), Some(i64::MAX)] {
                position += 1;
                let mut told = Told::kill(u128::from(position % 3) + 1, position, "Ana", "Bo");
                (told.mono_ms, told.at_ms, told.match_clock_ms) = (mono_ms, at_ms, match_clock_ms);
                state.place(&told.report(position));
            }
        }
    }
    state.seal();
    let mut late = Told::kill(9, 5, "Ana", "Bo");
    late.at_ms = i64::MAX;
    state.place(&late.report(position + 1));
    state.reopen();
    assert_eq!(state.counts().reports + state.counts().overflow, position + 1);
}

/// What a reader of the one stream is told to be odd.
fn flags(state: &MatchState) -> Vec<StreamFlag> {
    Streams::read(&state.rows().whole).unwrap().views()[0].flags.clone()
}

#[test]
fn a_match_that_never_ends_stays_within_bounds_and_loses_nothing() {
    let mut state = MatchState::new(league());
    let many = 30_000_u64;
    for position in 1..=many {
        // A kill a second for eight hours, and no end.
        let told = Told::kill(1, position * 1_000, "Ana", &format!("v{}", position % 10));
        state.place(&told.report(position));
        state.resolve_if_due();
        state.take_changes();
    }
    let counts = state.counts();
    assert_eq!(counts.reports + counts.overflow, many);
    assert!(state.bytes() < 1 << 20, "{}", state.bytes());
    assert!(state.resolves() < 20, "{}", state.resolves());
    assert!(flags(&state).contains(&StreamFlag::Overflow));
}

#[test]
fn clocks_of_1970_and_2106_tell_the_same_match_and_are_flagged() {
    let mut state = MatchState::new(league());
    let mut position = 0;
    for kill in 0..30_u64 {
        let at = 60_000 + kill * 21_000 + kill * kill * 37;
        for (device, year_ms) in [(1, None), (2, Some(0)), (3, Some(4_291_747_200_000_i64))] {
            let mut told = Told::kill(device, at + device as u64, "Ana", &format!("v{}", kill % 7));
            if let Some(year_ms) = year_ms {
                told.at_ms = year_ms + i64::try_from(at).unwrap();
                told.quality = TimeQuality::Low;
            }
            position += 1;
            let mut report = told.report(position);
            // Restored from a backup each time: its numbers go back.
            report.sequence = Some(u64::MAX - position);
            state.place(&report);
            state.resolve_if_due();
        }
    }
    state.seal();
    assert_eq!((state.counts().occurrences, state.counts().reports), (30, 90));
    let views = Streams::read(&state.rows().whole).unwrap().views();
    let odd = |view: &association::StreamView| view.flags.contains(&StreamFlag::AbsurdTimes);
    assert_eq!(views.iter().map(odd).collect::<Vec<_>>(), [false, true, true]);
    assert!(views.iter().all(|view| view.flags.contains(&StreamFlag::SequenceWentBack)));
    assert!(views.iter().all(|view| view.counts.went_back == 29), "{views:?}");
}

#[test]
fn an_end_that_is_told_again_and_again_is_solved_once() {
    let mut state = MatchState::new(league());
    for position in 1..=60_u64 {
        let mut told = Told::kill(1, 60_000 + position * 5_000, "Ana", "Bo");
        told.kind = Kind::MatchEnded;
        state.place(&told.report(position));
        state.resolve_if_due();
    }
    assert_eq!(state.resolves(), 1);
    assert_eq!(state.counts().reports, 60);
}

#[test]
fn one_who_sends_too_much_at_random_times_is_seldom_solved() {
    let mut state = MatchState::new(league());
    let many = 6_000_u64;
    for position in 1..=many {
        let at = position.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 900_000;
        let told = Told::kill(1, 60_000 + at, "Ana", &format!("v{}", position % 10));
        state.place(&told.report(position));
        state.resolve_if_due();
    }
    let counts = state.counts();
    assert!(counts.overflow > many / 2, "{counts:?}");
    assert!(state.resolves() < 24, "{}", state.resolves());
}

#[test]
fn clocks_that_ask_all_the_time_are_heard_ever_less() {
    let mut state = MatchState::new(league());
    let (clocks, each) = (120_u64, 8_u64);
    for position in 0..clocks * each {
        let clock = position / each;
        let mut told = Told::kill(u128::from(clock / 30) + 1, position * 5_000, "Ana", "Bo");
        told.quality = TimeQuality::Low;
        told.epoch = u128::from(clock);
        told.observer = Some(format!("player {} {}", clock / 30, clock % 4));
        state.place(&told.report(position + 1));
        state.resolve_if_due();
    }
    assert!(state.reports().clocks().len() > 100, "each of them asks once");
    assert!(state.resolves() < 70, "{}", state.resolves());
}
