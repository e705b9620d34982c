//! Room: what a full disk does, and what the file and its WAL may take of it.

use std::{io::Write, path::Path};

use event_model::Origin;
use outbox::{Append, Bounds, Filter, Outbox};

use crate::{
    damage_worlds::{Files, Left},
    damaging::damage_leaves,
    support::{
        Folder, append, at, claim, conclude, event, id, ids, limits, opened, stored, stream,
    },
};

/// A group with a state that says how far it is.
fn group(of: u32) -> [Append; 1] {
    let events = (of * 10..of * 10 + 10).map(|n| event("a", n, Origin::Live)).collect();
    [Append { stream: stream(), state: of.to_le_bytes().to_vec(), events }]
}

/// Appends until there is no room; how many groups there was room for.
fn fill(outbox: &mut Outbox) -> u32 {
    for of in 0.. {
        match outbox.append(&group(of), at(0)) {
            Ok(appended) => assert_eq!(appended.appended.len(), 10),
            Err(error) => {
                assert!(error.is_full(), "it says why: {error:?}");
                return of;
            }
        }
    }
    unreachable!("a disk is full at last")
}

/// What was refused for want of room left nothing, and is taken later as it was.
fn assert_goes_on(outbox: &mut Outbox, full: u32, make_room: impl FnOnce(&mut Outbox)) {
    assert!(full > 3, "there was room for {full} groups");
    assert!(outbox.append(&group(full), at(0)).unwrap_err().is_full(), "as often as one asks");
    let status = outbox.status(at(0)).unwrap();
    assert_eq!(status.pending, u64::from(full) * 10, "whole groups");
    let state = |outbox: &Outbox| outbox.state(&stream()).unwrap();
    assert_eq!(state(outbox), Some((full - 1).to_le_bytes().to_vec()), "no state without events");
    assert_eq!(outbox.view().list(Filter::All, 5).unwrap().len(), 5, "looking is always possible");

    make_room(outbox);
    let taken = outbox.append(&group(full), at(0)).unwrap();
    let first = (id(full * 10), u64::from(full) * 10 + 1);
    assert_eq!(taken.appended[0], first, "no number was used up");
    assert_eq!(state(outbox), Some(full.to_le_bytes().to_vec()));
}

pub(crate) fn drain(outbox: &mut Outbox) -> Vec<event_model::EventId> {
    let mut sent = Vec::new();
    while let claimed = claim(outbox, 100)
        && !claimed.is_empty()
    {
        sent.extend(ids(&claimed));
        conclude(outbox, &claimed, &stored(&claimed));
    }
    sent
}

#[test]
fn a_full_file_takes_the_same_group_when_there_is_room() {
    let folder = Folder::new();
    let small = Bounds { file_bytes_max: 300_000, history_bytes_max: 0, ..Bounds::default() };
    let mut outbox = folder.open().with_bounds(small);
    let full = fill(&mut outbox);
    let size = std::fs::metadata(&folder.path).unwrap().len();
    assert!(size <= 300_000, "{size} bytes");
    let mut sent = Vec::new();
    assert_goes_on(&mut outbox, full, |outbox| {
        // Settling takes no more room than the queue did.
        sent = drain(outbox);
        outbox.prune(at(0)).unwrap();
    });
    sent.extend(drain(&mut outbox));
    let all: Vec<_> = (0..(full + 1) * 10).map(id).collect();
    assert_eq!(sent, all, "each once, in order");
}

