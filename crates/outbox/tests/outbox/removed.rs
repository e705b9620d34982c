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

/// What stood in the place of ours, as it is kept.
fn other(folder: &Folder, number: u32, part: &str) -> Vec<u8> {
    fs::read(beside(&folder.path, &format!(".other-{number}{part}"))).unwrap()
}

#[test]
fn an_older_copy_in_its_place_is_kept_beside_it_unread() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..2);
    let older = fs::read(&folder.path).unwrap();
    let mut outbox = folder.open();
    let of_before = outbox.id();
    append(&mut outbox, "a", 2..5);
    assert_eq!(outbox.view_mut().delete(&[id(2)], at(0)).unwrap().deleted, 1);
    let sent = claim(&mut outbox, 10);
    delete(&folder.path, &["", "-wal", "-shm"]);
    fs::write(&folder.path, &older).unwrap();
    append(&mut outbox, "a", 5..6);
    assert_eq!((outbox.id(), outbox.salvaged()), (of_before, None));
    assert_eq!(other(&folder, 1, ""), older);
    conclude(&mut outbox, &sent, &stored(&sent));
    let status = outbox.status(at(0)).unwrap();
    assert_eq!((status.settled, status.pending, status.lost), (sent.len() as u64, 1, 0));
    assert_eq!(events(&mut outbox), [id(5)], "and what was deleted stays so");
}

#[test]
fn another_s_database_meets_no_log_of_ours() {
    for also in [&[][..], &["-wal"], &["-shm"], &["-wal", "-shm"]] {
        let (folder, elsewhere) = (Folder::new(), Folder::new());
        append(&mut elsewhere.open(), "a", 10..12);
        let theirs = fs::read(&elsewhere.path).unwrap();
        let mut outbox = folder.open();
        append(&mut outbox, "a", 0..3);
        delete(&folder.path, &[""]);
        fs::write(&folder.path, &theirs).unwrap();
        for part in also {
            delete(&folder.path, &[part]);
            fs::write(beside(&folder.path, part), "theirs").unwrap();
        }
        append(&mut outbox, "a", 3..4);
        assert_eq!(other(&folder, 1, ""), theirs, "{also:?}");
        for part in also {
            assert_eq!(other(&folder, 1, part), b"theirs", "{also:?}");
        }
        drop(outbox);
        let mut outbox = folder.open();
        assert_eq!((outbox.salvaged(), outbox.status(at(0)).unwrap().lost), (None, 0), "{also:?}");
        assert_eq!(events(&mut outbox), (0..4).map(id).collect::<Vec<_>>(), "{also:?}");
    }
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
fn nothing_of_another_device_s_file_is_taken() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let theirs = DeviceId(Uuid::from_u128(0xE));
    let mut foreign = Outbox::open(&elsewhere.path, theirs, at(0)).unwrap();
    append(&mut foreign, "a", 10..12);
    drop(foreign);
    let bytes = fs::read(&elsewhere.path).unwrap();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..2);
    delete(&folder.path, &["", "-wal", "-shm"]);
    fs::write(&folder.path, &bytes).unwrap();
    append(&mut outbox, "a", 2..3);
    assert_eq!(other(&folder, 1, ""), bytes);
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
    let [file, copy, log] = ["", ".put-back", "-wal"].map(|ending| beside(&folder.path, ending));
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
fn a_whole_copy_takes_the_place_of_what_a_crash_left_there() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..3);
    let older = fs::read(&folder.path).unwrap();
    append(&mut folder.open(), "a", 3..6);
    let of_before = folder.open().id();
    let [copy, unfinished] =
        [".put-back", ".put-back.new"].map(|ending| beside(&folder.path, ending));
    fs::rename(&folder.path, &copy).unwrap();
    fs::write(&folder.path, &older).unwrap();
    fs::write(&unfinished, &older[..older.len() - 4_096]).unwrap();
    let mut outbox = folder.open();
    assert_eq!((outbox.id(), outbox.salvaged()), (of_before, None));
    assert_eq!(events(&mut outbox), (0..6).map(id).collect::<Vec<_>>());
    assert_eq!(other(&folder, 1, ""), older);
    assert!(!copy.exists() && !unfinished.exists());
}

#[test]
fn a_copy_that_is_not_whole_is_salvaged_from() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..3);
    let bytes = fs::read(&folder.path).unwrap();
    let [unfinished, journal] =
        [".put-back.new", ".put-back.new-journal"].map(|ending| beside(&folder.path, ending));
    fs::remove_file(&folder.path).unwrap();
    fs::write(&unfinished, &bytes[..bytes.len() - 4_096]).unwrap();
    fs::write(&journal, "of a copy that was cut off").unwrap();
    let outbox = folder.open();
    assert!(outbox.salvaged().is_some());
    assert!(!unfinished.exists(), "it is kept among those that are set aside");
    assert!(!journal.exists());
}

