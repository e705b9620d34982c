//! Files of every released schema, as their programs left them, and of newer
//! ones than this program knows.

use std::{
    fs,
    path::{Path, PathBuf},
};

use delivery::{Decision, QuarantineReason, Settlement};
use event_model::Origin;
use outbox::{EntryState, Error, Filter, Outbox, OutboxView};

use crate::damaging::tamper;
use crate::support::{
    DEVICE, Folder, append, append_as, at, claim, conclude, id, ids, refused, settlements, stored,
    stream,
};

/// The schema that this program writes. Its fixture is made by
/// `UPDATE_EXPECT=1 cargo test -p outbox`; one that is there is never made again.
const NEWEST: u32 = 3;
/// How an owner may have left its file: closed, or killed with a WAL beside it.
const ENDINGS: [&str; 2] = ["closed", "killed"];

fn fixture(schema: u32, ending: &str) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    fixtures.join(format!("schema-{schema}")).join(ending)
}

/// A copy of a fixture, since opening changes it.
fn copy_of(schema: u32, ending: &str) -> Folder {
    let folder = Folder::new();
    let to = folder.path.parent().unwrap();
    fs::create_dir_all(to).unwrap();
    copy_files(&fixture(schema, ending), to);
    folder
}

fn copy_files(from: &Path, to: &Path) {
    for name in ["outbox.db", "outbox.db-wal"] {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

/// A file with a bit of everything. Every released schema has one.
fn fill(outbox: &mut Outbox) {
    append(outbox, "a", 0..10);
    let sent = claim(outbox, 3);
    conclude(outbox, &sent, &stored(&sent));
    let mixed = claim(outbox, 3);
    let quarantined = |reason| Settlement::Quarantined { reason, detail: Some("why".to_owned()) };
    let verdicts = vec![
        quarantined(QuarantineReason::Conflict),
        quarantined(QuarantineReason::UnknownKind),
        Settlement::Stored,
    ];
    conclude(outbox, &mixed, &Decision::Settle(settlements(verdicts)));
    outbox.view_mut().delete(&[id(1), id(6)], at(0)).unwrap();
    append_as(outbox, "b", 20..23, Origin::Replay);
    let suspects = claim(outbox, 2);
    conclude(outbox, &suspects, &refused());
    outbox.record_lost(2).unwrap();
    assert_eq!(ids(&claim(outbox, 1)).len(), 1, "one is in flight when the owner ends");
}

#[test]
fn the_newest_schema_has_its_fixture() {
    if std::env::var_os("UPDATE_EXPECT").is_some() && !fixture(NEWEST, "closed").exists() {
        make_fixture();
    }
    for ending in ENDINGS {
        let folder = copy_of(NEWEST, ending);
        let db = rusqlite::Connection::open(&folder.path).unwrap();
        let schema: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(schema, NEWEST, "{ending}: make it with UPDATE_EXPECT=1");
    }
}

fn make_fixture() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    fill(&mut outbox);
    let now_in = folder.path.parent().unwrap();
    fs::create_dir_all(fixture(NEWEST, "killed")).unwrap();
    copy_files(now_in, &fixture(NEWEST, "killed"));
    drop(outbox);
    fs::create_dir_all(fixture(NEWEST, "closed")).unwrap();
    copy_files(now_in, &fixture(NEWEST, "closed"));
}

fn every_fixture() -> impl Iterator<Item = (u32, &'static str)> {
    (1..=NEWEST).flat_map(|schema| ENDINGS.map(|ending| (schema, ending)))
}

#[test]
fn every_released_schema_opens_with_each_event_in_its_state() {
    for (schema, ending) in every_fixture() {
        let folder = copy_of(schema, ending);
        let outbox = folder.open();
        assert_eq!(outbox.salvaged(), None, "schema {schema}, {ending}");
        let listed: Vec<(u64, _, EntryState)> = outbox
            .view()
            .list(Filter::All, 100)
            .unwrap()
            .into_iter()
            .map(|entry| (entry.sequence, entry.event_id, entry.state))
            .collect();
        use EntryState::{Pending, Quarantined, Settled};
        let gap = listed[8].1;
        let expected = [
            (1, id(0), Settled),
            (3, id(2), Settled),
            (4, id(3), Quarantined),
            (5, id(4), Quarantined),
            (6, id(5), Settled),
            (8, id(7), Pending),
            (9, id(8), Pending),
            (10, id(9), Pending),
            (11, gap, Pending),
            (12, id(20), Pending),
            (13, id(21), Pending),
            (14, id(22), Pending),
        ];
        assert_eq!(listed, expected, "schema {schema}, {ending}");
        let status = outbox.status(at(0)).unwrap();
        let counts = (status.pending, status.in_flight, status.settled, status.quarantined);
        assert_eq!(counts, (7, 0, 4, 2), "schema {schema}, {ending}");
        assert_eq!(status.lost, 2, "schema {schema}, {ending}");
    }
}

#[test]
fn every_released_schema_goes_on_where_it_was() {
    for (schema, ending) in every_fixture() {
        let folder = copy_of(schema, ending);
        let seen = written_id(&copy_of(schema, ending));
        let mut outbox = folder.open();
        assert_eq!(outbox.id().to_string(), seen, "schema {schema}, {ending}: the id stays");
        assert_eq!(outbox.state(&stream()).unwrap().as_deref(), Some(b"state".as_slice()));
        let known = append(&mut outbox, "a", 0..10);
        assert_eq!(known.already_known, 10, "schema {schema}, {ending}: deleted ones too");
        assert_eq!(append(&mut outbox, "b", 20..23).already_known, 3);
        let next = append(&mut outbox, "a", 10..11);
        assert_eq!(next.appended, [(id(10), 15)], "schema {schema}, {ending}");
    }
}

fn written_id(folder: &Folder) -> String {
    let db = rusqlite::Connection::open(&folder.path).unwrap();
    db.query_row("SELECT value FROM meta WHERE name = 'outbox'", [], |row| row.get(0)).unwrap()
}

#[test]
fn every_released_schema_is_sent_to_its_end() {
    for (schema, ending) in every_fixture() {
        let folder = copy_of(schema, ending);
        let mut outbox = folder.open();
        let suspects = claim(&mut outbox, 100);
        let mut sent = ids(&suspects);
        conclude(&mut outbox, &suspects, &stored(&suspects));
        while let claimed = claim(&mut outbox, 100)
            && !claimed.is_empty()
        {
            sent.extend(ids(&claimed));
            conclude(&mut outbox, &claimed, &stored(&claimed));
        }
        for n in [7, 8, 9, 20, 21, 22] {
            assert!(sent.contains(&id(n)), "schema {schema}, {ending}: event {n}");
        }
        assert_eq!(sent.len(), 7, "schema {schema}, {ending}: and the gap");
        let status = outbox.status(at(0)).unwrap();
        assert_eq!((status.pending, status.settled, status.quarantined), (0, 11, 2));
    }
}

/// What the first builds of schema 2 leave, which know of no checksum.
const UNSEALED: [&str; 2] = [
    "INSERT OR REPLACE INTO counter VALUES ('check', 17)",
    "DELETE FROM counter WHERE name = 'check'",
];

#[test]
fn a_checksum_that_an_older_program_did_not_keep_is_no_damage() {
    for (left, ending) in UNSEALED.into_iter().flat_map(|left| ENDINGS.map(|end| (left, end))) {
        let folder = copy_of(2, ending);
        tamper(&folder.path, left);
        let before = written_id(&folder);
        let mut outbox = folder.open();
        assert_eq!(outbox.salvaged(), None, "{left}, {ending}");
        assert_eq!(outbox.id().to_string(), before, "{left}, {ending}");
        assert_eq!(append(&mut outbox, "a", 10..11).appended, [(id(10), 15)]);
        drop(outbox);
        assert_eq!(folder.open().salvaged(), None, "{left}, {ending}: it is sealed");
    }
}

#[test]
fn a_sum_of_an_older_file_is_still_held_against_its_rows() {
    for left in UNSEALED {
        let folder = copy_of(2, "closed");
        tamper(&folder.path, left);
        tamper(&folder.path, "UPDATE counter SET value = value - 1 WHERE name = 'queued'");
        assert!(folder.open().salvaged().is_some(), "{left}");
    }
}

/// Everything of a folder but the lock, byte for byte, with its times.
fn contents(folder: &Folder) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
    let listed = fs::read_dir(folder.path.parent().unwrap()).unwrap();
    let mut files: Vec<_> = listed
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|extension| extension != "lock"))
        .map(|path| {
            let changed = fs::metadata(&path).unwrap().modified().unwrap();
            (path.clone(), fs::read(&path).unwrap(), changed)
        })
        .collect();
    files.sort();
    files
}