/// A disk of a few MiB; none where this process may not have one.
pub(crate) struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    pub(crate) fn mount() -> Result<Self, String> {
        let folder = tempfile::TempDir::new().map_err(|error| error.to_string())?;
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"])
            .arg(folder.path())
            .output()
            .map_err(|error| format!("mount: {error}"))?;
        if mounted.status.success() {
            Ok(Self(folder))
        } else {
            Err(String::from_utf8_lossy(&mounted.stderr).trim().to_owned())
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _status = std::process::Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_takes_the_same_group_when_there_is_room() {
    let disk = match SmallDisk::mount() {
        Ok(disk) => disk,
        Err(why) => return skip(&why),
    };
    let path = disk.path().join("outbox.db");
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![1; 2 * 1024 * 1024]).unwrap();
    let mut outbox = opened(&path, at(0));
    let full = fill(&mut outbox);
    assert_goes_on(&mut outbox, full, |_| std::fs::remove_file(&ballast).unwrap());
    let all: Vec<_> = (0..(full + 1) * 10).map(id).collect();
    assert_eq!(drain(&mut outbox), all, "each once, in order");
    drop(outbox);
    let again = opened(&path, at(0));
    assert_eq!(again.salvaged(), None, "a full disk is no damage");
}

/// Takes all the room that is left.
fn fill_up(disk: &SmallDisk) -> std::path::PathBuf {
    fill_up_but(disk, 0)
}

fn fill_up_but(disk: &SmallDisk, room: u64) -> std::path::PathBuf {
    let ballast = disk.path().join("ballast");
    let mut file = std::fs::File::create(&ballast).unwrap();
    for bytes in [64 * 1024, 4096, 1] {
        while file.write_all(&vec![1; bytes]).is_ok() {}
    }
    file.set_len(file.metadata().unwrap().len() - room).unwrap();
    ballast
}

/// Room up to which every page is tried: with more a new file is made.
const ROOM_SWEPT: u64 = 256 * 1024;

fn empty(disk: &SmallDisk) {
    let files = std::fs::read_dir(disk.path()).unwrap();
    files.for_each(|file| std::fs::remove_file(file.unwrap().path()).unwrap());
}

/// An outbox that was there before the disk was full, with an event in flight.
fn begun(disk: &SmallDisk, left: Left) -> std::path::PathBuf {
    let before = Folder::new();
    let mut outbox = before.open();
    outbox.append(&group(0), at(0)).unwrap();
    assert_eq!(claim(&mut outbox, 1).len(), 1);
    let mut files = Files::read(&before.path);
    drop(outbox);
    if let Left::Closed = left {
        files = Files::read(&before.path);
    }
    let path = disk.path().join("outbox.db");
    files.write(&path);
    path
}

#[test]
fn a_start_on_a_full_disk_reads_and_goes_on_when_there_is_room() {
    for left in [Left::Closed, Left::Killed] {
        let disk = match SmallDisk::mount() {
            Ok(disk) => disk,
            Err(why) => return skip(&why),
        };
        let path = begun(&disk, left);
        let ballast = fill_up(&disk);
        let mut outbox = opened(&path, at(0));
        let id_before = outbox.id();
        assert_eq!(outbox.state(&stream()).unwrap(), Some(0_u32.to_le_bytes().to_vec()));
        let waiting = |status: outbox::OutboxStatus| status.pending + status.in_flight;
        assert_eq!(waiting(outbox.status(at(0)).unwrap()), 10, "{left:?}");
        let refused = outbox.append(&group(1), at(0)).unwrap_err();
        assert!(refused.is_full(), "{left:?}: {refused:?}");
        let refused = outbox.append(&group(1), at(10_000)).unwrap_err();
        assert!(refused.is_full(), "{left:?}, as often as one asks: {refused:?}");
        assert_eq!(waiting(outbox.healed_status(at(20_000)).unwrap()), 10, "{left:?}");
        std::fs::remove_file(ballast).unwrap();
        let taken = outbox.append(&group(1), at(30_000)).unwrap();
        assert_eq!(taken.appended[0], (id(10), 11), "{left:?}");
        assert_eq!((outbox.id(), outbox.salvaged()), (id_before, None), "{left:?}");
        assert_eq!(drain(&mut outbox), (0..20).map(id).collect::<Vec<_>>(), "{left:?}");
    }
}

#[test]
fn a_start_without_room_for_a_new_file_goes_on_from_the_damaged_one() {
    let disk = match SmallDisk::mount() {
        Ok(disk) => disk,
        Err(why) => return skip(&why),
    };
    for room in (0..ROOM_SWEPT).step_by(4096) {
        let path = begun(&disk, Left::Closed);
        damage_leaves(&path);
        let ballast = fill_up_but(&disk, room);
        let mut outbox = opened(&path, at(0));
        let state = outbox.state(&stream()).unwrap();
        assert_eq!(state, Some(0_u32.to_le_bytes().to_vec()), "{room}");
        drop(outbox.append(&group(1), at(10_000)));
        std::fs::remove_file(ballast).unwrap();
        outbox.append(&group(1), at(20_000)).unwrap();
        assert_eq!(outbox.salvaged().map(|salvaged| salvaged.files), Some(1), "{room}");
        let mut sent = drain(&mut outbox);
        sent.sort_unstable();
        assert_eq!(sent, (0..20).map(id).collect::<Vec<_>>(), "{room}");
        drop(outbox);
        empty(&disk);
    }
}

#[test]
fn a_damaged_file_that_nobody_can_read_stops_no_start_on_a_full_disk() {
    let disk = match SmallDisk::mount() {
        Ok(disk) => disk,
        Err(why) => return skip(&why),
    };
    for room in (0..ROOM_SWEPT).step_by(4096) {
        let path = begun(&disk, Left::Closed);
        let bytes = std::fs::metadata(&path).unwrap().len();
        std::fs::write(&path, vec![0xA5; usize::try_from(bytes).unwrap()]).unwrap();
        let ballast = fill_up_but(&disk, room);
        let outbox = opened(&path, at(0));
        assert_eq!(outbox.state(&stream()).unwrap(), None, "{room}");
        drop(outbox);
        let mut outbox = opened(&path, at(0));
        drop(outbox.healed_status(at(10_000)));
        std::fs::remove_file(ballast).unwrap();
        outbox.append(&group(1), at(20_000)).unwrap();
        assert_eq!(drain(&mut outbox), (10..20).map(id).collect::<Vec<_>>(), "{room}");
        drop(outbox);
        empty(&disk);
    }
}

#[test]
fn a_first_start_on_a_full_disk_makes_its_file_when_there_is_room() {
    let disk = match SmallDisk::mount() {
        Ok(disk) => disk,
        Err(why) => return skip(&why),
    };
    let path = disk.path().join("outbox.db");
    for room in (0..ROOM_SWEPT).step_by(4096) {
        let ballast = fill_up_but(&disk, room);
        let mut outbox = opened(&path, at(0));
        assert_eq!(outbox.state(&stream()).unwrap(), None, "{room}");
        // With the most room of these it is made at once.
        let refused = outbox.append(&group(0), at(10_000)).err();
        assert!(refused.as_ref().is_none_or(outbox::Error::is_full), "{room}: {refused:?}");
        drop(outbox);
        // The next start finds what this one left.
        let mut outbox = opened(&path, at(0));
        drop(outbox.healed_status(at(10_000)));
        std::fs::remove_file(ballast).unwrap();
        let taken = outbox.append(&group(0), at(20_000)).unwrap();
        let first = refused.map(|_| (id(0), 1));
        assert_eq!(taken.appended.first().copied(), first, "{room}");
        let made = outbox.id();
        drop(outbox);
        let mut again = opened(&path, at(0));
        assert_eq!((again.id(), again.salvaged()), (made, None), "{room}");
        assert_eq!(drain(&mut again), (0..10).map(id).collect::<Vec<_>>(), "{room}");
        drop(again);
        empty(&disk);
    }
}

/// Says that a test is skipped. Where nobody reads that, on Linux, it fails.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn skip(why: &str) {
    let watched = std::env::var_os("CI").is_none();
    assert!(watched || !cfg!(target_os = "linux"), "no small disk can be mounted here: {why}");
    eprintln!("skipped: no small disk can be mounted here: {why}");
}

