//! Room on the disk that no recording takes: events come first.

use std::io;

/// Bytes that stay free: what the upload queue may grow to, whose events nothing but a
/// game could tell again.
const FREE_MIN: u64 = 1024 * 1024 * 1024;

/// Bytes that must be free before it is recorded again, so that what somebody tidies up
/// makes one recording and not hundreds.
const FREE_AGAIN: u64 = FREE_MIN + FREE_MIN / 4;

/// How long an answer of the file system is believed: the busiest game writes some
/// hundred KiB in it.
const LOOK_INTERVAL_MS: u64 = 1_000;

/// Whether there is room for recordings.
#[derive(Debug, Default)]
pub(super) struct Room {
    looked_at_ms: Option<u64>,
    is_short: bool,
}

/// There is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("less than 1 GiB is free on the disk, which is left to events; make room")]
pub(super) struct TooLittle;

impl Room {
    /// Asks by `free` now and then how much is free. A disk that does not say is taken
    /// for one with room: a full one refuses what is written.
    ///
    /// # Errors
    /// Where it is too little.
    pub(super) fn look(
        &mut self,
        now_ms: u64,
        free: impl FnOnce() -> io::Result<u64>,
    ) -> Result<(), TooLittle> {
        let is_due = self
            .looked_at_ms
            .is_none_or(|then| now_ms.saturating_sub(then) >= LOOK_INTERVAL_MS || now_ms < then);
        if is_due {
            self.looked_at_ms = Some(now_ms);
            let least = if self.is_short { FREE_AGAIN } else { FREE_MIN };
            self.is_short = free().is_ok_and(|bytes| bytes < least);
        }
        if self.is_short { Err(TooLittle) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_short_has_room_again_when_more_is_free_than_the_least() {
        let mut room = Room::default();
        let mut looks = 0;
        let mut look = |now_ms, free: u64| {
            room.look(now_ms, || {
                looks += 1;
                Ok(free)
            })
        };
        assert_eq!(look(0, FREE_MIN), Ok(()));
        assert_eq!(look(999, 0), Ok(()), "believed for a second");
        assert_eq!(look(1_000, FREE_MIN - 1), Err(TooLittle));
        assert_eq!(look(2_000, FREE_AGAIN - 1), Err(TooLittle));
        assert_eq!(look(3_000, FREE_AGAIN), Ok(()));
        assert_eq!(look(4_000, FREE_MIN), Ok(()));
        assert_eq!(looks, 5);
    }

    #[test]
    fn a_disk_that_does_not_say_has_room() {
        assert_eq!(Room::default().look(0, || Err(io::ErrorKind::Unsupported.into())), Ok(()));
    }
}
