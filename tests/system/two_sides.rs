//! The two sides of one game of Hearthstone, replayed from their two logs, are one match.

use std::collections::BTreeMap;

use simulator::{HearthstoneGame, Length};
use system_tests::{Device, Server, send_real_names};

#[test]
fn two_logs_of_one_game_are_one_match_and_each_happening_has_both_as_witnesses() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    // One whose second side lost its connection for a moment, by clocks an hour apart.
    let play = HearthstoneGame::new(7, Length::seconds(300));
    let sides = play.sides(7);
    for (number, side) in sides.iter().enumerate() {
        let device = Device::new(&folder.path().join(format!("device {number}")));
        send_real_names(device.data_dir()).unwrap();
        let log = folder.path().join(format!("Power {number}.log"));
        std::fs::write(&log, play.log(side).concat()).unwrap();
        let replayed = device.replay(&log, Some(server.url())).unwrap();
        assert_eq!(replayed.code, Some(0), "{}", replayed.stderr);
    }

    let matches = server.matches().unwrap();
    assert_eq!(matches.len(), 1, "{matches:?}");
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for occurrence in server.occurrences_of(matches[0]["key"].as_str().unwrap()).unwrap() {
        let witnesses = occurrence["witnesses"].as_array().unwrap().len();
        assert_eq!(witnesses, 2, "{occurrence}");
        *told.entry(occurrence["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let mut true_counts: BTreeMap<String, usize> = BTreeMap::new();
    for event in play.truth_of(&sides[0]).events {
        *true_counts.entry(event.kind).or_default() += 1;
    }
    assert_eq!(told, true_counts);
}