#[test]
fn a_part_of_a_copy_of_what_still_stands_tells_of_no_loss() {
    let folder = Folder::new();
    append(&mut folder.open(), "a", 0..200);
    let bytes = fs::read(&folder.path).unwrap();
    let unfinished = beside(&folder.path, ".put-back.new");
    fs::write(&unfinished, &bytes[..bytes.len() / 2 / 4_096 * 4_096]).unwrap();
    let mut outbox = folder.open();
    let status = outbox.status(at(0)).unwrap();
    assert_eq!((status.pending, status.lost), (200, 0));
    let (all, _) = drain(&mut outbox);
    assert_eq!(sorted_ids(&all), (0..200).map(id).collect::<Vec<_>>(), "and of no gap");
}

#[test]
fn files_that_vanish_again_and_again_are_put_back_ever_less_often() {
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
    remove_and_append(&mut outbox, 4, 7 * MINUTE_MS).unwrap_err();
    remove_and_append(&mut outbox, 4, 8 * MINUTE_MS).unwrap();
    remove_and_append(&mut outbox, 5, 9 * MINUTE_MS).unwrap_err();
    outbox.stay_at_last(at(9 * MINUTE_MS)).unwrap();
    drop(outbox);
    assert_eq!(events(&mut folder.open()), (0..5).map(id).collect::<Vec<_>>(), "at the end, too");
}

#[test]
fn what_could_not_be_put_back_is_tried_once_more_at_the_end_without_a_pause() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    let data = folder.path.parent().unwrap();
    fs::remove_dir_all(data).unwrap();
    fs::write(data, "in the way").unwrap();
    outbox.append(&group(3), at(0)).unwrap_err();
    outbox.stay_at_last(at(1)).unwrap_err();
    fs::remove_file(data).unwrap();
    outbox.stay_at_last(at(1)).unwrap();
    drop(outbox);
    assert_eq!(folder.open().status(at(0)).unwrap().pending, 3);
}

#[test]
fn who_deletes_it_at_every_moment_while_it_is_put_back_deletes_nothing() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..30);
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let files = ["", "-wal", "-shm", ".lock"].map(|part| beside(&folder.path, part));
    let deleting = std::thread::spawn(move || {
        while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            files.iter().for_each(|file| drop(fs::remove_file(file)));
            std::thread::yield_now();
        }
    });
    let mut acknowledged = 30;
    for (n, minutes) in (30..60).zip(0..) {
        acknowledged += u32::from(outbox.append(&group(n), at(minutes * 6 * 60_000)).is_ok());
    }
    drop(stop);
    deleting.join().unwrap();
    outbox.stay_at_last(at(0)).unwrap();
    drop(outbox);
    let mut outbox = folder.open();
    let found = events(&mut outbox);
    assert!((0..30).all(|n| found.contains(&id(n))), "{found:?}");
    assert_eq!(found.len() as u32, acknowledged, "of those that were acknowledged meanwhile too");
}

#[test]
fn a_copy_that_is_not_of_this_outbox_is_left_alone() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    append(&mut folder.open(), "a", 0..3);
    append(&mut elsewhere.open(), "a", 10..12);
    let copy = beside(&folder.path, ".put-back");
    for strange in [&fs::read(&elsewhere.path).unwrap()[..], b"", b"dear diary"] {
        fs::write(&copy, strange).unwrap();
        let outbox = folder.open();
        assert_eq!((outbox.status(at(0)).unwrap().pending, outbox.salvaged()), (3, None));
        assert_eq!(fs::read(&copy).unwrap(), strange);
    }
}

#[test]
fn what_another_owns_by_now_is_not_lost() {
    let folder = Folder::new();
    let mut first = folder.open();
    append(&mut first, "a", 0..1);
    delete(&folder.path, &[".lock"]);
    let second = opened(&folder.path, at(0));
    first.stay_at_last(at(0)).unwrap();
    drop((first, second));
}

#[test]
fn a_queue_in_a_folder_whose_name_is_no_text_is_put_back() {
    let folder = Folder::new();
    let name = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"caf\xe9");
    let path = folder.path.parent().unwrap().join(name).join("outbox.db");
    let mut outbox = opened(&path, at(0));
    append(&mut outbox, "a", 0..3);
    delete(&path, &["", "-wal", "-shm"]);
    outbox.stay_at_last(at(0)).unwrap();
    drop(outbox);
    assert_eq!(opened(&path, at(0)).status(at(0)).unwrap().pending, 3);
}
