//! The file, opened.

mod attempt;
mod ends;
mod place;
mod room;
mod settling;

#[cfg(unix)]
use std::io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use event_model::DeviceId;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, config::DbConfig};
use uuid::Uuid;

use crate::{
    Error, Result, answer,
    backup::{self, RescueProgress},
    columns::uuid_column,
    index::{self, Door},
    ingest::Intake,
    schema, segment, token,
};
pub use place::Place;
pub(crate) use place::Standing;
pub(crate) use room::checkpoint;

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

/// A database, open. Any number of processes may have it open; a server writes
/// through a single one and reads through others.
pub struct Store {
    pub(crate) connection: Connection,
    pub(crate) index: Door,
    pub(crate) data_dir: PathBuf,
    pub(crate) options: StoreOptions,
    pub(crate) id: Uuid,
    /// Whoever makes the gate anew is to stop.
    pub(crate) cut_short: Arc<AtomicBool>,
    /// Made by the first batch.
    pub(crate) intake: Option<Box<Intake>>,
    pub(crate) place: Place,
    /// The first file that was found missing or replaced.
    pub(crate) misplaced: Option<PathBuf>,
    /// Whether what was open then is saved.
    pub(crate) rescue: RescueProgress,
    /// How far the log was looked through for events of a device that has all of
    /// them erased.
    pub(crate) erasing: Option<(DeviceId, i64)>,
}

/// Prepared statements kept: more than all the statements of this crate.
const STATEMENTS_KEPT: usize = 128;

/// Page cache of a connection, in KiB. The writer's holds what one commit of
/// many requests changes, so that no page is written twice.
const CACHE_KIB: i64 = 4 * 1_024;

/// Bytes that the WAL's file keeps when it begins anew: twice what it has
/// under load. After a surge the rest goes back to the disk.
const WAL_KEPT_BYTES: i64 = 64 * 1024 * 1024;

impl Store {
    /// Name of the database in the data directory.
    pub const FILE_NAME: &'static str = "ingest.sqlite";

    /// Whether there is a database in `data_dir`, for whoever must not make one.
    ///
    /// # Errors
    /// Where there is none, but what is left of one.
    pub fn is_in(data_dir: &Path) -> Result<bool> {
        let is_there = backup::is_there(&data_dir.join(Self::FILE_NAME));
        if !is_there && data_dir.is_dir() {
            backup::check_left_behind(data_dir)?;
        }
        Ok(is_there)
    }

    /// Opens the database in `data_dir`, and makes both where they are not. What
    /// can be made anew is opened when it is needed, and set aside where it is
    /// damaged.
    ///
    /// # Errors
    /// Where the directory cannot be made, the file is a newer server's, or
    /// SQLite cannot use it.
    pub fn open(data_dir: &Path, options: StoreOptions) -> Result<Self> {
        make_private_directory(data_dir).map_err(Error::Directory)?;
        let path = data_dir.join(Self::FILE_NAME);
        place::refuse_link(&path)?;
        schema::check_on_disk(&path)?;
        backup::check_left_behind(data_dir)?;
        let before = place::found(&path)?;
        let connection = Connection::open(&path)?;
        let database = place::still(before, &path)?;
        let connection = set_up(connection, options)?;
        // Whatever is replaced from here on is not ours.
        let place = Place::of(data_dir, database, &connection)?;
        Self::open_checked(data_dir, options, connection, place)
    }

    /// As [`Store::open`], for a process that has this database open already: what
    /// it is need not be read from the disk again.
    ///
    /// # Errors
    /// [`Error::Misplaced`] where it would be another database than that, or one
    /// that is made; and as [`Store::open`].
    pub fn open_beside(data_dir: &Path, options: StoreOptions, place: &Place) -> Result<Self> {
        place.check()?;
        let connection = open_existing(data_dir)?;
        leave_log_at_close(&connection)?;
        // Before anything is written into it.
        place.check()?;
        let connection = set_up(connection, options)?;
        Self::open_checked(data_dir, options, connection, place.clone())
    }

    /// From here on the file is not opened by its name: to close it again would give
    /// up the locks that SQLite has on it in this process.
    fn open_checked(
        data_dir: &Path,
        options: StoreOptions,
        mut connection: Connection,
        place: Place,
    ) -> Result<Self> {
        schema::migrate(&mut connection)?;
        sync_names(data_dir).map_err(Error::Directory)?;
        let id = read_id(&connection)?;
        let index = Door::new(data_dir, options, index::READER_CACHE_KIB);
        let data_dir = data_dir.to_owned();
        let cut_short = Arc::default();
        let (intake, misplaced, rescue) = (None, None, RescueProgress::default());
        place.check()?;
        Ok(Self {
            connection,
            index,
            data_dir,
            options,
            id,
            cut_short,
            intake,
            place,
            misplaced,
            rescue,
            erasing: None,
        })
    }

