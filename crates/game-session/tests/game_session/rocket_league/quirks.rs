//! What the game does with its messages, and what becomes of it.

use event_model::{Identity, Kind};
use serde_json::json;

use super::support::{
    ANA, Car, State, bare, bogus_goal, drift, events, feat, goal, kick_off, lines, message,
};

const ANA_BLUE: (&str, u8) = ("Ana", 0);
const BO_ORANGE: (&str, u8) = ("Bo", 1);

/// Ana has scored once.
fn scored() -> State {
    State { ana: Car { goals: 1, ..Car::default() }, scores: (1, 0), time_s: 270, ..kick_off() }
}

#[test]
fn a_goal_is_one_however_often_it_is_told() {
    let told = [
        kick_off().message(),
        feat("Goal", ANA_BLUE, None),
        goal("Ana", 0),
        scored().message(),
        bare("GoalReplayStart"),
        State { is_replay: true, ..scored() }.message(),
        bare("GoalReplayEnd"),
        bogus_goal(),
        scored().message(),
    ];
    assert_eq!(lines(&told), ["goal 1 by \"Ana\""]);
    assert!(drift(&told).is_empty(), "{:?}", drift(&told));
}

#[test]
fn the_message_may_come_after_the_score() {
    let told = [kick_off().message(), scored().message(), scored().message(), goal("Ana", 0)];
    let goal = events(&told).pop().unwrap();
    assert_eq!(goal.kind, Kind::Goal);
    assert_eq!(goal.data.details["speed"], 90.25);
}

#[test]
fn a_goal_without_its_message_is_of_whoever_counts_it() {
    let mut told = vec![kick_off().message()];
    told.extend(std::iter::repeat_n(scored().message(), 40));
    assert_eq!(lines(&told), ["goal 1 by \"Ana\", inferred"]);
    let own_goal = State { scores: (0, 1), ..kick_off() };
    assert_eq!(lines(&[kick_off().message(), own_goal.message()]), ["goal 1, inferred"]);
}

#[test]
fn an_assist_is_told_with_its_goal() {
    let mut passed = goal("Ana", 0);
    let mut data: serde_json::Value =
        serde_json::from_str(passed["Data"].as_str().unwrap()).unwrap();
    data["Assister"] = json!({ "Name": "Cy", "Shortcut": 3, "TeamNum": 0 });
    passed["Data"] = data.to_string().into();
    let told = events(&[kick_off().message(), passed, scored().message()]).pop().unwrap();
    assert_eq!(told.data.actors.assists, ["Cy"]);
    assert_eq!(told.data.actor_ids.unwrap().attacker.as_deref(), Some(ANA));
}

#[test]
fn a_demolition_waits_for_its_counter() {
    let done = State { ana: Car { demolitions: 1, ..Car::default() }, ..kick_off() };
    let told = [
        kick_off().message(),
        feat("Demolish", ANA_BLUE, Some(BO_ORANGE)),
        kick_off().message(),
        done.message(),
    ];
    assert_eq!(lines(&told), ["demolition 1 by \"Ana\" of \"Bo\""]);
}

/// A state of Ana and of players who all call themselves Bot, with so many shots each.
fn namesakes(bots: [(&str, u64); 2]) -> serde_json::Value {
    let mut state = kick_off().message();
    let mut data: serde_json::Value =
        state["Data"].as_str().and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default();
    for (shortcut, (id, shots)) in (5..).zip(bots) {
        let mut bot = data["Players"][1].clone();
        bot["Name"] = "Bot".into();
        bot["PrimaryId"] = id.into();
        bot["Shortcut"] = shortcut.into();
        bot["Shots"] = shots.into();
        data["Players"].as_array_mut().expect("a state lists its players").push(bot);
    }
    state["Data"] = data.to_string().into();
    state
}

#[test]
fn two_of_one_name_are_told_apart_by_their_numbers() {
    let (one, other) = ("Steam|1|0", "Steam|2|0");
    let hit = message(
        "StatfeedEvent",
        &json!({
            "MatchGuid": super::support::GUID, "EventName": "Demolish", "Type": "Localised",
            "MainTarget": { "Name": "Ana", "Shortcut": 1, "TeamNum": 0 },
            "SecondaryTarget": { "Name": "Bot", "Shortcut": 6, "TeamNum": 1 },
        }),
    );
    let mut done = namesakes([(one, 1), (other, 0)]);
    done["Data"] = done["Data"].as_str().unwrap().replacen("\"Demos\":0", "\"Demos\":1", 1).into();
    let mut told = vec![namesakes([(one, 0), (other, 0)]), hit, done.clone()];
    told.extend(std::iter::repeat_n(done, 40));
    let told = events(&told);
    let ids = |kind| {
        let event = told.iter().find(|event| event.kind == kind).unwrap();
        event.data.actor_ids.clone().unwrap()
    };
    assert_eq!(ids(Kind::Demolition).victim.as_deref(), Some(other));
    assert_eq!(ids(Kind::Shot).attacker.as_deref(), Some(one), "whose counter it is");
}

