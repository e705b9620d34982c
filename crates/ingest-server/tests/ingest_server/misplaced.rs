//! A database that is deleted or replaced under a running server.
//!
//! Elsewhere the system refuses that: SQLite has the files open.

use std::{fs, path::Path};

use ingest_store::{Store, StoreOptions};
use reqwest::{Client, StatusCode};
use tempfile::TempDir;

use crate::{
    binary::{Running, run},
    crash::{enrol, post},
    stopping::half_sent,
    support::{TestDevice, client, send},
};

const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// A server with an event that it acknowledged.
struct Served {
    dir: TempDir,
    server: Running,
    client: Client,
    device: TestDevice,
}

impl Served {
    async fn start() -> Self {
        let dir = TempDir::new().unwrap();
        let (server, client) = (Running::heard(dir.path()), client());
        let device = enrol(&client, &server.url).await;
        let served = Self { dir, server, client, device };
        assert_eq!(served.post(1).await, (StatusCode::OK, vec!["stored".to_owned()]));
        served
    }

    fn path(&self, part: &str) -> std::path::PathBuf {
        self.dir.path().join(format!("{}{part}", Store::FILE_NAME))
    }

    /// The answer to an event of this number.
    async fn post(&self, number: u64) -> (StatusCode, Vec<String>) {
        let reply = post(&self.client, &self.server.url, &self.device, number).await.unwrap();
        let is_page = reply.status == StatusCode::OK;
        (reply.status, if is_page { reply.verdicts() } else { Vec::new() })
    }

    /// It takes nothing and says so, and ends in order.
    async fn stores_nothing_more(&mut self) {
        for number in [2, 1, 2] {
            let (status, verdicts) = self.post(number).await;
            assert!(is_later(status, &verdicts), "event {number}: {status} {verdicts:?}");
        }
        let ready = self.client.get(format!("{}/readyz", self.server.url));
        assert_eq!(send(ready).await.status, StatusCode::SERVICE_UNAVAILABLE);
        self.server.terminate();
        assert_eq!(self.server.ended(), Some(0));
    }

    /// Another start knows what was acknowledged, and stores what was not.
    async fn goes_on(&mut self) {
        self.server = Running::with_key(self.dir.path());
        assert_eq!(self.post(1).await.1, ["duplicate"], "it was acknowledged");
        let (_, verdicts) = self.post(2).await;
        // It was not, but may have been saved as well.
        assert!(["stored", "duplicate"].contains(&verdicts[0].as_str()), "{verdicts:?}");
        assert_eq!(self.post(3).await.1, ["stored"]);
    }
}

/// Whether a client that got this sends all of it again.
fn is_later(status: StatusCode, verdicts: &[String]) -> bool {
    let is_page = status == StatusCode::OK && !verdicts.is_empty();
    status == StatusCode::SERVICE_UNAVAILABLE
        || is_page && verdicts.iter().all(|verdict| verdict.starts_with("retry"))
}

fn store_id(dir: &Path) -> uuid::Uuid {
    Store::open(dir, StoreOptions::default()).unwrap().id()
}

#[tokio::test]
async fn what_is_deleted_under_a_server_is_put_back_and_nothing_is_acknowledged_meanwhile() {
    let every = [&PARTS[..], &[""], &["-wal"], &["-shm"], &["-wal", "-shm"], &["", "-wal"]];
    for parts in every {
        let mut served = Served::start().await;
        let before = store_id(served.dir.path());
        parts.iter().for_each(|part| fs::remove_file(served.path(part)).unwrap());
        served.stores_nothing_more().await;
        assert_eq!(store_id(served.dir.path()), before, "{parts:?}");
        served.goes_on().await;
    }
}

/// With the last connection SQLite moves the log that it has open into the file, and
/// deletes what has its name.
#[tokio::test]
async fn what_an_operator_does_beside_a_server_without_its_log_outlives_its_end() {
    for parts in [&["-wal"][..], &["-shm"], &["-wal", "-shm"]] {
        let mut served = Served::start().await;
        parts.iter().for_each(|part| fs::remove_file(served.path(part)).unwrap());
        let said = served.server.says("whole in the database's file");
        assert!(!said.is_empty(), "{parts:?}");
        let (dir, device) = (served.dir.path(), served.device.id.0.to_string());
        for command in [&["device", "revoke", &device][..], &["key", "add", "--name", "x"]] {
            let done = run(dir, command);
            assert!(done.status.success(), "{parts:?} {command:?}: {done:?}");
        }
        served.server.terminate();
        assert_eq!(served.server.ended(), Some(0));

        let store = Store::open(dir, StoreOptions::default()).unwrap();
        assert!(store.devices().unwrap()[0].revoked_at.is_some(), "{parts:?}");
        assert!(store.enrolment_keys().unwrap().iter().any(|key| key.name == "x"), "{parts:?}");
        // All of it is read.
        Store::back_up(dir, &dir.join("copy")).unwrap();
    }
}

