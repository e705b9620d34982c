//! One owner per file; what opening finds and leaves.

use event_model::DeviceId;
use outbox::{Append, Error, Filter, Outbox, OutboxView};
use uuid::Uuid;

use crate::{
    crash::{Act, Child},
    damaging::killed,
    support::{DEVICE, Folder, append, at, claim, id, stream},
};

#[test]
fn a_second_owner_is_refused() {
    let folder = Folder::new();
    let _owner = folder.open();
    let second = Outbox::open(&folder.path, DEVICE, at(0));
    assert!(matches!(second, Err(Error::Locked(_))), "{second:?}");
}

#[test]
fn another_process_owns_it_until_it_ends() {
    let folder = Folder::new();
    let mut child = Child::start(Act::Own, &folder.path);
    assert_eq!(child.line().as_deref(), Some("owned"));
    let second = Outbox::open(&folder.path, DEVICE, at(0));
    assert!(matches!(second, Err(Error::Locked(_))), "{second:?}");
    assert_eq!(folder.view().status(at(0)).unwrap().pending, 0, "looking is always possible");
    child.kill();
    drop(folder.open());
}

#[test]
fn what_was_in_flight_when_the_owner_ended_is_pending_again() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    claim(&mut outbox, 2);
    drop(outbox);
    let status = folder.open().status(at(0)).unwrap();
    assert_eq!((status.pending, status.in_flight), (3, 0));
}

#[test]
fn the_file_keeps_its_id_and_another_file_has_another() {
    let folder = Folder::new();
    let first = folder.open().id();
    assert_eq!(folder.open().id(), first);
    assert_eq!(folder.view().id(), first);
    assert_ne!(Folder::new().open().id(), first);
}

#[test]
fn another_device_is_told_whose_it_is() {
    let folder = Folder::new();
    drop(folder.open());
    let other = Outbox::open(&folder.path, DeviceId(Uuid::from_u128(0xE)), at(0));
    assert!(matches!(other, Err(Error::OtherDevice(DEVICE))), "{other:?}");
}

#[test]
fn a_view_makes_no_file() {
    let folder = Folder::new();
    assert!(matches!(OutboxView::open(&folder.path), Err(Error::Absent(_))));
    assert!(!folder.path.exists());
}

#[test]
fn a_newer_file_is_left_alone() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..1);
    drop(outbox);
    let newer = rusqlite::Connection::open(&folder.path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    // A newer Ringside writes its own beside the file.
    std::fs::remove_file(folder.path.with_file_name("outbox.db.id")).unwrap();
    let before = std::fs::read(&folder.path).unwrap();
    let refused = Outbox::open(&folder.path, DEVICE, at(0));
    assert!(matches!(refused, Err(Error::NewerSchema { found: 99, .. })), "{refused:?}");
    assert_eq!(std::fs::read(&folder.path).unwrap(), before);
}

#[test]
fn lost_events_stay_counted() {
    let folder = Folder::new();
    folder.open().record_lost(7).unwrap();
    let mut outbox = folder.open();
    outbox.record_lost(1).unwrap();
    assert_eq!(outbox.status(at(0)).unwrap().lost, 8);
    append(&mut outbox, "a", 0..1);
    assert_eq!(outbox.view().show(id(0)).unwrap().unwrap().entry.sequence, 1);
}

#[test]
fn a_write_that_another_process_is_at_is_not_waited_for_without_end() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    claim(&mut outbox, 1);
    drop(outbox);
    let other = rusqlite::Connection::open(&folder.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut outbox = folder.open();
    let group = [Append { stream: stream(), state: vec![], events: vec![] }];
    assert!(!outbox.append(&group, at(0)).unwrap_err().is_damage());
    assert_eq!(outbox.view().list(Filter::All, 10).unwrap().len(), 3, "it can be read");
    other.execute_batch("ROLLBACK").unwrap();
    outbox.append(&group, at(10_000)).unwrap();
    assert_eq!(claim(&mut outbox, 10).len(), 3, "nothing is in flight any more");
}

#[test]
fn a_reader_at_the_start_leaves_the_log_to_be_made_anew_later() {
    let folder = Folder::new();
    killed(&Folder::new()).write(&folder.path);
    let log = || std::fs::metadata(folder.path.with_extension("db-wal")).unwrap().len();
    let reader = rusqlite::Connection::open(&folder.path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM event").unwrap();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 3..4);
    let grown = log();
    reader.execute_batch("ROLLBACK").unwrap();
    outbox.prune(at(0)).unwrap();
    append(&mut outbox, "a", 4..5);
    assert!(log() < grown, "it begins at its beginning again");
    let db = std::fs::read(&folder.path).unwrap();
    assert!(db.windows(9).any(|bytes| bytes == b"\"round\":3"), "and the rest is in the database");
}
