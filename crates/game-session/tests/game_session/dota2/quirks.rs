//! What the game does with its list, and what becomes of it.

use event_model::{Kind, MatchKey};
use serde_json::{Value, json};

use super::support::{ANA, Gsi, events, generic, kill, lines, live, reading, steps};

/// The names that a stream's last frame did not know.
fn drift_of(frames: &[Gsi]) -> Vec<String> {
    let steps = steps(frames);
    let last = steps.last().expect("there is a frame");
    last.drift.iter().map(|(name, times)| format!("{name} ({times})")).collect()
}

/// Ten minutes in: late for whoever sees it first.
const STARTED: &str = "match_started, joined_late";

#[test]
fn a_kill_that_is_listed_for_half_a_minute_is_one() {
    let frames: Vec<_> = (0..31)
        .map(|second| Gsi { game_time: 600 + second, events: vec![kill(5, 0, 600.2)], ..live() })
        .collect();
    assert_eq!(lines(&frames), [STARTED, "kill at 600200, by \"player 0\", of \"player 5\""]);
}

#[test]
fn two_kills_in_one_second_are_two() {
    let both = Gsi { events: vec![kill(5, 0, 600.2), kill(6, 0, 600.2)], ..live() };
    assert_eq!(
        lines(&[both]),
        [
            STARTED,
            "kill at 600200, by \"player 0\", of \"player 5\"",
            "kill at 600200, by \"player 0\", of \"player 6\"",
        ]
    );
}

#[test]
fn what_is_listed_twice_in_one_frame_is_two_and_stays_two() {
    let tip = json!({ "game_time": 600, "event_type": "tip", "sender_player_id": 3 });
    let one = Gsi { events: vec![tip.clone()], ..live() };
    let two = Gsi { events: vec![tip.clone(), tip.clone()], game_time: 601, ..live() };
    let tips = |frames: &[Gsi]| lines(frames).iter().filter(|line| line.contains("tip")).count();
    assert_eq!(tips(&[one.clone(), two.clone(), one.clone()]), 2);
    assert_eq!(tips(&[two.clone(), two]), 2);
}

#[test]
fn who_is_killed_by_no_player_has_no_attacker() {
    let frame = Gsi { events: vec![kill(5, -1, 600.0)], ..live() };
    assert_eq!(lines(&[frame]), [STARTED, "kill at 600000, of \"player 5\""]);
}

#[test]
fn own_account_is_told_where_the_player_took_part() {
    let frame = Gsi { place: 2, events: vec![kill(5, 2, 600.0)], ..live() };
    let kill = events(&[frame]).pop().unwrap();
    assert_eq!(kill.data.actor_ids.unwrap().attacker.as_deref(), Some(ANA));
    assert_eq!(kill.data.observer.as_deref(), Some(ANA));
}

#[test]
fn the_first_blood_has_the_parts_of_the_kill_beside_it() {
    let blood =
        json!({ "type": "CHAT_MESSAGE_FIRSTBLOOD", "playerid1": 0, "playerid2": 5, "time": 600.2 });
    let alone = Gsi { events: vec![generic(600.2, &blood)], ..live() };
    assert_eq!(lines(&[alone]), [STARTED, "first_blood at 600200"], "who bled is not documented");
    let beside = Gsi { events: vec![kill(5, 0, 600.2), generic(600.2, &blood)], ..live() };
    let told = lines(&[beside]);
    assert_eq!(told[2], "first_blood at 600200, by \"player 0\", of \"player 5\"");
}

#[test]
fn roshan_is_an_objective_and_the_rest_is_told_by_its_name() {
    let roshan = json!({
        "game_time": 600, "event_type": "roshan_killed", "killed_by_team": "dire", "killer_player_id": 7,
    });
    let aegis = json!({ "game_time": 601, "event_type": "aegis_picked_up", "player_id": 7 });
    let frame = Gsi { events: vec![roshan, aegis], ..live() };
    assert_eq!(
        lines(&[frame]),
        [
            STARTED,
            "objective_taken at 600000, by \"player 7\"",
            "other \"aegis_picked_up\" at 601000",
        ]
    );
}

