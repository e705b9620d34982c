//! An upload queue that the disk damaged while nobody looked: the companion
//! starts, says so, and everything that can be read goes on.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;
use system_tests::{Device, LiveCompanion, Recordings, Server, free_port, retry};

use crate::log;

/// For whatever takes a moment, and between two looks.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(100);
/// SQLite's page size, which the outbox does not change.
const PAGE: usize = 4096;

/// Everything in the queue, as `ringside outbox export` prints it.
fn exported(device: &Device) -> Vec<Value> {
    let output = device.command(&["outbox", "export"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids(events: &[Value]) -> BTreeSet<String> {
    events.iter().map(id).collect()
}

fn id(event: &Value) -> String {
    event["id"].as_str().unwrap().to_owned()
}

/// Ids of those that a reader of the server is shown.
fn shown(events: &[Value]) -> BTreeSet<String> {
    let hidden = ["ringside.session_evidence.v1", "ringside.sequence_gap.v1"];
    let shown = events.iter().filter(|event| !hidden.iter().any(|kind| event["type"] == *kind));
    shown.map(id).collect()
}

/// What the server shows.
fn recorded(server: &Server) -> Vec<String> {
    let occurrences = server.occurrences().unwrap();
    let witnesses = occurrences.iter().flat_map(|one| one["witnesses"].as_array().unwrap());
    witnesses.map(|witness| witness["event_id"].as_str().unwrap().to_owned()).collect()
}

/// Flips every bit of a page that has events; the file as it then is, and the
/// events that were in that page.
fn flip_a_page<'e>(path: &Path, events: &'e [Value]) -> (Vec<u8>, Vec<&'e Value>) {
    let db = rusqlite::Connection::open(path).unwrap();
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    db.close().unwrap();
    let mut bytes = std::fs::read(path).unwrap();
    let page_of = |event: &Value| {
        let part = format!(r#""id":"{}""#, id(event)).into_bytes();
        let at = bytes.windows(part.len()).position(|window| window == part);
        at.expect("what waits is in the file") / PAGE
    };
    let pages: BTreeSet<_> = events.iter().map(page_of).collect();
    assert!(pages.len() > 2, "the queue has {} pages", pages.len());
    let middle = *pages.iter().nth(pages.len() / 2).unwrap();
    let hit = events.iter().filter(|event| page_of(event) == middle).collect();
    bytes[middle * PAGE..][..PAGE].iter_mut().for_each(|byte| *byte = !*byte);
    std::fs::write(path, &bytes).unwrap();
    (bytes, hit)
}

fn salvaged(device: &Device) -> Value {
    let output = device.command(&["doctor", "--json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["salvaged"].clone()
}

/// Whether the server was told that this sequence is lost.
fn is_told(settled: &[Value], lost: &Value) -> bool {
    let sequence: u64 = lost["sequence"].as_str().unwrap().parse().unwrap();
    settled.iter().filter(|event| event["type"] == "ringside.sequence_gap.v1").any(|gap| {
        let data = &gap["data"];
        let (from, to) = (data["from"].as_u64().unwrap(), data["to"].as_u64().unwrap());
        data["reason"] == "salvage_lost" && (from..=to).contains(&sequence)
    })
}

#[test]
fn a_companion_whose_queue_was_damaged_says_so_and_sends_what_is_intact_once() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("cs2", 91, 600).unwrap();
    let device = Device::new(&folder.path().join("device"));
    assert_eq!(device.replay(&file, None).unwrap().code, Some(0));
    let waiting = exported(&device);
    let queue = device.data_dir().join("outbox.sqlite");
    let (damaged, hit) = flip_a_page(&queue, &waiting);
    assert!(!hit.is_empty() && hit.len() * 3 < waiting.len(), "{} events", hit.len());

    let data_dir = folder.path().join("server");
    let server = Server::start(&data_dir).unwrap();
    let port = free_port().unwrap().to_string();
    let arguments = ["--server", server.url(), "--gsi-port", &port, "--league-port", "1"];
    let mut companion = LiveCompanion::headless(device.data_dir(), &arguments).unwrap();
    let is_over = || Some(salvaged(&device)).filter(|found| found["under_way"] == false);
    let report = retry(PATIENCE, LOOK, is_over).expect("everything is salvaged");
    let outbox = companion.drained().unwrap();
    let settled = exported(&device);
    let said = companion.stop();

    let set_aside = PathBuf::from(report["set_aside"].as_str().unwrap());
    assert!(std::fs::read(&set_aside).unwrap() == damaged, "byte for byte as it was");
    let name = set_aside.file_name().unwrap().to_str().unwrap();
    assert!(said.iter().any(|line| line.contains(name)), "{name}: {said:?}");
    assert_eq!((&outbox["pending"], &outbox["quarantined"]), (&0.into(), &0.into()), "{said:?}");

    let lost: BTreeSet<_> = hit.iter().map(|event| id(event)).collect();
    let mut intact: Vec<_> = shown(&waiting).difference(&lost).cloned().collect();
    let mut found = recorded(&server);
    intact.sort();
    found.sort();
    assert_eq!(found, intact, "each that can be read");
    let logged = log::each_once(&data_dir).into_iter().map(|(_, id)| id);
    assert_eq!(logged.collect::<BTreeSet<_>>(), ids(&settled), "each that was sent, once");
    let verdicts = server.verdicts().unwrap();
    assert_eq!((verdicts.duplicates, verdicts.conflicts, verdicts.invalid), (0, 0, 0));
    for event in hit {
        assert!(is_told(&settled, event), "{event} is lost, and nobody was told");
    }
}
