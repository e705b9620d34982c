//! Rounds: which event is in which, who won, and where they are drawn.

use event_model::Kind;
use match_story::{MatchScore, RoundResult, RoundSpan, SidePoints, Stage, TimelineAxis, timeline};

use crate::support::{Kept, cs2, id, league, story};

fn spans(kept: &[Kept]) -> Vec<RoundSpan> {
    timeline(&story(kept)).rounds
}

fn results(kept: &[Kept]) -> Vec<Option<RoundResult>> {
    spans(kept).into_iter().map(|round| round.result).collect()
}

fn ended(number: u64, round: u32, winner: &str, ct: u32, t: u32) -> Kept {
    cs2(number, 100 * i64::from(round), Kind::RoundEnded).won(round, winner, ct, t)
}

fn own_kill(number: u64, round: u32, team: &str) -> Kept {
    let kill = cs2(number, 100 * i64::from(round) - 50, Kind::Kill).own_kill();
    kill.round(round).with("team", team)
}

const WON: Option<RoundResult> = Some(RoundResult::Won);
const LOST: Option<RoundResult> = Some(RoundResult::Lost);

#[test]
fn a_round_is_won_where_the_own_kill_was_on_the_winning_side() {
    let kept = [
        own_kill(1, 1, "CT"),
        ended(2, 1, "CT", 1, 0),
        own_kill(3, 2, "CT"),
        ended(4, 2, "T", 1, 1),
    ];
    assert_eq!(results(&kept), [WON, LOST]);
}

#[test]
fn the_side_is_followed_through_rounds_without_an_own_kill() {
    let kept = [ended(1, 1, "T", 0, 1), own_kill(2, 2, "CT"), ended(3, 2, "T", 0, 2)];
    assert_eq!(results(&kept), [LOST, LOST], "back to the round before");
    let kept = [own_kill(1, 1, "CT"), ended(2, 1, "T", 0, 1), ended(3, 2, "T", 0, 2)];
    assert_eq!(results(&kept), [LOST, LOST], "and on to the next");
}

#[test]
fn sides_that_were_changed_show_in_the_score() {
    // The point of the counter-terrorists is a terrorists' point afterwards.
    let kept = [own_kill(1, 1, "CT"), ended(2, 1, "CT", 1, 0), ended(3, 2, "T", 0, 2)];
    assert_eq!(results(&kept), [WON, WON]);
    assert_eq!(story(&kept).summary().score, Some(MatchScore::Own { own: 2, other: 0 }));
}

#[test]
fn from_equal_scores_nobody_can_tell_whether_sides_were_changed() {
    let kept = [
        own_kill(1, 1, "CT"),
        ended(2, 1, "CT", 1, 0),
        ended(3, 2, "T", 1, 1),
        ended(4, 3, "CT", 2, 1),
    ];
    assert_eq!(results(&kept), [WON, LOST, None]);
    let sides = [("ct", 2), ("t", 1)];
    let sides = sides.map(|(side, points)| SidePoints { side: side.to_owned(), points }).to_vec();
    assert_eq!(
        story(&kept).summary().score,
        Some(MatchScore::Side { sides }),
        "the game's own word"
    );
}

#[test]
fn rounds_that_were_not_seen_hide_a_change_of_sides() {
    let kept = [own_kill(1, 1, "CT"), ended(2, 1, "CT", 1, 0), ended(3, 3, "CT", 2, 1)];
    assert_eq!(results(&kept), [WON, None]);
    let kept = [own_kill(1, 1, "CT"), ended(2, 1, "CT", 1, 0), ended(3, 3, "CT", 2, 0)];
    assert_eq!(results(&kept), [WON, None], "even where the score goes on");
}

#[test]
fn a_score_that_is_not_one_point_a_round_is_told_in_the_games_own_words() {
    for (ct, t) in [(1, 0), (3, 0)] {
        let kept = [own_kill(1, 2, "CT"), ended(2, 2, "CT", ct, t)];
        let score = story(&kept).summary().score;
        assert!(matches!(score, Some(MatchScore::Side { .. })), "{ct} to {t}: {score:?}");
    }
}

#[test]
fn the_end_of_the_match_tells_the_score_that_the_last_round_did_not() {
    let score = serde_json::json!({ "ct": 2, "t": 0 });
    let mut last = ended(3, 2, "CT", 0, 0);
    last.event.data.details.remove("score");
    let end = cs2(4, 200, Kind::MatchEnded).with("score", score);
    let kept = [own_kill(1, 1, "CT"), ended(2, 1, "CT", 1, 0), last, end];
    assert_eq!(story(&kept).summary().score, Some(MatchScore::Own { own: 2, other: 0 }));
}

