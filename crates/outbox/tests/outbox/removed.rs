//! Files that somebody deletes or replaces while the outbox is open.
//!
//! Windows lets nobody do that.

use std::{fs, path::Path};

use event_model::{DeviceId, Origin};
use outbox::{Append, Error, Outbox, OutboxView};
use uuid::Uuid;

use crate::{
    damaging::{drain, sorted_ids},
    support::{DEVICE, Folder, append, at, claim, conclude, event, id, opened, stored, stream},
};

/// Deletes those of the files that end so.
fn delete(path: &Path, endings: &[&str]) {
    for ending in endings {
        fs::remove_file(beside(path, ending)).unwrap();
    }
}

fn beside(path: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn group(n: u32) -> [Append; 1] {
    let events = vec![event("a", n, Origin::Live)];
    [Append { stream: stream(), state: b"state".to_vec(), events }]
}

#[test]
fn what_is_deleted_under_its_owner_is_put_back_whole() {
    let files = ["", "-wal", "-shm"];
    for which in 1..8u32 {
        let gone: Vec<&str> =
            (0..3).filter(|bit| which & (1 << bit) != 0).map(|bit| files[bit as usize]).collect();
        let folder = Folder::new();
        let mut outbox = folder.open();
        let of_before = outbox.id();
        append(&mut outbox, "a", 0..100);
        let sent = claim(&mut outbox, 10);
        delete(&folder.path, &gone);
        append(&mut outbox, "a", 100..101);
        conclude(&mut outbox, &sent, &stored(&sent));
        assert_eq!(outbox.id(), of_before, "{gone:?}");
        let is_counted = u32::from(gone != ["-shm"]);
        assert_eq!(outbox.times_put_back(), is_counted, "{gone:?}");
        let found = OutboxView::open(&folder.path).unwrap().status(at(0)).unwrap();
        assert_eq!(found.pending + found.in_flight + found.settled, 101, "{gone:?}");
        drop(outbox);
        let mut outbox = folder.open();
        assert_eq!(outbox.salvaged(), None, "{gone:?}: nothing was damaged");
        let rest: Vec<_> =
            (0..101).filter(|n| !sent.iter().any(|s| s.event_id == id(*n))).collect();
        let (left, _) = drain(&mut outbox);
        let all = sorted_ids(&left);
        assert!(rest.iter().all(|n| all.contains(&id(*n))), "{gone:?}");
        assert_eq!(append(&mut outbox, "a", 101..102).appended, [(id(101), 102)], "{gone:?}");
    }
}

#[test]
fn a_folder_that_is_deleted_comes_back_with_the_queue() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    fs::remove_dir_all(folder.path.parent().unwrap()).unwrap();
    append(&mut outbox, "a", 3..4);
    assert_eq!(folder.view().status(at(0)).unwrap().pending, 4);
    let second = Outbox::open(&folder.path, DEVICE, at(0));
    assert!(matches!(second, Err(Error::Locked(_))), "its lock too: {second:?}");
}

#[test]
fn while_it_cannot_be_put_back_nothing_is_acknowledged_and_then_all_is_there() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    let data = folder.path.parent().unwrap();
    fs::remove_dir_all(data).unwrap();
    fs::write(data, "in the way").unwrap();
    for ms in [0, 100, 5_000] {
        outbox.append(&group(3), at(ms)).unwrap_err();
    }
    fs::remove_file(data).unwrap();
    outbox.append(&group(3), at(60_000)).unwrap();
    assert_eq!(sorted_ids(&drain(&mut outbox).0), (0..4).map(id).collect::<Vec<_>>());
}

#[test]
fn another_file_in_its_place_stays_and_gets_what_waited_here() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..2);
    let older = fs::read(&folder.path).unwrap();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 2..5);
    delete(&folder.path, &["", "-wal", "-shm"]);
    fs::write(&folder.path, older).unwrap();
    append(&mut outbox, "a", 5..6);
    assert_eq!(outbox.salvaged().map(|salvaged| salvaged.files), Some(1));
    let (all, _) = drain(&mut outbox);
    let all = sorted_ids(&all);
    assert!((0..6).all(|n| all.contains(&id(n))), "{all:?}");
}

#[test]
fn the_file_of_another_device_is_set_aside_as_it_is() {
    let folder = Folder::new();
    let other = Folder::new();
    let theirs = DeviceId(Uuid::from_u128(0xE));
    drop(Outbox::open(&other.path, theirs, at(0)).unwrap());
    let bytes = fs::read(&other.path).unwrap();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..2);
    delete(&folder.path, &["", "-wal", "-shm"]);
    fs::write(&folder.path, &bytes).unwrap();
    append(&mut outbox, "a", 2..3);
    let aside = [1, 2].map(|n| fs::read(beside(&folder.path, &format!(".damaged-{n}"))).unwrap());
    assert!(aside.contains(&bytes), "nothing was written to it");
    assert_eq!(sorted_ids(&drain(&mut outbox).0), (0..3).map(id).collect::<Vec<_>>());
}

#[test]
fn a_lock_that_is_deleted_makes_nobody_else_the_owner() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    delete(&folder.path, &[".lock"]);
    append(&mut outbox, "a", 0..1);
    let second = Outbox::open(&folder.path, DEVICE, at(0));
    assert!(matches!(second, Err(Error::Locked(_))), "{second:?}");
    drop(outbox);
    drop(opened(&folder.path, at(0)));
}

#[test]
fn who_became_the_owner_meanwhile_is_the_only_one() {
    let folder = Folder::new();
    let mut first = folder.open();
    append(&mut first, "a", 0..1);
    delete(&folder.path, &[".lock"]);
    let mut second = opened(&folder.path, at(0));
    let told = first.append(&group(1), at(0));
    assert!(matches!(told, Err(Error::Locked(_))), "{told:?}");
    append(&mut second, "a", 1..2);
    drop(second);
    first.append(&group(2), at(60_000)).unwrap();
}

#[test]
fn a_copy_that_a_crash_kept_from_its_place_is_put_there() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..3);
    for left in [&["", ".copy"][..], &["", ".copy", "-wal"]] {
        let [from, to] = [left[0], left[1]].map(|ending| beside(&folder.path, ending));
        fs::rename(&from, &to).unwrap();
        if left.contains(&"-wal") {
            fs::write(beside(&folder.path, "-wal"), "of the file that is gone").unwrap();
        }
        let outbox = folder.open();
        assert_eq!(outbox.status(at(0)).unwrap().pending, 3, "{left:?}");
        assert!(!to.exists());
    }
    // And one that was not whole is salvaged from.
    let bytes = fs::read(&folder.path).unwrap();
    fs::remove_file(&folder.path).unwrap();
    fs::write(beside(&folder.path, ".copy"), &bytes[..bytes.len() - 4_096]).unwrap();
    let outbox = folder.open();
    assert_eq!(outbox.salvaged().map(|salvaged| salvaged.files), Some(1));
}

#[test]
fn files_that_vanish_again_and_again_are_not_written_for_ever() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    let vanished = (0..10).find(|n| {
        delete(&folder.path, &["", "-wal", "-shm"]);
        outbox.append(&group(*n), at(60_000 * u64::from(*n))).is_err()
    });
    assert_eq!(vanished, Some(3), "three times it comes back");
}
