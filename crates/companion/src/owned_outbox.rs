//! Opens the outbox as its one owner.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use event_model::{Clock, DeviceId, Moment};
use outbox::Outbox;

use crate::{DataDir, Error};

/// Tries to put a queue back that was deleted, at the end of a run, and between
/// them: as long as somebody may take who moves a folder.
const LAST_TRIES: u32 = 3;
const LAST_PAUSE: Duration = Duration::from_millis(500);

/// The outbox of this folder, with the lock that makes this process its owner.
pub(crate) fn open_owned(dir: &DataDir, device: DeviceId, now: Moment) -> Result<Outbox, Error> {
    let path = dir.outbox();
    match Outbox::open(&path, device, now) {
        Ok(outbox) => {
            tell_of_salvage(&outbox);
            Ok(outbox)
        }
        Err(outbox::Error::Locked { .. }) => Err(Error::AlreadyRunning { path }),
        Err(other) => Err(Error::Outbox(other)),
    }
}

/// Sees to it that the next start finds the queue, which is gone with this process
/// where somebody deleted it.
///
/// # Errors
/// Where it could not be put back in some tries: what the last one said.
pub(crate) async fn keep(
    outbox: &Arc<Mutex<Outbox>>,
    clock: &Arc<dyn Clock>,
) -> Result<(), outbox::Error> {
    let mut left = LAST_TRIES;
    loop {
        let (outbox, now) = (Arc::clone(outbox), clock.now());
        let kept = tokio::task::spawn_blocking(move || lock(&outbox).stay_at_last(now)).await;
        left -= 1;
        match kept {
            Ok(Err(_)) if left > 0 => tokio::time::sleep(LAST_PAUSE).await,
            Ok(kept) => return kept,
            // Who looked panicked, and said so.
            Err(_) => return Ok(()),
        }
    }
}

fn tell_of_salvage(outbox: &Outbox) {
    if let Some(salvaged) = outbox.salvaged() {
        tracing::warn!(
            set_aside = %salvaged.set_aside.display(),
            events_kept = salvaged.events,
            unreadable = salvaged.unreadable,
            under_way = salvaged.under_way,
            "The upload queue was damaged: the file was set aside, what can be read is kept"
        );
    }
}

/// The outbox, for the caller alone. A panic elsewhere undid its transaction:
/// the outbox is whole, and capture goes on.
pub(crate) fn lock(outbox: &Mutex<Outbox>) -> MutexGuard<'_, Outbox> {
    outbox.lock().unwrap_or_else(PoisonError::into_inner)
}
