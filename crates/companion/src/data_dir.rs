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
        let path = from_anywhere(path)?;
        create_lasting(&path).map_err(|cause| Error::DataDir { path: path.clone(), cause })?;
        Ok(Self(path))
    }

    /// The same without making anything, for whoever only looks.
    ///
    /// # Errors
    /// Where the system names none.
    pub fn look(path: Option<PathBuf>) -> Result<Self, Error> {
        from_anywhere(path.or_else(of_the_user).ok_or(Error::NoDataDir)?).map(Self)
    }

    /// Whether it is the one that the system keeps for this user.
    pub(crate) fn is_the_users(&self) -> bool {
        of_the_user().is_some_and(|own| own == self.0)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The upload queue.
    #[must_use]
    pub fn outbox(&self) -> PathBuf {
        self.0.join(QUEUE)
    }

    /// The player's own history of matches, in a folder of its own.
    #[must_use]
    pub fn history(&self) -> PathBuf {
        self.0.join("matches").join("history.sqlite")
    }

    /// Settings, for a person to read and edit.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.0.join("settings.toml")
    }

    /// Where the overlay stands in each game.
    #[must_use]
    pub fn overlay_places(&self) -> PathBuf {
        self.0.join("overlay-places.json")
    }

    /// The moments of matches that the player marked.
    #[must_use]
    pub fn chapter_marks(&self) -> PathBuf {
        self.0.join("chapter-marks.json")
    }

    /// Device id and tokens: for nobody else.
    #[must_use]
    pub fn identity(&self) -> PathBuf {
        self.0.join("identity.json")
    }

    /// The word for the page in Overwolf, while an identity of an earlier version gets it.
    pub(crate) fn chosen_word(&self) -> PathBuf {
        self.0.join("identity.json.word")
    }

    /// The certificate authority of the server that the player joined, where it is of
    /// its operator's own making.
    #[must_use]
    pub fn server_root(&self) -> PathBuf {
        self.0.join("server-ca.pem")
    }

    /// What other programs have to know to tell their events.
    #[must_use]
    pub fn programs_door(&self) -> PathBuf {
        self.0.join("programs.json")
    }

    /// Which events left with real names.
    pub(crate) fn sent_names(&self) -> PathBuf {
        self.0.join("sent-names.json")
    }

    /// The queues of identities that this PC had before.
    pub(crate) fn former(&self) -> PathBuf {
        self.0.join(FORMER)
    }

    /// Says who owns the queue.
    pub(crate) fn lock(&self) -> PathBuf {
        self.0.join(format!("{QUEUE}.lock"))
    }

    /// The queue and everything that stands beside it under its name, but for the lock.
    pub(crate) fn queue_files(&self) -> Result<Vec<PathBuf>, Error> {
        let failed = |cause| Error::DataDir { path: self.0.clone(), cause };
        let mut files = Vec::new();
        for file in std::fs::read_dir(&self.0).map_err(failed)? {
            let path = file.map_err(failed)?.path();
            let name = path.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
            if name.starts_with(QUEUE) && path != self.lock() {
                files.push(path);
            }
        }
        Ok(files)
    }

    /// What games said, where that is recorded.
    #[must_use]
    pub fn recordings(&self) -> PathBuf {
        self.0.join("recordings")
    }

    /// What was done to games' folders.
    #[must_use]
    pub(crate) fn setup_notes(&self) -> PathBuf {
        self.0.join("setup.json")
    }

    /// Which games a file of this PC turns off.
    #[must_use]
    pub fn kill_switch(&self) -> PathBuf {
        self.0.join("kill-switch.toml")
    }

    /// Which games the server said not to read.
    pub(crate) fn server_policy(&self) -> PathBuf {
        self.0.join("server-policy.json")
    }

    /// What the sources looked like when they were last read.
    #[must_use]
    pub fn source_report(&self) -> PathBuf {
        self.0.join("sources.json")
    }
}

/// Where the queues of former identities lie.
pub(crate) const FORMER: &str = "former";
const QUEUE: &str = "outbox.sqlite";

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

/// The folder by a name that leads to it from wherever somebody stands: it is noted and
/// told to others.
fn from_anywhere(path: PathBuf) -> Result<PathBuf, Error> {
    std::path::absolute(&path).map_err(|cause| Error::DataDir { path, cause })
}

fn of_the_user() -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("app", "ringside", "ringside")?;
    Some(dirs.data_local_dir().to_owned())
}
