//! League with Overwolf beside it: the game tells what happens, and Overwolf which match
//! that is.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use system_tests::{LiveCompanion, Server, Simulator, compare, free_port};

use crate::{bridge::post_to_bridge, log};

const MATCH_ID: &str = "7511105411";

/// What Overwolf says of League, the number and things that the game tells too.
fn messages() -> Vec<Value> {
    let info = |key: &str, value: &str| json!({"info": {"game_info": {key: value}}});
    let payloads = [
        info("matchStarted", "True"),
        info("matchId", MATCH_ID),
        json!({"events": [{"name": "kill", "data": "{\"count\":\"1\"}"}]}),
    ];
    let numbered = |(seq, payload): (usize, Value)| json!({"run": "page", "seq": seq + 1, "gameId": 5_426, "payload": payload});
    payloads.into_iter().enumerate().map(numbered).collect()
}

#[test]
fn the_match_learns_its_number_from_overwolf_and_nothing_happens_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let server = Server::start(&path("server")).unwrap();
    let (root, truth) = (path("root.pem"), path("truth.json"));
    let (game, league_port) = Simulator::league(7, 30, &root, &truth).unwrap();
    let (device, port) = (path("device"), free_port().unwrap());
    let gsi_port = free_port().unwrap();
    LiveCompanion::configure(&device, server.url(), (league_port, &root), gsi_port).unwrap();
    let settings = device.join("settings.toml");
    let overwolf = format!("\n[overwolf]\nenabled = true\nport = {port}\n");
    let told = std::fs::read_to_string(&settings).unwrap() + &overwolf;
    std::fs::write(settings, told).unwrap();

    let mut companion = LiveCompanion::headless(&device, &[]).unwrap();
    // While the match loads, as Overwolf does: the game says nothing of it yet.
    post_to_bridge(port, &companion.overwolf_token().unwrap(), messages());
    let truth = game.finished().unwrap();
    companion.drained().unwrap();
    let said = companion.stop();

    let comparison = compare(&[truth], &server.occurrences().unwrap()).unwrap();
    assert!(comparison.is_whole(), "{comparison:?}: {said:?}");
    let events = log::events(&path("server"));
    let subjects: BTreeSet<&str> =
        events.iter().map(|event| event["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects.len(), 1, "one session, the game's own: {subjects:?}");
    let learnt = events.iter().filter_map(|event| event["data"]["details"]["match_id"].as_str());
    assert_eq!(learnt.collect::<Vec<_>>(), [MATCH_ID], "once, however often it is said");
}
