//! Who may come in: so many requests at a time, and so many a device.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use event_model::{DeviceId, Moment};
use ingest_api::ProblemKind;
use tokio::sync::Semaphore;

use crate::{Config, app::App, rejection::Rejection};

/// When an overloaded server may be asked again.
const OVERLOAD_RETRY_AFTER_S: u64 = 2;
/// Devices remembered at a time. Those whose allowance is full again are
/// dropped first, since forgetting them changes nothing.
const DEVICES_MAX: usize = 10_000;

const MINUTE_MS: u64 = 60_000;

/// The two bounds.
pub(crate) struct Admission {
    places: Semaphore,
    /// Allowance of a device, in milliseconds of a minute: a request costs
    /// `cost_ms`, and time gives back as much as passes.
    spent: Mutex<HashMap<DeviceId, Spent>>,
    cost_ms: u64,
}

#[derive(Clone, Copy)]
struct Spent {
    /// The instant at which the allowance is full again.
    full_at_ms: u64,
}

impl Admission {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            places: Semaphore::new(config.concurrent_requests_max),
            spent: Mutex::default(),
            cost_ms: (MINUTE_MS / u64::from(config.requests_per_minute_max.max(1))).max(1),
        }
    }

    /// Counts a request of `device`.
    pub(crate) fn spend(&self, device: DeviceId, now: &Moment) -> Result<(), Rejection> {
        let now_ms = now.clock.mono_ms;
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= DEVICES_MAX {
            spent.retain(|_, spent| spent.full_at_ms > now_ms);
        }
        let full_at_ms = spent.get(&device).map_or(0, |spent| spent.full_at_ms).max(now_ms);
        let after_ms = full_at_ms + self.cost_ms;
        if after_ms > now_ms + MINUTE_MS {
            let wait_s = (after_ms - now_ms - MINUTE_MS).div_ceil(1_000).max(1);
            let detail = "this device makes more requests than it may in a minute";
            return Err(Rejection::new(ProblemKind::RateLimited, detail).retry_after_s(wait_s));
        }
        spent.insert(device, Spent { full_at_ms: after_ms });
        Ok(())
    }
}

/// Turns a request away, body unread, where all places are taken.
pub(crate) async fn admit(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, Rejection> {
    let Ok(_place) = app.admission.places.try_acquire() else {
        let detail = "as many requests are being worked on as this server takes at a time";
        return Err(
            Rejection::new(ProblemKind::Overloaded, detail).retry_after_s(OVERLOAD_RETRY_AFTER_S)
        );
    };
    Ok(next.run(request).await)
}

#[cfg(test)]
mod tests {
    use event_model::{ClockEpoch, ClockReading, WallTime};
    use uuid::Uuid;

    use super::*;

    fn at(mono_ms: u64) -> Moment {
        let clock = ClockReading { epoch: ClockEpoch(Uuid::nil()), mono_ms };
        Moment { clock, wall: WallTime::from_unix_ms(0) }
    }

    #[test]
    fn a_device_may_spend_its_minute_at_once_and_then_waits() {
        let mut config = Config::new(([127, 0, 0, 1], 0).into(), "unused".into());
        config.requests_per_minute_max = 3;
        let admission = Admission::new(&config);
        let (one, other) = (DeviceId(Uuid::from_u128(1)), DeviceId(Uuid::from_u128(2)));
        for _ in 0..3 {
            assert!(admission.spend(one, &at(0)).is_ok());
        }
        assert!(admission.spend(one, &at(0)).is_err(), "the fourth in the same minute");
        assert!(admission.spend(other, &at(0)).is_ok(), "devices do not pay for each other");
        assert!(admission.spend(one, &at(20_000)).is_ok(), "a third of a minute, one request");
    }
}
