//! Which events a set has: each once, whatever their hashes are.

use event_model::DeviceId;

use super::{ReportNo, ReportSet};
use crate::{EventKey, names::mix};

impl ReportSet {
    /// Where a report that is in the set is known.
    pub(super) fn slot_of(&self, no: ReportNo) -> Option<u32> {
        let report = self.get(no)?;
        let mut slot = device_key(self.stream_of(report).device, report.key);
        while *self.known.get(&slot)? != no {
            slot = slot.wrapping_add(1);
        }
        Some(slot)
    }

    /// Makes a report unknown, and what stands beside it move up.
    pub(super) fn forget(&mut self, no: ReportNo) {
        let Some(mut slot) = self.slot_of(no) else { return };
        self.known.remove(&slot);
        slot = slot.wrapping_add(1);
        while let Some(next) = self.known.remove(&slot) {
            let Some(report) = self.get(next) else { continue };
            let Err(free) = self.find(self.stream_of(report).device, report.key) else { continue };
            self.known.insert(free, next);
            slot = slot.wrapping_add(1);
        }
    }

    /// The event, or where it would be kept: hashes that meet stand side by
    /// side, so that nobody can make another's event seem known.
    pub(super) fn find(&self, device: DeviceId, event: EventKey) -> Result<ReportNo, u32> {
        let mut slot = device_key(device, event);
        while let Some(no) = self.known.get(&slot) {
            let is_it = self.get(*no).is_some_and(|report| {
                report.key == event && self.stream_of(report).device == device
            });
            if is_it {
                return Ok(*no);
            }
            slot = slot.wrapping_add(1);
        }
        Err(slot)
    }
}

/// Where the search for an event of a device begins.
fn device_key(device: DeviceId, EventKey(key): EventKey) -> u32 {
    let (high, low) = device.0.as_u64_pair();
    let part = |range: std::ops::Range<usize>| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&key[range]);
        u64::from_be_bytes(bytes)
    };
    let mixed = mix(&[high, low, part(0..8), part(8..16)]);
    u32::try_from(mixed & u64::from(u32::MAX)).expect("32 bits are left")
}

#[cfg(test)]
mod tests {
    use event_model::{Actors, Identity, Kind, Origin, WallTime};
    use uuid::Uuid;

    use super::*;
    use crate::{Hints, Pushed, Report, Sighting, TimeQuality};

    fn pushed(set: &mut ReportSet, event: u128) -> Pushed {
        let at = WallTime::from_unix_ms(1_795_200_000_000);
        set.push(&Report {
            device: DeviceId(Uuid::from_u128(event % 3)),
            event_id: &Uuid::from_u128(event).to_string(),
            subject: "league:1",
            position: u64::try_from(event).unwrap(),
            kind: Some(Kind::Kill),
            identity: Some(Identity::Native),
            origin: Some(Origin::Live),
            observer: None,
            actors: &Actors::default(),
            actor_ids: None,
            round: None,
            ordinal: None,
            match_clock_ms: None,
            observed: None,
            time: Some(at),
            corrected: Sighting { at, quality: TimeQuality::Low },
            outbox: None,
            sequence: None,
            hints: Hints::default(),
        })
    }

    #[test]
    fn what_was_taken_out_can_come_again_and_the_others_are_still_known() {
        let mut set = ReportSet::new();
        for event in 1..=9 {
            assert!(matches!(pushed(&mut set, event), Pushed::Added(_)));
        }
        assert_eq!(set.remove(ReportNo(2)), Some(ReportNo(8)), "the last takes its number");
        assert_eq!(set.remove(ReportNo(7)), None, "nothing stood behind it");
        assert_eq!(set.len(), 7);
        assert_eq!(pushed(&mut set, 9), Pushed::Known(ReportNo(2)));
        assert_eq!(pushed(&mut set, 1), Pushed::Known(ReportNo(0)));
        assert_eq!(pushed(&mut set, 3), Pushed::Added(ReportNo(7)));
    }
}
