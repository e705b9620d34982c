//! The file, opened.

use std::{fs, path::Path, time::Duration};

use event_model::WallTime;
use rusqlite::{Connection, Row};
use uuid::Uuid;

use crate::{Error, Result, schema, token};

/// How to use the file.
#[derive(Debug, Clone, Copy)]
pub struct StoreOptions {
    /// How long to wait for another process that writes, before giving up.
    pub busy_timeout: Duration,
}

impl Default for StoreOptions {
    /// Five seconds: the operator's shell holds the lock for milliseconds, and
    /// a client waits about half a minute for its answer.
    fn default() -> Self {
        Self { busy_timeout: Duration::from_secs(5) }
    }
}

/// One connection to the database. Any number of processes may have one; a
/// server writes through a single one and reads through others.
pub struct Store {
    pub(crate) connection: Connection,
    id: Uuid,
}

impl Store {
    /// Name of the file in the data directory.
    pub const FILE_NAME: &'static str = "ingest.sqlite";

    /// Prepared statements kept: more than all the statements of this crate.
    const STATEMENTS_KEPT: usize = 64;

    /// Opens the database in `data_dir`, and makes both where they are not.
    ///
    /// # Errors
    /// Where the directory cannot be made, the file is a newer server's, or
    /// SQLite cannot use it.
    pub fn open(data_dir: &Path, options: StoreOptions) -> Result<Self> {
        make_private_directory(data_dir).map_err(Error::Directory)?;
        let mut connection = Connection::open(data_dir.join(Self::FILE_NAME))?;
        connection.busy_timeout(options.busy_timeout)?;
        connection.set_prepared_statement_cache_capacity(Self::STATEMENTS_KEPT);
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // FULL and not NORMAL: a receipt says `stored`, so the commit must
        // have reached the disk even if the power fails.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        schema::migrate(&mut connection)?;
        let id = connection
            .query_row("SELECT store_id FROM store", [], |row| uuid_column(row, "store_id"))?;
        Ok(Self { connection, id })
    }

    /// The database's own name, made with it.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Gives the database a new name, after it was restored from a backup:
    /// companions that see another name send again what the backup lacks. A
    /// server that runs keeps the old name until it is started again.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn renew_id(&mut self) -> Result<Uuid> {
        let id = token::random_uuid();
        let transaction = self.connection.transaction()?;
        transaction.execute("UPDATE store SET store_id = ?1", [id.to_string()])?;
        // A kept answer names the database that gave it: between the two names a
        // companion would send everything again, and again.
        transaction.execute("DELETE FROM answer", [])?;
        transaction.commit()?;
        self.id = id;
        Ok(id)
    }

    /// Position of the newest event in the log; 0 where it is empty.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn log_position(&self) -> Result<u64> {
        let sql = "SELECT ifnull(max(position), 0) AS position FROM log";
        Ok(self.connection.query_row(sql, [], |row| count_column(row, "position"))?)
    }
}

fn make_private_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    // The file holds players' names: nobody else on the machine needs it.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A UUID kept as text, so that an operator's SQL can name it.
pub(crate) fn uuid_column(row: &Row<'_>, name: &str) -> rusqlite::Result<Uuid> {
    let text: String = row.get(name)?;
    Uuid::try_parse(&text).map_err(|error| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(0, kind, Box::new(error))
    })
}

/// A count, which is never negative.
pub(crate) fn count_column(row: &Row<'_>, name: &str) -> rusqlite::Result<u64> {
    row.get::<_, i64>(name).map(|count| u64::try_from(count).unwrap_or(0))
}

/// An instant in milliseconds.
pub(crate) fn time_column(row: &Row<'_>, name: &str) -> rusqlite::Result<WallTime> {
    row.get(name).map(WallTime::from_unix_ms)
}

/// A number for SQLite, whose integers are signed. Sequences and counts are
/// bounded where they are read, so nothing real is ever clamped.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A time quality as the tables write it.
pub(crate) mod quality {
    use association::TimeQuality;

    pub(crate) fn text(quality: TimeQuality) -> &'static str {
        match quality {
            TimeQuality::Good => "good",
            TimeQuality::Low => "low",
        }
    }

    /// The tables' CHECK allows only the two words.
    pub(crate) fn read(text: &str) -> TimeQuality {
        if text == "good" { TimeQuality::Good } else { TimeQuality::Low }
    }
}