#[test]
fn a_reader_that_pauses_does_not_make_the_wal_grow() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..100);
    let view = folder.view();
    // As a command whose output nobody reads on.
    let mut export = view.export(Filter::All);
    assert!(export.next().is_some());
    for part in 1..40 {
        append(&mut outbox, "a", part * 500..part * 500 + 500);
    }
    let wal = std::fs::metadata(folder.path.with_extension("db-wal")).unwrap().len();
    assert!(wal < 8 * 1024 * 1024, "{wal} bytes");
    let written: u64 =
        outbox.view().list(Filter::All, 100_000).unwrap().iter().map(|e| e.bytes).sum();
    assert!(written > wal, "{written} bytes of events");
    assert_eq!(export.count(), 100 + 39 * 500 - 1, "and it reads on where it was");
}

#[test]
fn what_was_drained_makes_room_for_the_next() {
    let folder = Folder::new();
    let mut outbox =
        folder.open().with_bounds(Bounds { history_bytes_max: 20_000, ..Bounds::default() });
    let mut sizes = Vec::new();
    for evening in 0..6_u32 {
        append(&mut outbox, "a", evening * 1_000..evening * 1_000 + 500);
        while let claimed = outbox.claim(&limits(100), at(0)).unwrap()
            && !claimed.is_empty()
        {
            conclude(&mut outbox, &claimed, &stored(&claimed));
        }
        outbox.prune(at(0)).unwrap();
        let pages = rusqlite::Connection::open(&folder.path).unwrap();
        sizes.push(
            pages.pragma_query_value(None, "page_count", |row| row.get::<_, u64>(0)).unwrap(),
        );
    }
    // The ids that are remembered grow, and are bounded by themselves.
    assert!(sizes[5] < sizes[0] * 2, "{sizes:?} pages");
}
