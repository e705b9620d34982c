//! What is counted, and what is not.

use event_model::{ActorIds, Kind};
use match_story::{
    Lane, MatchDuration, MatchOutcome, MultiKills, OwnCounts, Part, Recap, Summary, Uploads, recap,
    timeline,
};
use serde_json::json;

use crate::support::{Kept, cs2, league, story};

fn counted(kept: &[Kept]) -> OwnCounts {
    story(kept).summary().observers[0].counted
}

fn parts(kept: &[Kept]) -> Vec<Part> {
    timeline(&story(kept)).marks.iter().map(|mark| mark.part).collect()
}

fn ended(kept: &[Kept]) -> Recap {
    recap(&story(kept), Uploads::default()).expect("the match ended")
}

#[test]
fn a_player_is_known_by_the_name_before_the_hash() {
    let kept = [
        league(1, 1, Kind::Kill).by("Ana").of("Bo "),
        league(2, 2, Kind::Kill).by("Bo ").of("Ana"),
        league(3, 3, Kind::Kill).by("Cy").of("Bo ").helped_by(&["Dee", "Ana"]),
        league(4, 4, Kind::Kill).by("Cy").of("Bo ").helped_by(&["Dee"]),
    ];
    assert_eq!(parts(&kept), [Part::Did, Part::Suffered, Part::Helped, Part::Watched]);
    assert_eq!(counted(&kept), OwnCounts { kills: 1, deaths: 1, assists: Some(1) });
}

#[test]
fn a_namesake_with_another_account_is_somebody_else() {
    let mut namesake = league(1, 1, Kind::Kill).by("Ana").of("Bo ");
    let account = Some("Ana#NA1".to_owned());
    namesake.event.data.actor_ids = Some(ActorIds { attacker: account, ..ActorIds::default() });
    assert_eq!(parts(&[namesake]), [Part::Watched]);
    let mut helper = league(1, 1, Kind::Kill).by("Cy").of("Bo ").helped_by(&["Ana"]);
    let accounts = vec!["Ana#NA1".to_owned()];
    helper.event.data.actor_ids = Some(ActorIds { assists: accounts, ..ActorIds::default() });
    assert_eq!(parts(&[helper]), [Part::Watched]);
}

#[test]
fn who_dies_by_their_own_hand_killed_nobody() {
    let kept = [league(1, 1, Kind::Kill).by("Ana").of("Ana")];
    assert_eq!(counted(&kept), OwnCounts { kills: 0, deaths: 1, assists: Some(0) });
}

#[test]
fn assists_are_unknown_where_only_own_counters_are_shown() {
    let kept = [cs2(1, 1, Kind::Kill).own_kill(), cs2(2, 2, Kind::Death).of("Ana")];
    assert_eq!(counted(&kept), OwnCounts { kills: 1, deaths: 1, assists: None });
}

#[test]
fn kills_in_warm_up_are_shown_and_not_counted() {
    let kept = [
        cs2(1, 1, Kind::Kill).own_kill().with("phase", "warmup"),
        cs2(2, 9, Kind::Kill).own_kill().with("phase", "live"),
    ];
    assert_eq!(timeline(&story(&kept)).marks.len(), 2);
    assert_eq!(counted(&kept).kills, 1);
}

#[test]
fn a_knock_or_a_first_blood_is_no_further_kill() {
    let kept = [
        league(1, 1, Kind::Kill).by("Ana").of("Bo"),
        league(2, 1, Kind::FirstBlood).by("Ana"),
        league(3, 1, Kind::MultiKill).by("Ana"),
        league(4, 1, Kind::Knock).by("Ana").of("Cy"),
    ];
    assert_eq!(counted(&kept).kills, 1);
}

#[test]
fn evidence_for_the_server_is_an_event_and_no_mark() {
    let evidence = league(1, 0, Kind::SessionEvidence).with("roster", json!(["Ana#EUW", "Zoë#1"]));
    let kept = [evidence, league(2, 1, Kind::Kill).by("Ana").of("Bo ")];
    let summary = story(&kept).summary();
    assert_eq!(summary.events, 2);
    assert_eq!(summary.players, ["Ana#EUW", "Bo ", "Zoë#1"], "with every name once");
    assert_eq!(timeline(&story(&kept)).marks.len(), 1);
}

#[test]
fn turrets_and_minions_are_no_players() {
    let fall = league(1, 1, Kind::StructureDestroyed).by("Minion_T1").of("Turret_T2");
    let kept = [fall.with("attacker_kind", "minion")];
    assert_eq!(story(&kept).summary().players, [""; 0]);
}

