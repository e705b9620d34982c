//! Somebody deletes the upload queue while the companion runs, in the midst of a
//! match that no server has heard of yet.

use std::{fs, path::Path, time::Duration};

use system_tests::{LiveCompanion, Server, Simulator, compare, free_port, retry};

/// Length of the simulated match, by its own clock.
const SECONDS: u64 = 10;
/// For whatever takes a moment, and between two looks.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(100);

fn delete_the_queue(data_dir: &Path) {
    for name in ["outbox.sqlite", "outbox.sqlite-wal", "outbox.sqlite-shm"] {
        fs::remove_file(data_dir.join(name)).unwrap();
    }
}

fn pending(companion: &LiveCompanion) -> u64 {
    companion.device().outbox().unwrap()["pending"].as_u64().unwrap()
}

#[test]
fn a_queue_that_is_deleted_beside_a_running_match_is_put_back_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("device");
    let gsi_port = free_port().unwrap();
    let port = gsi_port.to_string();
    let local = ["--gsi-port", &port, "--league-port", "1"];
    let mut companion = LiveCompanion::headless(&data_dir, &local).unwrap();
    let token = companion.gsi_token().unwrap();
    let game = Simulator::cs2(83, SECONDS, gsi_port, &token, &folder.path().join("truth")).unwrap();
    let some = retry(PATIENCE, LOOK, || Some(pending(&companion)).filter(|waiting| *waiting > 5));
    delete_the_queue(&data_dir);
    let truth = game.finished().unwrap();
    let back = retry(PATIENCE, LOOK, || data_dir.join("outbox.sqlite").exists().then_some(()));
    let waiting = pending(&companion);
    let said = companion.stop();
    assert!(said.iter().any(|line| line.contains("there again")), "{said:?}");
    assert!(back.is_some() && Some(waiting) > some, "{some:?} waited, and then {waiting}");

    let server = Server::start(&folder.path().join("server")).unwrap();
    let arguments = [&local[..], &["--server", server.url()]].concat();
    let mut companion = LiveCompanion::headless(&data_dir, &arguments).unwrap();
    let outbox = companion.drained().unwrap();
    let said = companion.stop();
    assert_eq!((&outbox["pending"], &outbox["lost"]), (&0.into(), &0.into()), "{said:?}");
    let comparison = compare(&[truth], &server.occurrences().unwrap()).unwrap();
    assert!(comparison.happened > 5 && comparison.is_whole(), "{comparison:?}: {said:?}");
}

#[test]
fn a_queue_that_cannot_be_put_back_before_the_end_is_told_as_lost() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("device");
    let gsi_port = free_port().unwrap();
    let port = gsi_port.to_string();
    let mut companion =
        LiveCompanion::headless(&data_dir, &["--gsi-port", &port, "--league-port", "1"]).unwrap();
    let token = companion.gsi_token().unwrap();
    let game = Simulator::cs2(84, SECONDS, gsi_port, &token, &folder.path().join("truth")).unwrap();
    game.finished().unwrap();
    put_a_file_in_the_way(&data_dir);
    let said = companion.stop();
    let told = |words: &str| said.iter().any(|line| line.contains(words));
    let captured = said.iter().find_map(|line| line.strip_prefix("captured")?.trim().parse().ok());
    let captured: u64 = captured.unwrap();
    assert!(captured > 5 && told("could not be put back"), "{said:?}");
    assert!(told(&format!("{captured} events were lost")), "{said:?}");
}

/// A companion that runs may make a file in the folder, or the folder anew, at
/// any moment: so it goes at once, and as often as needed.
fn put_a_file_in_the_way(data_dir: &Path) {
    let aside = data_dir.with_extension("aside");
    let is_done = retry(PATIENCE, LOOK, || {
        fs::rename(data_dir, &aside).ok();
        fs::remove_dir_all(&aside).ok();
        fs::write(data_dir, "in the way").ok()
    });
    assert!(is_done.is_some(), "{} stays a folder", data_dir.display());
}
