//! The simulated Rocket League behaves as the game was recorded, and what its messages
//! show is what its truth says.

use std::collections::BTreeSet;

use event_model::{Channel, Kind, Reading, Source};
use serde_json::Value;
use simulator::{Length, RocketLeagueClient, RocketLeagueMatch, SessionTruth};

use crate::{
    SEEDS, short,
    told::{Told, by_rules, by_truth, difference, told},
};

fn long() -> Length {
    Length::seconds(240)
}

fn of_client(play: &RocketLeagueMatch, client: &RocketLeagueClient, restarts: usize) -> Told {
    let messages = play.messages(client);
    let bodies = messages.iter().map(|message| message.body.as_str());
    told(Source::RocketLeague, Channel::Tcp, bodies, restarts)
}

/// The messages in the order in which they are sent: what each is, and what it says.
fn said(play: &RocketLeagueMatch, client: &RocketLeagueClient) -> Vec<(u64, String, Value)> {
    let read = |message: simulator::RocketLeagueMessage| {
        let whole: Value = serde_json::from_str(&message.body).unwrap();
        let data = serde_json::from_str(whole["Data"].as_str().unwrap()).unwrap();
        (message.ms, whole["Event"].as_str().unwrap().to_owned(), data)
    };
    play.messages(client).into_iter().map(read).collect()
}

fn assert_told(play: &RocketLeagueMatch, client: &RocketLeagueClient, about: &str) -> SessionTruth {
    let (told, truth) = (of_client(play, client, 0), play.truth_of(client));
    let difference = difference(&by_rules(&told.events), &by_truth(&truth.events));
    assert!(difference.is_empty(), "{about}: {difference:#?}");
    assert_eq!(told.unreadable, 0);
    assert!(told.drift.is_empty(), "{about}: {:?}", told.drift);
    let observed =
        told.events.iter().all(|event| event.data.observer.as_ref() == Some(&truth.observer));
    assert!(observed, "{about}");
    truth
}

#[test]
fn the_rules_tell_of_every_client_what_its_truth_says() {
    // Another client with every seed.
    let short_ones = (0..22).map(|seed| (seed, short(), seed % 5));
    let long_ones = [(0, long(), 0), (1, long(), 4)];
    for (seed, length, number) in short_ones.chain(long_ones) {
        let play = RocketLeagueMatch::new(seed, length);
        let client = &play.clients(seed, 5)[usize::try_from(number).unwrap()];
        assert_told(&play, client, &format!("seed {seed}, client {number}"));
    }
}

#[test]
fn a_match_without_an_id_is_told_the_same() {
    for seed in 0..4 {
        let play = RocketLeagueMatch::offline(seed, short());
        let client = play.clients(seed, 1)[0];
        assert_told(&play, &client, &format!("seed {seed}"));
        assert!(said(&play, &client).iter().all(|(_, _, data)| data["MatchGuid"] == ""));
    }
}

#[test]
fn a_restart_between_any_messages_changes_no_event() {
    for seed in 0..3 {
        let play = RocketLeagueMatch::new(seed, Length::seconds(60));
        let client = play.clients(seed, 1)[0];
        let whole = of_client(&play, &client, 0).events;
        assert_eq!(of_client(&play, &client, 13).events, whole, "seed {seed}");
    }
}

#[test]
fn ordinals_are_the_games_counters() {
    for seed in 0..6 {
        let play = RocketLeagueMatch::new(seed, short());
        let client = play.clients(seed, 1)[0];
        let ordinals = |kind: &str| {
            let told = of_client(&play, &client, 0).events;
            let told = told.into_iter().filter(|event| event.kind.as_str() == kind);
            told.map(|event| {
                let ordinal = event.data.ordinal.unwrap();
                (event.data.actors.attacker, event.data.actors.victim, ordinal.run, ordinal.value)
            })
            .collect::<BTreeSet<_>>()
        };
        let truth = play.truth_of(&client).events;
        for kind in [Kind::Goal, Kind::Shot, Kind::Save, Kind::Demolition] {
            let true_ones = truth.iter().filter(|event| event.kind == kind.as_str());
            let expected = true_ones
                .map(|event| {
                    let event = event.clone();
                    (event.attacker, event.victim, event.run, event.ordinal.unwrap())
                })
                .collect::<BTreeSet<_>>();
            assert_eq!(ordinals(kind.as_str()), expected, "seed {seed} {kind}");
        }
    }
}

