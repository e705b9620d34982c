//! Counter-Strike: nothing but the run of rounds.

use association::joining::{Reason, SessionSummary, Verdict, join, verdict};
use event_model::Kind;
use proptest::prelude::*;

use super::{
    generated::{
        DeviceClock, Dice, EVENING, GOOD, MINUTE, Server, Session, cases, groups, keys,
        nothing_wrong,
    },
    matches::Cs2Match,
};

fn good(_: &mut Dice) -> DeviceClock {
    GOOD
}

/// What a session says until a round is over: evidence first, then at most
/// three for each round.
fn until_round(session: &Session, round: u32) -> usize {
    let after = session.said.iter().position(|said| said.round.is_some_and(|said| said > round));
    after.unwrap_or(session.said.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(6), ..ProptestConfig::default() })]

    #[test]
    fn ten_sessions_on_one_map_at_once_with_ten_others_make_two_matches(
        seed in 0u64..10_000, wrong in any::<bool>(),
    ) {
        let clock = if wrong { DeviceClock::wrong } else { good };
        let mut dice = Dice::of(seed);
        let one = Cs2Match::of(seed * 2, EVENING, 20).sessions(clock);
        let start = EVENING + dice.between(0, 3_000);
        let other = Cs2Match::of(seed * 2 + 1, start, 22).sessions(clock);
        let truth = [keys(&one), keys(&other)];
        let mixed: Vec<_> = one.iter().chain(&other).collect();
        let mut server = Server::default();
        server.hear_mixed(&mixed, &mut dice, |matches| {
            assert!(nothing_wrong(matches, &truth), "clocks wrong: {wrong}");
        });
        prop_assert_eq!(groups(&server.matches), truth.into(), "clocks wrong: {}", wrong);
    }

    #[test]
    fn a_rematch_on_the_same_map_is_another_match(seed in 0u64..10_000) {
        let one = Cs2Match::of(seed * 2, EVENING, 20).sessions(DeviceClock::wrong);
        let rematch = Cs2Match::of(seed * 2 + 1, EVENING + 40 * MINUTE, 20);
        let rematch = rematch.sessions(DeviceClock::wrong);
        let summaries: Vec<_> = one.iter().chain(&rematch).map(Session::summary).collect();
        prop_assert_eq!(groups(&join(&summaries)), [keys(&one), keys(&rematch)].into());
    }

    #[test]
    fn rounds_are_judged_the_same_from_both_sides(
        seed in 0u64..10_000, parts in (0usize..60, 0usize..60),
    ) {
        let sessions = Cs2Match::of(seed, EVENING, 20).sessions(DeviceClock::wrong);
        let (one, other) = (sessions[0].summary_of(parts.0), sessions[1].summary_of(parts.1));
        prop_assert_eq!(verdict(&one, &other), verdict(&other, &one));
    }
}

/// The first round after which two sessions are joined.
fn joined_after(one: &Session, other: &Session) -> Option<u32> {
    let empty = |session: &Session| SessionSummary::new(session.key.clone(), session.game.clone());
    let (mut ours, mut theirs) = (empty(one), empty(other));
    let (mut our_said, mut their_said) = (0, 0);
    (1..=24).find(|round| {
        for (session, said, summary) in
            [(one, &mut our_said, &mut ours), (other, &mut their_said, &mut theirs)]
        {
            let until = until_round(session, *round);
            session.said[*said..until].iter().for_each(|said| said.tell(&session.key, summary));
            *said = until;
        }
        matches!(verdict(&ours, &theirs), Verdict::Join(_))
    })
}

/// Pairs of matches on one map that began within half an hour; simulated.
#[test]
fn two_matches_on_one_map_are_never_joined_by_chance() {
    let pairs = u64::from(cases(2_000));
    let joined = (0..pairs).filter(|seed| {
        let mut dice = Dice::of(*seed);
        let one = Cs2Match::of(seed * 2, EVENING, 16).session(0, DeviceClock::wrong);
        let start = EVENING + dice.between(-30, 30) * MINUTE;
        let other = Cs2Match::of(seed * 2 + 1, start, 16).session(1, DeviceClock::wrong);
        // A wrong join stands for ever, whatever comes after it.
        joined_after(&one, &other).is_some()
    });
    assert_eq!(joined.count(), 0, "of {pairs}");
}