#[tokio::test]
async fn a_log_that_took_the_place_of_the_servers_is_there_after_its_end() {
    let mut served = Served::start().await;
    let theirs = served.dir.path().join("theirs");
    fs::write(&theirs, "another's log").unwrap();
    fs::rename(&theirs, served.path("-wal")).unwrap();
    assert!(!served.server.says("can be restored from what is saved").is_empty());
    served.server.terminate();
    assert_eq!(served.server.ended(), Some(0));
    assert_eq!(fs::read(served.path("-wal")).unwrap(), b"another's log");
    Store::restore(served.dir.path(), &served.path(".rescued-1")).unwrap();
    served.goes_on().await;
}

#[tokio::test]
async fn what_is_deleted_while_a_server_runs_on_is_saved_without_being_asked() {
    let mut served = Served::start().await;
    fs::remove_file(served.path("")).unwrap();
    assert!(served.server.says("it is being saved").contains("ERROR"));
    assert!(!served.server.says("was put back whole").is_empty());
    served.server.kill();
    served.goes_on().await;
}

#[tokio::test]
async fn what_cannot_be_saved_is_tried_again_until_it_is() {
    let mut served = Served::start().await;
    let (folder, aside) = (served.dir.path().to_owned(), TempDir::new().unwrap());
    fs::rename(&folder, aside.path().join("x")).unwrap();
    assert!(!served.server.says("it could not be").is_empty());
    fs::create_dir(&folder).unwrap();
    assert!(!served.server.says("was put back whole").is_empty());
    served.server.kill();
    served.goes_on().await;
}

#[tokio::test]
async fn a_server_that_could_not_save_what_was_acknowledged_fails_and_says_what_to_do() {
    let mut served = Served::start().await;
    let (folder, aside) = (served.dir.path().to_owned(), TempDir::new().unwrap());
    fs::rename(&folder, aside.path().join("x")).unwrap();
    served.server.terminate();
    let said = served.server.says("could not be saved");
    assert!(said.contains("ringside-ingest database restore"), "{said}");
    assert_eq!(served.server.ended(), Some(4));
    fs::rename(aside.path().join("x"), &folder).unwrap();
    served.goes_on().await;
}

/// The last look is after the last request.
#[tokio::test]
async fn what_is_deleted_while_a_server_ends_is_saved_too() {
    let mut served = Served::start().await;
    let half = half_sent(&served.server, &served.device, "[]").await;
    served.server.terminate();
    assert!(!served.server.says("Stopping").is_empty());
    PARTS.iter().for_each(|part| fs::remove_file(served.path(part)).unwrap());
    drop(half);
    assert!(!served.server.says("was put back whole").is_empty());
    assert_eq!(served.server.ended(), Some(0));
    served.goes_on().await;
}

#[tokio::test]
async fn what_is_put_in_a_databases_place_stays_and_what_was_there_is_saved() {
    let mut served = Served::start().await;
    let other = TempDir::new().unwrap();
    let others = store_id(other.path());
    let theirs = other.path().join(Store::FILE_NAME);
    let bytes = fs::read(&theirs).unwrap();
    fs::rename(&theirs, served.path("")).unwrap();
    fs::remove_file(served.path("-wal")).unwrap();
    fs::remove_file(served.path("-shm")).unwrap();
    served.stores_nothing_more().await;
    assert!(fs::read(served.path("")).unwrap() == bytes, "it was written into");
    assert_eq!(store_id(served.dir.path()), others);
    let saved = served.path(".rescued-1");
    Store::restore(served.dir.path(), &saved).unwrap();
    served.goes_on().await;
}

#[tokio::test]
async fn a_database_without_a_folder_is_saved_once_there_is_one_again() {
    let mut served = Served::start().await;
    let (folder, aside) = (served.dir.path().to_owned(), TempDir::new().unwrap());
    fs::rename(&folder, aside.path().join("x")).unwrap();
    let (status, verdicts) = served.post(2).await;
    assert!(is_later(status, &verdicts), "{status} {verdicts:?}");
    fs::create_dir(&folder).unwrap();
    served.stores_nothing_more().await;
    served.goes_on().await;
}
