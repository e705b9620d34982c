//! A database that is deleted or replaced under a running server.
//!
//! Elsewhere the system refuses that: SQLite has the files open.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use ingest_store::{Store, StoreOptions};
use reqwest::{Client, StatusCode};
use tempfile::TempDir;

use crate::{
    binary::{Running, run},
    crash::{enrol, post},
    stopping::half_sent,
    support::{ENROLMENT_KEY, TestDevice, client, send},
};

/// What service managers wait before they kill.
const TEN_SECONDS: Duration = Duration::from_secs(10);

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

    /// Puts a file where the folder was, which goes elsewhere: nothing can be saved.
    fn lose_folder(&self) -> (PathBuf, TempDir) {
        let (folder, aside) = (self.dir.path().to_owned(), TempDir::new().unwrap());
        fs::rename(&folder, aside.path().join("x")).unwrap();
        // Where the server was faster, its new folder goes too.
        while fs::write(&folder, "no folder").is_err() {
            drop(fs::remove_dir_all(&folder));
        }
        (folder, aside)
    }

    /// No start goes on beside what is saved; it says where that is, and what to do.
    fn is_refused_for(&self, left: &str) {
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--enrolment-key", ENROLMENT_KEY];
        let refused = run(self.dir.path(), &arguments);
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(4), "{said}");
        let left = self.path(left).display().to_string();
        assert!(said.contains(&left) && said.contains("database restore"), "{said}");
    }

    fn restore(&self, from: &str) {
        let from = self.path(from).display().to_string();
        let restored = run(self.dir.path(), &["database", "restore", &from]);
        assert!(restored.status.success(), "{restored:?}");
    }

    fn path(&self, part: &str) -> PathBuf {
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
        let said = served.server.says("was put back whole");
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
    assert!(!served.server.says("restore from it").is_empty());
    served.server.terminate();
    assert_eq!(served.server.ended(), Some(0));
    assert_eq!(fs::read(served.path("-wal")).unwrap(), b"another's log");
    served.is_refused_for(".rescued-1");
    served.restore(".rescued-1");
    served.goes_on().await;
    served.server.kill();
    served.server = Running::with_key(served.dir.path());
    assert_eq!(served.post(3).await.1, ["duplicate"], "and at the next start");
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
    let (folder, _aside) = served.lose_folder();
    assert!(!served.server.says("it could not be").is_empty());
    fs::remove_file(&folder).unwrap();
    assert!(!served.server.says("was put back whole").is_empty());
    served.server.kill();
    served.goes_on().await;
}

#[tokio::test]
async fn a_server_that_could_not_save_what_was_acknowledged_fails_in_time_and_says_what_to_do() {
    let mut served = Served::start().await;
    let (folder, aside) = served.lose_folder();
    served.server.terminate();
    let mut server = served.server;
    let ended = tokio::task::spawn_blocking(move || {
        let said = server.says("could not be saved");
        (server.ended(), said, server)
    });
    let ended = tokio::time::timeout(TEN_SECONDS, ended).await.expect("it ends in ten seconds");
    let (code, said, server) = ended.unwrap();
    assert!(said.contains("ringside-ingest database restore"), "{said}");
    assert_eq!(code, Some(4));
    served.server = server;
    fs::remove_file(&folder).unwrap();
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
    store_id(other.path());
    let theirs = other.path().join(Store::FILE_NAME);
    let bytes = fs::read(&theirs).unwrap();
    fs::rename(&theirs, served.path("")).unwrap();
    fs::remove_file(served.path("-wal")).unwrap();
    fs::remove_file(served.path("-shm")).unwrap();
    served.stores_nothing_more().await;
    assert!(fs::read(served.path("")).unwrap() == bytes, "it was written into");
    served.is_refused_for(".rescued-1");
    served.restore(".rescued-1");
    served.goes_on().await;
}

/// As `mv` of an old copy does it: it says itself that a log belongs to it.
#[tokio::test]
async fn an_older_copy_that_is_put_in_place_is_not_mixed_with_the_servers_log() {
    let mut served = Served::start().await;
    served.server.terminate();
    assert_eq!(served.server.ended(), Some(0));
    let old = served.path(".old");
    fs::copy(served.path(""), &old).unwrap();
    let bytes = fs::read(&old).unwrap();
    served.server = Running::heard(served.dir.path());
    assert_eq!(served.post(2).await.1, ["stored"]);
    fs::rename(&old, served.path("")).unwrap();
    assert!(!served.server.says("restore from it").is_empty());
    served.server.kill();
    assert!(!served.path("-wal").exists() && !served.path("-shm").exists(), "they are not its own");
    assert!(fs::read(served.path("")).unwrap() == bytes, "it was written into");
    served.is_refused_for(".rescued-1");
    served.restore(".rescued-1");
    served.goes_on().await;
}

#[tokio::test]
async fn what_is_deleted_with_its_folder_is_put_back_with_it() {
    let mut served = Served::start().await;
    fs::remove_dir_all(served.dir.path()).unwrap();
    served.stores_nothing_more().await;
    served.goes_on().await;
}

#[tokio::test]
async fn no_second_server_begins_where_the_lock_of_one_is_deleted() {
    let mut served = Served::start().await;
    fs::remove_file(served.dir.path().join("serve.lock")).unwrap();
    assert!(!served.server.says("it is taken again").is_empty());
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--enrolment-key", ENROLMENT_KEY];
    let second = run(served.dir.path(), &arguments);
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(4), "{said}");
    assert!(said.contains("another server is running"), "{said}");
    assert_eq!(served.post(2).await.1, ["stored"], "and the first goes on");
    served.server.terminate();
    assert_eq!(served.server.ended(), Some(0));
}

#[tokio::test]
async fn a_server_whose_lock_another_has_stops_and_says_why() {
    let mut served = Served::start().await;
    let name = served.dir.path().join("serve.lock");
    let another = fs::File::create(served.dir.path().join("another")).unwrap();
    another.try_lock().unwrap();
    fs::rename(served.dir.path().join("another"), name).unwrap();
    let said = served.server.says("another server was started");
    assert!(said.contains("serve.lock"), "{said}");
    assert_eq!(served.server.ended(), Some(4));
    drop(another);
    served.goes_on().await;
}
