//! What a poll shows at a glance.

use event_model::{Channel, Fault, Frame, Reading, Source};
use game_session::{Glance, MatchNow, Phase, SourceState, Tally};
use serde_json::{Value, json};

use super::poll::Poll;

#[test]
fn the_players_own_numbers_and_the_games_clock_are_seen() {
    let glance = shown(|ana| {
        ana["scores"] = json!({ "kills": 3, "deaths": 1, "assists": 7, "creepScore": 120 });
    });
    assert_eq!(glance.you, Some(Tally { kills: 3, deaths: 1, assists: 7 }));
    assert_eq!((glance.match_clock_ms, glance.map.as_deref()), (Some(61_500), Some("Map11")));
    assert_eq!((glance.round, glance.score), (None, None), "League has neither");
    assert_eq!(glance.phase, Phase::Playing);
}

#[test]
fn a_dead_player_has_time_to_look() {
    assert_eq!(shown(|ana| ana["isDead"] = json!(true)).phase, Phase::Dead);
}

#[test]
fn a_match_that_has_ended_is_out_of_play() {
    let poll = Poll::from_the_start().entry("GameEnd", 1_800.0, json!({ "Result": "Win" }));
    assert_eq!(glance(&poll.reading()).phase, Phase::OutOfPlay);
}

#[test]
fn a_poll_that_failed_says_nothing() {
    let mut state = SourceState::new(Source::League).expect("League has rules");
    state.observe(&Poll::from_the_start().reading());
    let cut = Reading::Frame(Frame::new(Channel::Poll, "{\"events\":"));
    assert_eq!(state.observe(&cut).match_now, MatchNow::Untold);
}

#[test]
fn a_game_that_was_closed_after_the_end_runs_no_more() {
    let refused = || {
        let error = "connection refused".to_owned();
        Reading::Fault(Fault { channel: Channel::Poll, error })
    };
    let mut state = SourceState::new(Source::League).expect("League has rules");
    state.observe(&Poll::from_the_start().reading());
    assert_eq!(state.observe(&refused()).match_now, MatchNow::Untold, "in the midst of it");
    let over = Poll::from_the_start().entry("GameEnd", 1_800.0, json!({ "Result": "Win" }));
    state.observe(&over.reading());
    assert_eq!(state.observe(&refused()).match_now, MatchNow::NoMatch);
}

/// Ana's poll at 1:01 with her entry changed.
fn shown(change: impl Fn(&mut Value)) -> Glance {
    let Reading::Frame(frame) = Poll::from_the_start().at(61.5).reading() else { unreachable!() };
    let mut document: Value = serde_json::from_slice(&frame.body).expect("a poll is JSON");
    document["allPlayers"][0]["scores"]["assists"] = json!(0);
    change(&mut document["allPlayers"][0]);
    glance(&Reading::Frame(Frame::new(Channel::Poll, document.to_string())))
}

fn glance(reading: &Reading) -> Glance {
    match SourceState::new(Source::League).expect("League has rules").observe(reading).match_now {
        MatchNow::Running(glance) => *glance,
        other @ (MatchNow::Untold | MatchNow::NoMatch) => panic!("no match is shown: {other:?}"),
    }
}
