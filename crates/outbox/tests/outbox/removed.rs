//! Files that somebody deletes or replaces while the outbox is open.
//!
//! Windows lets nobody do that.

use std::{fs, path::Path};

use event_model::{DeviceId, EventId, Origin};
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

/// The ids of what happened, without the news of what is gone.
fn events(outbox: &mut Outbox) -> Vec<EventId> {
    let (all, _) = drain(outbox);
    sorted_ids(&all).into_iter().filter(|found| found.0.as_u128() < 1_000).collect()
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
        assert_eq!(outbox.times_put_back(), 1, "{gone:?}");
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
fn an_older_copy_in_its_place_answers_for_nothing_that_is_sent() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..2);
    let older = fs::read(&folder.path).unwrap();
    let mut outbox = folder.open();
    let of_before = outbox.id();
    append(&mut outbox, "a", 2..5);
    assert_eq!(outbox.view_mut().delete(&[id(2)], at(0)).unwrap().deleted, 1);
    let sent = claim(&mut outbox, 10);
    delete(&folder.path, &["", "-wal", "-shm"]);
    fs::write(&folder.path, older).unwrap();
    append(&mut outbox, "a", 5..6);
    assert_ne!(outbox.id(), of_before, "the same numbers are other events in it");
    conclude(&mut outbox, &sent, &stored(&sent));
    assert_eq!(outbox.status(at(0)).unwrap().settled, 0, "the answer is about the old numbers");
    assert_eq!(outbox.salvaged().map(|salvaged| salvaged.files), Some(2), "ours and theirs");
    assert_eq!(events(&mut outbox), [0, 1, 3, 4, 5].map(id), "and what was deleted stays so");
}

#[test]
fn who_writes_to_the_file_that_was_deleted_is_told() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    let mut other = folder.view();
    delete(&folder.path, &["", "-wal", "-shm"]);
    append(&mut outbox, "a", 3..4);
    let told = other.delete(&[id(1)], at(0));
    assert!(matches!(told, Err(Error::Replaced(_))), "{told:?}");
    assert_eq!(folder.view().delete(&[id(1)], at(0)).unwrap().deleted, 1, "when asked again");
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
    let [file, copy, log] = ["", ".copy", "-wal"].map(|ending| beside(&folder.path, ending));
    for stale_log in [false, true] {
        fs::rename(&file, &copy).unwrap();
        if stale_log {
            fs::write(&log, "of the file that is gone").unwrap();
        }
        let outbox = folder.open();
        assert_eq!(outbox.status(at(0)).unwrap().pending, 3, "{stale_log}");
        assert_eq!((copy.exists(), outbox.salvaged()), (false, None), "{stale_log}");
    }
    // Both names, where the crash came between giving one and taking the other.
    fs::hard_link(&file, &copy).unwrap();
    assert_eq!(folder.open().salvaged(), None);
    assert!(!copy.exists());
}

#[test]
fn a_copy_beside_another_file_or_one_that_is_not_whole_is_salvaged_from() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..3);
    let bytes = fs::read(&folder.path).unwrap();
    append(&mut folder.open(), "a", 3..6);
    let copy = beside(&folder.path, ".copy");
    fs::rename(&folder.path, &copy).unwrap();
    fs::write(&folder.path, &bytes).unwrap();
    let mut outbox = folder.open();
    assert_eq!(events(&mut outbox), (0..6).map(id).collect::<Vec<_>>());
    drop(outbox);
    assert!(!copy.exists());

    let unfinished = beside(&folder.path, ".copy.new");
    fs::remove_file(&folder.path).unwrap();
    fs::write(&unfinished, &bytes[..bytes.len() - 4_096]).unwrap();
    let journal = beside(&folder.path, ".copy.new-journal");
    fs::write(&journal, "of a copy that was cut off").unwrap();
    let outbox = folder.open();
    assert!(outbox.salvaged().is_some());
    assert!(!unfinished.exists(), "it is kept among those that are set aside");
    assert!(!journal.exists());
}

#[test]
fn files_that_vanish_again_and_again_are_put_back_a_few_times_an_hour() {
    const MINUTE_MS: u64 = 60_000;
    let folder = Folder::new();
    let mut outbox = folder.open();
    let remove_and_append = |outbox: &mut Outbox, n: u32, ms| {
        for ending in ["", "-wal", "-shm"] {
            drop(fs::remove_file(beside(&folder.path, ending)));
        }
        outbox.append(&group(n), at(ms))
    };
    let refused =
        (0..10).find(|n| remove_and_append(&mut outbox, *n, MINUTE_MS * u64::from(*n)).is_err());
    assert_eq!(refused, Some(4), "four times it comes back");
    remove_and_append(&mut outbox, 4, 59 * MINUTE_MS).unwrap_err();
    remove_and_append(&mut outbox, 4, 61 * MINUTE_MS).unwrap();
    assert_eq!(events(&mut outbox), (0..5).map(id).collect::<Vec<_>>());
}
