//! Ten players of one match, a real companion beside each, one real server: what
//! happened is recorded once, whoever told of it, when, and by what clock.

mod consumer;
mod counter_strike;
mod gateway;
mod league;
mod sessions;
mod told;
mod wall_clock;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    time::Duration,
};

use serde_json::Value;
use system_tests::{Server, retry};

use consumer::{Consumer, record};
use told::{Told, Truth};

/// Between two looks, and far longer than a server takes for what it has.
const LOOK: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(60);

/// Seeds of the matches that are played, one after the other: each takes most of a
/// minute.
fn played_seeds() -> Range<u64> {
    7..if std::env::var_os("RINGSIDE_LONG").is_some() { 11 } else { 8 }
}

/// Somebody who follows the first match that there is, and where it is joined to.
fn consumer_of_first_match(server: &Server) -> Consumer {
    let first = || Some(server.matches().ok()?.first()?["key"].as_str()?.to_owned());
    let key = retry(PATIENCE, LOOK, first).expect("a match begins");
    Consumer::of(server.url(), server.reader_token(), &key)
}

/// Seals the one match that all devices' sessions have become; its key.
fn sealed_match(server: &Server, devices: usize) -> String {
    let whole = || {
        let matches = server.matches().ok()?;
        let [only] = matches.as_slice() else { return None };
        (only["devices"] == devices).then(|| only["key"].as_str().unwrap().to_owned())
    };
    let key = retry(PATIENCE, LOOK, whole);
    let key = key.unwrap_or_else(|| panic!("no one match: {:#?}", server.matches().unwrap()));
    let sealed = server.seal(&key).unwrap();
    assert_eq!(sealed["sealed"], true, "{sealed}");
    assert_eq!(sealed["key"], key.as_str());
    key
}

/// Whoever followed the feed has what the reads say.
fn assert_follows(consumer: &Consumer, occurrences: &[Value]) {
    let expected = record(occurrences);
    let has_all = || (consumer.followed().occurrences == expected).then_some(());
    if retry(PATIENCE, LOOK, has_all).is_none() {
        let followed = consumer.followed();
        let wrong: Vec<_> = followed
            .occurrences
            .iter()
            .filter(|(id, witnesses)| expected.get(*id) != Some(*witnesses))
            .map(|(id, witnesses)| (id, witnesses.len(), expected.get(id).map(|all| all.len())))
            .collect();
        let (has, should) = (followed.occurrences.len(), expected.len());
        panic!("{has} of {should}, after {:?}: {wrong:#?}", followed.counts);
    }
}

/// Kills, deaths and assists.
type Counts = [u64; 3];

/// What each player did is counted as it happened.
fn assert_statistics(server: &Server, key: &str, truth: &Truth) {
    let statistics = server.read(&format!("/v1/matches/{key}/statistics")).unwrap();
    let players = statistics["players"].as_array().unwrap().iter();
    let counted: BTreeMap<&str, Counts> = players
        .map(|player| {
            let count = |name: &str| player[name].as_u64().unwrap();
            (player["account"].as_str().unwrap(), ["kills", "deaths", "assists"].map(count))
        })
        .collect();
    for observer in &truth.observers {
        let counted = counted.get(observer.account.as_str()).copied().unwrap_or_default();
        assert_eq!(counted, truth.counts_of(&observer.name), "{}: {statistics}", observer.name);
    }
}

/// Every key that a session had leads to the match, for ever; there were several.
fn assert_keys_lead(server: &Server, key: &str, told: &[Told]) {
    let had: BTreeSet<&str> =
        told.iter().map(|one| one.data["match"]["key"].as_str().unwrap()).collect();
    assert!(had.len() > 1, "{had:?}");
    let view = server.read(&format!("/v1/matches/{key}")).unwrap();
    let lead: BTreeSet<&str> =
        view["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
    assert_eq!(lead, had);
    for other in had.into_iter().filter(|other| *other != key) {
        let answer = server.read(&format!("/v1/matches/{other}")).unwrap_err().to_string();
        assert!(answer.contains("308"), "{answer}");
    }
}
