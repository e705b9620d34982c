//! A player erases what a PC sent and keeps.

use std::{path::Path, time::Duration};

use companion::{
    DataDir, Error, UploadOptions,
    privacy::{self, LeftBehind},
};
use system_tests::{LiveCompanion, Server, Simulator, free_port, retry};
use tokio::runtime::Runtime;

/// Length of the simulated match, by its own clock, and how much faster it is played.
const SECONDS: u64 = 12;
const SPEED: u32 = 20;

/// A PC that sent a match, and stopped.
fn after_a_match(folder: &Path, server: &Server) -> DataDir {
    let (data_dir, gsi_port) = (folder.join("companion"), free_port().unwrap());
    LiveCompanion::configure_cs2(&data_dir, server.url(), gsi_port).unwrap();
    let mut companion = LiveCompanion::headless(&data_dir, &[]).unwrap();
    let token = companion.gsi_token().unwrap();
    let truth = folder.join("truth.json");
    let game = Simulator::fast_cs2(SPEED, 5, SECONDS, gsi_port, &token, &truth).unwrap();
    game.finished().unwrap();
    assert!(companion.drained().unwrap()["settled"].as_u64().unwrap() > 0);
    companion.stop();
    DataDir::open(Some(data_dir)).unwrap()
}

fn erased_on_servers(dir: &DataDir) -> Result<Vec<String>, Error> {
    runtime().block_on(privacy::erase_on_servers(dir, &UploadOptions::default()))
}

fn runtime() -> Runtime {
    Runtime::new().expect("a test has threads")
}

fn has_no_match(server: &Server) -> Option<()> {
    server.matches().ok()?.is_empty().then_some(())
}

#[test]
fn what_a_pc_sent_under_a_former_identity_is_gone_from_the_server_and_then_from_the_pc() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let dir = after_a_match(folder.path(), &server);
    assert!(has_no_match(&server).is_none(), "there is something to erase");
    privacy::renew(&dir).unwrap();
    let servers = erased_on_servers(&dir).unwrap();
    assert_eq!(servers.len(), 1);
    let gone = retry(Duration::from_secs(10), Duration::from_millis(100), || has_no_match(&server));
    assert!(gone.is_some(), "{:?}", server.matches());
    let left = privacy::erase_here(&dir).unwrap();
    assert_eq!(left, [LeftBehind::GameConfiguration, LeftBehind::Exports]);
}

#[test]
fn a_server_that_cannot_be_asked_is_named_and_this_pc_keeps_its_token() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let dir = after_a_match(folder.path(), &server);
    let before = std::fs::read(dir.identity()).unwrap();
    drop(server);
    let erased = erased_on_servers(&dir);
    assert!(matches!(erased, Err(Error::NotErased { .. })), "{erased:?}");
    assert_eq!(std::fs::read(dir.identity()).unwrap(), before);
}
