//! The lock that makes a process the one server of a database.

use std::{
    fs::File,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use ingest_store::Store;

use crate::ServeError;

/// How long the lock of a data directory is waited for, and how often it is tried: a
/// command has it while it flushes the log that a killed server left. That took half a
/// second for 64 MiB on a quiet disk, and a surge leaves four times as much.
const OWN_WAIT: Duration = Duration::from_millis(100);
const OWN_WAITS: u32 = 30;
/// Between two looks at whether the lock is still the file of its name.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// A command that has a lock anew is waited for so often: while another server has it
/// both answer, and each knows only of its own answers.
const LOOK_WAITS: u32 = 3;

/// Has the lock for as long as it lives.
pub(crate) struct Owner {
    data_dir: PathBuf,
    lock: File,
}

/// Another process has the lock by now.
pub(crate) struct Ousted;

impl Owner {
    /// As [`own`], while the thread does something else.
    pub(crate) async fn soon(data_dir: &Path) -> Result<Self, ServeError> {
        let lock = own_within(data_dir, OWN_WAITS).await?;
        Ok(Self { data_dir: data_dir.to_owned(), lock })
    }

    /// Takes the lock again where it is deleted or replaced, and makes its folder: on
    /// the name of a lock nobody but its owner must count. Ends, and calls `stop`,
    /// where another process was before.
    pub(crate) async fn keep(mut self, stop: impl FnOnce() + Send) -> Ousted {
        let mut is_said = false;
        loop {
            tokio::time::sleep(LOOK_INTERVAL).await;
            if is_under_its_name(&self.lock, &lock_of(&self.data_dir)) {
                continue;
            }
            match own_within(&self.data_dir, LOOK_WAITS).await {
                Ok(lock) => {
                    (self.lock, is_said) = (lock, false);
                    tracing::error!("serve.lock was deleted or replaced: it is taken again");
                }
                Err(ServeError::Occupied(_)) => {
                    tracing::error!("serve.lock was replaced, and another has it: stopping");
                    stop();
                    return Ousted;
                }
                Err(why) if !is_said => {
                    let why = &why as &dyn std::error::Error;
                    tracing::warn!(why, "serve.lock is gone, and cannot be taken again");
                    is_said = true;
                }
                Err(_) => {}
            }
        }
    }
}

fn lock_of(data_dir: &Path) -> PathBuf {
    data_dir.join("serve.lock")
}

/// Whether a file that is open is the one of its name. Where that cannot be seen it is
/// not known to be another.
#[cfg(unix)]
fn is_under_its_name(file: &File, name: &Path) -> bool {
    use std::{
        io::ErrorKind::{NotADirectory, NotFound},
        os::unix::fs::MetadataExt,
    };
    match (file.metadata(), std::fs::metadata(name)) {
        (Ok(file), Ok(named)) => (file.dev(), file.ino()) == (named.dev(), named.ino()),
        (Ok(_), Err(error)) => !matches!(error.kind(), NotFound | NotADirectory),
        (Err(_), _) => true,
    }
}

/// Elsewhere nobody deletes a file that is locked.
#[cfg(not(unix))]
fn is_under_its_name(_file: &File, _name: &Path) -> bool {
    true
}

/// Takes the lock that makes this process the one server of a database, and
/// makes the directory where it is not. The account commands hold it for a moment
/// only ([`try_own`]), so that is waited for.
///
/// # Errors
/// [`ServeError::Occupied`] where another process has it.
pub fn own(data_dir: &Path) -> Result<File, ServeError> {
    for _ in 0..OWN_WAITS {
        match try_own(data_dir) {
            Err(ServeError::Occupied(_)) => thread::sleep(OWN_WAIT),
            taken => return taken,
        }
    }
    try_own(data_dir)
}

/// The same, while the thread does something else.
async fn own_within(data_dir: &Path, waits: u32) -> Result<File, ServeError> {
    for _ in 0..waits {
        match try_own(data_dir) {
            Err(ServeError::Occupied(_)) => tokio::time::sleep(OWN_WAIT).await,
            taken => return taken,
        }
    }
    try_own(data_dir)
}

/// The same, without waiting for it.
///
/// # Errors
/// As [`own`].
pub fn try_own(data_dir: &Path) -> Result<File, ServeError> {
    Store::prepare(data_dir)?;
    let path = lock_of(data_dir);
    let occupied = |_| ServeError::Occupied(data_dir.to_owned());
    let file = File::create(&path).map_err(|cause| ServeError::Lock(path, cause))?;
    file.try_lock().map_err(occupied)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_lets_its_thread_work_while_it_waits_for_a_command() {
        let dir = tempfile::TempDir::new().unwrap();
        let command = try_own(dir.path()).unwrap();
        let on_the_same_thread = async move { drop(command) };
        let (owner, ()) = tokio::join!(own_within(dir.path(), OWN_WAITS), on_the_same_thread);
        let _owner = owner.unwrap();
        assert!(matches!(try_own(dir.path()), Err(ServeError::Occupied(_))));
    }
}
