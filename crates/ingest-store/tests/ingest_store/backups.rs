//! Backup and restore: what a copy has, and what it is called.

use ingest_api::ReceiptStatus;
use ingest_store::{BackupError, Batch, Error, IdempotencyClaim, Store, StoreOptions};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::{Fixture, batch, device, kill};

fn with_one_event() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 0)]));
    fixture
}

fn back_up(fixture: &Fixture, name: &str) -> std::path::PathBuf {
    let copy = fixture.dir.path().join(name);
    Store::back_up(fixture.dir.path(), &copy).unwrap();
    copy
}

#[test]
fn a_copy_has_what_was_stored_before_it_and_nothing_after() {
    let mut fixture = with_one_event();
    let copy = back_up(&fixture, "copy");
    fixture.take(batch(device(1), vec![kill(device(1), "b", 2, 0)]));
    let elsewhere = TempDir::new().unwrap();
    Store::restore(elsewhere.path(), &copy).unwrap();
    fixture.store = Store::open(elsewhere.path(), StoreOptions::default()).unwrap();
    let both = vec![kill(device(1), "a", 1, 0), kill(device(1), "b", 2, 0)];
    let verdicts = fixture.take(batch(device(1), both));
    assert_eq!(verdicts, [ReceiptStatus::Duplicate, ReceiptStatus::Stored]);
}

#[test]
fn a_copy_is_one_file_and_is_never_written_over() {
    let fixture = with_one_event();
    let copy = back_up(&fixture, "copy");
    let before = std::fs::read(&copy).unwrap();
    let again = Store::back_up(fixture.dir.path(), &copy);
    assert!(matches!(again, Err(BackupError::Exists(_))), "{again:?}");
    assert_eq!(std::fs::read(&copy).unwrap(), before);
    let beside = std::fs::read_dir(fixture.dir.path()).unwrap();
    let names = beside.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let of_copy: Vec<_> = names.filter(|name| name.starts_with("copy")).collect();
    assert_eq!(of_copy, ["copy"], "nothing lies beside it that could be forgotten");
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_a_copy_wherever_it_is_put() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let fixture = with_one_event();
    let folder = TempDir::new().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let copy = folder.path().join("copy");
    Store::back_up(fixture.dir.path(), &copy).unwrap();
    assert_eq!(mode(&copy), 0o600, "it has players' names");
    Store::restore(folder.path(), &copy).unwrap();
    assert_eq!(mode(&folder.path().join(Store::FILE_NAME)), 0o600);
}

#[test]
fn a_copy_is_not_put_beside_a_log_that_has_its_name() {
    let fixture = with_one_event();
    let path = |name: &str| fixture.dir.path().join(name);
    for log in ["copy-wal", "copy-journal"] {
        std::fs::write(path(log), "another's").unwrap();
        let refused = Store::back_up(fixture.dir.path(), &path("copy"));
        assert!(matches!(&refused, Err(BackupError::Exists(there)) if *there == path(log)));
        assert!(!path("copy").exists() && !path("copy.unfinished").exists(), "{log}");
        std::fs::remove_file(path(log)).unwrap();
    }
    Store::back_up(fixture.dir.path(), &path("copy")).unwrap();
}

/// The name that a copy gets where it is put in place with a file manager.
fn name_by_hand(copy: &std::path::Path) -> Uuid {
    let folder = TempDir::new().unwrap();
    std::fs::copy(copy, folder.path().join(Store::FILE_NAME)).unwrap();
    let name = || Store::open(folder.path(), StoreOptions::default()).unwrap().id();
    assert_eq!(name(), name(), "a name stays");
    name()
}

/// The name of the store in the answer to one and the same request.
fn answering_store(fixture: &mut Fixture) -> Uuid {
    let claim = IdempotencyClaim { outbox: None, key: Uuid::from_u128(1), body_hash: [1; 32] };
    let events = batch(device(1), vec![kill(device(1), "a", 1, 0)]);
    fixture.page(Batch { idempotency: Some(claim), ..events }).store
}

#[test]
fn a_copy_repeats_no_answer_that_was_given_under_the_old_name() {
    let mut fixture = Fixture::new();
    assert_eq!(answering_store(&mut fixture), fixture.store.id());
    let copy = back_up(&fixture, "copy");
    let elsewhere = TempDir::new().unwrap();
    let restored = Store::restore(elsewhere.path(), &copy).unwrap();
    fixture.store = Store::open(elsewhere.path(), StoreOptions::default()).unwrap();
    assert_eq!(answering_store(&mut fixture), restored.store, "or clients would go back and forth");
}