#[test]
fn own_fights_have_a_lane_of_their_own_and_objectives_stay_together() {
    let kept = [
        league(1, 1, Kind::Kill).by("Ana").of("Bo"),
        league(2, 2, Kind::Kill).by("Cy").of("Bo"),
        league(3, 3, Kind::ObjectiveTaken).by("Ana"),
        league(4, 4, Kind::Other),
        league(5, 5, Kind::MatchEnded),
    ];
    let lanes: Vec<_> = timeline(&story(&kept)).marks.iter().map(|mark| mark.lane).collect();
    let expected = [Lane::You, Lane::Kills, Lane::Objectives, Lane::Other, Lane::Rounds];
    assert_eq!(lanes, expected);
}

#[test]
fn a_summary_comes_back_from_an_archive() {
    let summary = story(&two_rounds(2, 0, "CT")).summary();
    let line = serde_json::to_string(&summary).unwrap();
    assert_eq!(serde_json::from_str::<Summary>(&line).unwrap(), summary);
}

#[test]
fn a_running_match_has_no_recap() {
    let kept = [cs2(1, 0, Kind::MatchStarted), cs2(2, 9, Kind::Kill).own_kill()];
    let running = story(&kept);
    assert_eq!(recap(&running, Uploads::default()), None);
    assert!(!running.summary().is_complete());
}

#[test]
fn the_games_own_word_says_who_won() {
    let outcome =
        |word: &str| ended(&[league(1, 60, Kind::MatchEnded).with("result", word)]).outcome;
    assert_eq!(outcome("Win"), Some(MatchOutcome::Won));
    assert_eq!(outcome("Lose"), Some(MatchOutcome::Lost));
    assert_eq!(outcome("Remake"), None, "what is not known is not guessed");
}

/// A match of two rounds that ends with this score, Ana's side told in both.
fn two_rounds(ct: u32, t: u32, team: &str) -> Vec<Kept> {
    let first = if ct > 0 { ("CT", 1, 0) } else { ("T", 0, 1) };
    let second = if t > 1 || t == 1 && ct == 1 { "T" } else { "CT" };
    vec![
        cs2(1, 10, Kind::RoundEnded).won(1, first.0, first.1, first.2),
        cs2(2, 20, Kind::Kill).own_kill().round(2).with("team", team),
        cs2(3, 30, Kind::RoundEnded).won(2, second, ct, t),
        cs2(4, 30, Kind::MatchEnded).with("score", json!({ "ct": ct, "t": t })),
    ]
}

#[test]
fn else_the_last_score_says_it() {
    assert_eq!(ended(&two_rounds(2, 0, "CT")).outcome, Some(MatchOutcome::Won));
    assert_eq!(ended(&two_rounds(2, 0, "T")).outcome, Some(MatchOutcome::Lost));
    assert_eq!(ended(&two_rounds(1, 1, "T")).outcome, Some(MatchOutcome::Drawn));
}

#[test]
fn without_the_own_side_a_score_says_nothing() {
    let mut kept = two_rounds(2, 0, "CT");
    kept.remove(1);
    assert_eq!(ended(&kept).outcome, None);
}

#[test]
fn kills_in_a_row_are_those_that_the_game_announced() {
    let announced = |number, name: &str, kills: u32| {
        league(number, number as i64, Kind::MultiKill).by(name).with("kill_streak", kills)
    };
    let mut kept: Vec<_> =
        (1..=5).map(|n| league(n, n as i64, Kind::Kill).by("Ana").of("Bo")).collect();
    kept.extend([announced(6, "Ana", 2), announced(7, "Ana", 3), announced(8, "Ana", 2)]);
    kept.extend([announced(9, "Bo", 5), league(10, 60, Kind::MatchEnded)]);
    let multi_kills = ended(&kept).multi_kills;
    let told = |kills, times| MultiKills { kills: Some(kills), times };
    assert_eq!(multi_kills, [told(3, 1), told(2, 2)], "not Bo's, and none counted here");
}

#[test]
fn a_match_that_was_joined_late_is_as_long_as_it_was_seen() {
    let duration = |start: Kept| ended(&[start, cs2(2, 100, Kind::MatchEnded)]).duration;
    let start = cs2(1, 40, Kind::MatchStarted);
    assert_eq!(duration(start.clone()), MatchDuration::Match { ms: 60_000 });
    assert_eq!(duration(start.with("joined_late", true)), MatchDuration::Seen { ms: 60_000 });
    let by_clock = [league(1, 40, Kind::Kill), league(2, 100, Kind::MatchEnded)];
    assert_eq!(
        ended(&by_clock).duration,
        MatchDuration::Match { ms: 100_000 },
        "the game's clock knows better"
    );
}
