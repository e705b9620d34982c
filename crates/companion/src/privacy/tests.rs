//! What a player finds out about their privacy, and what is left of it.

use event_model::{
    DeviceId, Event, EventData, EventId, Game, Kind, MatchKey, MatchOrigin, MatchRef, NamesKey,
    Origin, Source,
};
use outbox::{Append, NewEvent, Outbox, StreamKey};
use uuid::Uuid;

use super::*;
use crate::{MatchSearch, Matches, Privacy, pipeline::tests::at};

const SERVER: &str = "https://ringside.example";

struct Installation {
    folder: tempfile::TempDir,
    dir: DataDir,
}

/// A PC with an enrolment, and three kills of Counter-Strike in its queue.
fn installation() -> Installation {
    let folder = tempfile::tempdir().unwrap();
    let dir = DataDir::open(Some(folder.path().join("data"))).unwrap();
    let mut identity = Identity::load_or_create(&dir).unwrap();
    identity.keep(&dir, SERVER, "s3cret", Some(&NamesKey::new([0xab; 32]))).unwrap();
    let mut outbox = Outbox::open(&dir.outbox(), identity.device(), at(0)).unwrap();
    let events = (1..=3).map(kill).collect();
    let stream = StreamKey { source: Source::Cs2, stream: "live".to_owned() };
    outbox.append(&[Append { stream, state: Vec::new(), events }], at(0)).unwrap();
    Installation { folder, dir }
}

fn kill(n: u64) -> NewEvent {
    let game = Game::cs2();
    let key = MatchKey::native(&game, "7");
    let match_ref = MatchRef { key, origin: MatchOrigin::Native };
    let data = EventData::of_match(game, match_ref);
    let event = Event { id: EventId(Uuid::from_u128(n.into())), kind: Kind::Kill, data };
    NewEvent { event, origin: Origin::Live, time: at(n).wall, observed: at(n).clock }
}

fn keep_cs2(dir: &DataDir) {
    let settings = Settings::load_or_create(dir).unwrap();
    let send = GamesSent { cs2: false, ..GamesSent::default() };
    settings.change_privacy(dir, Privacy { send, ..settings.privacy }).unwrap();
}

#[test]
fn what_is_kept_is_counted_apart_from_what_waits() {
    let Installation { dir, folder: _folder } = installation();
    let before = state(&dir).unwrap();
    assert_eq!((before.waiting, before.kept.cs2), (3, 0));
    assert_eq!(before.enrolled_at, [SERVER]);
    keep_cs2(&dir);
    let after = state(&dir).unwrap();
    assert_eq!((after.waiting, after.kept), (0, KeptHere { cs2: 3, ..KeptHere::default() }));
}

#[test]
fn a_new_identity_is_another_device_and_leaves_its_queue_behind() {
    let Installation { dir, folder: _folder } = installation();
    let before = Identity::load_or_create(&dir).unwrap();
    let renewed = renew(&dir).unwrap();
    assert_eq!(renewed.kept, 3);
    let after = Identity::load_or_create(&dir).unwrap();
    assert_eq!(after.device().to_string(), renewed.device);
    assert_ne!(after.device(), before.device());
    assert_eq!(after.gsi_token(), before.gsi_token(), "no game is configured anew");
    assert_eq!(after.token(SERVER), None, "the server knows nobody of that name");
    let enrolments: Vec<_> = after.enrolments().collect();
    assert_eq!(enrolments, [(before.device(), SERVER, "s3cret")], "to have it erased");

    drop(Outbox::open(&dir.outbox(), after.device(), at(1)).unwrap());
    let now = state(&dir).unwrap();
    assert_eq!((now.waiting, now.former_identities), (0, 1));
    let former = dir.former().join(before.device().to_string()).join("outbox.sqlite");
    let kept = OutboxView::open(&former).unwrap();
    assert_eq!(kept.count(outbox::Filter::All).unwrap(), 3);
}

#[test]
fn nothing_is_renewed_or_erased_under_a_running_companion() {
    let Installation { dir, folder: _folder } = installation();
    let identity = std::fs::read(dir.identity()).unwrap();
    let running = Outbox::open(&dir.outbox(), device(&dir), at(0)).unwrap();
    assert!(matches!(renew(&dir), Err(Error::AlreadyRunning { .. })));
    assert!(matches!(erase_here(&dir), Err(Error::AlreadyRunning { .. })));
    drop(running);
    assert_eq!(std::fs::read(dir.identity()).unwrap(), identity);
    assert_eq!(state(&dir).unwrap().waiting, 3);
}

#[test]
fn an_erasure_takes_everything_of_ringsides_and_nothing_else() {
    let Installation { dir, folder: _folder } = installation();
    renew(&dir).unwrap();
    drop(Outbox::open(&dir.outbox(), device(&dir), at(0)).unwrap());
    std::fs::create_dir(dir.path().join("recordings")).unwrap();
    let recorded = "recordings/cs2-20251121T190000.123Z.rsrec";
    for name in [recorded, "recordings/league-20251121T190000Z.rsrec.part"] {
        std::fs::write(dir.path().join(name), "frames").unwrap();
    }
    let copy = "recordings/cs2-20251121T190000.123Z-no-names.rsrec";
    std::fs::write(dir.path().join(copy), "frames").unwrap();
    std::fs::create_dir(dir.server_roots()).unwrap();
    dir.keep_stream_token("abc").unwrap();
    crate::LogFile::of(&dir).append(b"a line\n").unwrap();
    std::fs::write(dir.overlay_places(), "{}").unwrap();
    std::fs::write(dir.chapter_marks(), "[]").unwrap();
    std::fs::write(dir.path().join("mine.txt"), "the player's own").unwrap();
    Settings::load_or_create(&dir).unwrap();
    let left = erase_here(&dir).unwrap();
    assert_eq!(names_in(&dir), ["mine.txt", "outbox.sqlite.lock"]);
    let folder = dir.path().display().to_string();
    assert!(left.contains(&LeftBehind::OtherFiles { folder }), "{left:?}");

    std::fs::remove_file(dir.path().join("mine.txt")).unwrap();
    let left = erase_here(&dir).unwrap();
    assert_eq!(left, [LeftBehind::GameConfiguration, LeftBehind::Exports], "asked twice");
}

