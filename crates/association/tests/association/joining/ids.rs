//! Match ids, learnt early or late, true or not.

use std::collections::BTreeSet;

use association::joining::{
    Evidence, JoinFlag, Reason, SessionFlag, Verdict, join, join_further, verdict,
};
use event_model::{Kind, MatchKey};

use super::{
    generated::{DeviceClock, Dice, EVENING, GOOD, MINUTE, Said, Session, groups, keys},
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
    assert_eq!(match_of(&liar), match_of(&one[1]), "what it saw says which of the two it was in");
}

/// What somebody says of a session who tells nothing that happened in it.
fn hearsay(session: &Session, account: &str, id: &str) -> Said {
    let mut said = session.said.last().expect("it said something").clone();
    said.device = account.bytes().map(u128::from).sum();
    said.account = account.to_owned();
    said.kind = Kind::SessionEvidence;
    said.evidence = Some(Evidence { match_id: Some(id.to_owned()), ..Evidence::default() });
    said
}

fn native(session: &Session, id: &str) -> Session {
    Session { key: MatchKey::native(&session.game, id), ..session.clone() }
}

/// Whoever says that they are one: a stranger, a player of both, and all of them.
#[test]
fn two_matches_to_which_the_game_gave_ids_are_never_one() {
    let played = LeagueMatch::of(1, EVENING, 30).sessions(good);
    let (mut one, mut other) = (native(&played[0], "77"), native(&played[0], "78"));
    one.said.push(hearsay(&one, "stranger", "78"));
    for (session, id) in [(&mut one, "78"), (&mut other, "77")] {
        *session = with_id(session, id);
    }
    let (one, other) = (one.summary(), other.summary());
    assert_eq!(verdict(&one, &other), Verdict::Refuse(Reason::Ids));
    assert!(one.match_ids().eq([one.key()]), "the game's word stands");
    assert_eq!(one.flags(), [SessionFlag::SeveralIds], "what is said is seen");
    // Nor does a session between them tie them together.
    for id in ["77", "78"] {
        let between = with_id(&played[1], id).summary();
        let joined = join([&one, &other, &between]);
        let alone = if id == "77" { &other } else { &one };
        assert_eq!(joined.match_of(alone.key()).map(BTreeSet::len), Some(1));
        assert_eq!(joined.matches().count(), 2);
    }
}

#[test]
fn an_id_counts_from_who_tells_of_the_session_and_by_most_accounts() {
    let mut session = LeagueMatch::of(1, EVENING, 30).session(0, good);
    let ids = |session: &Session| session.summary().match_ids().cloned().collect::<Vec<_>>();
    let id = |id: &str| vec![MatchKey::native(&session.game, id)];
    let (honest, forged, none) = (id("77"), id("78"), Vec::new());
    session.said.push(hearsay(&session, "stranger", "78"));
    assert_eq!(ids(&session), none, "a stranger names it");
    let mut seen = hearsay(&session, "stranger", "78");
    (seen.kind, seen.evidence) = (Kind::Kill, None);
    session.said.push(seen);
    assert_eq!(ids(&session), forged, "it has seen something, and nobody else says any");
    let own_word = Said {
        evidence: Some(Evidence { match_id: Some("77".to_owned()), ..Evidence::default() }),
        ..session.said[0].clone()
    };
    let mut own = session.clone();
    own.said.push(own_word);
    assert_eq!(ids(&own), none, "as many say the other one");
    let mut both = own.clone();
    let mut seen = hearsay(&own, "friend", "77");
    both.said.push(seen.clone());
    (seen.kind, seen.evidence) = (Kind::Kill, None);
    both.said.push(seen);
    assert_eq!(ids(&both), honest);
    let mut backwards = both.clone();
    backwards.said.reverse();
    assert_eq!(ids(&backwards), honest, "in any order");
    // A second device of the stranger's account is no second voice.
    let mut twice = both.clone();
    for kind in [Kind::Kill, Kind::SessionEvidence] {
        let said = hearsay(&own, "stranger", "78");
        let evidence = said.evidence.clone().filter(|_| kind == Kind::SessionEvidence);
        twice.said.push(Said { device: 9_999, kind, evidence, ..said });
    }
    assert_eq!(ids(&twice), honest);
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
