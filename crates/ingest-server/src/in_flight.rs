//! Requests being worked on, by their Idempotency-Key.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use event_model::{DeviceId, OutboxId};
use ingest_api::{IdempotencyKey, ProblemKind};

use crate::rejection::Rejection;

/// When the answer to the first request is likely there.
const RETRY_AFTER_S: u64 = 1;

/// As answers are kept: a key is a device's and an outbox's.
type Key = (DeviceId, Option<OutboxId>, IdempotencyKey);

/// No larger than the requests worked on at a time.
#[derive(Clone, Default)]
pub(crate) struct InFlight(Arc<Mutex<HashSet<Key>>>);

impl InFlight {
    /// Claims a key until the claim is dropped.
    pub(crate) fn claim(
        &self,
        device: DeviceId,
        outbox: Option<OutboxId>,
        key: IdempotencyKey,
    ) -> Result<InFlightClaim, Rejection> {
        let claim = (device, outbox, key);
        if !self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(claim) {
            let detail = "a request with this key is being worked on";
            return Err(Rejection::new(ProblemKind::IdempotencyKeyInFlight, detail)
                .retry_after_s(RETRY_AFTER_S));
        }
        Ok(InFlightClaim { in_flight: self.clone(), claim })
    }
}

/// Holds a key.
pub(crate) struct InFlightClaim {
    in_flight: InFlight,
    claim: Key,
}

impl Drop for InFlightClaim {
    fn drop(&mut self) {
        self.in_flight.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.claim);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_key_is_free_again_once_its_claim_is_dropped() {
        let in_flight = InFlight::default();
        let (device, key) = (DeviceId(Uuid::nil()), IdempotencyKey(Uuid::nil()));
        let outbox = Some(OutboxId(Uuid::nil()));
        let claim = in_flight.claim(device, None, key).ok().unwrap();
        assert!(in_flight.claim(device, None, key).is_err());
        assert!(in_flight.claim(DeviceId(Uuid::max()), None, key).is_ok(), "a device's own");
        assert!(in_flight.claim(device, outbox, key).is_ok(), "and an outbox's");
        drop(claim);
        assert!(in_flight.claim(device, None, key).is_ok());
    }
}