#[test]
fn an_erasure_leaves_the_players_own_files_among_the_recordings() {
    let Installation { dir, folder: _folder } = installation();
    let recordings = dir.path().join("recordings");
    std::fs::create_dir_all(recordings.join("cs2-2025.rsrec")).unwrap();
    let own = ["holiday.jpg", "final.rsrec", "cs2-1v4-clutch.rsrec", "final-no-names.rsrec"];
    let beside = ["cs2-20251121T190000Z.rsrec.bak", "dota2-20251121T190000Z.rsrec"];
    for name in own.into_iter().chain(beside) {
        std::fs::write(recordings.join(name), "frames").unwrap();
    }
    let left = erase_here(&dir).unwrap();
    let mut names: Vec<_> = std::fs::read_dir(&recordings)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let left_there = [
        "cs2-1v4-clutch.rsrec",
        "cs2-2025.rsrec",
        "cs2-20251121T190000Z.rsrec.bak",
        "final-no-names.rsrec",
        "final.rsrec",
        "holiday.jpg",
    ];
    assert_eq!(names, left_there);
    let folder = dir.path().display().to_string();
    assert!(left.contains(&LeftBehind::OtherFiles { folder }), "{left:?}");
}

#[test]
fn an_erasure_takes_what_a_kill_or_a_damaged_file_left_behind() {
    let Installation { dir, folder: _folder } = installation();
    std::fs::write(dir.path().join(".tmpAb3xYz"), "the identity, half written").unwrap();
    std::fs::write(dir.path().join(".tmp-mine"), "the player's own").unwrap();
    std::fs::write(dir.overlay_places(), "{\"cs2\": {\"scale\"").unwrap();
    let places = crate::load_overlay_places(&dir);
    assert_eq!(places, overlay::placement::Places::default(), "it was put aside");
    std::fs::write(dir.setup_notes(), "[]").unwrap();
    erase_here(&dir).unwrap();
    assert_eq!(names_in(&dir), [".tmp-mine", "outbox.sqlite.lock"]);
}

#[test]
fn an_erasure_keeps_the_notes_that_undo_a_setup_and_calls_them_ringsides() {
    let Installation { dir, folder: _folder } = installation();
    let note = r#"[{"path": "a.cfg", "before": {"is": "absent"}, "wrote": ["x"]}]"#;
    std::fs::write(dir.setup_notes(), note).unwrap();
    let left = erase_here(&dir).unwrap();
    assert_eq!(names_in(&dir), ["outbox.sqlite.lock", "setup.json"]);
    assert_eq!(left, [LeftBehind::GameConfiguration, LeftBehind::Exports]);
}

#[test]
fn an_export_has_everything_but_secrets() {
    let Installation { dir, folder } = installation();
    let renewed = renew(&dir).unwrap();
    drop(Outbox::open(&dir.outbox(), device(&dir), at(0)).unwrap());
    let (path, events) = export(&dir, folder.path(), at(9)).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |what: &str| lines.iter().filter(|line| line["what"] == what).count();
    assert_eq!((of("identity"), of("settings"), of("event")), (1, 1, 3), "{text}");
    assert_eq!(events, 3, "what the former identity kept is the player's too");
    assert!(text.contains(&renewed.device), "{text}");
    let gsi = Identity::load_or_create(&dir).unwrap().gsi_token().to_owned();
    for secret in ["s3cret", &"ab".repeat(32), &gsi] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

/// The names of what lies in the folder, in their order.
fn names_in(dir: &DataDir) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn an_export_has_what_only_the_history_has_and_each_event_once() {
    let Installation { dir, folder } = installation();
    let page = Matches::of(&dir).page(&MatchSearch::default(), None, 9).unwrap();
    assert_eq!(page.kept, 1, "the history is filled");
    let mut queue = OutboxView::open(&dir.outbox()).unwrap();
    queue.delete(&[EventId(Uuid::from_u128(2))], at(1)).unwrap();
    drop(queue);
    let (path, events) = export(&dir, folder.path(), at(9)).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let told: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = told.iter().filter(|line| line["what"] == "event").collect();
    assert_eq!(u64::try_from(told.len()).unwrap(), events);
    let states_of = |n: u128| -> Vec<_> {
        let id = Uuid::from_u128(n).to_string();
        told.iter().filter(|line| line["event"]["id"] == id).map(|line| &line["state"]).collect()
    };
    assert_eq!([1, 3].map(states_of), [["pending"], ["pending"]], "{text}");
    assert_eq!(states_of(2), ["history"], "{text}");
}

fn device(dir: &DataDir) -> DeviceId {
    Identity::load_or_create(dir).unwrap().device()
}
