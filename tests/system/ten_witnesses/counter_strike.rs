//! Ten companions beside ten clients of one Counter-Strike match: each is told of
//! its own player's kills and deaths alone, all of them of rounds and bombs.

use std::{cell::RefCell, collections::BTreeMap};

use event_model::Source;
use serde_json::Value;
use simulator::{Cs2Teams, Length, Prng};
use system_tests::{LiveCompanion, Server, Simulator, free_port};

use super::{
    assert_follows, assert_keys_lead, assert_statistics, consumer_of_first_match, played_seeds,
    sealed_match, sessions,
    told::{Attributed, Told, Truth, Wrong, compare, told, told_by},
};

/// Players of the match, each with a companion.
const PLAYERS: usize = 10;

/// The match, by its own clock, and how much faster it is played: little, since times
/// are all that pairs the halves of a kill.
const SECONDS: u64 = 80;
const SPEED: &str = "1.5";

/// How a kill may be recorded: the halves of it that two companions tell.
#[derive(Debug, Default)]
struct Halves {
    paired: usize,
    linked: usize,
    single: usize,
}

/// Which happening each event tells of. An own counter says it; of rounds and
/// bombs each client shows the first first.
fn attributed(truth: &Truth, told: &[Told]) -> (Attributed, Vec<String>) {
    let (mut attributed, mut wrong) = (Attributed::new(), Vec::new());
    for observer in &truth.observers {
        let account = &observer.account;
        let mut ahead: BTreeMap<String, Vec<&Told>> = BTreeMap::new();
        for one in told.iter().filter(|one| one.observer == *account).rev() {
            let data = &one.data;
            let own = &data["ordinal"];
            let key = key(&one.kind, &data["round"], &own["run"], &own["value"]);
            ahead.entry(key).or_default().push(one);
        }
        for (place, happening) in truth.shown_to(account) {
            let key = shown_as(happening, &observer.name);
            match ahead.get_mut(&key).and_then(Vec::pop) {
                Some(one) => drop(attributed.insert(one.name.clone(), place)),
                None => wrong.push(format!("{account} never told of {key} {happening}")),
            }
        }
        wrong.extend(ahead.into_values().flatten().map(|one| format!("{account} made up {one:?}")));
    }
    (attributed, wrong)
}

fn key(kind: &str, round: &Value, run: &Value, ordinal: &Value) -> String {
    format!("{kind} {round} {run} {ordinal}")
}

/// What a player's companion must say of a happening.
fn shown_as(happening: &Value, name: &str) -> String {
    let (kind, round) = (happening["kind"].as_str().unwrap(), &happening["round"]);
    if kind != "kill" {
        return key(kind, round, &Value::Null, &Value::Null);
    }
    let (kind, ordinal) = if happening["attacker"] == name {
        ("kill", "ordinal")
    } else {
        ("death", "victim_ordinal")
    };
    key(kind, round, &happening["run"], &happening[ordinal])
}

impl Halves {
    /// Whether these are a kill: one occurrence with both, or each half alone.
    fn count(&mut self, happening: &Value, occurrences: &[&Value]) -> bool {
        let said = |occurrence: &Value| {
            let actors = &occurrence["actors"];
            [occurrence["kind"].clone(), actors["attacker"].clone(), actors["victim"].clone()]
        };
        let (attacker, victim) = (&happening["attacker"], &happening["victim"]);
        let killed = [Value::from("kill"), attacker.clone(), Value::Null];
        let died = [Value::from("death"), Value::Null, victim.clone()];
        match occurrences {
            [one] => {
                self.paired += 1;
                said(one) == [Value::from("kill"), attacker.clone(), victim.clone()]
            }
            [one, other] => {
                let is_linked = one["linked"].as_array().is_some_and(|linked| !linked.is_empty());
                *(if is_linked { &mut self.linked } else { &mut self.single }) += 1;
                let halves = [said(one), said(other)];
                halves == [killed.clone(), died.clone()] || halves == [died, killed]
            }
            _ => false,
        }
    }
}

