//! The observer's own kills and deaths.

use event_model::{Identity, Kind};
use serde_json::json;

use super::support::{ANA, BO, Gsi, events, live, menu, own_lines, steps, warmup};

#[test]
fn each_increment_is_one_event_in_the_observers_own_part() {
    let frames = [live(), Gsi { kills: 1, ..live() }, Gsi { kills: 1, deaths: 1, ..live() }];
    assert_eq!(
        own_lines(&frames),
        [r#"kill 1 of run 0, round 1, by "Ana ""#, r#"death 1 of run 0, round 1, of "Ana ""#,]
    );
    let kill = events(&frames).into_iter().find(|event| event.kind == Kind::Kill).unwrap();
    assert_eq!(kill.data.observer.as_deref(), Some(ANA));
    assert_eq!(kill.data.actor_ids.unwrap().attacker.as_deref(), Some(ANA));
    assert_eq!(kill.data.identity, Identity::Native, "the counter is the game's own");
    assert_eq!(kill.data.ordinal.unwrap().of, "attacker kills");
}

#[test]
fn the_first_counters_of_a_session_are_a_baseline() {
    let joined = Gsi { kills: 12, deaths: 7, round: 9, ..live() };
    assert!(own_lines(&[joined.clone(), joined]).is_empty(), "they happened before we looked");
}

#[test]
fn a_jump_by_three_is_three_inferred_events() {
    assert_eq!(
        own_lines(&[live(), Gsi { kills: 3, ..live() }]),
        [
            r#"kill 1 of run 0, round 1, by "Ana ", inferred"#,
            r#"kill 2 of run 0, round 1, by "Ana ", inferred"#,
            r#"kill 3 of run 0, round 1, by "Ana ", inferred"#,
        ]
    );
}

#[test]
fn a_leap_that_no_match_can_hold_is_counted_and_not_believed() {
    let leap = Gsi { kills: i64::MAX, ..live() };
    let taken = steps(&[live(), leap.clone(), leap]);
    assert!(taken[1].events.is_empty() && taken[2].events.is_empty());
    assert_eq!(
        taken[1].drift.iter().collect::<Vec<_>>(),
        [("player.match_stats.kills: leaps by more than 256", 1)]
    );
}

#[test]
fn the_counters_of_a_spectated_player_are_not_the_observers() {
    let spectating = Gsi { player: Some(BO), name: "Bo", kills: 20, deaths: 3, ..live() };
    let back = Gsi { kills: 1, ..live() };
    assert_eq!(
        own_lines(&[live(), spectating, back]),
        [r#"kill 1 of run 0, round 1, by "Ana ""#],
        "only what happened to the own counter counts"
    );
}

#[test]
fn a_frame_without_a_player_changes_no_counter() {
    let gone = Gsi { player: None, ..live() };
    assert_eq!(
        own_lines(&[live(), gone, Gsi { deaths: 1, ..live() }]),
        [r#"death 1 of run 0, round 1, of "Ana ""#]
    );
}

#[test]
fn counters_of_everybody_else_are_never_events() {
    let mut frame = live().json();
    let with_kills = |kills: u32| json!({ BO: { "match_stats": { "kills": kills, "deaths": 0 } } });
    let mut state = super::support::empty();
    frame["allplayers"] = with_kills(0);
    state.observe(&super::support::reading(frame.to_string()));
    frame["allplayers"] = with_kills(5);
    assert!(state.observe(&super::support::reading(frame.to_string())).events.is_empty());
}

#[test]
fn an_observer_without_an_account_has_no_own_counters() {
    let nobody = Gsi { observer: "", player: Some(""), ..live() };
    let frames = [nobody.clone(), Gsi { kills: 4, ..nobody }];
    assert!(own_lines(&frames).is_empty());
    assert!(events(&frames).iter().all(|event| event.data.observer.is_none()));
}

#[test]
fn warmup_kills_count_and_say_so() {
    let kills = events(&[warmup(), Gsi { kills: 1, ..warmup() }]);
    let kill = kills.iter().find(|event| event.kind == Kind::Kill).unwrap();
    assert_eq!(kill.data.details["phase"], "warmup");
    assert_eq!(kill.data.round, None, "warmup has no rounds");
}

#[test]
fn a_restart_counts_from_zero_under_other_ids() {
    let frames = [
        live(),
        Gsi { kills: 2, round: 2, ..live() },
        Gsi { round_phase: Some("freezetime"), ..live() },
        Gsi { kills: 1, ..live() },
    ];
    assert_eq!(
        own_lines(&frames),
        [
            r#"kill 1 of run 0, round 3, by "Ana ", inferred"#,
            r#"kill 2 of run 0, round 3, by "Ana ", inferred"#,
            r#"kill 1 of run 1, round 1, by "Ana ""#,
        ]
    );
    let ids: Vec<_> = events(&frames).iter().map(|event| event.id).collect();
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len());
}

#[test]
fn a_counter_that_fell_to_two_has_been_counted_twice_since() {
    let before = Gsi { kills: 5, deaths: 4, ..warmup() };
    assert_eq!(
        own_lines(&[before, Gsi { kills: 2, deaths: 0, ..live() }]),
        [
            r#"kill 1 of run 1, round 1, by "Ana ", inferred"#,
            r#"kill 2 of run 1, round 1, by "Ana ", inferred"#,
        ]
    );
}

#[test]
fn a_counter_that_a_restart_did_not_lower_goes_on_by_its_difference() {
    let before = Gsi { kills: 0, deaths: 3, ..live() };
    let frozen = Gsi { round_phase: Some("freezetime"), ..before.clone() };
    let after = Gsi { kills: 1, deaths: 3, ..live() };
    assert_eq!(own_lines(&[before, frozen, after]), [r#"kill 1 of run 1, round 1, by "Ana ""#]);
}

#[test]
fn a_restart_seen_while_spectating_is_one_restart() {
    let before = Gsi { kills: 3, round: 4, ..live() };
    let hidden = Gsi { player: Some(BO), round_phase: Some("freezetime"), ..live() };
    let after = Gsi { kills: 1, ..live() };
    assert_eq!(own_lines(&[before, hidden, after]), [r#"kill 1 of run 1, round 1, by "Ana ""#]);
}

#[test]
fn a_kill_taken_back_is_no_restart() {
    let before = Gsi { kills: 5, round: 3, ..live() };
    let suicide = Gsi { kills: 4, deaths: 1, ..before.clone() };
    let again = Gsi { kills: 5, ..suicide.clone() };
    assert_eq!(
        own_lines(&[before, suicide, again]),
        [r#"death 1 of run 1, round 4, of "Ana ""#, r#"kill 5 of run 1, round 4, by "Ana ""#,],
        "four old kills must not come back, and the fifth is another one"
    );
}

#[test]
fn kills_below_zero_are_counted_too() {
    let below = Gsi { kills: -1, deaths: 1, ..live() };
    assert_eq!(
        own_lines(&[live(), below, Gsi { kills: 0, deaths: 1, ..live() }]),
        [r#"death 1 of run 1, round 1, of "Ana ""#, r#"kill 0 of run 1, round 1, by "Ana ""#,]
    );
}

#[test]
fn counters_after_another_map_are_a_baseline_again() {
    let frames = [
        Gsi { kills: 1, ..live() },
        menu(),
        Gsi { map: Some("de_inferno"), timestamp: 1_010, ..live() },
        Gsi { map: Some("de_inferno"), timestamp: 1_020, kills: 1, ..live() },
    ];
    assert_eq!(own_lines(&frames), [r#"kill 1 of run 0, round 1, by "Ana ""#]);
}

#[test]
fn a_kill_after_the_round_ended_belongs_to_that_round() {
    let over = Gsi { round: 1, round_phase: Some("over"), kills: 1, ..live() };
    assert_eq!(own_lines(&[live(), over]), [r#"kill 1 of run 0, round 1, by "Ana ""#]);
}

#[test]
fn what_is_first_seen_in_the_next_freezetime_happened_before_it() {
    let next = Gsi { round: 1, round_phase: Some("freezetime"), ..live() };
    let died = Gsi { deaths: 1, ..next.clone() };
    assert_eq!(own_lines(&[live(), died.clone()]), [r#"death 1 of run 0, round 1, of "Ana ""#]);
    assert_eq!(
        own_lines(&[live(), next, died]),
        [r#"death 1 of run 0, round 2, of "Ana ""#],
        "in the same freezetime it is of the new round"
    );
}

#[test]
fn deathmatch_has_no_rounds() {
    let deathmatch = Gsi { mode: "deathmatch", ..live() };
    let killed = Gsi { kills: 1, ..deathmatch.clone() };
    let over =
        Gsi { phase: "gameover", round_phase: Some("freezetime"), kills: 2, ..killed.clone() };
    assert_eq!(
        own_lines(&[deathmatch, killed, over]),
        [r#"kill 1 of run 0, by "Ana ""#, r#"kill 2 of run 0, by "Ana ""#],
        "and its end is no restart"
    );
}

#[test]
fn one_kill_tells_its_weapon_and_whether_it_was_a_headshot() {
    let first = Gsi { kills: 1, headshots: 1, ..live() };
    let second = Gsi { kills: 2, headshots: 1, ..live() };
    let told: Vec<_> = events(&[live(), first, second])
        .into_iter()
        .filter(|event| event.kind == Kind::Kill)
        .map(|event| (event.data.details["weapon"].clone(), event.data.details["headshot"].clone()))
        .collect();
    let ak = json!("weapon_ak47");
    assert_eq!(told, [(ak.clone(), json!(true)), (ak, json!(false))]);
}

#[test]
fn a_player_without_a_name_goes_by_the_account() {
    let frames = [Gsi { name: "", ..live() }, Gsi { name: "", kills: 1, ..live() }];
    assert_eq!(own_lines(&frames), [format!("kill 1 of run 0, round 1, by {ANA:?}")]);
}

fn sides(frames: &[Gsi]) -> Vec<Option<String>> {
    let own = events(frames).into_iter();
    let own = own.filter(|event| matches!(event.kind, Kind::Kill | Kind::Death));
    own.map(|event| Some(event.data.details.get("team")?.as_str()?.to_owned())).collect()
}

#[test]
fn own_kills_and_deaths_say_the_side() {
    let on_t = Gsi { side: Some("T"), ..live() };
    let frames =
        [on_t.clone(), Gsi { kills: 1, ..on_t.clone() }, Gsi { kills: 1, deaths: 1, ..on_t }];
    assert_eq!(sides(&frames), [Some("T".to_owned()), Some("T".to_owned())]);
}

#[test]
fn a_frame_of_the_next_round_says_no_side_of_the_last() {
    let on_t = Gsi { side: Some("T"), round: 11, ..live() };
    let on_ct =
        Gsi { side: Some("CT"), round: 12, round_phase: Some("freezetime"), kills: 1, ..live() };
    assert_eq!(sides(&[on_t, on_ct]), [None], "they changed sides in between");
}

#[test]
fn a_player_without_a_side_is_nothing_new() {
    let frames = [live(), Gsi { kills: 1, side: Some("Unassigned"), ..live() }];
    assert_eq!(sides(&frames), [None]);
    assert!(events(&frames).iter().all(|event| event.kind != Kind::Other));
}
