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
/// Where the format versions for writing and reading stand: both are
/// [`WITHOUT_LOG`] where the file has no WAL.
const FORMATS: std::ops::Range<usize> = 18..20;
const WITHOUT_LOG: [u8; 2] = [1, 1];
const VERSION_END: usize = VERSION_AT + 4;
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The smallest and the largest page of any SQLite file.
const PAGE_MIN: u32 = 512;
const PAGE_MAX: u32 = 65_536;

/// The version that the last commit left, in the file or in its WAL; 0 where
/// there is no file or it is none of SQLite's: what opens it says so.
///
/// Of the WAL only as much is read as that takes: a frame that is being written,
/// or that a power cut left torn, is taken at its word.
pub(super) fn version(path: &Path) -> u32 {
    version_by(path, Look::Quick)
}

/// The same by what of the WAL is whole, as SQLite takes it: all of it is read.
pub(super) fn sound_version(path: &Path) -> u32 {
    version_by(path, Look::Sound)
}

/// Whether a file begins like a database.
pub(crate) fn is_database(path: &Path) -> io::Result<bool> {
    let mut begin = Vec::with_capacity(MAGIC.len());
    File::open(path)?.take(MAGIC.len() as u64).read_to_end(&mut begin)?;
    Ok(begin == MAGIC)
}

/// Whether a file is a database that, as its header says, has no WAL.
pub(crate) fn is_without_log(path: &Path) -> bool {
    let mut header = [0; FORMATS.end];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header.starts_with(MAGIC) && header[FORMATS] == WITHOUT_LOG
}

/// How closely a WAL is read.
#[derive(Clone, Copy)]
enum Look {
    /// Frames are taken at their word.
    Quick,
    /// The first whose checksum is wrong ends it.
    Sound,
}

fn version_by(path: &Path, look: Look) -> u32 {
    let in_file = in_file(path).unwrap_or(0);
    in_wal(&wal_of(path), look).ok().flatten().unwrap_or(in_file)
}

fn wal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(OsStr::new("-wal"));
    PathBuf::from(name)
}

fn in_file(path: &Path) -> io::Result<u32> {
    let mut header = [0; VERSION_END];
    File::open(path)?.read_exact(&mut header)?;
    Ok(if header.starts_with(MAGIC) { number(&header, VERSION_AT) } else { 0 })
}

/// The version in the newest first page that was committed into the WAL.
fn in_wal(path: &Path, look: Look) -> io::Result<Option<u32>> {
    let mut wal = BufReader::new(File::open(path)?);
    let mut header = [0; WAL_HEADER];
    wal.read_exact(&mut header)?;
    let page_bytes = number(&header, 8);
    if !page_bytes.is_power_of_two() || !(PAGE_MIN..=PAGE_MAX).contains(&page_bytes) {
        return Ok(None);
    }
    let (mut committed, mut written) = (None, None);
    let mut sum = Sum::of_header(&header);
    let (mut frame, mut page) = ([0; FRAME_HEADER], vec![0; page_bytes as usize]);
    // A frame with another salt is left of an earlier use of the same file.
    while wal.read_exact(&mut frame).is_ok() && frame[8..16] == header[16..24] {
        let is_first_page = number(&frame, 0) == 1;
        let is_read = match look {
            Look::Quick => is_first_page,
            Look::Sound => true,
        };
        if !is_read {
            wal.seek_relative(i64::from(page_bytes))?;
        } else if wal.read_exact(&mut page).is_err() {
            break;
        }
        let is_sound = match look {
            Look::Quick => true,
            Look::Sound => sum.goes_on(&frame, &page),
        };
        if !is_sound {
            break;
        }
        if is_first_page {
            written = Some(number(&page, VERSION_AT));
        }
        if number(&frame, 4) != 0 {
            committed = written.or(committed);
        }
    }
    Ok(committed)
}

/// The checksum of a WAL up to a frame: each frame's goes on from the one before.
struct Sum {
    is_big_endian: bool,
    sums: [u32; 2],
}

impl Sum {
    fn of_header(header: &[u8; WAL_HEADER]) -> Self {
        // The last bit of its first number says in which order words are summed.
        let mut sum = Self { is_big_endian: header[3] & 1 == 1, sums: [0; 2] };
        sum.add(&header[..24]);
        sum
    }

    /// Whether the frame is whole and the next of the same log.
    fn goes_on(&mut self, frame: &[u8; FRAME_HEADER], page: &[u8]) -> bool {
        self.add(&frame[..8]);
        self.add(page);
        self.sums == [number(frame, 16), number(frame, 20)]
    }

    fn add(&mut self, bytes: &[u8]) {
        let word = if self.is_big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
        let [mut first, mut second] = self.sums;
        let (words, _) = bytes.as_chunks::<4>();
        let (pairs, _) = words.as_chunks::<2>();
        for [one, other] in pairs {
            first = first.wrapping_add(word(*one)).wrapping_add(second);
            second = second.wrapping_add(word(*other)).wrapping_add(first);
        }
        self.sums = [first, second];
    }
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
        assert_eq!(sound_version(&path), 8, "the whole of the WAL is sound");
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        assert_eq!(version(&path), 8, "with an empty WAL");
    }

    #[test]
    fn a_torn_frame_counts_at_the_second_look_no_more_than_for_sqlite() {
        let folder = tempfile::TempDir::new().unwrap();
        let (path, torn) = (folder.path().join("x.db"), folder.path().join("torn.db"));
        let db = Connection::open(&path).unwrap();
        db.pragma_update(None, "journal_mode", "WAL").unwrap();
        db.execute_batch("PRAGMA user_version = 7; CREATE TABLE t (a)").unwrap();
        let before = std::fs::metadata(wal_of(&path)).unwrap().len() as usize;
        db.pragma_update(None, "user_version", 8).unwrap();
        let mut log = std::fs::read(wal_of(&path)).unwrap();
        log[before + FRAME_HEADER + VERSION_AT] ^= 0xff;
        std::fs::copy(&path, &torn).unwrap();
        std::fs::write(wal_of(&torn), &log).unwrap();
        assert_eq!((version(&torn), sound_version(&torn)), (0xff00_0008, 7));
        // The header of a frame whose page had not been written.
        log.truncate(before + FRAME_HEADER);
        std::fs::write(wal_of(&torn), &log).unwrap();
        assert_eq!((version(&torn), sound_version(&torn)), (7, 7));
        let by_sqlite = Connection::open(&torn).unwrap();
        let found = by_sqlite.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0));
        assert_eq!(found.unwrap(), 7);
    }

    #[test]
    fn what_is_no_database_has_no_version() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("x.db");
        for bytes in [vec![], vec![0xff; 10], vec![0xff; 5_000]] {
            std::fs::write(&path, &bytes).unwrap();
            std::fs::write(wal_of(&path), &bytes).unwrap();
            let found = (version(&path), sound_version(&path));
            assert_eq!(found, (0, 0), "{} bytes", bytes.len());
        }
    }
}
