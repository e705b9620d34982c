//! One user's way into the file, which may be another one by the next time.

use std::{
    cell::OnceCell,
    path::{Path, PathBuf},
};

use event_model::WallTime;
use rusqlite::Connection;

use super::mending::{self, Found};
use crate::{Error, Result, StoreOptions};

/// All of the file is read to see whether it is damaged, which takes seconds of a
/// large one: where it is the log that is damaged, not with each commit.
const CHECK_INTERVAL_MS: u64 = 60_000;

/// Opens the file when it is first asked for: accounts need only the log.
pub(crate) struct Door {
    data_dir: PathBuf,
    options: StoreOptions,
    cache_kib: i64,
    /// Pages of the WAL at which they are moved, where it is not SQLite's own.
    wal_pages: Option<i64>,
    open: OnceCell<Opened>,
    /// When it was last found sound, by whoever knows the time.
    sound_at: Option<WallTime>,
}

struct Opened {
    connection: Connection,
    /// Tells the file from one that has come into its place.
    identity: Option<Identity>,
}

impl Door {
    pub(crate) fn new(data_dir: &Path, options: StoreOptions, cache_kib: i64) -> Self {
        let (data_dir, open) = (data_dir.to_owned(), OnceCell::new());
        Self { data_dir, options, cache_kib, wal_pages: None, open, sound_at: None }
    }

    /// The same, moving the WAL's pages when there are so many.
    pub(crate) fn moving_wal(self, pages: i64) -> Self {
        Self { wal_pages: Some(pages), ..self }
    }

    /// To read; of a file that was set aside meanwhile, until [`Self::look_again`].
    pub(crate) fn get(&self) -> Result<&Connection> {
        if let Some(opened) = self.open.get() {
            return Ok(&opened.connection);
        }
        let opened = self.opened()?;
        Ok(&self.open.get_or_init(|| opened).connection)
    }

    /// To write into the file that is there now.
    pub(crate) fn get_mut(&mut self) -> Result<&mut Connection> {
        self.look_again();
        if self.open.get().is_none() {
            self.open = OnceCell::from(self.opened()?);
        }
        Ok(&mut self.open.get_mut().expect("it was just opened").connection)
    }

    /// Opens the file that is there now once more, to overwrite what is erased.
    pub(crate) fn to_erase(&self) -> Result<Connection> {
        let index = super::open(&self.data_dir, self.options, super::READER_CACHE_KIB)?;
        index.pragma_update(None, "secure_delete", true)?;
        // Not NORMAL: a power cut must not bring back what was told to be gone.
        index.pragma_update(None, "synchronous", "FULL")?;
        Ok(index)
    }

    /// Leaves a file that is no longer under its name.
    pub(crate) fn look_again(&mut self) {
        if self.is_of_another() {
            self.open.take();
        }
    }

    /// Whether the file that is open is not the one that is there now.
    fn is_of_another(&self) -> bool {
        self.open.get().is_some_and(|opened| opened.identity != identity(&self.data_dir))
    }

    /// Sees to a file that may be the cause of `error`.
    pub(crate) fn mend_after(&mut self, error: &Error) {
        self.mend_after_at(error, None);
    }

    /// The same; gives the error, which says so where the cause is gone.
    pub(crate) fn mended(&mut self, error: Error, at: Option<WallTime>) -> Error {
        match self.mend_after_at(&error, at) {
            Found::Damaged => Error::Mended(Box::new(error)),
            Found::Sound => error,
        }
    }

    /// The same, of one that failed at an instant: where the file was found sound
    /// shortly before, the log is what is damaged, and fails each time.
    fn mend_after_at(&mut self, error: &Error, at: Option<WallTime>) -> Found {
        let since_ms = at
            .zip(self.sound_at)
            .map(|(at, sound_at)| at.unix_ms().saturating_sub(sound_at.unix_ms()).unsigned_abs());
        let is_known = since_ms.is_some_and(|since_ms| since_ms < CHECK_INTERVAL_MS);
        if !mending::is_damage(error) {
            return Found::Sound;
        }
        // Somebody else met the damage first, and set it aside.
        let is_gone = self.is_of_another();
        // Where an open file cannot be moved, at least not for this one.
        self.open.take();
        if is_gone {
            self.sound_at = None;
            return Found::Damaged;
        }
        if is_known {
            return Found::Sound;
        }
        match mending::mend(&self.data_dir, self.options) {
            Ok(found) => {
                self.sound_at = at.filter(|_| found == Found::Sound);
                found
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "index.sqlite is damaged; the next start makes it anew");
                Found::Sound
            }
        }
    }

    fn opened(&self) -> Result<Opened> {
        // Before, so that one that comes between is noticed.
        let before = identity(&self.data_dir);
        let connection = super::open(&self.data_dir, self.options, self.cache_kib)?;
        if let Some(pages) = self.wal_pages {
            connection.pragma_update(None, "wal_autocheckpoint", pages)?;
        }
        Ok(Opened { connection, identity: before.or_else(|| identity(&self.data_dir)) })
    }
}

#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(data_dir: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(data_dir.join(super::FILE_NAME)).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// An open file stays under its name.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(_data_dir: &Path) -> Option<Identity> {
    None
}
