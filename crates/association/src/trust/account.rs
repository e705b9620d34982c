//! Whose word counts.

use std::collections::{BTreeMap, BTreeSet};

use event_model::DeviceId;

/// A player's account, by whatever number its match knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(pub u64);

/// Whose reports of a match count as whose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quorum {
    homes: BTreeMap<DeviceId, Account>,
    several: BTreeSet<DeviceId>,
    outsiders: BTreeSet<Account>,
}

/// What is to be known about a device in a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceTrust {
    /// The account that its reports count for.
    pub home: Account,
    /// That account is not on the roster: a spectator, or a stranger.
    pub outsider: bool,
    /// It reports for other accounts besides, which count for nothing.
    pub second_account: bool,
    /// Another device reports for the same account: both are one witness.
    pub second_device: bool,
}

impl Quorum {
    /// From how many reports each device sent for each account. A device is the
    /// account's that most of its reports are for; with as many, the smaller
    /// one's.
    #[must_use]
    pub fn new(sent: &BTreeMap<(DeviceId, Account), u32>) -> Self {
        let mut best: BTreeMap<DeviceId, (u32, Account)> = BTreeMap::new();
        let mut several = BTreeSet::new();
        for ((device, account), count) in sent {
            let former = best.get(device).copied();
            if former.is_some() {
                several.insert(*device);
            }
            if former.is_none_or(|(most, _)| *count > most) {
                best.insert(*device, (*count, *account));
            }
        }
        let homes = best.into_iter().map(|(device, (_, account))| (device, account)).collect();
        Self { homes, several, outsiders: BTreeSet::new() }
    }

    /// The same without the word of these accounts.
    #[must_use]
    pub fn without(self, outsiders: BTreeSet<Account>) -> Self {
        Self { outsiders, ..self }
    }

    /// Whose a device is, where it tells of anything.
    #[must_use]
    pub fn home(&self, device: DeviceId) -> Option<Account> {
        self.homes.get(&device).copied()
    }

    /// The witness that a device's report for an account is, where it is one.
    #[must_use]
    pub fn witness(&self, device: DeviceId, account: Account) -> Option<Account> {
        let is_home = self.homes.get(&device) == Some(&account);
        (is_home && !self.outsiders.contains(&account)).then_some(account)
    }

    /// What is to be known about each device.
    pub fn devices(&self) -> impl Iterator<Item = (DeviceId, DeviceTrust)> {
        self.homes.iter().map(|(device, home)| {
            let of_home = self.homes.values().filter(|account| *account == home);
            let trust = DeviceTrust {
                home: *home,
                outsider: self.outsiders.contains(home),
                second_account: self.several.contains(device),
                second_device: of_home.count() > 1,
            };
            (*device, trust)
        })
    }
}
