//! The server is away, or does not want us: the outbox fills, the player is
//! told, nothing is lost.

use std::time::Duration;

use system_tests::{Device, ENROLMENT_KEY, Program, Recordings, Server, free_port, retry};

/// Between two looks at the upload queue.
const LOOK: Duration = Duration::from_millis(100);
/// Far longer than anything takes, also where much else runs.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn without_a_server_events_wait_and_go_out_when_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("cs2", 21, 60).unwrap();
    let device = Device::new(&folder.path().join("device"));
    let address = format!("127.0.0.1:{}", free_port().unwrap());

    let url = format!("http://{address}");
    let mut alone = device.replay_command(&file, Some(&url));
    let alone = alone.args(["--drain-timeout", "1"]).output().unwrap();
    let said = String::from_utf8_lossy(&alone.stderr).into_owned();
    assert_eq!(alone.status.code(), Some(4), "{said}");
    assert!(said.contains("still wait"), "{said}");
    let waiting = device.outbox().unwrap();
    let captured = waiting["pending"].as_u64().unwrap();
    assert!(captured > 0, "{waiting}");
    assert_eq!(waiting["lost"], 0);

    let server = Server::start_on(&folder.path().join("server"), &address).unwrap();
    let together = device.replay(&file, Some(server.url())).unwrap();
    assert_eq!(together.code, Some(0), "{}", together.stderr);
    assert_eq!(together.report["already_known"], captured);
    assert_eq!(together.report["stored"], captured);
    assert_eq!(server.verdicts().unwrap().stored, captured);
}

#[test]
fn a_wrong_token_pauses_the_upload_with_its_reason_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let recordings = Recordings::in_folder(folder.path());
    let (first, _truth) = recordings.make("cs2", 22, 60).unwrap();
    let (second, _truth) = recordings.make("cs2", 23, 60).unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let device = Device::new(&folder.path().join("device"));
    assert_eq!(device.replay(&first, Some(server.url())).unwrap().code, Some(0));

    // The device's own file says which token it shows.
    let path = device.data_dir().join("identity.json");
    let identity = std::fs::read_to_string(&path).unwrap();
    let mut parsed: serde_json::Value = serde_json::from_str(&identity).unwrap();
    parsed["tokens"][server.url()] = "not-the-token".into();
    std::fs::write(&path, parsed.to_string()).unwrap();
    let mut refused = device.replay_command(&second, Some(server.url()));
    let refused = refused.args(["--drain-timeout", "1"]).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(4), "{said}");
    assert!(said.contains("token"), "{said}");
    let waiting = device.outbox().unwrap();
    assert!(waiting["pending"].as_u64().unwrap() > 0, "{waiting}");
    assert!(waiting["paused_reason"].as_str().unwrap().contains("token"), "{waiting}");

    std::fs::write(&path, identity).unwrap();
    let healed = device.replay(&second, Some(server.url())).unwrap();
    assert_eq!(healed.code, Some(0), "{}", healed.stderr);
    assert_eq!(device.outbox().unwrap()["pending"], 0);
}

#[test]
fn a_revoked_device_keeps_its_events() {
    let folder = tempfile::tempdir().unwrap();
    let recordings = Recordings::in_folder(folder.path());
    let (first, _truth) = recordings.make("cs2", 24, 60).unwrap();
    let (second, _truth) = recordings.make("cs2", 25, 60).unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let device = Device::new(&folder.path().join("device"));
    assert_eq!(device.replay(&first, Some(server.url())).unwrap().code, Some(0));
    let identity = std::fs::read(device.data_dir().join("identity.json")).unwrap();
    let identity: serde_json::Value = serde_json::from_slice(&identity).unwrap();
    server.revoke(identity["device"].as_str().unwrap()).unwrap();

    let mut refused = device.replay_command(&second, Some(server.url()));
    let refused = refused.args(["--drain-timeout", "1"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(4));
    let waiting = device.outbox().unwrap();
    assert!(waiting["pending"].as_u64().unwrap() > 0, "{waiting}");
    assert_eq!(waiting["quarantined"], 0, "a refused device is no refused event");
}

#[test]
fn a_server_that_crashes_forgets_nothing_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let recordings = Recordings::in_folder(folder.path());
    let (first, _truth) = recordings.make("cs2", 26, 60).unwrap();
    let (second, _truth) = recordings.make("league", 27, 60).unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let device = Device::new(&folder.path().join("device"));
    let before = device.replay(&first, Some(server.url())).unwrap();
    let recorded = server.occurrences().unwrap();
    let server = server.crash_and_restart().unwrap();
    assert_eq!(server.occurrences().unwrap(), recorded);
    let after = device.replay(&second, Some(server.url())).unwrap();
    assert_eq!((before.code, after.code), (Some(0), Some(0)), "{}", after.stderr);
}

