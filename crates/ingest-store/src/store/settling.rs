//! The write-ahead log that a killed server left, put on disk before it counts.
//!
//! What it wrote may be in the system's memory alone: it was killed before a flush
//! had ended, or the flush failed, and then the system may call pages written that
//! are not, which no later flush brings along. Nobody was told of those commits, and
//! yet SQLite finds them in the log, the gate knows their events, and later commits
//! stand behind them. So the log is written over with its own bytes, which makes the
//! system write every page again, and flushed.
//!
//! To move it into the database instead would not do: the power may fail meanwhile,
//! and of a log with a hole SQLite then lays the first part over newer pages.

use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{Store, StoreOptions, place::refuse_link};
use crate::{Error, Result, backup, schema};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The smallest and the largest page of any SQLite file.
const PAGE_MIN: u32 = 512;
const PAGE_MAX: u32 = 65_536;
/// Frames written at a time: about a megabyte of the usual pages.
const FRAMES: usize = 256;

impl Store {
    /// Puts on disk what a killed server's log holds. Whoever opens a database that
    /// no server runs on does this first.
    ///
    /// # Errors
    /// Where the log cannot be written, or this is no database to be opened.
    pub fn settle(data_dir: &Path, options: StoreOptions) -> Result<()> {
        let path = data_dir.join(Self::FILE_NAME);
        let wal = wal_of(data_dir);
        refuse_link(&path)?;
        if !path.exists() || wal.metadata().map_or(0, |metadata| metadata.len()) == 0 {
            return Ok(());
        }
        schema::check_on_disk(&path)?;
        backup::check_left_behind(data_dir)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(&path, flags)?;
        // To move what it holds is left to whoever opens it next.
        super::leave_log_at_close(&connection)?;
        connection.busy_timeout(options.busy_timeout)?;
        // A command may be writing: nobody appends meanwhile, or begins it anew.
        let alone = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        write_over(&wal).map_err(Error::Log)?;
        Ok(alone.rollback()?)
    }
}

pub(super) fn wal_of(data_dir: &Path) -> PathBuf {
    data_dir.join(format!("{}-wal", Store::FILE_NAME))
}

/// Writes the frames of a log where they stand, and flushes it.
fn write_over(path: &Path) -> io::Result<()> {
    let mut over = File::options().write(true).open(path)?;
    copy_frames(&mut BufReader::new(File::open(path)?), &mut over)?;
    over.sync_all()
}

/// Writes what SQLite may find in a log, and nothing behind it.
fn copy_frames(frames: &mut impl Read, over: &mut impl Write) -> io::Result<()> {
    let mut header = Vec::with_capacity(HEADER);
    frames.by_ref().take(HEADER as u64).read_to_end(&mut header)?;
    over.write_all(&header)?;
    if let Some(frame) = frame_bytes(&header) {
        let mut chunk = Vec::with_capacity(frame * FRAMES);
        loop {
            chunk.clear();
            frames.by_ref().take((frame * FRAMES) as u64).read_to_end(&mut chunk)?;
            // One with another salt is left of an earlier use of the same file.
            let is_of_it = |one: &&[u8]| one.get(8..16) == header.get(16..24);
            let whole = chunk.chunks(frame).take_while(is_of_it).map(<[u8]>::len).sum();
            over.write_all(&chunk[..whole])?;
            if whole < frame * FRAMES {
                break;
            }
        }
    }
    Ok(())
}

/// How long a frame is; `None` where this begins no log.
fn frame_bytes(header: &[u8]) -> Option<usize> {
    let bytes = header.get(8..12)?.try_into().ok()?;
    let page = u32::from_be_bytes(bytes);
    let is_one = header.len() == HEADER && page.is_power_of_two();
    let is_size = is_one && (PAGE_MIN..=PAGE_MAX).contains(&page);
    is_size.then_some(FRAME_HEADER + page as usize)
}

#[cfg(test)]
mod tests {
    use std::{fs, time::UNIX_EPOCH};

    use tempfile::TempDir;

    use super::*;

    /// A log with something of an earlier use behind it.
    fn used_twice(dir: &TempDir) -> Store {
        let store = Store::open(dir.path(), StoreOptions::default()).unwrap();
        let write = |bytes: u32| {
            let sql = "INSERT INTO server_version (version) VALUES (hex(randomblob(?1)))";
            store.connection.execute(sql, [bytes]).unwrap();
        };
        write(5_000_000);
        assert_eq!(super::super::checkpoint(&store.connection).unwrap(), 0);
        write(2_000_000);
        store
    }

    #[test]
    fn not_a_byte_changes() {
        let dir = TempDir::new().unwrap();
        let store = used_twice(&dir);
        let wal = wal_of(dir.path());
        let before = fs::read(&wal).unwrap();
        let log = File::options().write(true).open(&wal).unwrap();
        log.set_modified(UNIX_EPOCH).unwrap();
        Store::settle(dir.path(), StoreOptions::default()).unwrap();
        assert!(fs::read(&wal).unwrap() == before);
        let written_at = wal.metadata().unwrap().modified().unwrap();
        // Elsewhere the time may come when the last handle is closed.
        assert!(written_at > UNIX_EPOCH || !cfg!(unix), "it was not written over");
        store.connection.execute("DELETE FROM server_version", []).unwrap();
    }

    #[test]
    fn all_that_sqlite_finds_in_it_is_written_and_no_more_than_is_its_own() {
        let dir = TempDir::new().unwrap();
        let _store = used_twice(&dir);
        let log = fs::read(wal_of(dir.path())).unwrap();
        let frame = frame_bytes(&log[..HEADER]).unwrap();
        let own = log[HEADER..].chunks(frame).take_while(|one| one[8..16] == log[16..24]).count();
        let whole = HEADER + own * frame;
        assert!(whole > 4_000_000 && whole < log.len(), "{whole} of {}", log.len());
        assert!(copied(&log) == log[..whole]);
        // A frame that is cut off, and the log as a file that has none behind it.
        let cut = whole - frame / 2;
        assert!(copied(&log[..cut]) == log[..cut]);
        assert!(copied(&log[..whole]) == log[..whole]);
    }

    /// What is written over a log with these bytes.
    fn copied(log: &[u8]) -> Vec<u8> {
        let mut over = Vec::new();
        copy_frames(&mut &*log, &mut over).unwrap();
        over
    }

    #[test]
    fn what_is_no_log_stays_as_it_is() {
        let dir = TempDir::new().unwrap();
        drop(Store::open(dir.path(), StoreOptions::default()).unwrap());
        for bytes in [vec![0xff; 10], vec![0xff; 5_000], vec![0; HEADER]] {
            let path = dir.path().join("x");
            fs::write(&path, &bytes).unwrap();
            write_over(&path).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes);
            let header = &bytes[..HEADER.min(bytes.len())];
            assert_eq!(copied(&bytes), header, "and nothing is taken for a frame");
        }
        Store::settle(dir.path(), StoreOptions::default()).unwrap();
        Store::settle(&dir.path().join("nowhere"), StoreOptions::default()).unwrap();
    }
}
