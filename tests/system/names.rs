//! Other players' names leave as pseudonyms or as they are, and the record is one.

mod gateway;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::Duration,
};

use event_model::{NamesKey, Pseudonyms, is_pseudonym};
use serde_json::Value;
use system_tests::{LiveCompanion, Server, Simulator, free_port, retry};

use crate::log;
use gateway::Gateway;

const SEED: u64 = 23;
/// Length of the simulated matches, by their own clock.
const SECONDS: u64 = 40;
/// How much faster they are played.
const SPEED: &str = "4";

const LOOK: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(60);

/// A League match, with a companion beside each of some players.
struct Evening {
    folder: tempfile::TempDir,
    server: Server,
    game: Option<Simulator>,
    companions: Vec<LiveCompanion>,
    gateways: Vec<Gateway>,
}

impl Evening {
    /// Each companion sends names so.
    fn begin(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let server = Server::start(&path("server")).unwrap();
        let (root, truth) = (path("root.pem"), path("truth.jsonl"));
        let speed = ["--speed", SPEED];
        let (game, ports) =
            Simulator::league_clients(SEED, SECONDS, names.len(), &root, &truth, &speed).unwrap();
        let (mut companions, mut gateways) = (Vec::new(), Vec::new());
        for (player, (names, port)) in names.iter().zip(ports).enumerate() {
            let (gateway, data_dir) = (Gateway::to(server.url()), data_dir(folder.path(), player));
            let gsi_port = free_port().unwrap();
            LiveCompanion::configure(&data_dir, &gateway.url(), (port, &root), gsi_port).unwrap();
            turn(&data_dir, names);
            companions.push(LiveCompanion::headless(&data_dir, &[]).unwrap());
            gateways.push(gateway);
        }
        Self { folder, server, game: Some(game), companions, gateways }
    }

    /// Plays the match to its end; what happened in it.
    fn end(&mut self) -> Vec<Value> {
        let truth = self.game.take().unwrap().finished().unwrap();
        for companion in &self.companions {
            let outbox = companion.drained().unwrap();
            assert_eq!((&outbox["pending"], &outbox["quarantined"]), (&0.into(), &0.into()));
        }
        let text = std::fs::read_to_string(truth).unwrap();
        text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The events in the server's log that one companion sent.
    fn sent_by(&self, player: usize) -> Vec<Value> {
        let source =
            format!("urn:ringside:device:{}", self.companions[player].device_id().unwrap());
        let events = log::events(&self.folder.path().join("server"));
        events.into_iter().filter(|event| event["source"] == source.as_str()).collect()
    }

    /// As all devices of the server write names.
    fn pseudonyms(&self) -> Pseudonyms {
        let path = data_dir(self.folder.path(), 0).join("identity.json");
        let identity: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let keys = identity["names_keys"].as_object().unwrap();
        let key = keys.values().next().unwrap().as_str().unwrap();
        Pseudonyms::under(&NamesKey::from_hex(key).unwrap())
    }
}

fn data_dir(folder: &Path, player: usize) -> PathBuf {
    folder.join(format!("companion-{player}"))
}

/// What a player would write into the settings file.
fn turn(data_dir: &Path, names: &str) {
    let path = data_dir.join("settings.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    let line = |line: &str| {
        let is_names = line.starts_with("names =");
        if is_names { format!("names = \"{names}\"") } else { line.to_owned() }
    };
    let lines: Vec<String> = settings.lines().map(line).collect();
    std::fs::write(path, lines.join("\n")).unwrap();
}

/// The accounts that a companion with real names tells of, and what games call them.
fn players(sent: &[Value]) -> BTreeSet<String> {
    let evidence = sent.iter().find(|event| event["type"] == "ringside.session_evidence.v1");
    let roster = evidence.unwrap()["data"]["details"]["roster"].as_array().unwrap();
    let accounts = roster.iter().map(|account| account.as_str().unwrap().to_owned());
    accounts.flat_map(|account| [named(&account).to_owned(), account]).collect()
}

/// What the game calls an account.
fn named(account: &str) -> &str {
    account.rsplit_once('#').map_or(account, |(name, _)| name)
}

/// Kind, attacker and victim of each, as often as it is there.
fn counted<'v>(
    pseudonyms: &Pseudonyms,
    happened: impl IntoIterator<Item = (&'v Value, &'v Value)>,
) -> BTreeMap<[String; 3], usize> {
    let mut counted = BTreeMap::new();
    let by = |name: &Value| match name.as_str() {
        Some(name) if !is_pseudonym(name) => pseudonyms.of(name),
        name => name.unwrap_or_default().to_owned(),
    };
    for (kind, actors) in happened {
        let what = [kind.to_string(), by(&actors["attacker"]), by(&actors["victim"])];
        *counted.entry(what).or_default() += 1;
    }
    counted
}

