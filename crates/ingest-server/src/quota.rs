//! What one device may take: requests at a time, requests a minute, events and
//! bytes a day.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use event_model::{DeviceId, Moment};
use ingest_api::ProblemKind;

use crate::{Bounds, rejection::Rejection};

/// Devices remembered at a time, in about ten megabytes. Those whose allowances
/// are full again are forgotten first, which changes nothing.
const DEVICES_MAX: usize = 131_072;
/// Devices that a sweep leaves at most.
const DEVICES_KEPT: usize = DEVICES_MAX / 4 * 3;
/// So many are remembered before anybody is forgotten.
const DEVICES_SWEPT_AT: usize = 4_096;
/// When a device may come back that has as many requests at work as it may.
const AT_WORK_RETRY_AFTER_S: u64 = 1;

const NS_PER_MS: u64 = 1_000_000;
const NS_PER_S: u64 = 1_000_000_000;
const MINUTE_NS: u64 = 60 * NS_PER_S;
const DAY_NS: u64 = 24 * 60 * MINUTE_NS;

/// So much in a window; what was spent comes back evenly with time.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    window_ns: u64,
    cost_ns: u64,
}

impl Allowance {
    fn new(count: u64, window_ns: u64) -> Self {
        Self { window_ns, cost_ns: (window_ns / count.max(1)).max(1) }
    }

    /// When the allowance is full again after `count` more.
    fn after(self, full_at_ns: u64, count: u64, now_ns: u64) -> u64 {
        full_at_ns.max(now_ns).saturating_add(self.cost_ns.saturating_mul(count))
    }

    /// Seconds until what is spent fits the window.
    fn wait_s(self, full_at_ns: u64, now_ns: u64) -> Option<u64> {
        let over_ns = full_at_ns.saturating_sub(now_ns).checked_sub(self.window_ns)?;
        (over_ns > 0).then(|| over_ns.div_ceil(NS_PER_S))
    }
}

/// What a device has spent: when each of its allowances is full again.
#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    requests_ns: u64,
    events_ns: u64,
    bytes_ns: u64,
    at_work: u32,
}

impl Spent {
    fn is_over(&self, now_ns: u64) -> bool {
        let latest_ns = self.requests_ns.max(self.events_ns).max(self.bytes_ns);
        self.at_work == 0 && latest_ns <= now_ns
    }
}

/// The allowances of every device.
#[derive(Clone)]
pub(crate) struct Quotas {
    devices: Arc<Mutex<Devices>>,
    requests: Allowance,
    events: Allowance,
    bytes: Allowance,
    at_work_max: u32,
}

#[derive(Default)]
struct Devices {
    spent: HashMap<DeviceId, Spent>,
    swept_at: usize,
}

/// A request of a device, counted among those at work until it is dropped.
pub(crate) struct AtWork {
    quotas: Quotas,
    device: DeviceId,
}

impl Quotas {
    pub(crate) fn new(bounds: &Bounds) -> Self {
        Self {
            devices: Arc::default(),
            requests: Allowance::new(bounds.requests_per_minute_max.into(), MINUTE_NS),
            events: Allowance::new(bounds.events_per_day_max, DAY_NS),
            bytes: Allowance::new(bounds.bytes_per_day_max, DAY_NS),
            at_work_max: bounds.device_requests_max,
        }
    }

    /// Counts a request of `device`, or says when it may come again.
    pub(crate) fn begin(&self, device: DeviceId, now: &Moment) -> Result<AtWork, Rejection> {
        let now_ns = now.clock.mono_ms.saturating_mul(NS_PER_MS);
        let mut devices = self.devices();
        let spent = devices.of(device, now_ns);
        if spent.at_work >= self.at_work_max {
            let detail = "this device has as many requests at work as it may have";
            return Err(limited(detail, AT_WORK_RETRY_AFTER_S));
        }
        let requests_ns = self.requests.after(spent.requests_ns, 1, now_ns);
        let waits = [
            (self.requests.wait_s(requests_ns, now_ns), "requests than it may in a minute"),
            (self.events.wait_s(spent.events_ns, now_ns), "events than it may in a day"),
            (self.bytes.wait_s(spent.bytes_ns, now_ns), "bytes than it may in a day"),
        ];
        for (wait_s, what) in waits {
            if let Some(wait_s) = wait_s {
                return Err(limited(&format!("this device sends more {what}"), wait_s));
            }
        }
        spent.requests_ns = requests_ns;
        spent.at_work += 1;
        drop(devices);
        Ok(AtWork { quotas: self.clone(), device })
    }