#[test]
fn every_time_a_copy_is_put_in_place_it_has_another_name() {
    let fixture = with_one_event();
    let copy = back_up(&fixture, "copy");
    let folder = TempDir::new().unwrap();
    let restore = || Store::restore(folder.path(), &copy).unwrap().store;
    let names =
        [fixture.store.id(), restore(), restore(), name_by_hand(&copy), name_by_hand(&copy)];
    let distinct: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "clients see each of them as another store: {names:?}");
}

// Elsewhere an open file cannot be moved, and nobody has it open after a crash.
#[cfg(unix)]
#[test]
fn the_database_that_was_there_is_set_aside_whole() {
    let mut fixture = with_one_event();
    let copy = back_up(&fixture, "copy");
    fixture.take(batch(device(1), vec![kill(device(1), "b", 2, 0)]));
    // As a crash leaves it: with its last transactions in the log beside it.
    let Fixture { dir, store } = fixture;
    std::mem::forget(store);
    let set_aside = Store::restore(dir.path(), &copy).unwrap().set_aside;

    let aside = TempDir::new().unwrap();
    let set_aside = set_aside.unwrap();
    for part in ["", "-wal"] {
        let name = format!("{}{part}", Store::FILE_NAME);
        let from = format!("{}{part}", set_aside.display());
        std::fs::copy(from, aside.path().join(name)).unwrap();
    }
    let whole = Store::open(aside.path(), StoreOptions::default()).unwrap();
    assert_eq!(whole.log_position().unwrap(), 2);
    let restored = Store::open(dir.path(), StoreOptions::default()).unwrap();
    assert_eq!(restored.log_position().unwrap(), 1, "the log beside it went with it");
}

#[test]
fn no_restore_writes_over_what_another_set_aside_however_the_folder_is_spelled() {
    let fixture = with_one_event();
    let (copy, dir) = (back_up(&fixture, "copy"), TempDir::new().unwrap());
    let folder = dir.path().join("data");
    // A folder may have any name.
    #[cfg(target_os = "linux")]
    let folder =
        folder.join(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"caf\xe9"));
    let spelled = |more: &str| {
        let mut spelled = folder.clone().into_os_string();
        spelled.push(more);
        std::path::PathBuf::from(spelled)
    };
    let named = |number: u32| format!("{}.before-restore-{number}", Store::FILE_NAME);
    // By hand, and no number to count on from.
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(named(u32::MAX)), "kept").unwrap();
    let mut stores = Vec::new();
    for (number, more) in (0..).zip(["", "//", "/.", "/./"]) {
        let restored = Store::restore(&spelled(more), &copy).unwrap();
        let aside = (number > 0).then(|| spelled(more).join(named(number)));
        assert_eq!(restored.set_aside, aside, "{more:?}");
        stores.push(restored.store);
    }
    stores.pop();
    for (number, store) in (1..).zip(stores) {
        let elsewhere = TempDir::new().unwrap();
        let aside = folder.join(named(number));
        std::fs::copy(aside, elsewhere.path().join(Store::FILE_NAME)).unwrap();
        assert_eq!(crate::support::open(&elsewhere).id(), store, "{number} is what it was");
    }
    assert_eq!(std::fs::read(folder.join(named(u32::MAX))).unwrap(), b"kept");
}

#[test]
fn what_is_no_sound_database_of_ours_changes_nothing() {
    let fixture = with_one_event();
    let copy = back_up(&fixture, "copy");
    let id = fixture.store.id();
    let path = |name: &str| fixture.dir.path().join(name);
    std::fs::write(path("prose"), "dear diary, this is no database at all").unwrap();
    std::fs::write(path("empty"), "").unwrap();
    let whole = std::fs::read(&copy).unwrap();
    std::fs::write(path("torn"), &whole[..whole.len() / 2]).unwrap();
    for bad in ["absent", "prose", "empty", "torn"] {
        let restored = Store::restore(fixture.dir.path(), &path(bad));
        let refused = restored.unwrap_err();
        assert!(refused.is_bad_file(), "{bad}: {refused:?}");
        let Fixture { store, .. } = &fixture;
        assert_eq!((store.id(), store.log_position().unwrap()), (id, 1), "{bad}");
        assert_eq!(crate::support::open(&fixture.dir).id(), id, "{bad}");
    }
}

