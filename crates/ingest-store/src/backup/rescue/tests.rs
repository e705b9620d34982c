//! What is saved, and what whoever is ended meanwhile leaves.

use tempfile::TempDir;

use super::*;
use crate::{Error, StoreOptions};

const PARTS: [&str; 4] = ["", "-journal", "-wal", "-shm"];

fn open(dir: &TempDir) -> crate::Result<Store> {
    Store::open(dir.path(), StoreOptions::default())
}

fn path_in(dir: &TempDir, part: &str) -> PathBuf {
    dir.path().join(format!("{}{part}", Store::FILE_NAME))
}

/// An open database with this many versions noted, of which some are in its log alone.
fn with_versions(dir: &TempDir, count: u32) -> Store {
    let store = open(dir).unwrap();
    for number in 0..count {
        note(&store, number);
        if number == count / 2 {
            crate::store::checkpoint(&store.connection).unwrap();
        }
    }
    store
}

fn note(store: &Store, number: u32) {
    // Each on some pages of its own.
    let sql = "INSERT INTO server_version (version) VALUES (?1 || hex(zeroblob(20000)))";
    store.connection.execute(sql, [number]).unwrap();
}

/// How many are in a database that was put somewhere.
fn versions_in(dir: &TempDir) -> u32 {
    versions(&open(dir).unwrap().connection)
}

