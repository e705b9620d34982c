//! How much room the disk of the database has.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use event_model::Moment;

use crate::rejection::Rejection;

/// How long an answer of the file system is believed: at a gigabyte a second a
/// disk loses a fraction of the default floor in it.
const LOOK_INTERVAL_MS: u64 = 100;

/// The floor under the free space.
///
/// Room inside the database, which dropped months have left, counts as well: it
/// is used before the file grows, and never goes back to the disk. But each
/// commit passes through the write-ahead log first, so half of the floor must be
/// free outside.
pub(crate) struct DiskFloor {
    folder: PathBuf,
    floor_bytes: u64,
    inside_bytes: Arc<AtomicU64>,
    looked_at_ms: Mutex<Option<u64>>,
    is_below: AtomicBool,
}

impl DiskFloor {
    /// What is free inside is told by who writes.
    pub(crate) fn new(folder: PathBuf, floor_bytes: u64, inside_bytes: Arc<AtomicU64>) -> Self {
        let (looked_at_ms, is_below) = (Mutex::new(None), AtomicBool::new(false));
        Self { folder, floor_bytes, inside_bytes, looked_at_ms, is_below }
    }

    /// Refuses while there is less room than the floor.
    pub(crate) fn check(&self, now: &Moment) -> Result<(), Rejection> {
        if self.is_due(now.clock.mono_ms) {
            self.look();
        }
        if self.is_below() {
            return Err(Rejection::overloaded("the server's disk is nearly full"));
        }
        Ok(())
    }

    /// What the last look found.
    pub(crate) fn is_below(&self) -> bool {
        self.is_below.load(Ordering::Relaxed)
    }

    /// One of those who ask looks; the others believe the last answer.
    fn is_due(&self, now_ms: u64) -> bool {
        let mut looked_at_ms = self.looked_at_ms.lock().unwrap_or_else(PoisonError::into_inner);
        let due = looked_at_ms.is_none_or(|then| now_ms.saturating_sub(then) >= LOOK_INTERVAL_MS);
        if due {
            *looked_at_ms = Some(now_ms);
        }
        due
    }

    fn is_too_little(&self, free: u64) -> bool {
        let inside = self.inside_bytes.load(Ordering::Relaxed);
        free.saturating_add(inside) < self.floor_bytes || free < self.floor_bytes / 2
    }

    fn look(&self) {
        let below = match fs4::available_space(&self.folder) {
            Ok(free) => self.is_too_little(free),
            Err(error) => {
                // The disk is not known to be full; the store will tell.
                tracing::warn!(%error, "The free space of the disk cannot be read");
                false
            }
        };
        if self.is_below.swap(below, Ordering::Relaxed) != below {
            if below {
                tracing::error!("The disk is nearly full: nothing more is taken");
            } else {
                tracing::info!("The disk has room again");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::at;

    #[test]
    fn a_floor_above_what_is_free_refuses_and_one_below_does_not() {
        let folder = std::env::temp_dir();
        let full = DiskFloor::new(folder.clone(), u64::MAX, Arc::default());
        assert!(full.check(&at(0)).is_err());
        assert!(full.check(&at(1)).is_err(), "also while the answer is believed");
        assert!(DiskFloor::new(folder, 0, Arc::default()).check(&at(0)).is_ok());
    }

    #[test]
    fn room_inside_the_database_counts_but_not_for_the_log_beside_it() {
        let inside = Arc::new(AtomicU64::new(0));
        let disk = DiskFloor::new(PathBuf::new(), 100, inside.clone());
        assert!(!disk.is_too_little(100));
        assert!(disk.is_too_little(99));
        inside.store(1_000, Ordering::Relaxed);
        assert!(!disk.is_too_little(50), "months were dropped");
        assert!(disk.is_too_little(49));
    }

    // Elsewhere a path that is not there has a disk all the same.
    #[cfg(unix)]
    #[test]
    fn a_disk_that_cannot_be_asked_is_not_called_full() {
        let nowhere = PathBuf::from("no such folder anywhere");
        let nowhere = DiskFloor::new(nowhere, u64::MAX, Arc::default());
        assert!(nowhere.check(&at(0)).is_ok());
    }
}