#[test]
fn an_enrolment_whose_answer_was_lost_succeeds_at_the_next_try() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("cs2", 28, 60).unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let device = Device::new(&folder.path().join("device"));
    assert_eq!(device.replay(&file, Some(server.url())).unwrap().code, Some(0));

    // As if the answer had never come: the server knows the device, and the
    // device only which token it asked for.
    let path = device.data_dir().join("identity.json");
    let mut identity: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let token = identity["tokens"][server.url()].take();
    identity["tokens"] = serde_json::json!({});
    identity["wished_tokens"] = serde_json::json!({ server.url(): token });
    std::fs::write(&path, identity.to_string()).unwrap();
    device.delete_outbox().unwrap();
    let again = device.replay(&file, Some(server.url())).unwrap();
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(again.report["duplicates"], again.report["captured"]);
}

#[test]
fn a_running_companion_goes_on_when_another_process_enrols() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("cs2", 29, 60).unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let data_dir = folder.path().join("device");
    // Events that wait for a server that does not know this device yet.
    let captured = Device::new(&data_dir).replay(&file, None).unwrap();
    assert_eq!(captured.code, Some(0), "{}", captured.stderr);
    let device = Device::new(&data_dir);
    let arguments = ["run", "--server", server.url(), "--gsi-port", "0", "--league-port", "1"];
    let mut without_key = device.command(&arguments);
    without_key.env_remove("RINGSIDE_ENROLMENT_KEY");
    let mut companion = Program::start("the companion", &mut without_key).unwrap();
    let paused = || {
        let outbox = device.outbox().ok()?;
        outbox["paused_reason"].as_str()?.contains("not enrolled").then_some(())
    };
    retry(PATIENCE, LOOK, paused).expect("it says what it waits for");
    let enrolled = device.command(&["enrol", "--server", server.url()]).status().unwrap();
    assert!(enrolled.success());
    let sent = || (device.outbox().ok()?["pending"] == 0).then_some(());
    retry(PATIENCE, LOOK, sent).expect("the upload goes on by itself");
    companion.stop();
    assert_eq!(server.verdicts().unwrap().stored, captured.report["captured"].as_u64().unwrap());
}

#[test]
fn a_replay_without_a_token_says_how_to_enrol_and_goes_out_after_that() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("cs2", 30, 60).unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let device = Device::new(&folder.path().join("device"));
    let replay = || {
        let mut command = device.replay_command(&file, Some(server.url()));
        command.env_remove("RINGSIDE_ENROLMENT_KEY").output().unwrap()
    };
    let refused = replay();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(4), "{said}");
    let enrol = said.split('`').nth(1).expect("it names a command");
    let words: Vec<&str> = enrol.split(' ').collect();
    assert_eq!(words[..4], ["ringside", "enrol", "--server", server.url()], "{said}");

    let words: Vec<_> = words.iter().map(|word| word.replace("KEY", ENROLMENT_KEY)).collect();
    let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    let mut enrol = device.command(&words);
    let enrolled = enrol.env_remove("RINGSIDE_ENROLMENT_KEY").env_remove("RINGSIDE_DATA_DIR");
    assert!(enrolled.output().unwrap().status.success(), "{said}");
    let sent = replay();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    assert!(server.verdicts().unwrap().stored > 0);
}

#[test]
fn a_companion_that_enrols_says_that_and_asks_for_no_key() {
    let folder = tempfile::tempdir().unwrap();
    // It takes connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", silent.local_addr().unwrap());
    let device = Device::new(&folder.path().join("device"));
    let arguments = ["run", "--server", &server, "--gsi-port", "0", "--league-port", "1"];
    let mut companion = Program::start("the companion", &mut device.command(&arguments)).unwrap();
    let said = companion.line_with("upload:", PATIENCE).unwrap();
    assert!(said.contains(&format!("enrolling at {server}")), "{said}");
    companion.stop();
}
