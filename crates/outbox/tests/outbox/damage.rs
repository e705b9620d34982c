//! Bytes that are not those that were written are never sent.

use delivery::QuarantineReason;
use outbox::{EntryState, Filter};
use rusqlite::Connection;

use crate::support::{Folder, append, at, claim, id, ids, stream};

fn tamper(folder: &Folder, sql: &str) {
    let db = Connection::open(&folder.path).expect("the file is a database");
    db.execute_batch(sql).expect("the statement is right");
}

#[test]
fn a_row_whose_checksum_does_not_fit_is_quarantined() {
    for damage in [
        "UPDATE event SET body = replace(body, 'Ana', 'Bob') WHERE sequence = 2",
        "UPDATE event SET body = '' WHERE sequence = 2",
        "UPDATE event SET event_id = x'00000000000000000000000000000063' WHERE sequence = 2",
        "UPDATE event SET origin = 'replay' WHERE sequence = 2",
        "UPDATE event SET origin = 'dream' WHERE sequence = 2",
        "UPDATE event SET checksum = checksum + 1 WHERE sequence = 2",
        "UPDATE event SET checksum = -1 WHERE sequence = 2",
        "UPDATE event SET event_id = x'00' WHERE sequence = 2",
        "UPDATE event SET body = cast(x'ff' AS TEXT) WHERE sequence = 2",
    ] {
        let folder = Folder::new();
        let mut outbox = folder.open();
        append(&mut outbox, "a", 0..3);
        tamper(&folder, damage);
        assert_eq!(ids(&claim(&mut outbox, 10)), [id(0), id(2)], "{damage}");
        let status = outbox.status(at(0)).unwrap();
        assert_eq!((status.quarantined, status.in_flight), (1, 2), "{damage}");
    }
}

#[test]
fn a_row_under_anothers_sequence_is_quarantined() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..2);
    tamper(
        &folder,
        "CREATE TEMP TABLE two AS SELECT * FROM event WHERE sequence = 2;
         DELETE FROM event WHERE sequence = 2;
         UPDATE event SET body = (SELECT body FROM two), checksum = (SELECT checksum FROM two)
         WHERE sequence = 1;",
    );
    assert_eq!(ids(&claim(&mut outbox, 10)), []);
    let shown = outbox.view().list(Filter::In(EntryState::Quarantined), 10).unwrap();
    assert_eq!(shown[0].reason, Some(QuarantineReason::Damaged));
}

#[test]
fn a_damaged_state_starts_a_new_session() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..1);
    tamper(&folder, "UPDATE stream SET state = x'00'");
    assert_eq!(outbox.state(&stream()).unwrap(), None);
}
