//! Damage in special places that is there at the start.

use event_model::CloudEvent;
use outbox::Filter;

use crate::{
    damaging::{drain, killed, overwrite, sorted_ids, tamper},
    support::{Folder, append, at, claim, conclude, id, ids, stored, stream},
};

#[test]
fn sums_that_are_wrong_hide_and_prune_nothing() {
    for damage in [
        "UPDATE counter SET value = 0 WHERE name = 'queued'",
        "UPDATE counter SET value = -1 WHERE name = 'last_sequence'",
        "UPDATE counter SET value = 3 WHERE name = 'last_sequence'",
        "UPDATE counter SET value = value + 65536 WHERE name = 'last_sequence'",
        "UPDATE counter SET value = value - 1 WHERE name = 'event_bytes'",
        "UPDATE counter SET value = value << 40 WHERE name = 'event_bytes'",
        "DELETE FROM counter",
        "DELETE FROM counter WHERE name = 'check'",
        "UPDATE queue SET match_id = match_id + 1",
        "UPDATE queue SET last = last - 1",
        "DELETE FROM queue",
        "DELETE FROM match_key",
        "UPDATE settled SET last = last + 5",
        "UPDATE meta SET value = replace(value, '0', '1') WHERE name = 'device'",
        "UPDATE meta SET value = 'x' WHERE name = 'outbox'",
        "DROP INDEX queue_by_match",
        "PRAGMA user_version = 99",
        "PRAGMA user_version = 0",
    ] {
        let folder = Folder::new();
        let mut outbox = folder.open();
        append(&mut outbox, "a", 0..30);
        let sent = claim(&mut outbox, 10);
        conclude(&mut outbox, &sent, &stored(&sent));
        drop(outbox);
        tamper(&folder.path, damage);
        let mut outbox = folder.open();
        let salvaged = outbox.salvaged().unwrap_or_else(|| panic!("{damage}: it is found"));
        assert_eq!(salvaged.unreadable, 0, "{damage}");
        outbox.prune(at(0)).unwrap();
        let (events, gaps) = drain(&mut outbox);
        let sent: Vec<_> = sorted_ids(&events).into_iter().filter(|sent| *sent >= id(10)).collect();
        assert_eq!(sent, (10..30).map(id).collect::<Vec<_>>(), "{damage}");
        assert!(gaps.is_empty(), "{damage}: {gaps:?}");
        assert_eq!(append(&mut outbox, "a", 0..30).already_known, 30, "{damage}");
    }
}

#[test]
fn what_was_lost_is_told_under_the_id_that_it_had() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    let old = outbox.id();
    append(&mut outbox, "a", 0..100);
    drop(outbox);
    // The id in the file is gone as well.
    tamper(&folder.path, "UPDATE meta SET value = replace(value, '-', '_') WHERE name = 'outbox'");
    let bytes = std::fs::read(&folder.path).unwrap();
    let body = b"\"round\":50}";
    let row = bytes.windows(body.len()).position(|bytes| bytes == body).unwrap();
    overwrite(&folder.path, row as u64, b"\"round\":51}");
    let mut outbox = folder.open();
    let salvaged = outbox.salvaged().unwrap();
    assert_eq!((salvaged.events, salvaged.unreadable), (99, 1));
    let (events, gaps) = drain(&mut outbox);
    assert!(events.iter().all(|event| event.event_id != id(50)));
    let told = CloudEvent::parse(&serde_json::from_str(&gaps[0].body).unwrap()).unwrap();
    let told = told.sequence_gap().unwrap();
    assert_eq!((told.outbox, told.from, told.to), (old, 51, 51));
}

#[test]
fn a_bad_last_frame_costs_no_acknowledged_event() {
    let mut files = killed(&Folder::new());
    let last = files.log.len() - 100;
    files.log[last] ^= 1;
    let folder = Folder::new();
    files.write(&folder.path);
    let outbox = folder.open();
    assert_eq!(outbox.salvaged(), None, "it may have been a power failure");
    let all = outbox.view().list(Filter::All, 10).unwrap();
    let all: Vec<_> = all.iter().map(|entry| (entry.event_id, entry.sequence)).collect();
    assert_eq!(all, [(id(0), 1), (id(1), 2), (id(2), 3)], "each in its place");
}

#[test]
fn frames_behind_a_bad_one_are_read() {
    let mut files = killed(&Folder::new());
    files.log[40] ^= 1;
    let folder = Folder::new();
    files.write(&folder.path);
    let mut outbox = folder.open();
    assert_eq!(outbox.salvaged().map(|salvaged| salvaged.events), Some(3));
    assert_eq!(ids(&claim(&mut outbox, 10)), [id(0), id(1), id(2)]);
    assert_eq!(outbox.state(&stream()).unwrap().as_deref(), Some(b"state".as_slice()));
}

#[test]
fn a_log_without_its_database_is_not_deleted() {
    let mut files = killed(&Folder::new());
    files.database.clear();
    let folder = Folder::new();
    files.write(&folder.path);
    assert_eq!(ids(&claim(&mut folder.open(), 10)), [id(0), id(1), id(2)]);
}