#[test]
fn who_hides_names_and_who_does_not_tell_of_one_match() {
    let mut evening = Evening::begin(&["real", "pseudonyms"]);
    let happened = evening.end();
    let pseudonyms = evening.pseudonyms();

    let players = players(&evening.sent_by(0));
    let own = evening.sent_by(1)[0]["data"]["observer"].as_str().unwrap().to_owned();
    let others: Vec<&String> =
        players.iter().filter(|name| **name != own && *name != named(&own)).collect();
    assert!(others.len() >= 18, "ten players, each by account and by name: {others:?}");
    let left = evening.gateways[1].bodies();
    assert!(left.iter().any(|body| body.contains(&own)), "the bodies are read");
    for body in &left {
        for name in &others {
            assert!(!body.contains(&format!("\"{name}\"")), "{name} left in {body}");
        }
    }

    words_of_the_game_are_left_alone(&evening.sent_by(1));

    let one = || {
        let matches = evening.server.matches().ok()?;
        let [only] = matches.as_slice() else { return None };
        (only["devices"] == 2).then(|| only["key"].as_str().unwrap().to_owned())
    };
    let key = retry(PATIENCE, LOOK, one);
    let key = key.unwrap_or_else(|| panic!("{:#?}", evening.server.matches().unwrap()));
    let truth = counted(&pseudonyms, happened.iter().map(|one| (&one["kind"], one)));
    let recorded = || {
        let occurrences = evening.server.occurrences_of(&key).ok()?;
        let told = occurrences.iter().map(|one| (&one["kind"], &one["actors"]));
        let is_seen_by_both =
            occurrences.iter().all(|one| one["witnesses"].as_array().unwrap().len() == 2);
        (counted(&pseudonyms, told) == truth && is_seen_by_both).then_some(())
    };
    if retry(PATIENCE, LOOK, recorded).is_none() {
        let occurrences = evening.server.occurrences_of(&key).unwrap();
        let told = occurrences.iter().map(|one| (&one["kind"], &one["actors"]));
        assert_eq!(counted(&pseudonyms, told), truth, "{occurrences:#?}");
        panic!("not seen by both: {occurrences:#?}");
    }
    each_player_is_counted_once(&evening.server, &key, &pseudonyms);
}

/// Of what is not about who did it nothing is hidden but a roster.
fn words_of_the_game_are_left_alone(sent: &[Value]) {
    let mut hidden = BTreeSet::new();
    for event in sent {
        for (member, value) in event["data"]["details"].as_object().into_iter().flatten() {
            let texts = value.as_array().map_or_else(|| vec![value], |all| all.iter().collect());
            if texts.into_iter().filter_map(Value::as_str).any(is_pseudonym) {
                hidden.insert(member.as_str());
            }
        }
    }
    assert_eq!(hidden, BTreeSet::from(["roster"]));
}

fn each_player_is_counted_once(server: &Server, key: &str, pseudonyms: &Pseudonyms) {
    let statistics = server.read(&format!("/v1/matches/{key}/statistics")).unwrap();
    let listed = statistics["players"].as_array().unwrap().iter();
    let mut seen = BTreeSet::new();
    for account in listed.map(|player| player["account"].as_str().unwrap()) {
        let known = if is_pseudonym(account) { account.to_owned() } else { pseudonyms.of(account) };
        assert!(seen.insert(known), "{account} is counted twice: {statistics}");
    }
    assert!(!seen.is_empty(), "somebody did something: {statistics}");
}

#[test]
fn what_may_have_left_with_real_names_is_no_conflict_after_a_turn() {
    let mut evening = Evening::begin(&["real"]);
    let folder = data_dir(evening.folder.path(), 0);
    let stored = |more_than: u64| {
        let stored = || Some(evening.server.verdicts().ok()?.stored).filter(|n| *n > more_than);
        retry(PATIENCE, LOOK, stored).expect("events are stored")
    };
    let before = stored(0);
    evening.gateways[0].lose_answers(true);
    stored(before);
    evening.companions[0].kill();
    turn(&folder, "pseudonyms");
    evening.gateways[0].lose_answers(false);
    evening.companions[0] = LiveCompanion::headless(&folder, &[]).unwrap();
    evening.end();

    let verdicts = evening.server.verdicts().unwrap();
    assert!(verdicts.duplicates > 0, "something was sent again: {verdicts:?}");
    assert_eq!((verdicts.conflicts, verdicts.invalid), (0, 0));
    let sent = evening.sent_by(0);
    let victims = sent.iter().filter(|event| event["type"] == "ringside.kill.v1");
    let victims = victims.filter_map(|event| event["data"]["actors"]["victim"].as_str());
    let hidden: Vec<bool> = victims.map(is_pseudonym).collect();
    assert!(hidden.contains(&true) && hidden.contains(&false), "both ways: {hidden:?}");
}
