//! How often a listener may be asked: a neighbour's flood is to cost no frame of the
//! game. Pure.

/// What asking once costs, in milliseconds: twenty times a second for ever.
const COST_MS: u64 = 50;

/// So much may be saved up: a page asks for some fifteen files at once, and a
/// few devices may open it together.
const SAVED_MAX_MS: u64 = 100 * COST_MS;

/// An allowance that grows with time. Milliseconds are of any clock that only goes on.
#[derive(Debug)]
pub(crate) struct Pace {
    saved_ms: u64,
    looked_at_ms: u64,
}

impl Pace {
    /// Nothing was asked yet.
    pub(crate) fn new(now_ms: u64) -> Self {
        Self { saved_ms: SAVED_MAX_MS, looked_at_ms: now_ms }
    }

    /// Whether one more is taken now.
    pub(crate) fn takes(&mut self, now_ms: u64) -> bool {
        let passed_ms = now_ms.saturating_sub(self.looked_at_ms);
        self.looked_at_ms = now_ms.max(self.looked_at_ms);
        self.saved_ms = self.saved_ms.saturating_add(passed_ms).min(SAVED_MAX_MS);
        match self.saved_ms.checked_sub(COST_MS) {
            Some(left_ms) => {
                self.saved_ms = left_ms;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_taken_and_then_twenty_a_second() {
        let mut pace = Pace::new(0);
        assert_eq!((0..1_000).filter(|_| pace.takes(0)).count(), 100);
        assert!(!pace.takes(COST_MS - 1));
        let later = (1..=1_000).filter(|ms| pace.takes(COST_MS - 1 + ms)).count();
        assert_eq!(later, 20);
    }

    #[test]
    fn a_long_silence_saves_no_more_than_a_burst() {
        let mut pace = Pace::new(0);
        assert_eq!((0..1_000).filter(|_| pace.takes(u64::MAX)).count(), 100);
    }
}
