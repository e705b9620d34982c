//! A recording that is only looked at: nothing of it is kept or sent.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use event_model::{Clock, Origin};

use super::{
    ReplayProgress, Speed,
    playing::{Pace, Playing},
    section::Span,
    tape::Tape,
};
use crate::{DataDir, Error, Identity, Shell, owned_outbox::open_owned, pipeline::Pipeline};

/// The longest pause that somebody who watches waits through. Between two matches a
/// recording may be silent for hours.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// Plays a recording to `shell`, beside whatever is captured. It has a queue of its
/// own, which is gone with it: nothing is kept, nothing is sent. Whoever drops the
/// future ends it.
///
/// # Errors
/// Where the file is at fault, before anything is shown; or where there is no room
/// for a queue in the system's own place for such.
pub async fn watch_recording(
    file: &Path,
    speed: Speed,
    clock: Arc<dyn Clock>,
    shell: Arc<dyn Shell>,
    mut progress: impl FnMut(ReplayProgress) + Send,
) -> Result<(), Error> {
    let file = file.to_owned();
    // Read through first, which takes its time.
    let tape = tokio::task::spawn_blocking(move || Tape::open(&file));
    let tape = tape.await.unwrap_or_else(|_| Err(Error::NoDataDir))?;
    let temporary = tempfile::tempdir();
    let folder = temporary.map_err(|cause| Error::DataDir { path: std::env::temp_dir(), cause })?;
    let dir = DataDir::open(Some(folder.path().to_owned()))?;
    // Of nobody: it dies with the folder.
    let device = Identity::load_or_create(&dir)?.device();
    let outbox = Arc::new(Mutex::new(open_owned(&dir, device, clock.now())?));
    let mut pipeline = Pipeline::new(outbox, shell, Origin::Replay);
    let pace = Pace { speed, pause_max: PAUSE_MAX };
    let mut playing = Playing::new(&tape, Span::ALL, pace, &*clock)?;
    playing.begin(&mut pipeline)?;
    playing.play(&mut pipeline, &mut progress).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
