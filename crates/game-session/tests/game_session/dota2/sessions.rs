//! Where one match ends and another begins.

use event_model::{Kind, MatchOrigin};
use game_session::{MatchNow, Phase};

use super::support::{ANA, BO, Gsi, events, kill, lines, live, steps};

const LOADING: &str = "DOTA_GAMERULES_STATE_WAIT_FOR_PLAYERS_TO_LOAD";
const PRE_GAME: &str = "DOTA_GAMERULES_STATE_PRE_GAME";
const OVER: &str = "DOTA_GAMERULES_STATE_POST_GAME";

/// How many matches a stream tells apart.
fn matches(frames: &[Gsi]) -> usize {
    let keys = events(frames).into_iter().map(|event| event.data.match_ref.key);
    keys.collect::<std::collections::BTreeSet<_>>().len()
}

#[test]
fn a_match_from_its_beginning_is_told_from_start_to_end() {
    let frames = [
        Gsi { state: LOADING, game_time: 5, ..live() },
        Gsi { state: PRE_GAME, game_time: 60, ..live() },
        Gsi { game_time: 129, ..live() },
        Gsi { game_time: 200, events: vec![kill(2, 5, 199.5)], ..live() },
        Gsi { state: OVER, game_time: 2_000, ..live() },
        Gsi { state: OVER, game_time: 2_010, ..live() },
    ];
    assert_eq!(
        lines(&frames),
        ["match_started", "kill at 199500, by \"player 5\", of \"player 2\"", "match_ended"]
    );
}

#[test]
fn a_reconnect_goes_on_with_the_match() {
    let before = Gsi { events: vec![kill(5, 0, 600.0)], ..live() };
    let away = Gsi { match_id: "8123456790", game_time: 10, ..live() };
    let back = Gsi { game_time: 620, ..before.clone() };
    let kills = events(&[before, away, back]);
    assert_eq!(kills.iter().filter(|event| event.kind == Kind::Kill).count(), 1);
}

#[test]
fn another_id_or_account_is_another_stream_of_events() {
    assert_eq!(matches(&[live(), Gsi { match_id: "8123456790", ..live() }]), 2);
    let both = events(&[live(), Gsi { account: Some(BO), ..live() }]);
    let ids: std::collections::BTreeSet<_> = both.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), both.len());
}

#[test]
fn a_frame_that_does_not_say_whose_it_is_goes_on_with_the_match() {
    let nobodys = Gsi { account: None, events: vec![kill(5, 0, 601.0)], ..live() };
    assert!(events(std::slice::from_ref(&nobodys)).is_empty(), "nothing to begin with");
    let told = events(&[live(), nobodys]);
    assert_eq!(told.last().unwrap().data.observer.as_deref(), Some(ANA));
}

#[test]
fn a_lobby_of_ones_own_has_a_session_for_its_match() {
    let own = Gsi { match_id: "0", ..live() };
    let told = events(std::slice::from_ref(&own));
    assert!(told.iter().all(|event| event.data.match_ref.origin == MatchOrigin::Session));
    assert_eq!(matches(&[own.clone(), Gsi { game_time: 900, timestamp: 2, ..own.clone() }]), 1);
    let anew = Gsi { game_time: 30, timestamp: 1_763_000_600, ..own.clone() };
    assert_eq!(matches(&[own.clone(), anew]), 2, "the clock fell");
    let over = Gsi { state: OVER, ..own.clone() };
    let next = Gsi { timestamp: 1_763_000_001, ..own.clone() };
    assert_eq!(matches(&[own, over, next]), 2, "it was over");
}

#[test]
fn nothing_begins_before_a_lobby_of_ones_own_is_played() {
    let loading = Gsi { match_id: "0", state: LOADING, ..live() };
    assert!(events(&[loading]).is_empty());
}

#[test]
fn the_menu_ends_nothing() {
    let mut state = super::support::empty();
    state.observe(&live().reading());
    let menu =
        r#"{"provider":{"name":"Dota 2","appid":570,"version":48,"timestamp":1},"player":{}}"#;
    let step = state.observe(&super::support::reading(menu));
    assert!(step.events.is_empty());
    assert_eq!(step.match_now, MatchNow::NoMatch);
    assert!(state.observe(&live().reading()).events.is_empty());
}

#[test]
fn what_the_player_sees_of_it_is_the_frames_own() {
    let frame = Gsi { kills: 4, deaths: 2, place: 7, alive: false, ..live() };
    let step = steps(&[frame]).remove(0);
    let MatchNow::Running(glance) = step.match_now else { panic!("a match runs") };
    assert_eq!(glance.match_clock_ms, Some(472_000));
    assert_eq!(glance.score.map(|score| (score.own, score.other)), Some((1, 3)), "Dire");
    assert_eq!(glance.you.map(|you| (you.kills, you.deaths)), Some((4, 2)));
    assert_eq!(glance.phase, Phase::Dead);
}
