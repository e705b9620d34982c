//! Rounds and the bomb.

use event_model::{Event, Kind};

use super::support::{Gsi, events, lines, live, warmup};

const ROUNDS: [Kind; 2] = [Kind::RoundStarted, Kind::RoundEnded];
const BOMB: [Kind; 3] = [Kind::BombPlanted, Kind::BombDefused, Kind::BombExploded];

fn freezetime() -> Gsi {
    Gsi { round_phase: Some("freezetime"), ..live() }
}

fn over() -> Gsi {
    Gsi { round: 1, score: (1, 0), round_phase: Some("over"), winner: Some("CT"), ..live() }
}

fn ends(frames: &[Gsi]) -> Vec<Event> {
    let all = events(frames).into_iter();
    all.filter(|event| event.kind == Kind::RoundEnded).collect()
}

#[test]
fn a_round_starts_when_it_goes_live_and_ends_when_it_is_over() {
    let next = Gsi { round: 1, score: (1, 0), ..freezetime() };
    assert_eq!(
        lines(&[freezetime(), live(), over(), next.clone(), next], &ROUNDS),
        ["round_started, round 1", "round_ended, round 1"]
    );
}

#[test]
fn the_end_of_a_round_tells_score_winner_and_reason() {
    let end = Gsi { wins: &[("1", "ct_win_defuse")], ..over() };
    let details = serde_json::to_string(&ends(&[live(), end])[0].data.details).unwrap();
    expect_test::expect![[r#"{"reason":"ct_win_defuse","score":{"ct":1,"t":0},"winner":"CT"}"#]]
        .assert_eq(&details);
}

#[test]
fn a_round_whose_end_was_lost_ends_with_the_next_number() {
    let next = Gsi { round: 1, score: (0, 1), ..freezetime() };
    let ended = ends(&[live(), next]);
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].data.details["winner"], "T", "the scores tell");
}

#[test]
fn a_number_that_rises_while_the_phase_stays_live_ends_one_round_and_starts_another() {
    let next = Gsi { round: 1, score: (1, 0), ..live() };
    assert_eq!(
        lines(&[freezetime(), live(), next], &ROUNDS),
        ["round_started, round 1", "round_ended, round 1", "round_started, round 2"]
    );
}

#[test]
fn rounds_missed_at_once_are_inferred_one_by_one() {
    let wins = &[("1", "ct_win_elimination"), ("2", "t_win_bomb"), ("3", "ct_win_time")];
    let later = Gsi { round: 3, score: (2, 1), wins, ..freezetime() };
    let ended = ends(&[live(), later]);
    let told: Vec<_> = ended.iter().map(|end| (end.data.round, &end.data.details)).collect();
    assert_eq!(told.len(), 3);
    for ((round, details), winner) in told.into_iter().zip(["CT", "T", "CT"]) {
        assert_eq!(details["winner"], winner, "round {round:?}");
        assert_eq!(details["inferred"], true);
    }
}

#[test]
fn rounds_before_the_first_frame_are_not_told() {
    let joined = Gsi { round: 7, ..freezetime() };
    assert!(lines(&[joined], &ROUNDS).is_empty());
}

#[test]
fn what_the_first_frame_shows_began_before_it() {
    assert_eq!(
        lines(&[Gsi { bomb: Some("planted"), ..live() }], &[ROUNDS[0], BOMB[0]]),
        ["round_started, round 1, joined_late", "bomb_planted, round 1, joined_late"]
    );
    assert_eq!(lines(&[over()], &ROUNDS), ["round_ended, round 1, joined_late"]);
}

#[test]
fn the_bomb_is_told_once_a_round() {
    let planted = Gsi { bomb: Some("planted"), ..live() };
    let exploded = Gsi { bomb: Some("exploded"), ..over() };
    let again = Gsi { round: 1, bomb: Some("planted"), ..live() };
    let frames =
        [freezetime(), planted.clone(), live(), planted, exploded.clone(), exploded, again];
    assert_eq!(
        lines(&frames, &BOMB),
        ["bomb_planted, round 1", "bomb_exploded, round 1", "bomb_planted, round 2"]
    );
}

#[test]
fn a_match_that_seems_over_between_two_frames_does_not_plant_the_bomb_again() {
    let planted = Gsi { round: 1, bomb: Some("planted"), ..live() };
    let seems_over = Gsi { phase: "gameover", ..planted.clone() };
    let goes_on = Gsi { round: 2, bomb: Some("planted"), ..over() };
    assert_eq!(
        lines(&[planted, seems_over, goes_on], &BOMB),
        ["bomb_planted, round 2, joined_late"]
    );
}

#[test]
fn after_a_restart_the_same_rounds_are_others() {
    let frames = [freezetime(), live(), over(), freezetime(), live(), over()];
    let all = events(&frames);
    let rounds: Vec<_> = all.iter().filter(|event| ROUNDS.contains(&event.kind)).collect();
    assert_eq!(rounds.len(), 4);
    assert_ne!(rounds[0].id, rounds[2].id);
}

#[test]
fn a_round_that_goes_back_to_freezetime_was_restarted() {
    assert_eq!(
        lines(&[freezetime(), live(), freezetime(), live()], &ROUNDS),
        ["round_started, round 1", "round_started, round 1"]
    );
}

#[test]
fn a_kill_taken_back_does_not_start_the_round_again() {
    let frames =
        [Gsi { kills: 5, ..freezetime() }, Gsi { kills: 5, ..live() }, Gsi { kills: 4, ..live() }];
    assert_eq!(lines(&frames, &ROUNDS), ["round_started, round 1"]);
}

#[test]
fn warmup_and_deathmatch_have_no_rounds() {
    let in_warmup = Gsi { round_phase: Some("live"), bomb: Some("planted"), ..warmup() };
    let deathmatch = Gsi { mode: "deathmatch", ..live() };
    let all = [ROUNDS.as_slice(), BOMB.as_slice()].concat();
    assert!(lines(&[in_warmup], &all).is_empty());
    assert!(lines(&[deathmatch], &all).is_empty());
}

#[test]
fn the_last_round_ends_before_the_match_does() {
    let last = Gsi { phase: "gameover", ..over() };
    assert_eq!(
        lines(&[live(), last], &[Kind::RoundEnded, Kind::MatchEnded]),
        ["round_ended, round 1", "match_ended"]
    );
}

#[test]
fn what_decided_the_round_comes_before_its_end() {
    let end = Gsi { kills: 1, bomb: Some("defused"), ..over() };
    let last: Vec<_> = events(&[live(), end]).iter().map(|event| event.kind).collect();
    let decisive = [Kind::Kill, Kind::BombDefused, Kind::RoundEnded, Kind::SessionEvidence];
    assert_eq!(last[last.len() - 4..], decisive);
}

#[test]
fn evidence_after_a_round_tells_the_whole_sequence() {
    let next = Gsi { round: 2, score: (1, 1), winner: Some("T"), timestamp: 1_100, ..over() };
    let all = events(&[live(), over(), next]);
    let evidence = all.iter().rfind(|event| event.kind == Kind::SessionEvidence).unwrap();
    let rounds = serde_json::to_string(&evidence.data.details["rounds"]).unwrap();
    expect_test::expect![[
        r#"[{"round":1,"score":{"ct":1,"t":0},"seen_at":1000,"winner":"CT"},{"round":2,"score":{"ct":1,"t":1},"seen_at":1100,"winner":"T"}]"#
    ]]
    .assert_eq(&rounds);
}
