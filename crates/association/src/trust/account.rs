//! Whose word counts.

use std::collections::{BTreeMap, BTreeSet};

use event_model::DeviceId;

/// A player's account, by whatever number its match knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(pub u64);

/// Fewest names that make a list of players: a source that shows its own player
/// only says nothing about who else is in the match.
const LIST_MIN: usize = 2;

/// Whose reports of a match count as whose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quorum {
    homes: BTreeMap<DeviceId, Account>,
    several: BTreeSet<DeviceId>,
    roster: Option<BTreeSet<Account>>,
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
    /// From how many reports each device sent for each account, and the roster
    /// where one is known. A device is the account's that most of its reports
    /// are for; with as many, the smaller one's.
    #[must_use]
    pub fn new(
        sent: &BTreeMap<(DeviceId, Account), u32>,
        roster: Option<BTreeSet<Account>>,
    ) -> Self {
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
        Self { homes, several, roster }
    }

    /// The witness that a device's report for an account is, where it is one.
    #[must_use]
    pub fn witness(&self, device: DeviceId, account: Account) -> Option<Account> {
        let is_home = self.homes.get(&device) == Some(&account);
        (is_home && self.is_on_roster(account)).then_some(account)
    }

    /// Whether an account is in the match, as far as is known.
    #[must_use]
    pub fn is_on_roster(&self, account: Account) -> bool {
        self.roster.as_ref().is_none_or(|roster| roster.contains(&account))
    }

    /// What is to be known about each device.
    pub fn devices(&self) -> impl Iterator<Item = (DeviceId, DeviceTrust)> {
        self.homes.iter().map(|(device, home)| {
            let of_home = self.homes.values().filter(|account| *account == home);
            let trust = DeviceTrust {
                home: *home,
                outsider: !self.is_on_roster(*home),
                second_account: self.several.contains(device),
                second_device: of_home.count() > 1,
            };
            (*device, trust)
        })
    }
}

/// The players that most lists name, by who listed them. `None` where nobody
/// listed any: then everybody who reports is taken to be in the match.
///
/// One list alone is believed; of several a name needs more than half, and two,
/// so that no liar brings strangers in or leaves players out.
#[must_use]
pub fn agreed_roster(lists: &BTreeMap<Account, BTreeSet<Account>>) -> Option<BTreeSet<Account>> {
    let lists: Vec<_> = lists.values().filter(|list| list.len() >= LIST_MIN).collect();
    let named: BTreeSet<Account> = lists.iter().flat_map(|list| list.iter().copied()).collect();
    let agreed = named.into_iter().filter(|account| {
        let naming = lists.iter().filter(|list| list.contains(account)).count();
        lists.len() == 1 || (naming >= 2 && naming * 2 > lists.len())
    });
    (!lists.is_empty()).then(|| agreed.collect())
}
