//! Where this installation keeps its files.

use std::path::{Path, PathBuf};

use crate::{Error, atomic_file};

/// A folder with everything that one installation of Ringside keeps.
///
/// Device and token stand beside the outbox file and not in it, so that a
/// deleted or damaged outbox makes no other device.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// The folder at `path`, or the one that the system keeps for this user;
    /// made where it is missing.
    ///
    /// # Errors
    /// Where it cannot be made, or the system names none.
    pub fn open(path: Option<PathBuf>) -> Result<Self, Error> {
        let path = path.or_else(of_the_user).ok_or(Error::NoDataDir)?;
        create_lasting(&path).map_err(|cause| Error::DataDir { path: path.clone(), cause })?;
        Ok(Self(path))
    }

    /// The same without making anything, for whoever only looks.
    ///
    /// # Errors
    /// Where the system names none.
    pub fn look(path: Option<PathBuf>) -> Result<Self, Error> {
        path.or_else(of_the_user).map(Self).ok_or(Error::NoDataDir)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The upload queue.
    #[must_use]
    pub fn outbox(&self) -> PathBuf {
        self.0.join("outbox.sqlite")
    }

    /// Settings, for a person to read and edit.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.0.join("settings.toml")
    }

    /// Device id and tokens: for nobody else.
    #[must_use]
    pub fn identity(&self) -> PathBuf {
        self.0.join("identity.json")
    }

    /// What the sources looked like when they were last read.
    #[must_use]
    pub fn source_report(&self) -> PathBuf {
        self.0.join("sources.json")
    }
}

/// The same so that its name, and those of the folders above that were missing,
/// are on disk: what is flushed into a folder goes with it when the power fails.
fn create_lasting(path: &Path) -> std::io::Result<()> {
    let missing = path.ancestors().take_while(|above| !above.exists()).count();
    create_private(path)?;
    let above = path.ancestors().take(missing.max(1)).filter_map(Path::parent);
    above.filter(|above| !above.as_os_str().is_empty()).try_for_each(|above| {
        match atomic_file::sync_folder(above) {
            // Not ours to read: whoever made it had it flushed long ago.
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Ok(()),
            synced => synced,
        }
    })
}

/// Makes a folder that nobody else looks into: what is in it names players.
pub(crate) fn create_private(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn of_the_user() -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("app", "ringside", "ringside")?;
    Some(dirs.data_local_dir().to_owned())
}