#[test]
fn an_unknown_event_is_told_as_other_and_counted() {
    let tormentor = json!({ "game_time": 600, "event_type": "tormentor_killed" });
    let frame = Gsi { events: vec![tormentor], ..live() };
    assert_eq!(lines(std::slice::from_ref(&frame))[1], "other \"tormentor_killed\" at 600000");
    assert_eq!(drift_of(&[frame]), ["event tormentor_killed (1)"]);
}

#[test]
fn what_people_write_leaves_no_trace() {
    let chat =
        json!({ "game_time": 600, "event_type": "chat_message", "message": "my phone is 555" });
    let frame = Gsi { events: vec![chat], ..live() };
    assert_eq!(lines(std::slice::from_ref(&frame)), [STARTED]);
    assert!(drift_of(&[frame]).is_empty());
}

#[test]
fn deaths_that_the_list_never_told_are_counted() {
    let alive = live();
    let dead = |second: i64| Gsi { game_time: 600 + second, deaths: 1, ..live() };
    assert!(drift_of(&[alive.clone(), dead(1), dead(5)]).is_empty(), "the list may lag");
    assert_eq!(
        drift_of(&[alive.clone(), dead(1), dead(7)]),
        ["player.deaths: more than events told (1)"]
    );
    let told = |second: i64| Gsi { events: vec![kill(2, 6, 601.0)], ..dead(second) };
    assert!(drift_of(&[alive, told(1), told(7), dead(40), dead(60)]).is_empty());
}

#[test]
fn health_of_zero_is_no_death() {
    let frame = live();
    assert_eq!(frame.json()["hero"]["health"], 0);
    assert_eq!(lines(&[frame]), [STARTED]);
}

#[test]
fn who_watches_names_all_accounts_and_no_observer() {
    let player = |account: &str| json!({ "accountid": account, "name": account, "kills": 1 });
    let mut frame = Gsi { account: None, events: vec![kill(5, 0, 600.0)], ..live() }.json();
    frame["player"] = json!({
        "team2": { "player0": player("11"), "player1": player("12") },
        "team3": { "player5": player("16") },
    });
    let mut state = super::support::empty();
    let step = state.observe(&reading(frame.to_string()));
    assert!(step.drift.is_empty(), "{:?}", step.drift);
    let evidence = &step.events[0];
    assert_eq!(evidence.kind, Kind::SessionEvidence);
    assert_eq!(
        evidence.data.details["places"],
        json!(["11", "12", null, null, null, "16", null, null, null, null])
    );
    let kill = step.events.last().unwrap();
    assert_eq!(kill.data.observer, None);
    let ids = kill.data.actor_ids.clone().unwrap();
    assert_eq!((ids.attacker.as_deref(), ids.victim.as_deref()), (Some("11"), Some("16")));
}

#[test]
fn every_pc_calls_the_same_kill_the_same() {
    let seen_by = |account, place| {
        let frame =
            Gsi { account: Some(account), place, events: vec![kill(5, 0, 600.2)], ..live() };
        let kill = events(&[frame]).pop().unwrap();
        (kill.id, kill.data.match_ref, kill.data.actors, kill.data.match_clock_ms)
    };
    let (ana, bo) = (seen_by(ANA, 2), seen_by(super::support::BO, 7));
    assert_ne!(ana.0, bo.0, "each is its observer's word");
    assert_eq!((ana.1, ana.2, ana.3), (bo.1, bo.2, bo.3));
}

#[test]
fn a_match_is_called_what_the_game_calls_it() {
    let subject = events(&[live()])[0].subject().clone();
    assert_eq!(subject, MatchKey::from_text("dota2:8123456789"));
}

#[test]
fn what_is_not_dotas_is_told_apart() {
    let mut state = super::support::empty();
    for (body, why) in [
        (json!({ "map": { "matchid": "1" } }), "not from the game: no provider block"),
        (json!({ "provider": { "appid": 730 } }), "not from the game: the provider is not Dota 2"),
    ] {
        let step = state.observe(&reading(body.to_string()));
        assert_eq!(step.unreadable.unwrap().to_string(), why);
    }
    assert!(state.observe(&reading(Value::Null.to_string())).unreadable.is_some());
}
