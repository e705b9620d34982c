//! Ten companions beside ten clients of one League match.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;
use simulator::{Attendance, LeagueClient, LeagueMatch, Length};
use system_tests::{LiveCompanion, Server, Simulator, free_port, retry};
use tempfile::TempDir;

use super::{
    assert_follows,
    consumer::Consumer,
    gateway::Gateway,
    sealed_match,
    told::{Attributed, Told, Truth, compare, told},
    wall_clock,
};

/// Players of the match, each with a companion.
const PLAYERS: usize = 10;

/// The match, by its own clock, and how much faster it is played: a companion asks
/// once a second, so this is what it sees each time anew.
const SECONDS: u32 = 900;
const SPEED: u32 = 30;

/// Of the players: two join late and one leaves and comes back.
const ATTENDANCE: Attendance = Attendance { clients: PLAYERS, late: 2, returning: 1 };

/// Of a hundred kills, so many happen again within seconds.
const REVIVALS: u8 = 15;

/// How soon the same kill is possible again only by that, and how many are enough.
const REVIVED_MS: i64 = 6_000;
const REPEATS_MIN: usize = 4;

/// The companion that is killed in mid-match and started again.
const KILLED: usize = 2;

/// The companion whose way to the server is cut for the second half.
const CUT_OFF: usize = 5;

/// By how much the wall clocks of some companions are off.
const WALL_CLOCKS: [(usize, &str); 3] = [(1, "-3h"), (4, "+40m"), (6, "-11s")];

/// Clocks of two clients differ by no more than this of one happening.
const NOISE_MS: i64 = 750;

/// What happened this long before a client left may not have been asked for any more:
/// five questions.
const UNASKED_MS: i64 = 5_000 * SPEED as i64;

/// Between two looks, and far longer than anything takes.
const LOOK: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(90);

/// A match of ten in mid-play.
struct Evening {
    folder: TempDir,
    server: Server,
    gateway: Gateway,
    game: Option<Simulator>,
    companions: Vec<LiveCompanion>,
    clients: Vec<LeagueClient>,
    /// What all companions will have told.
    expected: usize,
}

impl Evening {
    fn begin(seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let server = Server::start(&path("server")).unwrap();
        let gateway = Gateway::to(server.url());
        let (speed, revivals) = (SPEED.to_string(), REVIVALS.to_string());
        let (late, returning) = (ATTENDANCE.late.to_string(), ATTENDANCE.returning.to_string());
        let arguments = [
            ["--speed", &speed],
            ["--revivals", &revivals],
            ["--league-late", &late],
            ["--league-returning", &returning],
        ];
        let root = path("root.pem");
        let truth = path("truth.jsonl");
        let (game, ports) = Simulator::league_clients(
            seed,
            SECONDS.into(),
            PLAYERS,
            &root,
            &truth,
            arguments.as_flattened(),
        )
        .unwrap();
        let mut companions = Vec::new();
        for (player, port) in ports.into_iter().enumerate() {
            let data_dir = Self::data_dir(folder.path(), player);
            let url = if player == CUT_OFF { gateway.url() } else { server.url().to_owned() };
            let gsi_port = free_port().unwrap();
            LiveCompanion::configure(&data_dir, &url, (port, &root), gsi_port).unwrap();
            companions.push(companion(&data_dir, player));
        }
        let play = LeagueMatch::with_revivals(seed, Length::seconds(SECONDS), REVIVALS);
        let clients = play.clients(seed, ATTENDANCE);
        let expected = clients.iter().map(|client| play.truth_of(client).events.len()).sum();
        Self { folder, server, gateway, game: Some(game), companions, clients, expected }
    }

    fn data_dir(folder: &Path, player: usize) -> PathBuf {
        folder.join(format!("companion-{player}"))
    }

    fn await_stored(&self, percent: usize) {
        let enough = u64::try_from(self.expected * percent / 100).unwrap();
        let stored = || (self.server.verdicts().ok()?.stored >= enough).then_some(());
        retry(PATIENCE, LOOK, stored).unwrap_or_else(|| panic!("{percent} % are never stored"));
    }

    /// Somebody who follows the first match that there is.
    fn consumer(&self) -> Consumer {
        let matches = self.server.matches().unwrap();
        let key = matches[0]["key"].as_str().unwrap();
        Consumer::of(self.server.url(), self.server.reader_token(), key)
    }

    fn kill_and_restart(&mut self, player: usize) {
        self.companions[player].kill();
        let data_dir = Self::data_dir(self.folder.path(), player);
        self.companions[player] = companion(&data_dir, player);
    }

    /// The end of the match; where its truth is.
    fn end(&mut self) -> PathBuf {
        self.game.take().unwrap().finished().unwrap()
    }

    fn waiting(&self, player: usize) -> u64 {
        let outbox = self.companions[player].device().outbox().unwrap();
        outbox["pending"].as_u64().unwrap() + outbox["in_flight"].as_u64().unwrap()
    }

    fn assert_drained(&mut self, player: usize) {
        let drained = || (self.waiting(player) == 0).then_some(());
        if retry(PATIENCE, LOOK, drained).is_none() {
            panic!("{player} still waits: {:?}", self.companions[player].stop());
        }
    }
}

