//! When the game posts. Pure: the caller owns the clock and the socket.

/// After a change, for further ones to come with it.
const BUFFER_MS: u64 = 100;

/// After an answer, before the next request.
pub(super) const THROTTLE_MS: u64 = 100;

/// After a request, before it is made again without a change.
const HEARTBEAT_MS: u64 = 10_000;

/// The game's rules of posting, with the values of our config file: one request
/// at a time, buffered, throttled, repeated as a heartbeat; and after a time-out
/// the whole state without a comparison.
#[derive(Debug, Clone)]
pub struct Posting<P> {
    /// The state to send, and since when it waits.
    waiting: Option<u64>,
    now: P,
    /// What was sent last and answered.
    sent: Option<P>,
    wire: Wire,
}

#[derive(Debug, Clone)]
enum Wire {
    /// Nothing was ever sent.
    Unused,
    /// Sent, and not answered.
    InFlight { since_ms: u64 },
    /// Sent, and answered or given up.
    Free { sent_ms: u64, free_ms: u64 },
}

impl<P: Clone + PartialEq> Posting<P> {
    /// The first state, to be sent as soon as can be.
    #[must_use]
    pub fn new(first: P, now_ms: u64) -> Self {
        Self { waiting: Some(now_ms), now: first, sent: None, wire: Wire::Unused }
    }

    /// The game shows another state.
    pub fn show(&mut self, state: P, now_ms: u64) {
        if state != self.now {
            self.now = state;
            self.waiting.get_or_insert(now_ms);
        }
    }

    /// Whether a state was shown that is still to be sent.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// When the next request is due; `None` while one is in flight.
    #[must_use]
    pub fn due_ms(&self) -> Option<u64> {
        match (&self.wire, self.waiting) {
            (Wire::InFlight { .. }, _) => None,
            (Wire::Unused, since) => Some(since.unwrap_or(0)),
            (Wire::Free { free_ms, .. }, Some(since)) => {
                Some((since + BUFFER_MS).max(free_ms + THROTTLE_MS))
            }
            (Wire::Free { sent_ms, .. }, None) => Some(sent_ms + HEARTBEAT_MS),
        }
    }

    /// What to send now, where something is due, and what to compare it with.
    pub fn send(&mut self, now_ms: u64) -> Option<(&P, Option<&P>)> {
        self.due_ms().filter(|due| *due <= now_ms)?;
        self.wire = Wire::InFlight { since_ms: now_ms };
        self.waiting = None;
        Some((&self.now, self.sent.as_ref()))
    }

    /// The request was answered with 2xx.
    pub fn answered(&mut self, state: P, now_ms: u64) {
        self.sent = Some(state);
        self.free(now_ms);
    }

    /// It was not: the next one compares with nothing.
    pub fn failed(&mut self, now_ms: u64) {
        self.sent = None;
        self.waiting = None;
        self.free(now_ms);
    }

    /// Whether everything shown was sent and answered.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.sent.as_ref() == Some(&self.now)
    }

    fn free(&mut self, now_ms: u64) {
        let sent_ms = match self.wire {
            Wire::InFlight { since_ms } => since_ms,
            Wire::Unused | Wire::Free { .. } => now_ms,
        };
        self.wire = Wire::Free { sent_ms, free_ms: now_ms };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_answered() -> Posting<u32> {
        let mut posting = Posting::new(0, 0);
        assert_eq!(posting.send(0), Some((&0, None)), "the first has nothing to compare with");
        posting.answered(0, 5);
        posting
    }

    #[test]
    fn changes_within_the_buffer_go_out_as_one() {
        let mut posting = first_answered();
        posting.show(1, 300);
        posting.show(2, 350);
        assert_eq!(posting.due_ms(), Some(400));
        assert_eq!(posting.send(399), None);
        assert_eq!(posting.send(400), Some((&2, Some(&0))), "the first change is never seen");
    }

    #[test]
    fn nothing_goes_out_while_a_request_is_open() {
        let mut posting = first_answered();
        posting.show(1, 300);
        posting.send(400);
        posting.show(2, 500);
        assert_eq!(posting.due_ms(), None);
        posting.answered(1, 2_000);
        assert_eq!(posting.due_ms(), Some(2_100), "throttled after the answer");
    }

    #[test]
    fn silence_is_broken_by_a_heartbeat() {
        let mut posting = first_answered();
        assert_eq!(posting.due_ms(), Some(HEARTBEAT_MS));
        assert_eq!(posting.send(HEARTBEAT_MS), Some((&0, Some(&0))));
    }

    #[test]
    fn after_a_failure_the_whole_state_comes_with_the_next_heartbeat() {
        let mut posting = first_answered();
        posting.show(1, 300);
        posting.send(400);
        posting.failed(5_400);
        assert!(!posting.is_done());
        assert_eq!(posting.due_ms(), Some(400 + HEARTBEAT_MS));
        assert_eq!(posting.send(400 + HEARTBEAT_MS), Some((&1, None)));
    }
}