#[test]
fn ten_witnesses_of_a_counter_strike_match_are_one_record() {
    for seed in played_seeds() {
        one_record_of(seed);
    }
}

fn one_record_of(seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let server = Server::start(&path("server")).unwrap();
    let (mut companions, mut listeners) = (Vec::new(), Vec::new());
    for player in 0..PLAYERS {
        let data_dir = path(&format!("companion-{player}"));
        let port = free_port().unwrap();
        LiveCompanion::configure_cs2(&data_dir, server.url(), port).unwrap();
        let companion = LiveCompanion::headless(&data_dir, &[]).unwrap();
        listeners.push((port, companion.gsi_token().unwrap()));
        companions.push(companion);
    }
    let truth = path("truth.jsonl");
    let game =
        Simulator::cs2_clients(seed, SECONDS, &listeners, &truth, &["--speed", SPEED]).unwrap();
    let consumer = consumer_of_first_match(&server);
    let truth = Truth::read(&game.finished().unwrap());
    for companion in &companions {
        assert_eq!(companion.drained().unwrap()["pending"], 0);
    }

    let told = told(&path("server"));
    let (attributed, wrong) = attributed(&truth, &told);
    assert!(wrong.is_empty(), "{wrong:#?}");
    let key = sealed_match(&server, PLAYERS);
    assert_keys_lead(&server, &key, &told);
    let occurrences = server.occurrences_of(&key).unwrap();
    let (wrong, halves) = compare_halves(&truth, &attributed, &occurrences);
    assert!(wrong.is_nothing(), "{wrong:#?}");
    assert!(halves.paired > halves.linked + halves.single, "{halves:?}");
    assert_statistics(&server, &key, &truth);
    assert_follows(&consumer, &occurrences);
}

fn compare_halves(
    truth: &Truth,
    attributed: &Attributed,
    occurrences: &[Value],
) -> (Wrong, Halves) {
    let halves = RefCell::new(Halves::default());
    let wrong = compare(truth, attributed, occurrences, |happening, occurrences| {
        if happening["kind"] == "kill" {
            return halves.borrow_mut().count(happening, occurrences);
        }
        let [occurrence] = occurrences else { return false };
        ["kind", "round"].iter().all(|name| happening[name] == occurrence[name])
    });
    (wrong, halves.into_inner())
}

/// Matches of many seeds.
fn seeds() -> std::ops::Range<u64> {
    0..if std::env::var_os("RINGSIDE_LONG").is_some() { 200 } else { 3 }
}

#[test]
fn what_ten_counter_strike_clients_show_is_one_record_of_any_match() {
    let mut all_halves = Halves::default();
    for seed in seeds() {
        let teams = Cs2Teams::new(seed, Length::seconds(200));
        let truth = Truth::of(&teams.shared_truth(seed, PLAYERS));
        let mut prng = Prng::new(seed, "ten sessions");
        let mut all = Vec::new();
        for (device, client) in (1..).zip(&teams.clients(PLAYERS)) {
            let frames = sessions::cs2_frames(client);
            all.extend(sessions::sent(Source::Cs2, device, &frames, device == 6, &mut prng));
        }
        let (matches, log) = sessions::associate(all);
        let (attributed, wrong) = attributed(&truth, &told_by(&log));
        assert!(wrong.is_empty(), "seed {seed}: {wrong:#?}");
        assert_eq!(matches.len(), 1, "seed {seed}: one match");
        let (wrong, halves) = compare_halves(&truth, &attributed, &matches[0]);
        assert!(wrong.is_nothing(), "seed {seed}: {wrong:#?}");
        all_halves.paired += halves.paired;
        all_halves.linked += halves.linked;
        all_halves.single += halves.single;
    }
    assert!(all_halves.paired > 4 * (all_halves.linked + all_halves.single), "{all_halves:?}");
}