/// How many rounds it takes; simulated.
#[test]
fn two_sessions_of_a_match_are_joined_within_a_few_rounds() {
    for (clock, half_by, nearly_all_by) in
        [(good as fn(&mut Dice) -> DeviceClock, 5, 8), (DeviceClock::wrong, 7, 11)]
    {
        let rounds_needed = |seed| {
            let sessions = Cs2Match::of(seed, EVENING, 24).sessions(clock);
            joined_after(&sessions[0], &sessions[1])
        };
        let mut needed: Vec<_> =
            (0..400).map(|seed| rounds_needed(seed).expect("24 rounds are enough")).collect();
        needed.sort_unstable();
        println!("simulated: half by round {}, 97.5 % by {}", needed[200], needed[390]);
        assert!(needed[200] <= half_by && needed[390] <= nearly_all_by);
    }
}

#[test]
fn rounds_that_went_otherwise_are_two_matches() {
    let one = Cs2Match::of(1, EVENING, 12).session(0, DeviceClock::wrong).summary();
    let other = Cs2Match::of(2, EVENING, 12).session(1, DeviceClock::wrong).summary();
    assert_eq!(verdict(&one, &other), Verdict::Refuse(Reason::Rounds));
}

#[test]
fn a_score_read_after_the_change_of_sides_is_the_same_score() {
    let plain = Cs2Match::of(1, EVENING, 12).session(0, good);
    let mut swapped = Cs2Match::of(1, EVENING, 12).session(1, good);
    for said in &mut swapped.said {
        let score = said.score.take().unwrap_or_default();
        let (ct, t) = score.split_once(",\"t\":").unwrap_or_default();
        let (ct, t) = (ct.trim_start_matches("{\"ct\":"), t.trim_end_matches('}'));
        said.score = Some(format!("{{\"ct\":{t},\"t\":{ct}}}"));
    }
    assert!(matches!(verdict(&plain.summary(), &swapped.summary()), Verdict::Join(_)));
}

#[test]
fn a_score_that_differs_is_another_round() {
    let plain = Cs2Match::of(1, EVENING, 12).session(0, good);
    let mut other = Cs2Match::of(1, EVENING, 12).session(1, good);
    for said in other.said.iter_mut().filter(|said| said.kind == Kind::RoundEnded) {
        (said.winner, said.score) = (None, Some("100-100".to_owned()));
    }
    other.said.retain(|said| said.evidence.is_none());
    let verdict = verdict(&plain.summary(), &other.summary());
    assert_eq!(verdict, Verdict::Refuse(Reason::Rounds));
}

/// Half of one's frames are late: two offsets fit equally well, and which of
/// them is the middle depends on the side that one looks from.
#[test]
fn two_offsets_that_fit_alike_weigh_the_same_from_both_sides() {
    let mut sessions = Cs2Match::of(1, EVENING, 12).sessions(good);
    for said in sessions[1].said.iter_mut().filter(|said| said.round.is_some_and(|r| r % 2 == 0)) {
        said.mono_ms += 2_600;
    }
    let (one, other) = (sessions[0].summary(), sessions[1].summary());
    assert!(matches!(verdict(&one, &other), Verdict::Join(_)));
    assert_eq!(verdict(&one, &other), verdict(&other, &one));
}

#[test]
fn deathmatch_shows_nothing_to_join_by() {
    let mut sessions = Cs2Match::of(1, EVENING, 12).sessions(good);
    for session in &mut sessions {
        session.said.truncate(1);
    }
    let summaries: Vec<_> = sessions.iter().map(Session::summary).collect();
    assert_eq!(join(&summaries).matches().count(), sessions.len(), "over-split, never guessed");
}
