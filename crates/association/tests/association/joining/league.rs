//! League: rosters, the match's clock, and the run of kills.

use association::{
    TimeQuality,
    joining::{Reason, Verdict, join, verdict},
};
use proptest::prelude::*;

use super::{
    generated::{
        DeviceClock, Dice, EVENING, GOOD, MINUTE, Server, Session, cases, groups, keys,
        nothing_wrong,
    },
    matches::LeagueMatch,
};

/// How long it takes until the same ten play again.
const REMATCH_AFTER: i64 = 42 * MINUTE;

fn two_matches(seed: u64, clock: fn(&mut Dice) -> DeviceClock) -> [Vec<Session>; 2] {
    let first = LeagueMatch::of(seed * 2, EVENING, 30);
    let rematch = LeagueMatch::of(seed * 2 + 1, EVENING + REMATCH_AFTER, 30);
    [first.sessions(clock), rematch.sessions(clock)]
}

fn good(_: &mut Dice) -> DeviceClock {
    GOOD
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(6), ..ProptestConfig::default() })]

    #[test]
    fn ten_sessions_make_one_match_in_any_order_and_batching(seed in 0u64..10_000) {
        let sessions = LeagueMatch::of(seed, EVENING, 30).sessions(good);
        let truth = [keys(&sessions)];
        let mut server = Server::default();
        let mixed: Vec<_> = sessions.iter().collect();
        server.hear_mixed(&mixed, &mut Dice::of(seed), |matches| {
            assert!(nothing_wrong(matches, &truth));
        });
        prop_assert_eq!(groups(&server.matches), truth.clone().into());
        let summaries: Vec<_> = sessions.iter().map(Session::summary).collect();
        prop_assert_eq!(groups(&join(&summaries)), truth.into(), "all at once");
    }

    #[test]
    fn a_rematch_of_the_same_ten_is_another_match(seed in 0u64..10_000, wrong in any::<bool>()) {
        let clock = if wrong { DeviceClock::wrong } else { good };
        let [first, rematch] = two_matches(seed, clock);
        let truth = [keys(&first), keys(&rematch)];
        let mixed: Vec<_> = first.iter().chain(&rematch).collect();
        let mut server = Server::default();
        server.hear_mixed(&mixed, &mut Dice::of(seed), |matches| {
            assert!(nothing_wrong(matches, &truth), "clocks wrong: {wrong}");
        });
        prop_assert_eq!(groups(&server.matches), truth.into(), "clocks wrong: {}", wrong);
    }

    #[test]
    fn a_verdict_is_the_same_from_both_sides(seed in 0u64..10_000, parts in (0usize..90, 0usize..90)) {
        let [first, rematch] = two_matches(seed, DeviceClock::wrong);
        let (one, other) = (first[0].summary_of(parts.0), first[1].summary_of(parts.1));
        prop_assert_eq!(verdict(&one, &other), verdict(&other, &one));
        let again = rematch[1].summary_of(parts.1);
        prop_assert_eq!(verdict(&one, &again), verdict(&again, &one));
    }

    #[test]
    fn a_summary_forgets_the_order_and_the_repetition(seed in 0u64..10_000) {
        let session = LeagueMatch::of(seed, EVENING, 30).session(3, DeviceClock::wrong);
        let mut mixed = session.clone();
        mixed.said.extend_from_within(..);
        Dice::of(seed).shuffle(&mut mixed.said);
        prop_assert_eq!(session.summary(), mixed.summary());
    }
}

#[test]
fn the_same_players_who_began_together_are_joined_before_the_first_kill() {
    let sessions = LeagueMatch::of(1, EVENING, 30).sessions(good);
    let (one, other) = (sessions[0].summary_of(2), sessions[1].summary_of(2));
    assert!(matches!(verdict(&one, &other), Verdict::Join(_)));
}

#[test]
fn with_wrong_clocks_nothing_is_joined_before_kills_agree() {
    let sessions = LeagueMatch::of(1, EVENING, 30).sessions(DeviceClock::wrong);
    let (one, other) = (sessions[0].summary_of(2), sessions[1].summary_of(2));
    assert_eq!(verdict(&one, &other), Verdict::Wait);
    let (one, other) = (sessions[0].summary_of(8), sessions[1].summary_of(8));
    assert!(matches!(verdict(&one, &other), Verdict::Join(_)));
}

#[test]
fn other_players_are_another_match() {
    let one = LeagueMatch::of(1, EVENING, 30);
    let mut other = LeagueMatch::of(1, EVENING, 30);
    for (player, account) in other.roster.iter_mut().enumerate().take(2) {
        *account = format!("somebody else {player}");
    }
    let (one, other) = (one.session(8, good).summary(), other.session(9, good).summary());
    assert_eq!(verdict(&one, &other), Verdict::Refuse(Reason::Roster));
}

#[test]
fn a_list_that_still_fills_up_is_no_other_list() {
    let one = LeagueMatch::of(1, EVENING, 30);
    let mut loading = LeagueMatch::of(1, EVENING, 30);
    loading.roster.truncate(6);
    let (one, other) = (one.session(0, good).summary(), loading.session(1, good).summary());
    assert!(matches!(verdict(&one, &other), Verdict::Join(_)));
}

#[test]
fn who_saw_the_first_half_and_who_saw_the_second_are_joined_by_who_saw_both() {
    let sessions = LeagueMatch::of(5, EVENING, 40).sessions(good);
    let half = sessions[0].said.len() / 2;
    let mut late = sessions[1].clone();
    late.said.drain(1..half + 10);
    let (early, late) = (sessions[0].summary_of(half), late.summary());
    assert!(!matches!(verdict(&early, &late), Verdict::Refuse(_)), "they only missed each other");
    let both = sessions[2].summary();
    assert_eq!(join([&early, &late, &both]).matches().count(), 1);
}

#[test]
fn good_clocks_tell_a_rematch_before_it_has_events() {
    let [first, rematch] = two_matches(3, good);
    let (first, rematch) = (first[0].summary(), rematch[1].summary_of(2));
    assert_eq!(verdict(&first, &rematch), Verdict::Refuse(Reason::Start));
}

#[test]
fn wrong_clocks_that_happen_to_agree_join_no_rematch() {
    // The rematch's devices are wrong by exactly what lies between the matches.
    let [first, _] = two_matches(4, good);
    let as_early =
        |_: &mut Dice| DeviceClock { wrong_by_ms: -REMATCH_AFTER, quality: TimeQuality::Low };
    let rematch = LeagueMatch::of(9, EVENING + REMATCH_AFTER, 30).session(1, as_early);
    for count in 0..rematch.said.len() {
        let verdict = verdict(&first[0].summary(), &rematch.summary_of(count));
        assert!(!matches!(verdict, Verdict::Join(_)), "after {count}");
    }
    let verdict = verdict(&first[0].summary(), &rematch.summary());
    assert_eq!(verdict, Verdict::Refuse(Reason::Events));
}

/// Once in a thousand evenings a few kills of the rematch fall on the same
/// seconds: with all that does not, they show nothing.
#[test]
fn a_few_kills_at_the_same_seconds_join_no_rematch() {
    let [first, rematch] = two_matches(4, DeviceClock::wrong);
    let mut rematch = rematch[1].clone();
    rematch.said.extend(first[1].said.iter().rev().take(20).cloned());
    let verdict = verdict(&first[0].summary(), &rematch.summary());
    assert!(!matches!(verdict, Verdict::Join(_)), "{verdict:?}");
}
