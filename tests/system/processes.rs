//! Several processes on one data folder: one captures and uploads, the others
//! look and act, and the one notices.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use serde_json::Value;
use system_tests::{
    Device, LiveCompanion, Recordings, Server, Simulator, compare, free_port, retry,
};

use crate::log;

/// Length of the simulated match, by its own clock.
const SECONDS: u64 = 10;
/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);
/// For whatever takes a moment.
const PATIENCE: Duration = Duration::from_secs(30);
/// Processes beside the owner.
const OTHERS: usize = 8;
/// Events that somebody deletes before they are sent.
const DELETED: usize = 3;

/// A companion and its match; nobody listens at `server` yet.
fn beside_a_match(folder: &Path, seed: u64, server: &str) -> (LiveCompanion, Simulator) {
    let gsi_port = free_port().unwrap().to_string();
    let arguments = ["--server", server, "--gsi-port", &gsi_port, "--league-port", "1"];
    let companion = LiveCompanion::headless(&folder.join("device"), &arguments).unwrap();
    let token = companion.gsi_token().unwrap();
    let port = gsi_port.parse().unwrap();
    let game = Simulator::cs2(seed, SECONDS, port, &token, &folder.join("truth")).unwrap();
    (companion, game)
}

/// What `ringside outbox` prints; an error of the database is no answer.
fn outbox(device: &Device, arguments: &[&str]) -> String {
    let arguments = [&["outbox"], arguments].concat();
    let output = device.command(&arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // 1: an event that was to be deleted is being sent at the moment.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Ends the others, also where the test fails.
struct Stop<'s>(&'s AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Everything that others can do, again and again.
fn disturb(device: &Device, stop: &AtomicBool) {
    let rounds = [
        &["list", "--json"][..],
        &["status", "--json"],
        &["retry", "--all"],
        &["export"],
        &["delete", "00000000-0000-8000-8000-000000000000"],
    ];
    for arguments in rounds.iter().cycle() {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        outbox(device, arguments);
    }
}

/// Ids of events that wait, and that the server would show.
fn waiting_ids(device: &Device) -> Vec<String> {
    let list = outbox(device, &["list", "--json", "--state", "pending", "--limit", "10000"]);
    let list: Vec<Value> = serde_json::from_str(&list).unwrap_or_default();
    let shown = list.iter().filter(|entry| entry["type"] != "ringside.session_evidence.v1");
    shown.filter_map(|entry| entry["event_id"].as_str()).map(str::to_owned).collect()
}

/// Deletes some of them; their ids.
fn delete_some(device: &Device) -> BTreeSet<String> {
    let waiting = || Some(waiting_ids(device)).filter(|ids| ids.len() > DELETED);
    let ids = retry(PATIENCE, LOOK, waiting).expect("the match goes on");
    let ids: Vec<_> = ids.iter().take(DELETED).map(String::as_str).collect();
    let deleted = outbox(device, &[&["delete", "--json"], &ids[..]].concat());
    let deleted: Value = serde_json::from_str(&deleted).unwrap();
    assert_eq!(deleted["deleted"], DELETED, "{deleted}");
    ids.into_iter().map(str::to_owned).collect()
}

/// The ids of the events behind what the server recorded.
fn recorded_ids(server: &Server) -> Vec<String> {
    let occurrences = server.occurrences().unwrap();
    let witnesses = occurrences.iter().flat_map(|one| one["witnesses"].as_array().unwrap());
    witnesses.map(|witness| witness["event_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn eight_others_at_once_disturb_nothing_and_what_they_delete_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("127.0.0.1:{}", free_port().unwrap());
    let (mut companion, game) = beside_a_match(folder.path(), 71, &format!("http://{address}"));
    let (device, stop) = (Device::new(&folder.path().join("device")), AtomicBool::new(false));
    let (server, truth, deleted, queue) = std::thread::scope(|scope| {
        for _ in 0..OTHERS {
            scope.spawn(|| disturb(&device, &stop));
        }
        let _stop = Stop(&stop);
        let deleted = delete_some(&device);
        let server = Server::start_on(&folder.path().join("server"), &address).unwrap();
        let truth = game.finished().unwrap();
        let queue = companion.drained().unwrap();
        (server, truth, deleted, queue)
    });
    let said = companion.stop();

    assert_eq!(
        (&queue["pending"], &queue["quarantined"], &queue["lost"]),
        (&0.into(), &0.into(), &0.into())
    );
    let verdicts = server.verdicts().unwrap();
    assert_eq!((verdicts.duplicates, verdicts.conflicts), (0, 0), "sent once: {verdicts:?}");
    let logged = log::each_once(&folder.path().join("server")).len() as u64;
    assert_eq!(logged, verdicts.stored, "stored once");
    let sent = recorded_ids(&server);
    assert!(sent.iter().all(|id| !deleted.contains(id)), "the owner noticed the deletion");
    let comparison = compare(&[truth], &server.occurrences().unwrap()).unwrap();
    let missing = comparison.happened - comparison.recorded;
    assert_eq!((missing, comparison.invented), (DELETED as u64, 0), "{comparison:?}: {said:?}");
}

#[test]
fn what_was_deleted_does_not_come_back_when_the_same_frames_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("cs2", 73, 60).unwrap();
    let device = Device::new(&folder.path().join("device"));
    assert_eq!(device.replay(&file, None).unwrap().code, Some(0));
    let mut kept: BTreeSet<_> = waiting_ids(&device).into_iter().collect();
    let deleted = delete_some(&device);
    kept.retain(|id| !deleted.contains(id));

    let server = Server::start(&folder.path().join("server")).unwrap();
    let again = device.replay(&file, Some(server.url())).unwrap();
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    let sent = recorded_ids(&server);
    log::each_once(&folder.path().join("server"));
    assert_eq!(sent.into_iter().collect::<BTreeSet<_>>(), kept, "not {deleted:?}");
}

#[test]
fn the_owner_notices_what_another_process_puts_back() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("server");
    // Every event is too large for this server.
    let strict = Server::start_with(&data_dir, "127.0.0.1:0", &["--event-bytes-max", "200"]);
    let strict = strict.unwrap();
    let (mut companion, game) = beside_a_match(folder.path(), 72, strict.url());
    let truth = game.finished().unwrap();
    let device = Device::new(&folder.path().join("device"));
    let refused = companion.drained().unwrap()["quarantined"].as_u64().unwrap();
    assert!(refused > 0 && strict.verdicts().unwrap().stored == 0);
    let (_, address) = strict.crash().unwrap();
    let server = Server::start_on(&data_dir, &address).unwrap();

    let requeued = outbox(&device, &["retry", "--all", "--json"]);
    let requeued: Value = serde_json::from_str(&requeued).unwrap();
    assert_eq!(requeued["requeued"], refused);
    let all_sent = || (server.verdicts().ok()?.stored >= refused).then_some(());
    assert!(
        retry(PATIENCE, LOOK, all_sent).is_some(),
        "the owner sends it: {:?}",
        companion.stop()
    );
    companion.stop();
    let comparison = compare(&[truth], &server.occurrences().unwrap()).unwrap();
    assert_eq!((comparison.recorded, comparison.invented), (comparison.happened, 0));
    assert_eq!(server.verdicts().unwrap().duplicates, 0);
    log::each_once(&data_dir);
}

#[test]
fn a_second_companion_says_that_another_one_has_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port().unwrap().to_string();
    let arguments = ["--gsi-port", &port, "--league-port", "1"];
    let mut first = LiveCompanion::headless(&folder.path().join("device"), &arguments).unwrap();
    let device = Device::new(&folder.path().join("device"));
    let second = device.command(&["run", "--gsi-port", "0", "--seconds", "1"]).output().unwrap();
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(4), "{said}");
    assert!(said.contains("another Ringside is already running on"), "{said}");
    assert!(said.contains(device.data_dir().to_str().unwrap()), "it names the folder: {said}");
    first.stop();
}
