//! Match ids that a session learnt later, and who says so.

use std::collections::BTreeMap;

use event_model::{DeviceId, MatchKey};
use serde::{Deserialize, Serialize};

use super::{
    ShortHash,
    bounds::{LEARNERS_MAX, OF_LEARNER_MAX},
    smallest::SmallestOf,
};

/// What devices say is the id of the match, and what makes their word count.
///
/// An id counts from a device whose account tells of something that happened in
/// the session: anybody can name a session, and somebody who was in it has seen
/// something of it. A device that says two things says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Learnt {
    /// Of more devices those with the smallest ids.
    by_device: BTreeMap<DeviceId, OfDevice>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct OfDevice {
    /// Accounts of which it tells something that happened.
    tells: SmallestOf<ShortHash, OF_LEARNER_MAX>,
    /// Which id it says, by the account for which it says it.
    says: SmallestOf<(ShortHash, MatchKey), OF_LEARNER_MAX>,
}

impl Learnt {
    /// Hears that something happened in an account's game; whether that is new.
    pub(super) fn tells(&mut self, device: DeviceId, account: ShortHash) -> bool {
        let knows = |of: &OfDevice| of.tells.iter().any(|known| *known == account);
        if self.by_device.get(&device).is_some_and(knows) {
            return false;
        }
        self.of(device, |of| of.tells.put(account));
        true
    }

    /// Hears which id it is.
    pub(super) fn says(&mut self, device: DeviceId, account: ShortHash, id: MatchKey) {
        self.of(device, |of| of.says.put((account, id)));
    }

    /// The id that most accounts say whose word counts; none where as many say
    /// another one.
    pub(super) fn elected(&self) -> Option<&MatchKey> {
        let mut votes: Vec<(ShortHash, &MatchKey)> =
            self.by_device.values().filter_map(OfDevice::vote).collect();
        votes.sort_unstable();
        votes.dedup();
        let mut counts: BTreeMap<&MatchKey, usize> = BTreeMap::new();
        for (_, id) in votes {
            *counts.entry(id).or_default() += 1;
        }
        let most = *counts.values().max()?;
        let mut first = counts.into_iter().filter(|(_, count)| *count == most);
        first.next().map(|(id, _)| id).filter(|_| first.next().is_none())
    }

    /// Whether it is said to be another match than this, or two.
    pub(super) fn is_several(&self, own: Option<&MatchKey>) -> bool {
        let said = self.by_device.values().flat_map(|of| of.says.iter()).map(|(_, id)| id);
        let mut ids = own.into_iter().chain(said);
        let first = ids.next();
        ids.any(|id| Some(id) != first)
    }

    /// Bytes on the heap, nearly.
    pub(super) fn bytes(&self) -> usize {
        let of_devices = self.by_device.values().map(|of| of.tells.bytes() + of.says.bytes());
        self.by_device.len() * size_of::<(DeviceId, OfDevice)>() + of_devices.sum::<usize>()
    }

    fn of(&mut self, device: DeviceId, put: impl FnOnce(&mut OfDevice)) {
        put(self.by_device.entry(device).or_default());
        if self.by_device.len() > LEARNERS_MAX {
            self.by_device.pop_last();
        }
    }
}

impl OfDevice {
    /// The id that it says, for the account that it says it for and tells of.
    fn vote(&self) -> Option<(ShortHash, &MatchKey)> {
        let (_, id) = self.says.iter().next()?;
        if self.says.overflowed() || self.says.iter().any(|(_, other)| other != id) {
            return None;
        }
        let counts = |account: &ShortHash| self.tells.iter().any(|told| told == account);
        self.says.iter().find(|(account, _)| counts(account)).map(|(account, id)| (*account, id))
    }
}
