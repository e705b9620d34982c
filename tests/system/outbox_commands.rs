//! What a person asks of the upload queue on the command line.

use serde_json::Value;
use system_tests::{Device, Recordings, Server};

/// What `ringside outbox` answers: code, data, words.
fn outbox(device: &Device, arguments: &[&str]) -> (i32, String, String) {
    let mut command = device.command(&["outbox"]);
    let output = command.args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// A device with the events of a recording, which wait.
fn with_events(folder: &std::path::Path) -> (Device, usize) {
    let (file, _truth) = Recordings::in_folder(folder).make("cs2", 41, 60).unwrap();
    let device = Device::new(&folder.join("device"));
    assert_eq!(device.replay(&file, None).unwrap().code, Some(0));
    let waiting = device.outbox().unwrap()["pending"].as_u64().unwrap();
    (device, usize::try_from(waiting).unwrap())
}

#[test]
fn a_list_says_how_many_more_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let (device, events) = with_events(folder.path());
    let (code, listed, said) = outbox(&device, &["list", "--limit", "3"]);
    assert_eq!((code, listed.lines().count()), (0, 3));
    assert_eq!(
        said,
        format!("{} more are not listed: --limit {events} lists all of them\n", events - 3)
    );
    let (_, listed, said) = outbox(&device, &["list", "--limit", &events.to_string()]);
    assert_eq!((listed.lines().count(), said.as_str()), (events, ""));
}

#[test]
fn a_state_has_the_name_that_a_list_shows() {
    let folder = tempfile::tempdir().unwrap();
    let (device, events) = with_events(folder.path());
    for (one, other, listed) in [
        ("pending", "waiting", events),
        ("in-flight", "sending", 0),
        ("settled", "sent", 0),
        ("quarantined", "refused", 0),
    ] {
        let list = |state| outbox(&device, &["list", "--limit", "10000", "--state", state]);
        assert_eq!(list(one).1.lines().count(), listed, "{one}");
        assert_eq!(list(one), list(other));
    }
}

#[test]
fn an_export_is_json_whether_asked_for_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let (device, events) = with_events(folder.path());
    let exported = outbox(&device, &["export"]);
    assert_eq!(exported.1.lines().count(), events);
    assert_eq!(outbox(&device, &["export", "--json"]), exported);
}

#[test]
fn a_refused_event_that_is_named_twice_is_sent_again_once() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("cs2", 42, 60).unwrap();
    // Every event is too large for this server.
    let strict = ["--event-bytes-max", "200"];
    let server = Server::start_with(&folder.path().join("server"), "127.0.0.1:0", &strict).unwrap();
    let device = Device::new(&folder.path().join("device"));
    device.replay(&file, Some(server.url())).unwrap();
    let (_, exported, _) = outbox(&device, &["export", "--state", "refused"]);
    let first: Value = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
    let id = first["id"].as_str().unwrap();
    let (code, said, _) = outbox(&device, &["retry", id, id]);
    assert_eq!((code, said.as_str()), (0, "1 refused events wait to be sent again\n"));
    assert_eq!(outbox(&device, &["retry", id]).0, 1, "it is not refused any more");
}

#[test]
fn an_event_that_was_sent_is_not_sent_again_nor_taken_from_the_server_and_a_person_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("cs2", 43, 60).unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let device = Device::new(&folder.path().join("device"));
    assert_eq!(device.replay(&file, Some(server.url())).unwrap().code, Some(0));
    let (_, exported, _) = outbox(&device, &["export", "--state", "sent"]);
    let first: Value = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
    let id = first["id"].as_str().unwrap();

    let (code, data, said) = outbox(&device, &["retry", id]);
    assert_eq!((code, data.as_str()), (1, "0 refused events wait to be sent again\n"));
    assert!(said.contains(id) && said.contains("the server has it"), "{said}");

    let stored = server.occurrences().unwrap();
    let (code, data, said) = outbox(&device, &["delete", id]);
    assert!(code == 0 && data.starts_with("1 deleted"), "{data}");
    assert!(said.contains("1 of them had been sent: the server keeps them"), "{said}");
    assert_eq!(server.occurrences().unwrap(), stored);

    let (code, _, said) = outbox(&device, &["retry", id]);
    assert!(code == 1 && said.contains("is not in the upload queue"), "{said}");
}
