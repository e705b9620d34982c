//! The schema version of a file, read without opening it as a database.
//!
//! A file that a newer program wrote is left as it is. To open it, even only
//! for reading, SQLite would make a `-shm` beside it, and fold its WAL into it.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

const MAGIC: &[u8] = b"SQLite format 3\0";
/// Where `user_version` stands in the first page.
const VERSION_AT: usize = 60;
const VERSION_END: usize = VERSION_AT + 4;
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The largest page of any SQLite file.
const PAGE_MAX: u32 = 65_536;

/// The version that the last commit left, in the file or in its WAL; 0 where
/// there is no file or it is none of SQLite's: what opens it says so.
pub(crate) fn version(path: &Path) -> u32 {
    let in_file = in_file(path).unwrap_or(0);
    let in_wal = in_wal(&wal_of(path)).ok().flatten();
    in_wal.unwrap_or(in_file)
}

pub(super) fn wal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(OsStr::new("-wal"));
    PathBuf::from(name)
}

pub(super) fn in_file(path: &Path) -> io::Result<u32> {
    let mut header = [0; VERSION_END];
    File::open(path)?.read_exact(&mut header)?;
    Ok(if header.starts_with(MAGIC) { number(&header, VERSION_AT) } else { 0 })
}

/// The version in the newest first page that was committed into the WAL.
fn in_wal(path: &Path) -> io::Result<Option<u32>> {
    let mut wal = BufReader::new(File::open(path)?);
    let mut header = [0; WAL_HEADER];
    wal.read_exact(&mut header)?;
    let page_bytes = number(&header, 8);
    if !page_bytes.is_power_of_two() || page_bytes > PAGE_MAX {
        return Ok(None);
    }
    let (mut committed, mut written) = (None, None);
    let mut frame = [0; FRAME_HEADER];
    // A frame with another salt is left of an earlier use of the same file.
    while wal.read_exact(&mut frame).is_ok() && frame[8..16] == header[16..24] {
        let mut left = i64::from(page_bytes);
        if number(&frame, 0) == 1 {
            let mut start = [0; VERSION_END];
            wal.read_exact(&mut start)?;
            left -= start.len() as i64;
            written = Some(number(&start, VERSION_AT));
        }
        if number(&frame, 4) != 0 {
            committed = written.or(committed);
        }
        wal.seek_relative(left)?;
    }
    Ok(committed)
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn it_is_what_sqlite_says_whether_in_the_file_or_in_the_wal() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("x.db");
        assert_eq!(version(&path), 0, "no file");
        let db = Connection::open(&path).unwrap();
        db.pragma_update(None, "user_version", 7).unwrap();
        assert_eq!(version(&path), 7, "without a WAL");
        db.pragma_update(None, "journal_mode", "WAL").unwrap();
        db.pragma_update(None, "user_version", 8).unwrap();
        assert_eq!((in_file(&path).unwrap(), version(&path)), (7, 8), "in the WAL alone");
        db.execute_batch("BEGIN; PRAGMA user_version = 9; CREATE TABLE t (a); ROLLBACK").unwrap();
        assert_eq!(version(&path), 8, "not committed");
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        assert_eq!(version(&path), 8, "with an empty WAL");
    }

    #[test]
    fn what_is_no_database_has_no_version() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("x.db");
        for bytes in [vec![], vec![0xff; 10], vec![0xff; 5_000]] {
            std::fs::write(&path, &bytes).unwrap();
            std::fs::write(wal_of(&path), &bytes).unwrap();
            assert_eq!(version(&path), 0, "{} bytes", bytes.len());
        }
    }
}
