//! A new identity for this PC.

use std::path::{Path, PathBuf};

use outbox::{EntryState, Filter};

use super::{NewIdentity, queue};
use crate::{DataDir, Error, Identity};

/// Makes this PC another device. What the old one kept, waiting or sent, is set aside
/// in a folder of its own and never sent: under the new device's name it would link
/// the two. Nobody may own the queue meanwhile.
///
/// # Errors
/// Where another Ringside runs on the folder, or a file cannot be moved or written.
/// The queue moves first: a crash between leaves the old identity with an empty queue.
pub fn renew(dir: &DataDir) -> Result<NewIdentity, Error> {
    let _nobody_else = super::erasing::Still::of(dir)?;
    let old = Identity::load_or_create(dir)?;
    let kept = match queue(dir)? {
        Some(view) => view.count(Filter::In(EntryState::Pending)).map_err(Error::Outbox)?,
        None => 0,
    };
    set_aside(dir, &former_folder(dir, &old))?;
    let renewed = Identity::renew(dir)?;
    Ok(NewIdentity { device: renewed.device().to_string(), kept })
}

/// Where the queue of an identity lies that this PC had.
fn former_folder(dir: &DataDir, identity: &Identity) -> PathBuf {
    dir.former().join(identity.device().to_string())
}

fn set_aside(dir: &DataDir, into: &Path) -> Result<(), Error> {
    let failed = |cause| Error::DataDir { path: into.to_owned(), cause };
    crate::data_dir::create_private(into).map_err(failed)?;
    for file in dir.queue_files()? {
        let Some(name) = file.file_name() else { continue };
        std::fs::rename(&file, into.join(name)).map_err(failed)?;
    }
    crate::atomic_file::sync_folder(into).map_err(failed)?;
    crate::atomic_file::sync_folder(dir.path()).map_err(failed)
}