/// The file of a program that knows one schema more, as it was closed or killed,
/// with `known` written beside it: what it had, or was about to get.
fn newer(ending: &str, known: u32) -> Folder {
    let mut folder = copy_of(NEWEST, ending);
    let db = rusqlite::Connection::open(&folder.path).unwrap();
    db.pragma_update(None, "user_version", NEWEST + 1).unwrap();
    if ending == "killed" {
        // As a killed owner leaves it: the new version stands in the WAL alone.
        let killed = Folder::new();
        fs::create_dir_all(killed.path.parent().unwrap()).unwrap();
        copy_files(folder.path.parent().unwrap(), killed.path.parent().unwrap());
        folder = killed;
    }
    drop(db);
    write_beside(&folder, known);
    folder
}

/// What every owner writes beside its file: whose it is, and its schema.
fn write_beside(folder: &Folder, schema: u32) {
    let looked_at = Folder::new();
    fs::create_dir_all(looked_at.path.parent().unwrap()).unwrap();
    copy_files(folder.path.parent().unwrap(), looked_at.path.parent().unwrap());
    let outbox = written_id(&looked_at);
    let checksum = crc32fast::hash(format!("{outbox} {DEVICE} {schema}").as_bytes());
    let identity = format!(r#"{{"outbox":"{outbox}","device":"{DEVICE}","schema":{schema}}}"#);
    let text = format!(r#"{{"identity":{identity},"checksum":{checksum}}}"#);
    fs::write(folder.path.with_extension("db.id"), text).unwrap();
}

#[test]
fn what_is_written_beside_a_file_is_what_its_owner_writes() {
    let folder = copy_of(NEWEST, "closed");
    drop(folder.open());
    let owners = fs::read(folder.path.with_extension("db.id")).unwrap();
    write_beside(&folder, NEWEST);
    assert!(fs::read(folder.path.with_extension("db.id")).unwrap() == owners);
}

#[test]
fn a_newer_schema_is_named_and_nothing_of_it_is_touched() {
    for ending in ENDINGS {
        let folder = newer(ending, NEWEST + 1);
        let before = contents(&folder);
        let owner = Outbox::open(&folder.path, DEVICE, at(0)).err();
        assert!(matches!(owner, Some(Error::NewerSchema { .. })), "{ending}: {owner:?}");
        let view = OutboxView::open(&folder.path).err();
        assert!(matches!(view, Some(Error::NewerSchema { .. })), "{ending}: {view:?}");
        assert!(contents(&folder) == before, "{ending}: bytes, times and files are as before");
    }
}

#[test]
fn a_version_that_no_program_announced_is_damage_for_whoever_looks() {
    for ending in ENDINGS {
        let folder = newer(ending, NEWEST);
        let before = contents(&folder);
        let view = OutboxView::open(&folder.path).err();
        assert!(matches!(view, Some(Error::Damaged(_))), "{ending}: {view:?}");
        assert!(contents(&folder) == before, "{ending}: a look changes nothing");
        let outbox = folder.open();
        let salvaged = outbox.salvaged().map(|salvaged| salvaged.unreadable);
        assert_eq!(salvaged, Some(0), "{ending}: and its owner keeps every event");
    }
}

#[test]
fn a_file_that_its_owner_has_yet_to_bring_up_to_date_is_named_and_not_touched() {
    for (schema, ending) in (1..NEWEST).flat_map(|schema| ENDINGS.map(|ending| (schema, ending))) {
        let folder = copy_of(schema, ending);
        let database = || fs::read(&folder.path).unwrap();
        let before = database();
        let view = OutboxView::open(&folder.path).err();
        assert!(matches!(view, Some(Error::OlderSchema { .. })), "{schema} {ending}: {view:?}");
        assert!(database() == before, "{schema} {ending}");
        drop(Outbox::open(&folder.path, DEVICE, at(0)).unwrap());
        assert!(OutboxView::open(&folder.path).is_ok(), "{schema} {ending}");
    }
}

/// A transaction that a power failure tore: of its first page only the beginning is
/// on the disk, with bytes behind that make its checksum wrong.
#[test]
fn a_page_of_the_log_that_a_power_failure_tore_is_of_no_newer_program() {
    let killed = copy_of(NEWEST, "killed");
    let db = rusqlite::Connection::open(&killed.path).unwrap();
    db.pragma_update(None, "user_version", NEWEST + 1).unwrap();
    let torn = Folder::new();
    fs::create_dir_all(torn.path.parent().unwrap()).unwrap();
    copy_files(killed.path.parent().unwrap(), torn.path.parent().unwrap());
    let log = torn.path.with_extension("db-wal");
    let refused = OutboxView::open(&torn.path).err();
    assert!(matches!(refused, Some(Error::NewerSchema { .. })), "whole: {refused:?}");

    let mut bytes = fs::read(&log).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&log, bytes).unwrap();
    let outbox = torn.open();
    assert!(outbox.salvaged().is_none(), "it was the last transaction");
    assert_eq!(outbox.state(&stream()).unwrap().as_deref(), Some(b"state".as_slice()));
}
