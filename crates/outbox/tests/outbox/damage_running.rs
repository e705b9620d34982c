//! Damage that comes while the outbox is open.

use std::path::Path;

use event_model::Origin;
use outbox::{Append, Claimed, Outbox, Salvaged, Standing};
use rusqlite::Connection;

use crate::{
    damage_worlds::PAGE,
    damaging::{damage_leaves, drain, overwrite, seal, sorted_ids, tamper},
    full_disk::{SmallDisk, skip},
    support::{DEVICE, Folder, append, at, claim, conclude, event, id, stored, stream},
};

#[test]
fn damage_met_while_it_is_open_costs_no_event_and_no_restart() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..100);
    append(&mut outbox, "b", 100..200);
    drop(outbox);
    let mut outbox = folder.open();
    let old = outbox.id();
    let sent = claim(&mut outbox, 2);
    damage_leaves(&folder.path);
    append(&mut outbox, "b", 200..201);
    assert_ne!(outbox.id(), old);
    assert_eq!(outbox.salvaged().map(|salvaged| salvaged.events), Some(200));
    // The answer to what was sent under the old numbers comes only now.
    conclude(&mut outbox, &sent, &stored(&sent));
    assert_eq!(outbox.status(at(0)).unwrap().settled, 0, "it says nothing of the new ones");
    let (all, _) = drain(&mut outbox);
    assert_eq!(sorted_ids(&all), (0..201).map(id).collect::<Vec<_>>());
}

// Windows moves no file that another has open: see the next one.
#[cfg(not(windows))]
#[test]
fn another_process_that_writes_to_a_file_that_was_replaced_is_told() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..200);
    let mut outbox = folder.open();
    let mut other = folder.view();
    assert_eq!(other.requeue(&outbox::Selection::All).unwrap(), 0);
    damage_leaves(&folder.path);
    append(&mut outbox, "a", 200..201);
    let told = other.requeue(&outbox::Selection::All);
    assert!(matches!(told, Err(outbox::Error::Replaced(_))), "{told:?}");
    let told = other.delete(&[id(200)], at(0));
    assert!(told.is_err(), "{told:?}");
    assert_eq!(folder.view().delete(&[id(200)], at(0)).unwrap().deleted, 1, "when asked again");
    drop(other);
    let status = folder.view().status(at(0)).unwrap();
    assert_eq!(status.pending, 201, "200 events, and the news of the deleted one");
}

#[cfg(windows)]
#[test]
fn a_damaged_file_that_another_has_open_is_replaced_once_it_is_closed() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..200);
    let mut outbox = folder.open();
    let other = folder.view();
    damage_leaves(&folder.path);
    let events = vec![event("a", 200, Origin::Live)];
    let group = [Append { stream: stream(), state: b"state".to_vec(), events }];
    outbox.append(&group, at(0)).unwrap_err();
    drop(outbox);
    let mut outbox = folder.open();
    outbox.append(&group, at(0)).unwrap_err();
    drop(other);
    let appended = outbox.append(&group, at(60_000)).unwrap();
    assert_eq!(appended.appended, [(id(200), 201)], "behind what was salvaged");
    assert_eq!(sorted_ids(&drain(&mut outbox).0), (0..201).map(id).collect::<Vec<_>>());
}

#[test]
fn an_append_that_meets_damage_is_durable_when_it_returns() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..200);
    let mut outbox = folder.open();
    damage_leaves(&folder.path);
    assert_eq!(append(&mut outbox, "a", 200..201).appended, [(id(200), 201)]);
    drop(outbox);
    let mut outbox = folder.open();
    assert_eq!(outbox.salvaged(), None, "the new file is sound");
    assert_eq!(drain(&mut outbox).0.len(), 201);
}

#[test]
fn a_healing_that_fails_is_tried_again_and_saves_nothing_meanwhile() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..200);
    let mut outbox = folder.open();
    let old = outbox.id();
    damage_leaves(&folder.path);
    // Where the file is to go nothing can be made.
    let obstacle = folder.path.with_file_name("outbox.db.damaged-1.begun");
    std::fs::create_dir(&obstacle).unwrap();
    let group = |n| {
        let events = vec![event("a", n, Origin::Live)];
        [Append { stream: stream(), state: b"state".to_vec(), events }]
    };
    for ms in [0, 1, 10_000, 10_001] {
        outbox.append(&group(200), at(ms)).unwrap_err();
        outbox.claim(&crate::support::limits(10), at(ms)).unwrap_err();
        outbox.record_lost(1).unwrap_err();
        assert_eq!(outbox.id(), old);
    }
    std::fs::remove_dir(&obstacle).unwrap();
    let appended = outbox.append(&group(200), at(20_000)).unwrap();
    assert_ne!(outbox.id(), old);
    assert_eq!(appended.appended, [(id(200), 201)], "behind what was salvaged");
    assert_eq!(outbox.status(at(0)).unwrap().lost, 0);
    assert_eq!(outbox.salvaged().map(|salvaged| salvaged.events), Some(200));
    assert_eq!(sorted_ids(&drain(&mut outbox).0), (0..201).map(id).collect::<Vec<_>>());
}

#[test]
fn a_statement_that_a_sound_file_refuses_sets_nothing_aside() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..10);
    // As a fault of ours would: SQLite says the same of a damaged file.
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON event
                  BEGIN SELECT raise(ABORT, 'no'); END";
    tamper(&folder.path, refuse);
    let group =
        [Append { stream: stream(), state: vec![], events: vec![event("a", 10, Origin::Live)] }];
    assert!(!outbox.append(&group, at(0)).unwrap_err().is_damage());
    assert_eq!(outbox.salvaged(), None);
    tamper(&folder.path, "DROP TRIGGER refuse");
    assert_eq!(outbox.append(&group, at(0)).unwrap().appended, [(id(10), 11)]);
}