#[test]
fn a_match_that_begins_anew_plays_round_one_again() {
    let kept = [
        cs2(1, 0, Kind::RoundStarted).round(1),
        cs2(2, 10, Kind::Kill).own_kill().round(1),
        cs2(3, 20, Kind::RoundStarted).round(1),
        cs2(4, 30, Kind::Kill).own_kill().round(1),
        cs2(5, 40, Kind::RoundEnded).won(1, "T", 0, 1),
    ];
    let rounds: Vec<_> = spans(&kept).iter().map(|round| (round.number, round.stage)).collect();
    assert_eq!(rounds, [(1, Stage::StartedOver), (1, Stage::Match)]);
    let summary = story(&kept).summary();
    assert_eq!((summary.rounds, summary.observers[0].counted.kills), (Some(1), 1));
}

#[test]
fn a_restart_is_seen_without_the_start_of_its_first_round() {
    let kept = [ended(1, 1, "CT", 1, 0), ended(2, 2, "CT", 2, 0), {
        let mut anew = ended(3, 1, "T", 0, 1);
        anew.envelope = cs2(3, 300, Kind::RoundEnded).envelope;
        anew
    }];
    let rounds: Vec<_> = spans(&kept).iter().map(|round| (round.number, round.stage)).collect();
    let (over, now) = (Stage::StartedOver, Stage::Match);
    assert_eq!(rounds, [(1, over), (2, over), (1, now)]);
}

#[test]
fn two_accounts_that_saw_one_start_saw_one_round() {
    let mut other = cs2(2, 1, Kind::RoundStarted).round(1);
    other.event.data.observer = Some("76561190000000002".to_owned());
    assert_eq!(spans(&[cs2(1, 0, Kind::RoundStarted).round(1), other]).len(), 1);
}

#[test]
fn an_event_that_was_told_late_stays_in_its_round() {
    let kept = [
        cs2(1, 0, Kind::RoundStarted).round(1),
        cs2(2, 100, Kind::RoundStarted).round(2),
        cs2(3, 150, Kind::Kill).own_kill().round(1),
        cs2(4, 200, Kind::RoundEnded).round(2),
    ];
    let timeline = timeline(&story(&kept));
    assert_eq!(timeline.rounds.len(), 2);
    let late = timeline.marks.iter().find(|mark| mark.event_id == id(3)).expect("it is drawn");
    assert!(late.position <= timeline.rounds[0].to, "{late:?}");
}

#[test]
fn rounds_are_equally_wide_however_long_they_took() {
    let kept = [
        cs2(1, 0, Kind::RoundStarted).round(1),
        cs2(2, 10, Kind::Kill).own_kill().round(1),
        cs2(3, 20, Kind::RoundStarted).round(2),
        cs2(4, 1_020, Kind::RoundEnded).round(2),
    ];
    let timeline = timeline(&story(&kept));
    assert_eq!(timeline.axis, TimelineAxis::Rounds);
    let rounds: Vec<_> = timeline.rounds.iter().map(|round| (round.from, round.to)).collect();
    assert_eq!(rounds, [(0.0, 0.5), (0.5, 1.0)]);
    let positions: Vec<_> = timeline.marks.iter().map(|mark| mark.position).collect();
    assert_eq!(positions, [0.0, 0.25, 0.5, 1.0], "and time runs within each");
}

#[test]
fn what_came_before_the_first_round_has_a_place_of_its_own() {
    let kept = [
        cs2(1, 0, Kind::Kill).own_kill().with("phase", "warmup"),
        cs2(2, 90, Kind::MatchStarted),
        cs2(3, 100, Kind::RoundStarted).round(1),
    ];
    let timeline = timeline(&story(&kept));
    assert_eq!((timeline.rounds[0].from, timeline.rounds[0].to), (0.5, 1.0));
    assert_eq!(timeline.marks[0].stage, Stage::WarmUp);
    let started = [cs2(2, 90, Kind::MatchStarted), cs2(3, 100, Kind::RoundStarted).round(1)];
    assert_eq!(spans(&started)[0].from, 0.0, "but the start alone needs none");
}

#[test]
fn the_games_own_clock_goes_before_rounds() {
    let kept = [
        league(1, 0, Kind::RoundStarted).round(1),
        league(2, 25, Kind::RoundStarted).round(2),
        league(3, 100, Kind::Kill).round(2),
    ];
    let timeline = timeline(&story(&kept));
    assert_eq!(timeline.axis, TimelineAxis::MatchClock { from_ms: 0, to_ms: 100_000 });
    let rounds: Vec<_> = timeline.rounds.iter().map(|round| (round.from, round.to)).collect();
    assert_eq!(rounds, [(0.0, 0.25), (0.25, 1.0)]);
}