/// A folder after a crash: its last event is in the log beside the database.
/// With a copy from before it.
#[cfg(unix)]
fn crashed() -> (TempDir, std::path::PathBuf) {
    let mut fixture = with_one_event();
    let copy = back_up(&fixture, "copy");
    fixture.take(batch(device(1), vec![kill(device(1), "b", 2, 0)]));
    let Fixture { dir, store } = fixture;
    std::mem::forget(store);
    (dir, copy)
}

fn names(dir: &TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(dir.path()).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The position of the log of a database, which is looked at elsewhere.
#[cfg(unix)]
fn position_of(database: &std::path::Path) -> u64 {
    let elsewhere = TempDir::new().unwrap();
    for part in ["", "-wal"] {
        let from = format!("{}{part}", database.display());
        if std::fs::exists(&from).unwrap() {
            let to = elsewhere.path().join(format!("{}{part}", Store::FILE_NAME));
            std::fs::copy(from, to).unwrap();
        }
    }
    Store::open(elsewhere.path(), StoreOptions::default()).unwrap().log_position().unwrap()
}

#[cfg(unix)]
#[test]
fn a_restore_that_is_cut_off_anywhere_lets_no_server_begin_and_is_finished_by_the_next() {
    // In their order, before a copy of which some are there takes its name.
    let moved = ["", "-wal", "-shm"];
    for parts in 1..=moved.len() {
        for earlier in [0, 1] {
            let (dir, copy) = crashed();
            let path = |name: &str| dir.path().join(format!("{}{name}", Store::FILE_NAME));
            if earlier == 1 {
                std::fs::write(path(".before-restore-1"), "set aside before").unwrap();
            }
            let aside = path(&format!(".before-restore-{}", earlier + 1));
            for part in &moved[..parts] {
                let to = format!("{}{part}", aside.display());
                std::fs::rename(path(part), to).unwrap();
            }
            std::fs::write(path(".unfinished"), "half a copy").unwrap();
            let before = names(&dir);
            let refused = Store::open(dir.path(), StoreOptions::default());
            assert!(matches!(refused, Err(Error::LeftBehind(_))), "after {parts}");
            assert_eq!(names(&dir), before, "and nothing was made");

            std::fs::write(dir.path().join("prose"), "dear diary").unwrap();
            Store::restore(dir.path(), &dir.path().join("prose")).unwrap_err();
            let refused = Store::open(dir.path(), StoreOptions::default());
            assert!(matches!(refused, Err(Error::LeftBehind(_))), "after another failure");

            let restored = Store::restore(dir.path(), &copy).unwrap();
            assert_eq!(restored.set_aside.as_deref().unwrap_or(&aside), aside);
            assert_eq!(position_of(&aside), 2, "after {parts}");
            assert_eq!(position_of(&path("")), 1, "after {parts}");
            let log = format!("{}.before-restore-{}-wal", Store::FILE_NAME, earlier + 2);
            assert!(!names(&dir).contains(&log), "the log is where its database is");
        }
    }
}

/// Whether the log's pages went into the file meanwhile decides what would become
/// of a copy beside it: a damaged one, or the old state as if nothing was restored.
#[cfg(unix)]
#[test]
fn a_copy_that_is_put_beside_the_log_of_a_crash_is_refused_and_nothing_is_changed() {
    for is_moved in [false, true] {
        let mut fixture = with_one_event();
        let copy = back_up(&fixture, "copy");
        for (number, id) in (2..).zip(["b", "c", "d"]) {
            if is_moved {
                fixture.store.give_room_back().unwrap();
            }
            fixture.take(batch(device(1), vec![kill(device(1), id, number, 0)]));
        }
        // Elsewhere: here the crash would still hold its locks.
        let dir = TempDir::new().unwrap();
        let path = |part: &str| dir.path().join(format!("{}{part}", Store::FILE_NAME));
        for part in ["-wal", "-shm"] {
            let from = format!("{}{part}", Store::FILE_NAME);
            std::fs::copy(fixture.dir.path().join(from), path(part)).unwrap();
        }
        std::fs::copy(&copy, path("")).unwrap();
        let files = || ["", "-wal"].map(|part| std::fs::read(path(part)).unwrap());
        let before = files();

        let open = || Store::open(dir.path(), StoreOptions::default());
        let refused = open().map(drop).unwrap_err();
        assert!(matches!(&refused, Error::ForeignLog(log) if *log == path("-wal")), "{refused}");
        let said = refused.to_string();
        for part in ["ingest.sqlite-wal", "-shm", "database restore"] {
            assert!(said.contains(part), "{said}");
        }
        let another = Store::back_up(dir.path(), &dir.path().join("another"));
        assert!(matches!(another, Err(BackupError::Sqlite { .. })), "{another:?}");
        assert_eq!(files(), before, "nobody wrote the log into it");

        if is_moved {
            Store::restore(dir.path(), &copy).unwrap();
        } else {
            for part in ["-wal", "-shm"] {
                std::fs::rename(path(part), dir.path().join(format!("away{part}"))).unwrap();
            }
        }
        assert_eq!(open().unwrap().log_position().unwrap(), 1, "as it said");
    }
}

#[test]
fn a_restore_into_an_empty_folder_that_is_cut_off_lets_no_server_begin() {
    let fixture = with_one_event();
    let copy = back_up(&fixture, "copy");
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("ingest.sqlite.unfinished"), "half a copy").unwrap();
    let refused = Store::open(dir.path(), StoreOptions::default());
    assert!(matches!(refused, Err(Error::LeftBehind(_))));
    Store::restore(dir.path(), &copy).unwrap();
    assert_eq!(crate::support::open(&dir).log_position().unwrap(), 1);
}

