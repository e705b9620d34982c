//! One user's way into the file, which may be another one by the next time.

use std::{
    cell::OnceCell,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::mending;
use crate::{Error, Result, StoreOptions};

/// Opens the file when it is first asked for: accounts need only the log.
pub(crate) struct Door {
    data_dir: PathBuf,
    options: StoreOptions,
    cache_kib: i64,
    /// Pages of the WAL at which they are moved, where it is not SQLite's own.
    wal_pages: Option<i64>,
    open: OnceCell<Opened>,
}

struct Opened {
    connection: Connection,
    /// Tells the file from one that has come into its place.
    identity: Option<Identity>,
}

impl Door {
    pub(crate) fn new(data_dir: &Path, options: StoreOptions, cache_kib: i64) -> Self {
        let (data_dir, open) = (data_dir.to_owned(), OnceCell::new());
        Self { data_dir, options, cache_kib, wal_pages: None, open }
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

    /// Leaves a file that is no longer under its name.
    pub(crate) fn look_again(&mut self) {
        let now = identity(&self.data_dir);
        if self.open.get().is_some_and(|opened| opened.identity != now) {
            self.open.take();
        }
    }

    /// Sees to a file that may be the cause of `error`.
    pub(crate) fn mend_after(&mut self, error: &Error) {
        if !mending::is_damage(error) {
            return;
        }
        // Where an open file cannot be moved, at least not for this one.
        self.open.take();
        if let Err(error) = mending::mend(&self.data_dir, self.options) {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "index.sqlite is damaged; the next start makes it anew");
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