#[test]
fn bots_of_one_name_have_counters_of_their_own() {
    let bot = "Unknown|0|0";
    let told = [namesakes([(bot, 3), (bot, 0)]), namesakes([(bot, 3), (bot, 0)])];
    assert!(lines(&told).is_empty(), "{:?}", lines(&told));
}

#[test]
fn a_save_that_no_counter_bears_out_is_counted_and_no_event() {
    let mut told = vec![kick_off().message(), feat("Save", ANA_BLUE, None)];
    told.extend(std::iter::repeat_n(kick_off().message(), 40));
    assert!(lines(&told).is_empty());
    assert_eq!(drift(&told), ["Save: no counter moved (1)"]);
}

#[test]
fn an_epic_save_is_a_save() {
    let saved = State { ana: Car { saves: 1, ..Car::default() }, ..kick_off() };
    let told = [kick_off().message(), feat("EpicSave", ANA_BLUE, None), saved.message()];
    let save = events(&told).pop().unwrap();
    assert_eq!((save.kind, save.data.details["name"].as_str()), (Kind::Save, Some("EpicSave")));
}

#[test]
fn several_of_one_tick_are_several() {
    let done = State { bo: Car { shots: 3, ..Car::default() }, ..kick_off() };
    let told = [kick_off().message(), done.message()];
    assert_eq!(
        lines(&told),
        ["shot 1 by \"Bo\", inferred", "shot 2 by \"Bo\", inferred", "shot 3 by \"Bo\", inferred"]
    );
}

#[test]
fn what_a_replay_shows_again_is_not_taken() {
    let during = State { ana: Car { saves: 5, ..Car::default() }, is_replay: true, ..kick_off() };
    let told = [
        kick_off().message(),
        bare("GoalReplayStart"),
        during.message(),
        feat("Demolish", ANA_BLUE, Some(BO_ORANGE)),
        bare("GoalReplayEnd"),
        kick_off().message(),
    ];
    assert!(lines(&told).is_empty());
}

#[test]
fn a_replay_whose_end_was_missed_is_over_when_the_clock_moves() {
    let done = State { ana: Car { saves: 1, ..Car::default() }, ..kick_off() };
    let told = [kick_off().message(), bare("GoalReplayStart"), done.message()];
    assert!(lines(&told).is_empty(), "it may be the goal's own");
    let later = State { time_s: 299, ..done };
    let told = [kick_off().message(), bare("GoalReplayStart"), later.message()];
    assert_eq!(lines(&told), ["save 1 by \"Ana\", inferred"]);
}

#[test]
fn the_goal_that_decides_has_what_its_message_says() {
    let won = State { has_winner: true, ..scored() };
    let told = [kick_off().message(), won.message(), goal("Ana", 0), won.message()];
    assert_eq!(lines(&told), ["goal 1 by \"Ana\"", "match_ended"]);
}

#[test]
fn counters_that_begin_anew_are_another_run() {
    let two = State { ana: Car { shots: 2, ..Car::default() }, ..kick_off() };
    let back = State { ana: Car { shots: 1, ..Car::default() }, ..kick_off() };
    let told = [two.message(), back.message()];
    assert_eq!(lines(&told), ["shot 1 of run 1 by \"Ana\", inferred"]);
}

#[test]
fn what_nothing_counts_is_told_once_and_trusted_less() {
    let told =
        [kick_off().message(), feat("HatTrick", ANA_BLUE, None), feat("HatTrick", ANA_BLUE, None)];
    let both: Vec<_> =
        events(&told).into_iter().filter(|event| event.kind == Kind::Other).collect();
    assert_eq!(both.len(), 2);
    assert_ne!(both[0].id, both[1].id);
    assert!(both.iter().all(|event| event.data.identity == Identity::Counted));
}

#[test]
fn an_unknown_message_is_told_and_counted() {
    let told = [
        kick_off().message(),
        message("BallExploded", &json!({ "MatchGuid": super::support::GUID })),
    ];
    assert_eq!(lines(&told), ["other \"BallExploded\""]);
    assert_eq!(drift(&told), ["message BallExploded (1)"]);
}

#[test]
fn data_that_a_tool_has_read_already_is_read_too() {
    let mut parsed = kick_off().message();
    parsed["Data"] = serde_json::from_str(parsed["Data"].as_str().unwrap()).unwrap();
    let kinds = |messages: &[_]| events(messages).iter().map(|event| event.id).collect::<Vec<_>>();
    assert_eq!(kinds(&[parsed]), kinds(&[kick_off().message()]));
}