#[test]
fn every_goal_comes_again_at_the_reset_without_a_scorer() {
    let mut bogus = 0;
    for seed in 0..3 {
        let play = RocketLeagueMatch::new(seed, long());
        let client = RocketLeagueMatch::new(seed, short()).clients(seed, 1)[0];
        let said = said(&play, &client);
        let goals = |has_scorer: bool| {
            said.iter()
                .filter(|(_, event, _)| event == "GoalScored")
                .filter(|(_, _, data)| (data["Scorer"]["Name"] != "") == has_scorer)
                .map(|(ms, _, _)| *ms)
                .collect::<Vec<_>>()
        };
        let real = goals(true);
        for again in goals(false) {
            assert!(real.iter().any(|goal| again - 8_700 == *goal), "{again} of {real:?}");
            bogus += 1;
        }
    }
    assert!(bogus >= 3, "{bogus}");
}

#[test]
fn words_come_before_their_counters_by_up_to_three_ticks() {
    let play = RocketLeagueMatch::new(3, long());
    let client = RocketLeagueMatch::new(3, short()).clients(3, 1)[0];
    let said = said(&play, &client);
    let demolitions = said.iter().enumerate().filter(|(_, (_, event, data))| {
        event == "StatfeedEvent" && data["EventName"] == "Demolish"
    });
    let mut delays = BTreeSet::new();
    for (place, (ms, _, data)) in demolitions {
        let name = &data["MainTarget"]["Name"];
        let count = |state: &Value| {
            let player =
                state["Players"].as_array().unwrap().iter().find(|one| one["Name"] == *name);
            player.and_then(|player| player["Demos"].as_u64())
        };
        let states = |(at, event, data): &(u64, String, Value)| {
            (event == "UpdateState").then(|| (*at, count(data)))
        };
        let before = said[..place].iter().rev().find_map(states).unwrap().1;
        let moved = said[place..].iter().filter_map(states).find(|(_, count)| *count > before);
        delays.extend(moved.map(|(at, _)| (at - ms) / 100));
    }
    assert!(delays.len() >= 2 && delays.iter().all(|delay| *delay <= 3), "{delays:?}");
}

#[test]
fn a_message_is_data_in_a_text_and_begins_with_its_event() {
    let play = RocketLeagueMatch::new(1, short());
    for message in play.messages(&play.clients(1, 1)[0]) {
        assert!(
            message.body.starts_with(r#"{"Event":""#) && message.body.contains(r#","Data":"{"#)
        );
    }
}

#[test]
fn a_connection_that_is_lost_is_in_the_script() {
    let mut lost = 0;
    for seed in 0..8 {
        let play = RocketLeagueMatch::new(seed, long());
        let cues = play.cues(&play.clients(seed, 1)[0]);
        assert!(cues.is_sorted_by_key(|cue| cue.at_ms));
        lost += cues.iter().filter(|cue| matches!(cue.reading, Reading::Fault(_))).count();
    }
    assert!((1..8).contains(&lost), "{lost}");
}

#[test]
fn overtimes_demolitions_and_players_who_come_back_come_up() {
    let (mut overtimes, mut demolitions, mut again) = (0, 0, 0);
    for seed in SEEDS {
        let play = RocketLeagueMatch::new(seed, Length::seconds(30));
        let truth = play.truth_of(&play.clients(seed, 1)[0]).events;
        demolitions += truth.iter().filter(|event| event.kind == "demolition").count();
        again += truth.iter().filter(|event| event.run > 0).count();
        let client = play.clients(seed, 1)[0];
        overtimes += usize::from(
            said(&play, &client).iter().any(|(_, _, data)| data["Game"]["bOvertime"] == true),
        );
    }
    assert!(overtimes > 5 && demolitions > 40 && again > 5, "{overtimes} {demolitions} {again}");
}
