//! Damage of a file whose folder has something of an earlier one: what a player
//! deleted, and what a crash left over.

use std::path::{Path, PathBuf};

use crate::{
    damaging::damage_leaves,
    full_disk::drain,
    support::{DEVICE, Folder, append, at, id, opened},
};

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn delete_queue(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        drop(std::fs::remove_file(beside(path, suffix)));
    }
}

#[test]
fn a_second_damaged_file_is_salvaged_where_the_first_was_deleted() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..50);
    damage_leaves(&folder.path);
    assert_eq!(folder.open().salvaged().map(|salvaged| salvaged.events), Some(50));
    // As the guide says that one may.
    for part in ["", "-wal"] {
        drop(std::fs::remove_file(beside(&folder.path, &format!(".damaged-1{part}"))));
    }
    let mut outbox = folder.open();
    append(&mut outbox, "b", 50..80);
    drop(outbox);
    damage_leaves(&folder.path);
    let mut outbox = folder.open();
    let salvaged = outbox.salvaged().expect("it was damaged again").clone();
    assert_eq!((salvaged.events, salvaged.unreadable, salvaged.files), (80, 0, 1));
    let mut sent = drain(&mut outbox);
    sent.sort_unstable();
    assert_eq!(sent, (0..80).map(id).collect::<Vec<_>>());
}

#[test]
fn a_queue_that_is_gone_names_no_device() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..50);
    assert_eq!(outbox::device_of(&folder.path), Some(DEVICE));
    let identity = std::fs::read(beside(&folder.path, ".id")).unwrap();
    delete_queue(&folder.path);
    assert_eq!(outbox::device_of(&folder.path), None, "its events are gone, and its name too");
    // A crash while a damaged one was set aside: its events are still to be sent.
    std::fs::write(beside(&folder.path, ".damaged-1"), "x").unwrap();
    std::fs::write(beside(&folder.path, ".damaged-1.id"), identity).unwrap();
    assert_eq!(outbox::device_of(&folder.path), Some(DEVICE));
    std::fs::write(beside(&folder.path, ".damaged-1.json"), r#"{"events":1,"unreadable":0}"#)
        .unwrap();
    assert_eq!(outbox::device_of(&folder.path), None, "everything of it went elsewhere");
}

#[test]
fn the_name_of_a_deleted_queue_makes_no_new_one_damaged() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..5);
    delete_queue(&folder.path);
    // The new name cannot be written, as before a crash.
    let new = beside(&folder.path, ".id.new");
    std::fs::create_dir(&new).unwrap();
    append(&mut folder.open(), "b", 5..10);
    std::fs::remove_dir(&new).unwrap();
    assert_eq!(folder.open().salvaged(), None);
}

#[test]
fn a_mark_that_was_left_over_hides_no_damage() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..50);
    damage_leaves(&folder.path);
    append(&mut folder.open(), "a", 50..100);
    damage_leaves(&folder.path);
    std::fs::write(beside(&folder.path, ".damaged-1.begun"), "").unwrap();
    let outbox = folder.open();
    assert_eq!(outbox.salvaged().map(|salvaged| salvaged.files), Some(2));
    assert_eq!(outbox.status(at(0)).unwrap().pending, 100);
}

#[test]
fn events_kept_beside_the_file_that_cannot_be_read_stay_there() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..5);
    std::fs::write(beside(&folder.path, ".unheard"), "{damaged").unwrap();
    drop(opened(&folder.path, at(0)));
    assert!(!beside(&folder.path, ".unheard").exists());
    std::fs::write(beside(&folder.path, ".unheard"), "{damaged too").unwrap();
    let outbox = opened(&folder.path, at(0));
    assert_eq!(outbox.salvaged().map(|salvaged| salvaged.files), Some(2), "and it says so");
    assert_eq!(outbox.status(at(0)).unwrap().pending, 5);
    for (number, bytes) in [(1, "{damaged"), (2, "{damaged too")] {
        let kept = beside(&folder.path, &format!(".unheard.damaged-{number}"));
        assert_eq!(std::fs::read_to_string(kept).unwrap(), bytes);
    }
}