    /// The database's own name, made with it.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Where it is.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// How it was opened.
    #[must_use]
    pub fn options(&self) -> StoreOptions {
        self.options
    }

    /// Gives the database a new name, after it was restored from a backup:
    /// companions that see another name send again what the backup lacks. A
    /// server that runs keeps the old name until it is started again.
    ///
    /// Answers are forgotten: they were given under the old name.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn renew_id(&mut self) -> Result<Uuid> {
        let id = token::random_uuid();
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("UPDATE store SET store_id = ?1", [id.to_string()])?;
        // A kept answer names the database that gave it: between the two names a
        // companion would send everything again, and again.
        answer::forget_all(&transaction)?;
        transaction.commit()?;
        self.id = id;
        Ok(id)
    }

    /// Set from another thread, it ends the making anew of the gate at its next
    /// step: then what waits for it is to be sent again.
    #[must_use]
    pub fn cut_short(&self) -> Arc<AtomicBool> {
        self.cut_short.clone()
    }

    /// Leaves an index that was set aside meanwhile, before it is read.
    pub fn look_again(&mut self) {
        self.index.look_again();
    }

    /// Sets a damaged index aside, where that may be the cause of `error`.
    pub fn mend_after(&mut self, error: &Error) {
        self.index.mend_after(error);
    }

    /// Position of the newest event in the log; 0 where it is empty.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn log_position(&self) -> Result<u64> {
        let segments = segment::all(&self.connection)?;
        Ok(segment::log_end(&self.connection, &segments)?.position.cast_unsigned())
    }
}

/// A connection to the database itself, which a [`Store`] has made.
pub(crate) fn connect(data_dir: &Path, options: StoreOptions) -> Result<Connection> {
    set_up(open_existing(data_dir)?, options)
}

/// Makes none where it is gone: an empty one would be taken for it.
fn open_existing(data_dir: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(data_dir.join(Store::FILE_NAME), flags)?)
}

/// A statement is planned when it is prepared, and not for what is bound to it:
/// else one whose `LIMIT` is bound is prepared anew each time it runs.
pub(crate) fn plan_once(connection: &Connection) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn set_up(connection: Connection, options: StoreOptions) -> Result<Connection> {
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    plan_once(&connection)?;
    // Not NORMAL: a receipt says `stored`, so the commit must have reached the
    // disk even if the power fails. EXTRA is FULL with a log; without one, where
    // the system gives none, it flushes the directory as well.
    connection.pragma_update(None, "synchronous", "EXTRA")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "journal_size_limit", WAL_KEPT_BYTES)?;
    // What a device had erased is overwritten where its page is written anyway.
    // A page that becomes free keeps its bytes until it is used again, and the
    // WAL until it begins anew.
    connection.pragma_update(None, "secure_delete", "FAST")?;
    Ok(connection)
}

/// Leaves the log where it is, whoever closes last: of those of a server that is the
/// writer's part. Else SQLite would move what it has open, and delete what has the
/// log's name, which need not be the same file any more.
pub(crate) fn leave_log_at_close(connection: &Connection) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(())
}

/// The database's own name.
pub(crate) fn read_id(connection: &Connection) -> Result<Uuid> {
    let mut statement = connection.prepare_cached("SELECT store_id FROM store")?;
    Ok(statement.query_row([], |row| uuid_column(row, "store_id"))?)
}

pub(crate) fn make_private_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    // The file holds players' names: nobody else on the machine needs it.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    sync_names(path)
}

/// Puts the directory's own name on disk, and the names in it: a file that was
/// flushed is lost all the same with a directory that was not.
#[cfg(unix)]
fn sync_names(path: &Path) -> std::io::Result<()> {
    for directory in path.ancestors().take(2).filter(|path| !path.as_os_str().is_empty()) {
        match fs::File::open(directory).and_then(|directory| directory.sync_all()) {
            // Not ours to read, or nothing that can be flushed.
            Err(error) if matches!(error.kind(), PermissionDenied | InvalidInput | Unsupported) => {
            }
            synced => synced?,
        }
    }
    Ok(())
}

/// Windows has no handle on a directory to flush; names are journalled.
#[cfg(not(unix))]
fn sync_names(_path: &Path) -> std::io::Result<()> {
    Ok(())
}
