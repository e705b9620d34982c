//! Gives the disk back what a backlog took.
//!
//! SQLite keeps the pages of what was deleted, for the next rows. After a month
//! without a server that would be half a gigabyte for ever. `auto_vacuum` would
//! write another page with every append; so the file is written anew instead,
//! at a start, when no match runs yet, and only where that is quick.

use rusqlite::Connection;

use crate::Error;

/// When a file is written anew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Worth {
    /// Less than this is not worth it: the next evening uses it again.
    unused_bytes_min: u64,
    /// More than this would take longer than a start may: half a second.
    used_bytes_max: u64,
}

impl Default for Worth {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self { unused_bytes_min: 64 * MIB, used_bytes_max: 128 * MIB }
    }
}

/// Writes the file anew where most of it is unused. A full disk may not take
/// the copy, and another process may be at the file: then it stays as it is,
/// until another start.
pub(crate) fn if_hollow(db: &Connection, worth: Worth) -> Result<(), Error> {
    let pages = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, u64>(0));
    let bytes = pages("page_size")?;
    let unused = pages("freelist_count")? * bytes;
    let used = (pages("page_count")? * bytes).saturating_sub(unused);
    if unused < worth.unused_bytes_min || used > worth.used_bytes_max || used > unused {
        return Ok(());
    }
    match db.execute_batch("VACUUM") {
        Ok(()) => Ok(()),
        Err(error) => match Error::from(error) {
            error if error.is_full() || error.is_busy() => Ok(()),
            error => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{self, IfAbsent};

    #[test]
    fn a_file_that_is_mostly_unused_is_written_anew() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("x.db");
        let mut db = connection::open(&path, IfAbsent::Create).unwrap();
        crate::schema::migrate(&mut db, |_| Ok(())).unwrap();
        let insert = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000)
            INSERT INTO event SELECT i, zeroblob(16), 1, 'live', 0, 0, hex(zeroblob(300)) FROM n";
        db.execute_batch(insert).unwrap();
        let size = || {
            db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
            std::fs::metadata(&path).unwrap().len()
        };
        let full = size();
        let worth = Worth { unused_bytes_min: 100_000, used_bytes_max: 100_000 };
        if_hollow(&db, worth).unwrap();
        assert_eq!(size(), full, "all of it is used");
        db.execute_batch("DELETE FROM event WHERE sequence > 10").unwrap();
        assert_eq!(size(), full, "deleting alone gives nothing back");
        if_hollow(&db, Worth { unused_bytes_min: full, ..worth }).unwrap();
        assert_eq!(size(), full, "not worth it");
        if_hollow(&db, worth).unwrap();
        assert!(size() < full / 4, "{} of {full} bytes", size());
        let rows: u32 = db.query_row("SELECT count(*) FROM event", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 10);
    }
}
