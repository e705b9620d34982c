//! What a frame shows at a glance.

use game_session::{Glance, MatchNow, Phase, Score, Tally};
use serde_json::json;

use super::support::{ANA, BO, Gsi, empty, live, menu, reading, warmup};

#[test]
fn the_players_own_numbers_and_side_are_seen() {
    let mut frame = Gsi { side: Some("T"), score: (4, 2), round: 6, ..live() }.json();
    frame["player"]["match_stats"] = json!({ "kills": 9, "deaths": 5, "assists": 2 });
    let glance = shown(&frame);
    assert_eq!(glance.you, Some(Tally { kills: 9, deaths: 5, assists: 2 }));
    assert_eq!(glance.score, Some(Score { own: 2, other: 4 }), "the own side comes first");
    assert_eq!((glance.round, glance.map.as_deref()), (Some(7), Some("de_dust2")));
    assert_eq!(glance.match_clock_ms, None, "the game tells players no clock");
}

#[test]
fn numbers_that_the_game_does_not_tell_are_absent() {
    let glance = shown(&live().json());
    assert_eq!((glance.you, glance.score), (None, None), "no assists, no side");
}

#[test]
fn while_others_are_watched_their_numbers_are_nobodys() {
    let mut frame = Gsi { player: Some(BO), side: Some("CT"), ..live() }.json();
    frame["player"]["match_stats"] = json!({ "kills": 9, "deaths": 5, "assists": 2 });
    let glance = shown(&frame);
    assert_eq!((glance.you, glance.score, glance.phase), (None, None, Phase::Dead));
}

#[test]
fn the_phase_is_the_games_own_word() {
    let dead = |health: u32| {
        let mut frame = live().json();
        frame["player"]["state"]["health"] = json!(health);
        shown(&frame).phase
    };
    assert_eq!((dead(100), dead(0)), (Phase::Playing, Phase::Dead));
    let phase = |round_phase| shown(&Gsi { round_phase: Some(round_phase), ..live() }.json()).phase;
    assert_eq!(phase("freezetime"), Phase::Buying);
    assert_eq!(phase("over"), Phase::BetweenRounds);
    assert_eq!(phase("a word of tomorrow"), Phase::Playing);
    assert_eq!(shown(&warmup().json()).phase, Phase::OutOfPlay);
    assert_eq!(shown(&Gsi { phase: "gameover", ..live() }.json()).phase, Phase::OutOfPlay);
}

#[test]
fn the_menu_shows_no_match_and_a_bad_frame_says_nothing() {
    let mut state = empty();
    let first = state.observe(&live().reading()).match_now;
    assert!(matches!(first, MatchNow::Running(_)));
    assert_eq!(state.observe(&reading("{")).match_now, MatchNow::Untold);
    assert_eq!(state.observe(&menu().reading()).match_now, MatchNow::NoMatch);
}

#[test]
fn what_is_shown_is_no_news_to_the_state() {
    let mut state = empty();
    state.observe(&live().reading());
    let before = state.encode();
    let mut frame = live().json();
    frame["player"]["state"]["health"] = json!(7);
    frame["player"]["match_stats"]["assists"] = json!(3);
    state.observe(&reading(frame.to_string()));
    assert_eq!(state.encode(), before, "else each frame would be written to disk");
}

fn shown(frame: &serde_json::Value) -> Glance {
    assert_eq!(frame["provider"]["steamid"], json!(ANA));
    match empty().observe(&reading(frame.to_string())).match_now {
        MatchNow::Running(glance) => *glance,
        other @ (MatchNow::Untold | MatchNow::NoMatch) => panic!("no match is shown: {other:?}"),
    }
}