fn companion(data_dir: &Path, player: usize) -> LiveCompanion {
    let wrong = WALL_CLOCKS.iter().find(|(whose, _)| *whose == player);
    let environment = wrong.map(|(_, off)| wall_clock::off_by(off)).unwrap_or_default();
    LiveCompanion::headless_within(data_dir, &environment).unwrap()
}

/// What tells one happening from another, but for repeats.
fn what(kind: &Value, actors: &Value) -> String {
    let assists = actors["assists"].as_array().cloned().unwrap_or_default();
    let (attacker, victim) = (&actors["attacker"], &actors["victim"]);
    Value::from(vec![kind.clone(), attacker.clone(), victim.clone(), assists.into()]).to_string()
}

/// Which happening each event tells of: of those that look alike a client shows
/// the first one first. Also what nobody can have told of, and what somebody
/// should have.
fn attributed(truth: &Truth, told: &[Told], clients: &[LeagueClient]) -> (Attributed, Vec<String>) {
    let (mut attributed, mut wrong) = (Attributed::new(), Vec::new());
    for (observer, client) in truth.observers.iter().zip(clients) {
        let account = &observer.account;
        let mut ahead: BTreeMap<String, Vec<&Told>> = BTreeMap::new();
        for one in told.iter().filter(|one| one.observer == *account).rev() {
            let key = what(&Value::from(one.kind.as_str()), &one.data["actors"]);
            ahead.entry(key).or_default().push(one);
        }
        for (place, happening) in truth.shown_to(account) {
            let at_ms = happening["match_clock_ms"].as_i64().unwrap();
            let alike = ahead.entry(what(&happening["kind"], happening)).or_default();
            let is_it = |one: &&Told| {
                let said_ms = one.data["match_clock_ms"].as_i64().unwrap();
                let is_start = happening["kind"] == "match_started";
                is_start || (at_ms - said_ms).abs() <= NOISE_MS
            };
            if alike.last().is_some_and(is_it) {
                attributed.insert(alike.pop().unwrap().name.clone(), place);
            } else if !is_unasked(client, at_ms) {
                wrong.push(format!("{account} never told of {happening}"));
            }
        }
        wrong.extend(ahead.into_values().flatten().map(|one| format!("{account} made up {one:?}")));
    }
    (attributed, wrong)
}

fn is_unasked(client: &LeagueClient, at_ms: i64) -> bool {
    let leaves_ms = client.leaves_ms().map(|ms| i64::try_from(ms).unwrap());
    leaves_ms.is_some_and(|leaves_ms| (leaves_ms - UNASKED_MS..leaves_ms).contains(&at_ms))
}

/// Whether a happening is one occurrence, and that says what happened.
fn is_whole(happening: &Value, occurrences: &[&Value]) -> bool {
    let [occurrence] = occurrences else { return false };
    let at_ms = happening["match_clock_ms"].as_i64().unwrap();
    let said_ms = occurrence["match_clock_ms"].as_i64();
    let is_then = said_ms.is_some_and(|said_ms| (at_ms - said_ms).abs() <= NOISE_MS);
    let said = what(&occurrence["kind"], &occurrence["actors"]);
    is_then && said == what(&happening["kind"], happening)
}

/// Kills of one player by the same one, within so long that only a revival explains
/// them.
fn repeats(truth: &Truth) -> usize {
    let mut latest: BTreeMap<String, i64> = BTreeMap::new();
    let kills = truth.happenings.iter().filter(|happening| happening["kind"] == "kill");
    let is_repeat = |kill: &&Value| {
        let at_ms = kill["match_clock_ms"].as_i64().unwrap();
        let pair = format!("{} {}", kill["attacker"], kill["victim"]);
        latest.insert(pair, at_ms).is_some_and(|former_ms| at_ms - former_ms <= REVIVED_MS)
    };
    kills.filter(is_repeat).count()
}

#[test]
fn ten_witnesses_of_a_league_match_are_one_record() {
    let mut evening = Evening::begin(7);
    evening.await_stored(20);
    let consumer = evening.consumer();
    evening.await_stored(40);
    evening.gateway.cut();
    evening.kill_and_restart(KILLED);
    let truth = Truth::read(&evening.end());
    assert!(repeats(&truth) >= REPEATS_MIN, "{} repeats", repeats(&truth));
    for player in (0..PLAYERS).filter(|player| *player != CUT_OFF) {
        evening.assert_drained(player);
    }
    assert!(evening.waiting(CUT_OFF) > 0, "the second half waits");
    evening.gateway.mend();
    evening.assert_drained(CUT_OFF);

    let told = told(&evening.folder.path().join("server"));
    let (attributed, wrong) = attributed(&truth, &told, &evening.clients);
    assert!(wrong.is_empty(), "{wrong:#?}");
    let server = &evening.server;
    let key = sealed_match(server, PLAYERS);
    let occurrences = server.occurrences_of(&key).unwrap();
    let wrong = compare(&truth, &attributed, &occurrences, is_whole);
    assert!(wrong.is_nothing(), "{wrong:#?}");
    assert_eq!(occurrences.len(), truth.happenings.len());
    assert_follows(&consumer, &occurrences);
}