fn versions(connection: &Connection) -> u32 {
    let sql = "SELECT count(*) FROM server_version";
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn id_in(file: &Path) -> uuid::Uuid {
    crate::store::read_id(&Connection::open(file).unwrap()).unwrap()
}

fn names(dir: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(dir.path()).unwrap();
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string();
    let mut names: Vec<_> = entries.map(|entry| name(entry).unwrap()).collect();
    names.sort();
    names
}

/// Every start refuses, and says what of which file.
fn refuses_for(dir: &TempDir, left: &Path) -> String {
    let refused = open(dir).map(drop).unwrap_err();
    let (Error::Saved(named) | Error::Unsaved(named)) = &refused else { panic!("{refused}") };
    assert_eq!(named, left);
    refused.to_string()
}

#[test]
fn a_server_that_is_ended_while_it_puts_a_database_back_leaves_a_whole_one() {
    for is_deleted in [true, false] {
        for removed in 0..=COMPANIONS.len() {
            let dir = TempDir::new().unwrap();
            let (store, path) = (with_versions(&dir, 5), path_in(&dir, ""));
            let gone = if is_deleted { path.clone() } else { with(&path, "-wal") };
            fs::remove_file(gone).unwrap();
            let saved = store.keep_beside(&path, None).unwrap();
            let id = store.id();
            for name in COMPANIONS[..removed].iter().map(|part| with(&path, part)) {
                unless_absent(fs::remove_file(name)).unwrap();
            }
            // As SIGKILL does it: nothing is moved.
            std::mem::forget(store);
            // Older, and of a restore.
            fs::write(with(&path, ".before-restore-1"), "set aside before").unwrap();

            let said = refuses_for(&dir, &saved);
            for words in ["rescued-1", "everything", "database restore", "move it away"] {
                assert!(said.contains(words), "{said}");
            }
            fs::copy(&saved, dir.path().join("copy")).unwrap();
            assert_eq!(id_in(&dir.path().join("copy")), id, "{removed} removed");
            let restored = Store::restore(dir.path(), &saved).unwrap();
            assert_eq!(restored.saved.unwrap(), path_in(&dir, ".restored-1"));
            assert_eq!(versions_in(&dir), 5, "{removed} removed");
            note(&open(&dir).unwrap(), 9);
            assert_eq!(versions_in(&dir), 6, "and so on at the next start");
        }
    }
}

#[test]
fn a_database_whose_log_was_deleted_is_left_as_it_is_until_a_whole_copy_takes_its_place() {
    let dir = TempDir::new().unwrap();
    let mut store = with_versions(&dir, 40);
    fs::remove_file(path_in(&dir, "-wal")).unwrap();
    let whole = fs::read(path_in(&dir, "")).unwrap();
    // Under another name it stays, whatever takes its place.
    let linked = TempDir::new_in(dir.path().parent().unwrap()).unwrap();
    fs::hard_link(path_in(&dir, ""), linked.path().join("x")).unwrap();
    assert_eq!(store.rescue(None).unwrap(), Some(Rescued::PutBack));
    assert!(fs::read(linked.path().join("x")).unwrap() == whole, "somebody wrote into it");
    assert_eq!(names(&dir), [Store::FILE_NAME], "and nothing is left beside it");
    drop(store);
    assert_eq!(versions_in(&dir), 40);
}

#[test]
fn what_came_while_a_copy_was_saved_is_neither_removed_nor_written_over() {
    for part in PARTS {
        let dir = TempDir::new().unwrap();
        let (mut store, path) = (with_versions(&dir, 3), path_in(&dir, ""));
        fs::remove_file(&path).unwrap();
        let theirs = with(&path, part);
        unless_absent(fs::remove_file(&theirs)).unwrap();
        fs::write(&theirs, "another's").unwrap();

        let saved = with(&path, ".rescued-1");
        assert_eq!(store.rescue(None).unwrap(), Some(Rescued::Beside(saved.clone())), "{part}");
        assert_eq!(fs::read(&theirs).unwrap(), b"another's");
        assert_eq!(path.exists(), part.is_empty());
        assert_eq!(store.rescue(None).unwrap(), None, "once");
        std::mem::forget(store);
        if part.is_empty() {
            // SQLite would read them as that one's own.
            let left = PARTS[1..].iter().filter(|part| with(&path, part).exists());
            assert_eq!(left.count(), 0);
            assert!(with(&saved, ".wal").exists(), "moved, and not deleted");
        }
        refuses_for(&dir, &saved);
        Store::restore(dir.path(), &saved).unwrap();
        assert_eq!(versions_in(&dir), 3);
    }
}

#[test]
fn a_start_beside_what_was_saved_refuses_until_it_is_restored_or_given_up() {
    for is_given_up in [false, true] {
        let (dir, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let mut store = with_versions(&dir, 4);
        drop(with_versions(&other, 1));
        // As `mv` of a backup does it.
        fs::rename(path_in(&other, ""), path_in(&dir, "")).unwrap();
        let saved = path_in(&dir, ".rescued-1");
        assert_eq!(store.rescue(None).unwrap(), Some(Rescued::Beside(saved.clone())));
        std::mem::forget(store);
        refuses_for(&dir, &saved);
        if is_given_up {
            fs::rename(&saved, other.path().join("away")).unwrap();
        } else {
            // However the folder is spelled.
            let spelled = dir.path().join(".").join(saved.file_name().unwrap());
            Store::restore(dir.path(), &spelled).unwrap();
            assert!(!saved.exists());
        }
        let stored = if is_given_up { 1 } else { 4 };
        assert_eq!(versions_in(&dir), stored);
        assert_eq!(versions_in(&dir), stored, "and at the next start");
    }
}

#[test]
fn a_restore_of_another_file_does_not_hide_what_was_saved() {
    let (dir, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let store = with_versions(&dir, 4);
    let backup = elsewhere.path().join("ingest.sqlite.rescued-1");
    Store::back_up(dir.path(), &backup).unwrap();
    let saved = store.keep_beside(&path_in(&dir, ""), None).unwrap();
    std::mem::forget(store);
    assert_eq!(Store::restore(dir.path(), &backup).unwrap().saved, None);
    assert!(backup.exists(), "it is the operator's");
    refuses_for(&dir, &saved);
}

#[test]
fn a_server_that_is_ended_before_all_is_saved_lets_nobody_begin_without_a_word() {
    for (deleted, is_restored) in
        [(&[""][..], true), (&["", "-wal", "-shm"], false), (&["-wal"], true)]
    {
        let dir = TempDir::new().unwrap();
        let store = with_versions(&dir, 3);
        let backup = dir.path().join("backup");
        Store::back_up(dir.path(), &backup).unwrap();
        std::mem::forget(store);
        deleted.iter().for_each(|part| fs::remove_file(path_in(&dir, part)).unwrap());
        let half = path_in(&dir, ".rescued.unfinished");
        fs::write(&half, "half a copy").unwrap();
        fs::write(with(&half, "-journal"), "and its journal").unwrap();

        let said = refuses_for(&dir, &half);
        for words in ["may be lost", "is no copy", "database restore", "the last backup", "delete"]
        {
            assert!(said.contains(words), "{said}");
        }
        Store::restore(dir.path(), &half).unwrap_err();
        refuses_for(&dir, &half);
        if is_restored {
            Store::restore(dir.path(), &backup).unwrap();
            assert_eq!(versions_in(&dir), 3, "{deleted:?}");
        } else {
            fs::remove_file(&half).unwrap();
            assert_eq!(versions_in(&dir), 0, "{deleted:?}: it was told to begin anew");
        }
    }
}

#[test]
fn what_nobody_took_the_place_of_is_put_back_under_its_name() {
    for deleted in [&[""][..], &["-wal"], &["-shm"], &["", "-wal", "-shm"], &["", "-shm"]] {
        let dir = TempDir::new().unwrap();
        let mut store = with_versions(&dir, 3);
        assert_eq!(store.rescue(None).unwrap(), None, "it is in its place");
        deleted.iter().for_each(|part| fs::remove_file(path_in(&dir, part)).unwrap());
        assert_eq!(store.rescue(None).unwrap(), Some(Rescued::PutBack));
        assert_eq!(names(&dir), [Store::FILE_NAME], "{deleted:?}: and nothing is beside it");
        assert_eq!(store.rescue(None).unwrap(), None, "once");
        assert_eq!(id_in(&path_in(&dir, "")), store.id());
        drop(store);
        assert_eq!(versions_in(&dir), 3, "{deleted:?}");
    }
}

#[test]
fn what_was_deleted_with_its_folder_is_put_back_into_one_for_nobody_else() {
    use std::os::unix::fs::PermissionsExt;
    let outer = TempDir::new().unwrap();
    let folder = outer.path().join("data");
    let mut store = Store::open(&folder, StoreOptions::default()).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(store.rescue(None).unwrap(), Some(Rescued::PutBack));
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(id_in(&folder.join(Store::FILE_NAME)), store.id());
}

#[test]
fn what_cannot_be_saved_is_tried_again() {
    let dir = TempDir::new().unwrap();
    let (folder, away) = (dir.path().join("x"), dir.path().join("away"));
    let mut store = Store::open(&folder, StoreOptions::default()).unwrap();
    fs::rename(&folder, &away).unwrap();
    fs::write(&folder, "no folder").unwrap();
    store.rescue(None).unwrap_err();
    fs::remove_file(&folder).unwrap();
    assert_eq!(store.rescue(None).unwrap(), Some(Rescued::PutBack));
}

#[test]
fn what_has_no_room_is_not_begun_and_whoever_starts_is_told() {
    let dir = TempDir::new().unwrap();
    let mut store = with_versions(&dir, 3);
    fs::remove_file(path_in(&dir, "-wal")).unwrap();
    let needed = bytes(&store.connection).unwrap();
    let refused = store.rescue(Some(needed - 1));
    assert!(matches!(refused, Err(BackupError::NoRoom { .. })), "{refused:?}");
    let left = path_in(&dir, ".rescued.unfinished");
    assert_eq!(fs::metadata(&left).unwrap().len(), 0, "it takes no room");
    refuses_for(&dir, &left);
    assert_eq!(store.rescue(Some(needed)).unwrap(), Some(Rescued::PutBack));
    drop(store);
    assert_eq!(versions_in(&dir), 3);
}

/// Else whoever goes on with it has both mixed.
#[test]
fn a_log_is_out_of_the_way_of_anothers_database_before_anything_is_copied() {
    let (dir, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut store = with_versions(&dir, 3);
    drop(with_versions(&other, 1));
    fs::rename(path_in(&other, ""), path_in(&dir, "")).unwrap();
    store.rescue(Some(0)).unwrap_err();
    refuses_for(&dir, &path_in(&dir, ".rescued.unfinished"));
    assert!(!path_in(&dir, "-wal").exists() && !path_in(&dir, "-shm").exists());
    let saved = path_in(&dir, ".rescued-2");
    assert_eq!(store.rescue(None).unwrap(), Some(Rescued::Beside(saved.clone())));
    assert!(path_in(&dir, ".rescued-1.wal").exists(), "it is not written over");
    std::mem::forget(store);
    Store::restore(dir.path(), &saved).unwrap();
    assert_eq!(versions_in(&dir), 3);
}

#[test]
fn files_that_come_back_need_no_saving_and_leave_no_word_of_it() {
    let dir = TempDir::new().unwrap();
    let mut store = with_versions(&dir, 3);
    let (log, away) = (path_in(&dir, "-wal"), dir.path().join("away"));
    fs::rename(&log, &away).unwrap();
    store.rescue(Some(0)).unwrap_err();
    fs::rename(&away, &log).unwrap();
    assert_eq!(store.to_be_rescued(), None);
    assert!(!names(&dir).iter().any(|name| name.contains(RESCUED)), "{:?}", names(&dir));
    fs::remove_file(&log).unwrap();
    assert_eq!(store.rescue(None).unwrap(), Some(Rescued::PutBack), "gone again");
}

/// Whatever has been written by hand, or is kept of an earlier time.
#[test]
fn no_name_that_is_taken_keeps_anything_from_being_saved() {
    for taken in ["rescued-1", "rescued-1000", "rescued-18446744073709551615", "restored-1"] {
        let dir = TempDir::new().unwrap();
        let store = with_versions(&dir, 1);
        let path = path_in(&dir, "");
        fs::write(beside(&path, taken), "kept").unwrap();
        let saved = store.keep_beside(&path, None).unwrap();
        assert_eq!(fs::read(beside(&path, taken)).unwrap(), b"kept");
        assert!(saved.exists() && saved != beside(&path, taken) && !saved.ends_with("restored-1"));
        std::mem::forget(store);
        Store::restore(dir.path(), &saved).unwrap();
        assert_eq!(fs::read(beside(&path, taken)).unwrap(), b"kept", "{taken}");
    }
}

#[test]
fn a_file_that_was_written_over_in_place_takes_nothings_place() {
    let dir = TempDir::new().unwrap();
    let mut store = with_versions(&dir, 1);
    // More than is held in memory.
    let sql = "INSERT INTO server_version (version) VALUES (hex(zeroblob(5000000)))";
    store.connection.execute(sql, []).unwrap();
    crate::store::checkpoint(&store.connection).unwrap();
    fs::remove_file(path_in(&dir, "-wal")).unwrap();
    // As `cp` does it: of another database, and so no whole one together with our log.
    let theirs = vec![0x5a; usize::try_from(bytes(&store.connection).unwrap()).unwrap()];
    fs::write(path_in(&dir, ""), &theirs).unwrap();
    store.rescue(None).unwrap_err();
    assert!(fs::read(path_in(&dir, "")).unwrap() == theirs);
}
