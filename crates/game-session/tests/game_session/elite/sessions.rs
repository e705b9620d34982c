//! What is one session, and what is another.

use std::collections::BTreeSet;

use event_model::{Kind, MatchOrigin, Source};
use game_session::{MatchNow, Phase, SourceState};
use serde_json::json;

use super::support::{
    FIRST, NEXT, SECOND_PART, bounty, commander, empty, file, header, kinds, line, load, opening,
    run, steps,
};

fn shutdown(second: u32) -> String {
    line(second, "Shutdown", json!({}))
}

#[test]
fn a_session_lasts_from_the_loading_to_the_end_of_the_game() {
    let lines = [opening("Ana"), vec![bounty(60, "Bo", 7), shutdown(90)]].concat();
    let events = run(&mut empty(), &file(FIRST, &lines));
    assert_eq!(kinds(&events), [Kind::MatchStarted, Kind::Kill, Kind::MatchEnded]);
    let start = &events[0].data;
    assert!(start.match_ref.key.as_str().starts_with("elite:session-"));
    assert_eq!(start.match_ref.origin, MatchOrigin::Session);
    assert_eq!(start.observer.as_deref(), Some("Ana"));
    let details = json!({
        "game_version": "4.2.1.2", "game_build": "r320146/r0", "mode": "Open", "ship": "Krait_MkII",
    });
    assert_eq!(json!(start.details), details);
    assert_eq!(events[1].data.match_clock_ms, Some(60_000), "since the header");
    assert!(events.iter().all(|event| event.data.match_ref == start.match_ref));
}

#[test]
fn a_journal_in_which_nobody_played_tells_nothing() {
    let events = run(&mut empty(), &file(FIRST, &[header(0, 1), shutdown(9)]));
    assert_eq!(events, []);
}

#[test]
fn a_further_part_goes_on_with_the_session() {
    let mut state = empty();
    let ending = line(50, "Continued", json!({"Part": 2}));
    let first = [opening("Ana"), vec![bounty(40, "Bo", 7), ending]].concat();
    let mut events = run(&mut state, &file(FIRST, &first));
    let second = [header(50, 2), bounty(70, "Cleo", 8), shutdown(90)];
    events.extend(run(&mut state, &file(SECOND_PART, &second)));
    assert_eq!(kinds(&events), [Kind::MatchStarted, Kind::Kill, Kind::Kill, Kind::MatchEnded]);
    let keys: BTreeSet<_> = events.iter().map(|event| event.subject().as_str()).collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(events[2].data.match_clock_ms, Some(70_000), "since the first part's header");
    assert_eq!(events[2].data.observer.as_deref(), Some("Ana"));
}

#[test]
fn another_start_is_another_session_and_ends_one_that_was_left_by_a_crash() {
    let mut state = empty();
    let crashed = [opening("Ana"), vec![bounty(40, "Bo", 7)]].concat();
    let first = run(&mut state, &file(FIRST, &crashed));
    let next = run(&mut state, &file(NEXT, &opening("Ana")));
    assert_eq!(kinds(&next), [Kind::MatchEnded, Kind::MatchStarted]);
    assert_eq!(next[0].subject(), first[0].subject());
    assert_eq!(next[0].data.details["reason"], "the game was started again");
    assert_ne!(next[1].subject(), first[0].subject());
}

#[test]
fn a_session_that_ended_is_not_ended_again() {
    let mut state = empty();
    run(&mut state, &file(FIRST, &[opening("Ana"), vec![shutdown(9)]].concat()));
    let next = run(&mut state, &file(NEXT, &opening("Ana")));
    assert_eq!(kinds(&next), [Kind::MatchStarted]);
}

#[test]
fn two_clients_at_once_are_two_sessions_though_their_lines_alternate() {
    let one = file(FIRST, &[opening("Ana"), vec![bounty(40, "Bo", 7), shutdown(90)]].concat());
    let other = file(NEXT, &[opening("Dan"), vec![bounty(41, "Bo", 7), shutdown(91)]].concat());
    let alternating: Vec<_> =
        one.iter().zip(&other).flat_map(|(a, b)| [a.clone(), b.clone()]).collect();
    let events = run(&mut empty(), &alternating);
    let mut apart = run(&mut empty(), &one);
    apart.extend(run(&mut empty(), &other));
    let sorted = |events: Vec<event_model::Event>| {
        let mut ids: Vec<_> = events.into_iter().map(|event| event.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(sorted(events), sorted(apart));
}

#[test]
fn another_commander_behind_the_menu_is_another_session() {
    let lines = [
        opening("Ana"),
        vec![bounty(20, "Bo", 7), commander(30, "Dan"), load(31, "Dan"), bounty(40, "Bo", 7)],
        vec![commander(50, "Ana"), load(51, "Ana"), bounty(60, "Bo", 7), shutdown(90)],
    ];
    let events = run(&mut empty(), &file(FIRST, &lines.concat()));
    let seen: Vec<_> =
        events.iter().map(|event| (event.kind, event.data.observer.clone().unwrap())).collect();
    let expected = [
        (Kind::MatchStarted, "Ana"),
        (Kind::Kill, "Ana"),
        (Kind::MatchStarted, "Dan"),
        (Kind::Kill, "Dan"),
        (Kind::Kill, "Ana"),
        (Kind::MatchEnded, "Ana"),
    ];
    assert_eq!(seen, expected.map(|(kind, who)| (kind, who.to_owned())));
    assert_eq!(events[0].subject(), events[4].subject(), "the same one goes on");
}

#[test]
fn a_glance_says_where_the_player_is_and_when_nobody_plays() {
    let jump = line(30, "FSDJump", json!({"StarSystem": "Eranin", "SystemAddress": 1}));
    let menu = line(40, "Music", json!({"MusicTrack": "MainMenu"}));
    let lines = [opening("Ana"), vec![jump, menu, shutdown(50)]].concat();
    let steps = steps(&mut empty(), &file(FIRST, &lines));
    assert_eq!(steps[0].match_now, MatchNow::Untold);
    let MatchNow::Running(glance) = &steps[3].match_now else { panic!("it runs") };
    assert_eq!((glance.map.as_deref(), glance.match_clock_ms), (Some("Eranin"), Some(30_000)));
    assert_eq!(glance.phase, Phase::Playing);
    let MatchNow::Running(glance) = &steps[4].match_now else { panic!("it runs") };
    assert_eq!(glance.phase, Phase::OutOfPlay);
    assert_eq!(steps[5].match_now, MatchNow::NoMatch);
}

#[test]
fn the_state_knows_the_last_line_that_it_took() {
    let mut state = empty();
    let frames = file(FIRST, &opening("Ana"));
    run(&mut state, &frames);
    let state = SourceState::decode(Source::Elite, &state.encode()).unwrap();
    let place = state.followed_to().unwrap();
    assert_eq!((place.file.as_str(), Some(place.offset)), (FIRST, frames[2].offset));
}
