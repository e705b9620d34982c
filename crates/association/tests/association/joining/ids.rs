//! Match ids, learnt early or late, true or not.

use association::joining::{
    Evidence, JoinFlag, Reason, SessionFlag, Verdict, join, join_further, verdict,
};
use event_model::MatchKey;

use super::{
    generated::{DeviceClock, Dice, EVENING, GOOD, MINUTE, Session, groups, keys},
    matches::LeagueMatch,
};

fn good(_: &mut Dice) -> DeviceClock {
    GOOD
}

fn with_id(session: &Session, id: &str) -> Session {
    let mut session = session.clone();
    let mut last = session.said.last().expect("it said something").clone();
    last.evidence = Some(Evidence { match_id: Some(id.to_owned()), ..Evidence::default() });
    session.said.push(last);
    session
}

#[test]
fn an_id_learnt_later_joins_what_nothing_else_could() {
    let sessions = LeagueMatch::of(1, EVENING, 30).sessions(DeviceClock::wrong);
    let (mut one, mut other) = (sessions[0].clone(), sessions[1].clone());
    one.said.truncate(3);
    other.said.truncate(3);
    assert_eq!(verdict(&one.summary(), &other.summary()), Verdict::Wait);
    let (one, other) = (with_id(&one, "EUW1_77"), with_id(&other, "league:EUW1_77"));
    assert!(matches!(verdict(&one.summary(), &other.summary()), Verdict::Join(_)));
}

#[test]
fn a_session_joins_the_match_whose_key_is_the_id_it_learnt() {
    let sessions = LeagueMatch::of(1, EVENING, 30).sessions(good);
    let native = Session { key: MatchKey::from_text("league:77"), ..sessions[0].clone() };
    let learnt = with_id(&sessions[1], "77");
    let joined = join([&native.summary(), &learnt.summary()]);
    assert_eq!(joined.matches().count(), 1);
    assert!(learnt.summary().match_ids().eq([&native.key]));
}

#[test]
fn two_ids_are_two_matches_however_alike_they_look() {
    let sessions = LeagueMatch::of(1, EVENING, 30).sessions(good);
    let (one, other) = (with_id(&sessions[0], "77"), with_id(&sessions[1], "78"));
    assert_eq!(verdict(&one.summary(), &other.summary()), Verdict::Refuse(Reason::Ids));
}

#[test]
fn the_id_of_a_match_that_one_was_not_in_is_refused_and_flagged() {
    let mut sessions = LeagueMatch::of(1, EVENING, 30).sessions(good);
    for session in &mut sessions {
        *session = with_id(session, "77");
    }
    let mut elsewhere = LeagueMatch::of(2, EVENING, 30);
    elsewhere.roster = (20..30).map(|player| format!("stranger {player}")).collect();
    let stranger = with_id(&elsewhere.session(1, good), "77");
    let mut summaries: Vec<_> = sessions.iter().map(Session::summary).collect();
    summaries.push(stranger.summary());
    let joined = join(&summaries);
    let alone = [stranger.key.clone()].into();
    assert_eq!(groups(&joined), [keys(&sessions), alone].into());
    assert!(joined.flags_of(&stranger.key).eq([JoinFlag::ContradictoryRoster]));
}

/// One that says two ids fits each of two matches; those never become one.
#[test]
fn nobody_can_tie_two_matches_together() {
    let one = LeagueMatch::of(1, EVENING, 30).sessions(good);
    let other = LeagueMatch::of(2, EVENING + 42 * MINUTE, 30).sessions(good);
    let mut summaries = Vec::new();
    summaries.extend(one.iter().skip(1).map(|session| with_id(session, "77").summary()));
    summaries.extend(other.iter().map(|session| with_id(session, "78").summary()));
    let liar = with_id(&with_id(&one[0], "77"), "78");
    summaries.push(liar.summary());
    assert_eq!(liar.summary().flags(), [SessionFlag::SeveralIds]);
    let joined = join(&summaries);
    let match_of = |session: &Session| joined.match_of(&session.key).cloned();
    assert_ne!(match_of(&one[1]), match_of(&other[1]));
    assert_eq!(joined.matches().count(), 2);
    assert!(joined.flags_of(&liar.key).any(|flag| flag == JoinFlag::Refused));
}

/// The events are the match's, the players are not: a forged roster.
#[test]
fn a_roster_that_contradicts_the_events_is_flagged() {
    let plain = LeagueMatch::of(1, EVENING, 30);
    let mut forged = LeagueMatch::of(1, EVENING, 30);
    forged.roster = (20..30).map(|player| format!("stranger {player}")).collect();
    let sessions: Vec<_> = (0..9).map(|player| plain.session(player, good)).collect();
    let forger = forged.session(9, good);
    let summaries: Vec<_> = sessions.iter().chain([&forger]).map(Session::summary).collect();
    let joined = join(&summaries);
    assert_eq!(groups(&joined), [keys(&sessions), [forger.key.clone()].into()].into());
    assert!(joined.flags_of(&forger.key).eq([JoinFlag::ContradictoryRoster]));
    assert_eq!(joined.flags_of(&sessions[0].key).count(), 0);
}

/// Keys were handed on: what a session says later cannot take that back.
#[test]
fn a_union_stands_and_a_later_contradiction_stays_outside() {
    let match_one = LeagueMatch::of(1, EVENING, 30).sessions(good);
    let (one, other) = (with_id(&match_one[0], "77"), with_id(&match_one[1], "77"));
    let before = join([&one.summary(), &other.summary()]);
    let (one, other) = (one.summary(), with_id(&match_one[1], "78").summary());
    let third = match_one[2].summary();
    let after = join_further([&one, &other, &third], &before);
    assert!(after.match_of(one.key()).is_some_and(|joined| joined.contains(other.key())));
}