#[test]
fn a_log_alone_may_be_of_a_first_start_and_it_is_said_what_to_do() {
    let dir = TempDir::new().unwrap();
    let log = dir.path().join("ingest.sqlite-wal");
    std::fs::write(&log, "").unwrap();
    let refused = Store::open(dir.path(), StoreOptions::default()).map(drop).unwrap_err();
    let said = refused.to_string();
    for part in ["ingest.sqlite-wal", "restore again", "first start", "move it away"] {
        assert!(said.contains(part), "{said}");
    }
    std::fs::rename(log, dir.path().join("away")).unwrap();
    assert_eq!(crate::support::open(&dir).log_position().unwrap(), 0, "as it said");
}

#[test]
fn a_restore_that_was_refused_leaves_nothing_behind() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("prose"), "dear diary, this is no database").unwrap();
    Store::restore(dir.path(), &dir.path().join("prose")).unwrap_err();
    assert_eq!(names(&dir), ["prose"]);
    crate::support::open(&dir);
}

#[test]
fn what_begins_like_no_database_is_known_before_anything_is_made() {
    let dir = TempDir::new().unwrap();
    let (data_dir, prose) = (dir.path().join("data"), dir.path().join("prose"));
    std::fs::write(&prose, "dear diary").unwrap();
    for bad in [dir.path().join("absent"), dir.path().to_owned(), prose] {
        let refused = Store::restore(&data_dir, &bad).unwrap_err();
        assert!(refused.is_bad_file(), "{refused:?}");
        assert!(!data_dir.exists(), "{refused}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_database_is_refused_and_can_be_restored_from() {
    let fixture = with_one_event();
    let target = fixture.dir.path().join(Store::FILE_NAME);
    let folder = TempDir::new().unwrap();
    let link = folder.path().join(Store::FILE_NAME);
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let options = StoreOptions::default();
    let refused = Store::settle(folder.path(), options);
    assert!(matches!(&refused, Err(Error::Link(path)) if *path == link), "{refused:?}");
    let refused = Store::open(folder.path(), options).map(drop);
    assert!(matches!(&refused, Err(Error::Link(path)) if *path == link), "{refused:?}");
    Store::restore(folder.path(), &link).unwrap();
    let copy = Store::open(folder.path(), options).unwrap();
    assert_eq!(copy.log_position().unwrap(), 1);
    assert_eq!(fixture.store.log_position().unwrap(), 1);
    // The log beside a link is not the one of where it leads to.
    let copied = fixture.dir.path().join("copy");
    Store::back_up(folder.path(), &copied).unwrap();
    let mut log = copied.clone().into_os_string();
    log.push("-wal");
    std::fs::write(&log, "another's").unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&copied, &link).unwrap();
    let refused = Store::restore(TempDir::new().unwrap().path(), &link);
    assert!(matches!(refused, Err(BackupError::Sqlite { .. })), "{refused:?}");
}