#[test]
fn a_sum_that_becomes_wrong_while_it_is_open_is_found_by_the_next_append() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..10);
    tamper(&folder.path, "UPDATE counter SET value = 65546 WHERE name = 'last_sequence'");
    assert_eq!(append(&mut outbox, "a", 10..11).appended, [(id(10), 11)], "no number is left out");
    assert_eq!(outbox.salvaged().map(|salvaged| salvaged.events), Some(10));
    assert_eq!(drain(&mut outbox).0.len(), 11);
}

#[test]
fn a_sum_with_a_checksum_that_fits_is_found_by_its_contradiction() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..10);
    tamper(&folder.path, "UPDATE counter SET value = 3 WHERE name = 'last_sequence'");
    seal(&folder.path);
    append(&mut outbox, "a", 10..11);
    assert_eq!(outbox.salvaged().map(|salvaged| salvaged.events), Some(10));
    assert_eq!(drain(&mut outbox).0.len(), 11);
}

#[test]
fn a_disk_that_damages_every_file_is_not_filled_with_them() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..100);
    let mut outbox = folder.open();
    let mut failed = None;
    for n in 0..10 {
        // Out of the log, and out of what the owner has in memory.
        tamper(&folder.path, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA user_version = 3;");
        damage_leaves(&folder.path);
        let group = [Append {
            stream: stream(),
            state: Vec::new(),
            events: vec![event("a", 100 + n, Origin::Live)],
        }];
        if let Err(error) = outbox.append(&group, at(0)) {
            failed = Some(error);
            break;
        }
    }
    assert!(failed.expect("it is told in the end").is_damage());
    assert_eq!(Salvaged::beside(&folder.path).unwrap().files, 3);
    drop(outbox);
    let mut outbox = folder.open();
    assert_eq!(Salvaged::beside(&folder.path).unwrap().files, 4);
    assert_eq!(drain(&mut outbox).0.len(), 103, "the next start goes on");
}

#[test]
fn a_salvage_that_finds_no_room_waits_and_the_outbox_works() {
    let disk = match SmallDisk::mount() {
        Ok(disk) => disk,
        Err(why) => return skip(&why),
    };
    let path = disk.path().join("outbox.db");
    let mut outbox = Outbox::open(&path, DEVICE, at(0)).unwrap();
    append(&mut outbox, "a", 0..2_000);
    drop(outbox);
    overwrite(&path, 60, &[0x40]);
    // Room for a new file, and not for all of its events.
    let free = 4 * 1024 * 1024 - std::fs::metadata(&path).unwrap().len() as usize;
    let filler = disk.path().join("filler");
    std::fs::write(&filler, vec![0; free - 700 * 1024]).unwrap();
    let mut outbox = Outbox::open(&path, DEVICE, at(0)).unwrap();
    assert!(outbox.salvaged().unwrap().under_way);
    assert!(outbox.salvage_on(at(0)).unwrap_err().is_full(), "as often as one asks");
    let first = claim(&mut outbox, 10);
    std::fs::remove_file(filler).unwrap();
    conclude(&mut outbox, &first, &stored(&first));
    while outbox.salvage_on(at(0)).unwrap() {}
    assert_eq!(outbox.salvaged().unwrap().unreadable, 0);
    let all: Vec<Claimed> = first.into_iter().chain(drain(&mut outbox).0).collect();
    assert_eq!(sorted_ids(&all), (0..2_000).map(id).collect::<Vec<_>>());
}

/// The first page of a table.
fn damage_table(path: &Path, table: &str) {
    let db = Connection::open(path).unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
    let root: u32 = db.query_row(root, [table], |row| row.get(0)).unwrap();
    drop(db);
    overwrite(path, u64::from(root - 1) * PAGE as u64, &[0xFF]);
}

#[test]
fn whatever_meets_damage_first_heals_it() {
    type Meet = fn(&mut Outbox, &[Claimed]);
    let meets: [(&str, &str, Meet); 6] = [
        ("change_circuit", "meta", |outbox, _| {
            outbox.change_circuit(delivery::Circuit::token_changed).unwrap();
        }),
        ("set_server", "meta", |outbox, _| outbox.set_server("https://a.example").unwrap()),
        ("healed_status", "meta", |outbox, _| {
            assert_eq!(outbox.healed_status(at(0)).unwrap().pending, 20);
        }),
        ("release", "counter", |outbox, claimed| outbox.release(claimed).unwrap()),
        ("record_lost", "counter", |outbox, _| outbox.record_lost(1).unwrap()),
        ("standing", "counter", |outbox, _| {
            assert_eq!(outbox.standing().unwrap(), Standing::Nothing);
        }),
    ];
    for (name, table, meet) in meets {
        let folder = Folder::new();
        append(&mut folder.open(), "a", 0..20);
        let mut outbox = folder.open();
        let claimed = claim(&mut outbox, 5);
        // Out of the log, and out of what the owner has in memory.
        tamper(&folder.path, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA user_version = 3;");
        damage_table(&folder.path, table);
        meet(&mut outbox, &claimed);
        assert_eq!(outbox.salvaged().map(|salvaged| salvaged.events), Some(20), "{name}");
        let sent = sorted_ids(&drain(&mut outbox).0);
        assert_eq!(sent, (0..20).map(id).collect::<Vec<_>>(), "{name}");
    }
}
