//! Ten companions beside ten clients of one League match.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use event_model::Source;
use serde_json::Value;
use simulator::{Attendance, LeagueClient, LeagueMatch, Length, Prng};
use system_tests::{LiveCompanion, Server, Simulator, free_port, retry};
use tempfile::TempDir;

use super::{
    assert_follows, assert_keys_lead, assert_statistics, consumer_of_first_match,
    gateway::Gateway,
    played_seeds, sealed_match, sessions,
    told::{Attributed, Told, Truth, compare, told, told_by},
    wall_clock::{self, WallClock},
};

/// Players of the match, each with a companion.
const PLAYERS: usize = 10;

/// The match, by its own clock, and how much faster it is played: a companion asks
/// once a second, so this is what it sees each time anew.
const SECONDS: u32 = 900;
const SPEED: u32 = 40;

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

/// By how much the wall clocks of some companions are off, in minutes: at first, and
/// from mid-match on.
const WALL_CLOCKS: [(usize, i64, i64); 3] = [(1, -180, -180), (4, 40, -90), (6, -2, -2)];

/// Half the least of that: clocks that are right agree better.
const RIGHT_MS: i64 = 60_000;

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
    wall_clocks: BTreeMap<usize, WallClock>,
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
        let (mut companions, mut wall_clocks) = (Vec::new(), BTreeMap::new());
        for (player, port) in ports.into_iter().enumerate() {
            let data_dir = Self::data_dir(folder.path(), player);
            let url = if player == CUT_OFF { gateway.url() } else { server.url().to_owned() };
            let gsi_port = free_port().unwrap();
            LiveCompanion::configure(&data_dir, &url, (port, &root), gsi_port).unwrap();
            if let Some((_, off_by, _)) = WALL_CLOCKS.iter().find(|(whose, ..)| *whose == player) {
                let clock = WallClock::off_by(&data_dir, &format!("{off_by:+}m"));
                wall_clocks.insert(player, clock);
            }
            companions.push(companion(&data_dir, wall_clocks.get(&player)));
        }
        let play = LeagueMatch::with_revivals(seed, Length::seconds(SECONDS), REVIVALS);
        let clients = play.clients(seed, ATTENDANCE);
        let expected = clients.iter().map(|client| play.truth_of(client).events.len()).sum();
        Self {
            folder,
            server,
            gateway,
            game: Some(game),
            companions,
            wall_clocks,
            clients,
            expected,
        }
    }

    fn data_dir(folder: &Path, player: usize) -> PathBuf {
        folder.join(format!("companion-{player}"))
    }

    fn await_stored(&self, percent: usize) {
        let enough = u64::try_from(self.expected * percent / 100).unwrap();
        let stored = || (self.server.verdicts().ok()?.stored >= enough).then_some(());
        retry(PATIENCE, LOOK, stored).unwrap_or_else(|| panic!("{percent} % are never stored"));
    }

    fn kill_and_restart(&mut self, player: usize) {
        self.companions[player].kill();
        let data_dir = Self::data_dir(self.folder.path(), player);
        self.companions[player] = companion(&data_dir, self.wall_clocks.get(&player));
    }

    fn set_wall_clocks(&self) {
        for (player, _, off_by) in WALL_CLOCKS {
            self.wall_clocks[&player].set(&format!("{off_by:+}m"));
        }
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

fn companion(data_dir: &Path, wall_clock: Option<&WallClock>) -> LiveCompanion {
    let environment = wall_clock.map(WallClock::environment).unwrap_or_default();
    LiveCompanion::headless_within(data_dir, &environment).unwrap()
}

/// The wall clocks really were wrong: each device's own time of the end.
fn assert_wall_clocks(truth: &Truth, told: &[Told]) {
    let end_ms = |player: usize| {
        let account = &truth.observers[player].account;
        let mut ends = told.iter().filter(|one| one.kind == "match_ended");
        ends.find(|one| one.observer == *account).unwrap().time_ms
    };
    for (player, _, off_by) in WALL_CLOCKS.into_iter().filter(|_| wall_clock::can_be_wrong()) {
        let off_ms = end_ms(player) - end_ms(0) - off_by * 60_000;
        assert!(off_ms.abs() < RIGHT_MS, "{player} is off by {off_ms} ms more");
    }
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
    for seed in played_seeds() {
        one_record_of(seed);
    }
}

fn one_record_of(seed: u64) {
    let mut evening = Evening::begin(seed);
    evening.await_stored(20);
    let consumer = consumer_of_first_match(&evening.server);
    evening.await_stored(40);
    evening.gateway.cut();
    evening.set_wall_clocks();
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
    assert_wall_clocks(&truth, &told);
    let server = &evening.server;
    let key = sealed_match(server, PLAYERS);
    assert_keys_lead(server, &key, &told);
    let occurrences = server.occurrences_of(&key).unwrap();
    let wrong = compare(&truth, &attributed, &occurrences, is_whole);
    assert!(wrong.is_nothing(), "{wrong:#?}");
    assert_eq!(occurrences.len(), truth.happenings.len());
    assert_statistics(server, &key, &truth);
    assert_follows(&consumer, &occurrences);
}

/// Matches of seeds, and between two questions of a companion: as it is, where there
/// is time for so many.
fn seeds() -> (std::ops::Range<u64>, u64) {
    if std::env::var_os("RINGSIDE_LONG").is_some() { (0..10, 1_000) } else { (0..1, 6_000) }
}

#[test]
fn what_ten_league_clients_show_is_one_record_of_any_match() {
    let (seeds, poll_ms) = seeds();
    for seed in seeds {
        let play = LeagueMatch::with_revivals(seed, Length::seconds(SECONDS), REVIVALS);
        let clients = play.clients(seed, ATTENDANCE);
        let truth = Truth::of(&play.shared_truth(seed, &clients));
        let mut prng = Prng::new(seed, "ten sessions");
        let mut all = Vec::new();
        for (device, client) in (1..).zip(&clients) {
            let frames = sessions::league_frames(&play, client, poll_ms, &mut prng);
            let is_offline = device == 6;
            all.extend(sessions::sent(Source::League, device, &frames, is_offline, &mut prng));
        }
        let (matches, log) = sessions::associate(all);
        let (attributed, wrong) = attributed(&truth, &told_by(&log), &clients);
        assert!(wrong.is_empty(), "seed {seed}: {wrong:#?}");
        assert_eq!(matches.len(), 1, "seed {seed}: one match");
        let wrong = compare(&truth, &attributed, &matches[0], is_whole);
        assert!(wrong.is_nothing(), "seed {seed}: {wrong:#?}");
    }
}
