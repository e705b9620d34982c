//! How fast a listener takes what is sent to it.

/// A bucket that fills with time.
#[derive(Debug)]
pub(crate) struct Rate {
    a_second: u64,
    /// In thousandths, as is what is left.
    at_once: u64,
    left: u64,
    at_ms: u64,
}

impl Rate {
    /// So many a second that may go on, and so many at once.
    pub(crate) fn new(a_second: u64, at_once: u64) -> Self {
        let at_once = at_once.saturating_mul(1_000);
        Self { a_second, at_once, left: at_once, at_ms: 0 }
    }

    /// Whether one more may come at this time of a clock that only rises.
    pub(crate) fn admits(&mut self, now_ms: u64) -> bool {
        self.admits_all(1, now_ms).is_ok()
    }

    /// Whether so many may come together at this time. Where they may not, nothing is
    /// taken from what is left, and so the same many may come some time.
    ///
    /// # Errors
    /// How many milliseconds they have to wait, where nothing else comes meanwhile. More
    /// than may ever come at once wait in vain.
    pub(crate) fn admits_all(&mut self, many: u64, now_ms: u64) -> Result<(), u64> {
        let gained = now_ms.saturating_sub(self.at_ms).saturating_mul(self.a_second);
        self.at_ms = self.at_ms.max(now_ms);
        self.left = self.left.saturating_add(gained).min(self.at_once);
        let wanted = many.saturating_mul(1_000);
        match self.left.checked_sub(wanted) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err((wanted - self.left).div_ceil(self.a_second)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_a_flood_does_not() {
        let mut rate = Rate::new(200, 5_000);
        assert_eq!((0..9_000).filter(|_| rate.admits(10)).count(), 5_000);
        assert_eq!((0..9_000).filter(|_| rate.admits(1_010)).count(), 200);
        assert!(!rate.admits(500), "a clock that went back gives nothing");
    }

    #[test]
    fn many_that_are_refused_together_may_come_when_they_have_waited() {
        let mut rate = Rate::new(10, 1_000);
        assert_eq!(rate.admits_all(1_000, 0), Ok(()));
        assert_eq!(rate.admits_all(20, 0), Err(2_000));
        assert_eq!(rate.admits_all(20, 1_000), Err(1_000), "asking too early costs nothing");
        assert_eq!(rate.admits_all(20, 1_999), Err(1));
        assert_eq!(rate.admits_all(20, 2_000), Ok(()));
        assert_eq!(rate.admits_all(1, 2_000), Err(100), "what came is taken");
    }
}