    fn devices(&self) -> MutexGuard<'_, Devices> {
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AtWork {
    /// Charges bytes of the request's body, before anything is made of them: a
    /// body that is refused whole has cost its work. They are known only once
    /// they are here: the last request of a day may go over, and the next one
    /// waits for it.
    pub(crate) fn charge_bytes(&self, bytes: usize, now: &Moment) {
        let now_ns = now.clock.mono_ms.saturating_mul(NS_PER_MS);
        let mut devices = self.quotas.devices();
        let spent = devices.of(self.device, now_ns);
        spent.bytes_ns = self.quotas.bytes.after(spent.bytes_ns, count(bytes), now_ns);
    }

    /// The same for the events in it.
    pub(crate) fn charge_events(&self, events: usize, now: &Moment) {
        let now_ns = now.clock.mono_ms.saturating_mul(NS_PER_MS);
        let mut devices = self.quotas.devices();
        let spent = devices.of(self.device, now_ns);
        spent.events_ns = self.quotas.events.after(spent.events_ns, count(events), now_ns);
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

impl Drop for AtWork {
    fn drop(&mut self) {
        if let Some(spent) = self.quotas.devices().spent.get_mut(&self.device) {
            spent.at_work = spent.at_work.saturating_sub(1);
        }
    }
}

impl Devices {
    fn of(&mut self, device: DeviceId, now_ns: u64) -> &mut Spent {
        if self.spent.len() >= self.swept_at.max(DEVICES_SWEPT_AT) {
            self.sweep(now_ns);
        }
        match self.spent.entry(device) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Spent::default()),
        }
    }

    /// Forgets those who owe nothing, and where that is not enough, others too:
    /// memory before exactness, they get their allowance anew. The next sweep
    /// comes many devices later, so that each pays for a few steps of it.
    fn sweep(&mut self, now_ns: u64) {
        self.spent.retain(|_, spent| !spent.is_over(now_ns));
        let mut too_many = self.spent.len().saturating_sub(DEVICES_KEPT);
        self.spent.retain(|_, spent| {
            let forgotten = too_many > 0 && spent.at_work == 0;
            too_many -= usize::from(forgotten);
            !forgotten
        });
        self.swept_at = self.spent.len().saturating_mul(2).clamp(DEVICES_SWEPT_AT, DEVICES_MAX);
    }
}

fn limited(detail: &str, wait_s: u64) -> Rejection {
    Rejection::new(ProblemKind::RateLimited, detail).retry_after_s(wait_s)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::instant::at;

    const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

    fn device(number: u128) -> DeviceId {
        DeviceId(Uuid::from_u128(number))
    }

    #[test]
    fn a_device_may_spend_its_minute_at_once_and_then_waits() {
        let quotas = Quotas::new(&Bounds { requests_per_minute_max: 3, ..Bounds::default() });
        for _ in 0..3 {
            assert!(quotas.begin(device(1), &at(0)).is_ok());
        }
        assert!(quotas.begin(device(1), &at(0)).is_err(), "the fourth in the same minute");
        assert!(quotas.begin(device(2), &at(0)).is_ok(), "devices do not pay for each other");
        assert!(quotas.begin(device(1), &at(20_000)).is_ok(), "a third of a minute, one request");
    }

    #[test]
    fn a_device_may_spend_its_day_at_once_and_gets_it_back_with_time() {
        let quotas = Quotas::new(&Bounds { events_per_day_max: 1_000, ..Bounds::default() });
        let spend = |events, now_ms| {
            quotas.begin(device(1), &at(now_ms)).map(|work| work.charge_events(events, &at(now_ms)))
        };
        assert!(spend(1_000, 0).is_ok());
        assert!(spend(100, 0).is_ok(), "nothing is over yet");
        assert!(spend(1, 0).is_err(), "a hundred are");
        assert!(spend(1, DAY_MS / 20).is_err(), "half of them");
        assert!(spend(1, DAY_MS / 10).is_ok());
    }

    #[test]
    fn bytes_count_by_themselves() {
        let quotas = Quotas::new(&Bounds { bytes_per_day_max: 1_000, ..Bounds::default() });
        quotas.begin(device(1), &at(0)).unwrap().charge_bytes(1_001, &at(0));
        assert!(quotas.begin(device(1), &at(0)).is_err());
        assert!(quotas.begin(device(2), &at(0)).is_ok());
    }

    /// What the defaults promise: a surge after half a day without a server.
    #[test]
    fn twelve_hours_of_play_pass_in_one_go() {
        let quotas = Quotas::new(&Bounds::default());
        let (events, batch) = (12 * 60 * 60, 50);
        // As fast as the allowance of requests lets it.
        for number in 0..events / batch {
            let now = at(number as u64 * 10);
            let work = quotas.begin(device(1), &now).expect("the surge passes");
            work.charge_bytes(batch * 600, &now);
            work.charge_events(batch, &now);
        }
    }

    #[test]
    fn requests_at_work_are_bounded_and_free_their_place() {
        let quotas = Quotas::new(&Bounds { device_requests_max: 1, ..Bounds::default() });
        let work = quotas.begin(device(1), &at(0)).unwrap();
        assert!(quotas.begin(device(1), &at(0)).is_err());
        drop(work);
        assert!(quotas.begin(device(1), &at(0)).is_ok());
    }

    #[test]
    fn any_number_of_devices_is_remembered_in_bounded_memory() {
        let quotas = Quotas::new(&Bounds { requests_per_minute_max: 1, ..Bounds::default() });
        for number in 0..200_000 {
            assert!(quotas.begin(device(number), &at(1)).is_ok());
        }
        let remembered = quotas.devices().spent.len();
        assert!(remembered <= DEVICES_MAX, "{remembered}");
        assert!(remembered >= 50_000, "all of a large server's devices, {remembered}");
        let mut devices = quotas.devices();
        devices.sweep(DAY_MS * NS_PER_MS);
        assert!(devices.spent.is_empty(), "who owes nothing is forgotten");
    }
}
