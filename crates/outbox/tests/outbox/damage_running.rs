//! Damage in special places, and damage that comes while the outbox is open.

use std::{
    fs::OpenOptions,
    io::{Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, Instant},
};

use event_model::{CloudEvent, Origin};
use outbox::{Append, Claimed, Filter, Outbox, Salvaged};
use rusqlite::Connection;

use crate::{
    damage_worlds::{Files, PAGE},
    full_disk::{SmallDisk, skip},
    support::{DEVICE, Folder, append, at, claim, conclude, event, id, ids, stored, stream},
};

fn overwrite(path: &Path, at: u64, bytes: &[u8]) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(bytes).unwrap();
}

fn tamper(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

/// Leaves of the table of events, which are most pages of such a file.
pub(crate) fn damage_leaves(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let leaves = bytes.chunks(PAGE).enumerate().filter(|(_, page)| {
        page[0] == 0x0D && page.windows(12).any(|bytes| bytes == b"\"specversion")
    });
    for (number, _) in leaves {
        overwrite(path, (number * PAGE) as u64, &[0xFF]);
    }
}

/// Everything that waits; the news of gaps apart.
fn drain(outbox: &mut Outbox) -> (Vec<Claimed>, Vec<Claimed>) {
    let (mut events, mut gaps) = (Vec::new(), Vec::new());
    while let claimed = claim(outbox, 1_000)
        && !claimed.is_empty()
    {
        conclude(outbox, &claimed, &stored(&claimed));
        for event in claimed {
            let is_gap = event.match_key.as_str().starts_with("outbox:");
            if is_gap { gaps.push(event) } else { events.push(event) }
        }
    }
    (events, gaps)
}

fn sorted_ids(claimed: &[Claimed]) -> Vec<event_model::EventId> {
    let mut ids = ids(claimed);
    ids.sort_unstable();
    ids
}

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
fn a_sum_that_becomes_wrong_while_it_is_open_is_found_by_its_contradiction() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..10);
    tamper(&folder.path, "UPDATE counter SET value = 3 WHERE name = 'last_sequence'");
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
        tamper(&folder.path, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA user_version = 2;");
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
fn sums_that_are_wrong_hide_and_prune_nothing() {
    for damage in [
        "UPDATE counter SET value = 0 WHERE name = 'queued'",
        "UPDATE counter SET value = -1 WHERE name = 'last_sequence'",
        "UPDATE counter SET value = 3 WHERE name = 'last_sequence'",
        "UPDATE counter SET value = value << 40 WHERE name = 'event_bytes'",
        "DELETE FROM counter",
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

/// A killed owner's files: three appends in the log.
pub(crate) fn killed(folder: &Folder) -> Files {
    let mut outbox = folder.open();
    for n in 0..3 {
        append(&mut outbox, "a", n..n + 1);
    }
    let files = Files::read(&folder.path);
    drop(outbox);
    files
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

/// Larger than what is salvaged before the outbox opens.
const LARGE: usize = 64 * 1024 * 1024;
const LARGE_BODY: usize = 32 * 1024;

fn large(folder: &Folder) -> u32 {
    let mut outbox = folder.open();
    let noise = "x".repeat(LARGE_BODY);
    let events = (LARGE / LARGE_BODY) as u32;
    for first in (0..events).step_by(256) {
        let events = (first..first + 256).map(|n| {
            let mut new = event("a", n, Origin::Live);
            new.event.data.details.insert("noise".to_owned(), noise.clone().into());
            new
        });
        let group =
            [Append { stream: stream(), state: b"state".to_vec(), events: events.collect() }];
        outbox.append(&group, at(0)).unwrap();
    }
    events
}

#[test]
fn a_large_file_with_a_damaged_state_is_set_aside_at_the_start() {
    let folder = Folder::new();
    large(&folder);
    let root = Connection::open(&folder.path).unwrap().query_row(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'stream'",
        [],
        |row| row.get::<_, u32>(0),
    );
    overwrite(&folder.path, u64::from(root.unwrap() - 1) * PAGE as u64, &[0xFF]);
    let outbox = folder.open();
    assert!(outbox.salvaged().is_some_and(|salvaged| salvaged.under_way));
    assert!(outbox.state(&stream()).is_ok(), "capture begins");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is asked")]
fn a_large_damaged_file_is_salvaged_while_the_outbox_works() {
    let folder = Folder::new();
    let events = large(&folder);
    assert_eq!(folder.open().view_mut().delete(&[id(7)], at(0)).unwrap().deleted, 1);
    let bytes = std::fs::metadata(&folder.path).unwrap().len();
    assert!(bytes >= LARGE as u64, "{bytes}");
    // One page in the midst, and a version that nobody ever had.
    overwrite(&folder.path, bytes / 2 / PAGE as u64 * PAGE as u64, &[0; PAGE]);
    overwrite(&folder.path, 60, &[0x40]);

    let begun = Instant::now();
    let mut outbox = folder.open();
    let took = begun.elapsed();
    println!("{} MiB with a damaged page: open after {took:?}", bytes >> 20);
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(outbox.salvaged().unwrap().under_way);
    assert_eq!(outbox.state(&stream()).unwrap().as_deref(), Some(b"state".as_slice()));
    append(&mut outbox, "b", 1_000_000..1_000_001);
    assert_eq!(append(&mut outbox, "a", 7..8).already_known, 1, "the deleted one stays away");
    // As far as a few steps go, and then it crashes.
    for _ in 0..20 {
        assert!(outbox.salvage_on(at(0)).unwrap());
    }
    drop(outbox);

    let mut outbox = Outbox::open(&folder.path, DEVICE, at(0)).unwrap();
    while outbox.salvage_on(at(0)).unwrap() {}
    let salvaged = outbox.salvaged().unwrap().clone();
    // A page is one event or a part of one; one more was deleted, which is told.
    assert_eq!((salvaged.events, salvaged.unreadable), (u64::from(events) - 1, 1));
    assert!(!salvaged.under_way);
    let (sent, gaps) = drain(&mut outbox);
    assert_eq!((sent.len() as u32, gaps.len()), (events - 1, 2));
    let sequences: Vec<u64> = sent.iter().chain(&gaps).map(|event| event.sequence).collect();
    let distinct: std::collections::BTreeSet<u64> = sequences.iter().copied().collect();
    assert!(distinct.into_iter().eq(1..=sequences.len() as u64), "gap-free");
    drop(outbox);
    assert_eq!(folder.open().salvaged(), None);
}
