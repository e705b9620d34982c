//! League's documents have the game's shape and quirks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use simulator::LeagueMatch;

use crate::{SEEDS, short};

fn documents(seed: u64) -> Vec<Value> {
    let play = LeagueMatch::new(seed, short());
    play.documents().map(|text| serde_json::from_str(&text).unwrap()).collect()
}

fn entries(document: &Value) -> &Vec<Value> {
    document["events"]["Events"].as_array().unwrap()
}

/// A poll after the end: the whole list.
fn last_document(seed: u64) -> Value {
    let play = LeagueMatch::new(seed, short());
    serde_json::from_str(&play.document_at(play.end_ms() + 1_000)).unwrap()
}

/// Every entry of every seed's whole list.
fn all_entries() -> impl Iterator<Item = Value> {
    SEEDS.flat_map(|seed| entries(&last_document(seed)).clone())
}

#[test]
fn each_document_repeats_the_list_and_goes_on_with_it() {
    for pair in documents(7).windows(2) {
        let (former, later) = (entries(&pair[0]), entries(&pair[1]));
        assert_eq!(former[..], later[..former.len()], "nothing listed is taken back");
    }
}

#[test]
fn entries_are_numbered_from_zero_without_a_gap() {
    for document in documents(7) {
        for (number, entry) in entries(&document).iter().enumerate() {
            assert_eq!(entry["EventID"], number);
        }
    }
}

#[test]
fn the_last_document_lists_what_the_truth_has() {
    for seed in SEEDS {
        let truth = LeagueMatch::new(seed, short()).truth();
        let names: Vec<_> = truth.events.iter().map(|event| event.name.clone().unwrap()).collect();
        let document = last_document(seed);
        let listed: Vec<_> =
            entries(&document).iter().map(|entry| entry["EventName"].as_str().unwrap()).collect();
        assert_eq!(listed, names, "seed {seed}");
        assert_eq!(names.first().map(String::as_str), Some("GameStart"));
        assert_eq!(names.last().map(String::as_str), Some("GameEnd"));
    }
}

#[test]
fn every_turn_that_a_match_can_take_comes_up() {
    let seen: BTreeSet<String> =
        all_entries().map(|entry| entry["EventName"].as_str().unwrap().to_owned()).collect();
    for name in [
        "Ace",
        "BaronKill",
        "ChampionKill",
        "DragonKill",
        "FirstBlood",
        "FirstBrick",
        "HeraldKill",
        "InhibKilled",
        "Multikill",
        "TurretKilled",
    ] {
        assert!(seen.contains(name), "{name} in {seen:?}");
    }
}

#[test]
fn killers_may_be_no_players_and_stolen_is_a_string() {
    let killers: BTreeSet<String> = all_entries()
        .filter(|entry| entry["EventName"] == "ChampionKill")
        .map(|entry| entry["KillerName"].as_str().unwrap().to_owned())
        .collect();
    assert!(killers.contains("Minion_T200L2S13N0077"), "{killers:?}");
    assert!(killers.contains("Vex "), "a name that ends in a space: {killers:?}");
    let stolen: BTreeSet<_> =
        all_entries().filter_map(|entry| Some(entry["Stolen"].as_str()?.to_owned())).collect();
    assert_eq!(stolen.into_iter().collect::<Vec<_>>(), ["False", "True"]);
}

#[test]
fn the_scoreboard_ends_with_the_deaths_that_the_truth_counts() {
    for seed in SEEDS {
        let truth = LeagueMatch::new(seed, short()).truth();
        let mut deaths: BTreeMap<String, u64> = BTreeMap::new();
        for event in truth.events.iter().filter(|event| event.kind == "kill") {
            *deaths.entry(event.victim.clone().unwrap()).or_default() += 1;
            assert_eq!(event.ordinal, deaths.get(event.victim.as_ref().unwrap()).copied());
        }
        for player in last_document(seed)["allPlayers"].as_array().unwrap() {
            let name = player["riotIdGameName"].as_str().unwrap();
            let counted = deaths.get(name).copied().unwrap_or(0);
            assert_eq!(player["scores"]["deaths"], counted, "{name:?}");
        }
    }
}
