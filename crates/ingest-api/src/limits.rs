//! Limits of requests and lifetimes of data, as `/openapi.json` publishes them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const DAY_S: u64 = 24 * 60 * 60;

/// What one request may hold. Configurable; these are the defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// Events in a request.
    pub events_max: usize,
    /// Bytes of the body as sent.
    pub sent_bytes_max: usize,
    /// Bytes of the body after decoding.
    pub decoded_bytes_max: usize,
    /// Bytes of one event.
    pub event_bytes_max: usize,
    /// Levels of nested arrays and objects in one event.
    pub json_depth_max: usize,
}

impl Default for Limits {
    /// A match makes about one event a second and player, of about 600 bytes:
    /// a request holds a quarter of an hour of it, and a slow line (1 Mbit/s)
    /// carries the largest in eight seconds.
    fn default() -> Self {
        Self {
            events_max: 1_000,
            sent_bytes_max: 1024 * 1024,
            decoded_bytes_max: 8 * 1024 * 1024,
            event_bytes_max: 64 * 1024,
            json_depth_max: 32,
        }
    }
}

/// How long what is remembered, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Lifetimes {
    /// A companion quarantines what it could not send for so long.
    pub outbox_max_age_s: u64,
    /// The gate knows an event id for at least so long, and as long as the event
    /// itself is kept. Longer than the former, so that no event can come back
    /// after it was forgotten.
    pub gate_retention_s: u64,
    /// A match whose devices did not all say that it ended is sealed when nothing
    /// came for so long.
    pub seal_after_s: u64,
    /// A match whose devices did is sealed so long after the last of them.
    pub seal_not_before_s: u64,
    /// A stored answer to an Idempotency-Key is repeated for so long.
    pub idempotency_retention_s: u64,
    /// And at most so many answers a device.
    pub idempotency_answers_max: u64,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            outbox_max_age_s: 30 * DAY_S,
            gate_retention_s: 45 * DAY_S,
            seal_after_s: DAY_S,
            seal_not_before_s: 10 * 60,
            idempotency_retention_s: DAY_S,
            idempotency_answers_max: 10_000,
        }
    }
}

impl Lifetimes {
    /// Whether the lifetimes fit each other; where they do not, which rule is
    /// broken, for a person.
    ///
    /// # Errors
    /// The broken rule.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.gate_retention_s <= self.outbox_max_age_s {
            return Err("gate_retention must be longer than outbox_max_age: an event could \
                        come back after the gate forgot it and be stored twice");
        }
        if self.seal_after_s > self.gate_retention_s {
            return Err("seal_after must not be longer than gate_retention: a match must be \
                        sealed while its events are still remembered");
        }
        if self.seal_after_s == 0 {
            return Err("seal_after must not be 0: a match would be sealed while it runs");
        }
        if self.seal_not_before_s > self.seal_after_s {
            return Err("seal_not_before must not be longer than seal_after: a match that is \
                        over would be sealed later than one that is not");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_fit_each_other() {
        assert_eq!(Lifetimes::default().check(), Ok(()));
    }

    #[test]
    fn a_gate_that_forgets_too_early_is_refused() {
        let lifetimes = Lifetimes { gate_retention_s: 30 * DAY_S, ..Lifetimes::default() };
        assert!(lifetimes.check().is_err());
    }

    #[test]
    fn a_seal_is_after_the_match_and_waits_no_longer_for_one_that_is_over() {
        for (seal_after_s, seal_not_before_s, fits) in
            [(60, 60, true), (1, 0, true), (60, 61, false), (0, 0, false)]
        {
            let lifetimes = Lifetimes { seal_after_s, seal_not_before_s, ..Lifetimes::default() };
            assert_eq!(lifetimes.check().is_ok(), fits, "{seal_after_s} {seal_not_before_s}");
        }
    }
}
