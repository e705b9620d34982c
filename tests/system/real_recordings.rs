//! Real payloads through the whole path: the server's reads show exactly what
//! is in them. Skipped where they are absent.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::Value;
use system_tests::{Device, Server, send_real_names, shared_recordings};

/// A server, a device, and the folder they live in.
struct Stage {
    server: Server,
    device: Device,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(&folder.path().join("server")).unwrap();
        let device = Device::new(&folder.path().join("device"));
        send_real_names(device.data_dir()).unwrap();
        Self { server, device, _folder: folder }
    }

    fn replay(&self, file: &Path) -> Value {
        let replayed = self.device.replay(file, Some(self.server.url())).unwrap();
        assert_eq!(replayed.code, Some(0), "{}: {}", file.display(), replayed.stderr);
        replayed.report
    }
}

fn league_dumps() -> Vec<PathBuf> {
    let Some(folder) = shared_recordings() else { return Vec::new() };
    let entries = std::fs::read_dir(folder.join("league-of-legends")).unwrap();
    let mut dumps: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("mingwei"))
        .collect();
    dumps.sort();
    dumps
}

/// Attacker, victim and game time in milliseconds, with how often.
type Kills = BTreeMap<(String, String, i64), u64>;

fn kills_in_dump(path: &Path) -> Kills {
    let dump: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut kills = Kills::new();
    for event in dump["events"]["Events"].as_array().unwrap() {
        if event["EventName"] == "ChampionKill" {
            let name = |field: &str| event[field].as_str().unwrap().to_owned();
            #[expect(clippy::cast_possible_truncation, reason = "a match lasts hours")]
            let ms = (event["EventTime"].as_f64().unwrap() * 1000.0).round() as i64;
            *kills.entry((name("KillerName"), name("VictimName"), ms)).or_default() += 1;
        }
    }
    kills
}

fn kills_on_server(server: &Server) -> Kills {
    let mut kills = Kills::new();
    for occurrence in server.occurrences().unwrap() {
        if occurrence["kind"] == "kill" {
            let name = |role: &str| occurrence["actors"][role].as_str().unwrap().to_owned();
            let ms = occurrence["match_clock_ms"].as_i64().unwrap();
            *kills.entry((name("attacker"), name("victim"), ms)).or_default() += 1;
        }
    }
    kills
}

#[test]
fn every_champion_kill_of_a_dump_is_recorded_once_with_its_names_and_time() {
    for dump in league_dumps() {
        let stage = Stage::set();
        stage.replay(&dump);
        assert_eq!(kills_on_server(&stage.server), kills_in_dump(&dump), "{}", dump.display());
    }
}

#[test]
fn a_deleted_outbox_brings_back_every_event_as_a_duplicate() {
    let logs = gsi_logs().into_iter().map(|(path, _)| path);
    for dump in league_dumps().into_iter().chain(logs) {
        let stage = Stage::set();
        let first = stage.replay(&dump);
        stage.device.delete_outbox().unwrap();
        let again = stage.replay(&dump);
        assert_eq!(again["captured"], first["captured"]);
        assert_eq!(again["duplicates"], first["captured"], "{again}");
        assert_eq!(again["stored"], 0, "{again}");
        assert_eq!(stage.server.verdicts().unwrap().conflicts, 0);
    }
}

/// Increments of the local player's own counters, counted from the payloads
/// alone: a first value is a baseline, a fall begins again at zero.
fn own_increments(bodies: &[Value]) -> (u64, u64) {
    let mut last: Option<(String, i64, i64)> = None;
    let (mut kills, mut deaths) = (0, 0);
    for body in bodies {
        let player = &body["player"];
        let own = body["provider"]["steamid"].is_string()
            && player["steamid"] == body["provider"]["steamid"];
        let stats = &player["match_stats"];
        let (Some(map), Some(k), Some(d), true) =
            (body["map"]["name"].as_str(), stats["kills"].as_i64(), stats["deaths"].as_i64(), own)
        else {
            continue;
        };
        if let Some((last_map, last_kills, last_deaths)) = &last
            && last_map == map
        {
            let risen = |now: i64, before: i64| if now < before { now } else { now - before };
            kills += risen(k, *last_kills).unsigned_abs();
            deaths += risen(d, *last_deaths).unsigned_abs();
        }
        last = Some((map.to_owned(), k, d));
    }
    (kills, deaths)
}

fn gsi_logs() -> Vec<(PathBuf, Vec<Value>)> {
    let Some(folder) = shared_recordings() else { return Vec::new() };
    let files = [
        "cs2/aon4o_gsi_requests_2025-09-27_part1.jsonl",
        "csgo/roessland_gsi_session_2021-01-30.jsonl",
    ];
    files
        .iter()
        .map(|file| {
            let path = folder.join(file);
            let text = std::fs::read_to_string(&path).unwrap();
            let bodies = text.lines().map(|line| {
                let line: Value = serde_json::from_str(line).unwrap();
                match line["body"].as_str() {
                    Some(body) => serde_json::from_str(body).unwrap(),
                    None => line,
                }
            });
            let bodies = bodies.collect();
            (path, bodies)
        })
        .collect()
}

#[test]
fn every_own_kill_and_death_of_a_gsi_log_is_recorded_once() {
    for (path, bodies) in gsi_logs() {
        let stage = Stage::set();
        stage.replay(&path);
        let occurrences = stage.server.occurrences().unwrap();
        let count = |kind: &str| {
            occurrences.iter().filter(|occurrence| occurrence["kind"] == kind).count() as u64
        };
        assert_eq!((count("kill"), count("death")), own_increments(&bodies), "{}", path.display());
    }
}
