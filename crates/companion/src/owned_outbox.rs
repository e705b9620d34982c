//! Opens the outbox as its one owner.

use std::sync::{Mutex, MutexGuard, PoisonError};

use event_model::{DeviceId, Moment};
use outbox::Outbox;

use crate::{DataDir, Error};

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
