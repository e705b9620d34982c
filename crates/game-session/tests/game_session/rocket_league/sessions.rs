//! Where one match ends and another begins, and whose eyes it is seen with.

use std::collections::BTreeSet;

use event_model::{Kind, MatchKey, MatchOrigin};
use game_session::{MatchNow, Phase};
use serde_json::{Value, json};

use super::support::{ANA, Car, State, bare, events, kick_off, lines, message, steps};

fn matches(messages: &[Value]) -> usize {
    let keys = events(messages).into_iter().map(|event| event.data.match_ref.key);
    keys.collect::<BTreeSet<_>>().len()
}

#[test]
fn a_match_is_called_what_the_game_calls_it() {
    let told = events(&[kick_off().message()]);
    let key = MatchKey::from_text(format!("rocket-league:{}", super::support::GUID));
    assert!(told.iter().all(|event| *event.subject() == key));
    assert!(told.iter().all(|event| event.data.observer.as_deref() == Some(ANA)));
}

#[test]
fn who_sees_both_teams_boost_only_watches() {
    let told = events(&[State { watched: true, ..kick_off() }.message()]);
    assert!(told.iter().all(|event| event.data.observer.is_none()));
}

#[test]
fn a_match_that_begins_before_anybody_has_a_car_is_the_players_own() {
    let countdown = State { counts_down: true, ..kick_off() };
    let shot = State { ana: Car { shots: 1, ..Car::default() }, time_s: 290, ..kick_off() };
    let own = events(&[kick_off().message(), shot.message()]);
    let told =
        events(&[countdown.message(), countdown.message(), kick_off().message(), shot.message()]);
    assert_eq!(told, own, "as if the countdown had not been seen");
    assert!(told.iter().all(|event| event.data.observer.as_deref() == Some(ANA)));
}

#[test]
fn what_happens_before_it_is_clear_whose_client_it_is_waits_for_nobody() {
    let countdown = State { counts_down: true, ..kick_off() };
    let goal = State { scores: (0, 1), counts_down: true, ..kick_off() };
    let told = [vec![countdown.message()], vec![goal.message(); 40], vec![kick_off().message()]];
    let told = events(&told.concat());
    assert_eq!(told.last().map(|event| event.kind), Some(Kind::Goal));
    assert!(told.iter().all(|event| event.data.observer.is_none()), "one session has one observer");
}

#[test]
fn a_match_of_which_only_the_countdown_was_seen_is_told() {
    let countdown = State { counts_down: true, ..kick_off() };
    let told = events(&[countdown.message(), bare("MatchDestroyed")]);
    assert_eq!(told.last().map(|event| event.kind), Some(Kind::MatchStarted));
}

#[test]
fn the_end_is_told_once() {
    let over =
        message("MatchEnded", &json!({ "MatchGuid": super::support::GUID, "WinnerTeamNum": 0 }));
    let won = State { has_winner: true, ..kick_off() };
    let told = [kick_off().message(), over, won.message(), bare("PodiumStart")];
    assert_eq!(lines(&told), ["match_ended"]);
    assert_eq!(lines(&[kick_off().message(), won.message()]), ["match_ended"]);
}

#[test]
fn who_joins_late_says_so() {
    let late = |state: State| {
        let started =
            events(&[state.message()]).into_iter().find(|event| event.kind == Kind::MatchStarted);
        started.unwrap().data.details.contains_key("joined_late")
    };
    assert!(!late(kick_off()));
    assert!(late(State { time_s: 81, ..kick_off() }));
    assert!(late(State { scores: (0, 1), ..kick_off() }));
}

#[test]
fn a_match_without_an_id_is_the_sessions_own() {
    let offline = State { guid: "", ..kick_off() };
    let told = events(&[offline.message()]);
    assert!(told.iter().all(|event| event.data.match_ref.origin == MatchOrigin::Session));
    let later = State { ball: 51.0, time_s: 200, ..offline.clone() };
    assert_eq!(matches(&[offline.message(), later.message()]), 1);
    let made = message("MatchCreated", &json!({ "MatchGuid": "" }));
    let next = State { ball: 49.5, ..offline.clone() };
    assert_eq!(matches(&[offline.message(), made, next.message()]), 2);
}

#[test]
fn an_old_match_that_is_watched_tells_nothing() {
    let old = State { ana: Car { goals: 3, ..Car::default() }, scores: (3, 0), ..kick_off() };
    let told = [bare("ReplayCreated"), kick_off().message(), old.message()];
    assert!(events(&told).is_empty());
    let another = State { guid: "AA65D41E11F148B23539FCB7688033D6", ..kick_off() };
    assert_eq!(matches(&[bare("ReplayCreated"), another.message()]), 1, "its making was missed");
    let then = [bare("ReplayCreated"), old.message(), bare("MatchCreated"), kick_off().message()];
    assert_eq!(matches(&then), 1);
}

#[test]
fn a_countdown_of_an_old_match_that_is_watched_does_not_make_a_match() {
    let played = State { ana: Car { shots: 3, ..Car::default() }, time_s: 90, ..kick_off() };
    let shown = State { ana: Car { shots: 2, ..Car::default() }, ..kick_off() };
    let watched = [bare("ReplayCreated"), bare("MatchInitialized"), kick_off().message()];
    let told =
        [vec![kick_off().message(), played.message()], watched.to_vec(), vec![shown.message()]];
    let once = lines(&[kick_off().message(), played.message()]);
    assert_eq!(lines(&told.concat()), once, "its shots were told when they were played");
}

#[test]
fn a_match_without_an_id_that_is_shown_before_its_first_countdown_is_one() {
    let offline = State { guid: "", ..kick_off() };
    let said = |word| message(word, &json!({ "MatchGuid": "" }));
    let early = State { counts_down: true, ..offline.clone() };
    let one = [said("MatchCreated"), early.message(), said("MatchInitialized"), offline.message()];
    assert_eq!(matches(&one), 1);
    let seen = [said("MatchCreated"), offline.message(), said("MatchInitialized")];
    assert_eq!(matches(&[seen.to_vec(), vec![offline.message()]].concat()), 1);
    let missed = [offline.message(), said("MatchInitialized"), early.message()];
    assert_eq!(matches(&missed), 2, "its making was missed");
}

#[test]
fn a_break_of_the_stream_goes_on_where_it_was() {
    let before = State { ana: Car { shots: 2, ..Car::default() }, ..kick_off() };
    let after = State { ana: Car { shots: 3, ..Car::default() }, time_s: 250, ..kick_off() };
    assert_eq!(lines(&[before.message(), after.message()]), ["shot 3 by \"Ana\", inferred"]);
}

#[test]
fn what_the_player_sees_of_it_is_the_states_own() {
    let glance = |state: State| match steps(&[state.message()]).remove(0).match_now {
        MatchNow::Running(glance) => glance,
        MatchNow::Untold | MatchNow::NoMatch => panic!("a match runs"),
    };
    let now = glance(State { scores: (2, 1), time_s: 81, ..kick_off() });
    assert_eq!(now.score.map(|score| (score.own, score.other)), Some((2, 1)));
    assert_eq!((now.match_clock_ms, now.phase), (Some(81_000), Phase::Playing));
    assert_eq!(glance(State { has_winner: true, ..kick_off() }).phase, Phase::OutOfPlay);
}
