//! Who is who: whose a device is, and which name is which account's.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use event_model::DeviceId;

use crate::{NameKey, ReportSet};

/// Devices, by number, each with the one account that it speaks for: most of
/// its reports do.
pub(super) struct Homes {
    witness_of: HashMap<DeviceId, u16>,
    /// By witness.
    accounts: Vec<u16>,
    /// By account.
    names: Vec<NameKey>,
}

impl Homes {
    pub(super) fn of(set: &ReportSet) -> Self {
        let mut told: BTreeMap<(DeviceId, NameKey), u32> = BTreeMap::new();
        for (_, report) in set.iter() {
            let stream = set.stream_of(report);
            *told.entry((stream.device, stream.account)).or_default() += 1;
        }
        let mut home: BTreeMap<DeviceId, (u32, NameKey)> = BTreeMap::new();
        for ((device, account), count) in told {
            let best = home.entry(device).or_insert((0, account));
            if count > best.0 {
                *best = (count, account);
            }
        }
        let ordered: BTreeSet<(NameKey, DeviceId)> =
            home.into_iter().map(|(device, (_, account))| (account, device)).collect();
        let accounts: BTreeSet<NameKey> = ordered.iter().map(|(account, _)| *account).collect();
        let names: Vec<NameKey> = accounts.iter().copied().collect();
        let number: HashMap<NameKey, u16> = accounts.into_iter().zip(0..).collect();
        let accounts = ordered.iter().map(|(account, _)| number[account]).collect();
        let witness_of = ordered.into_iter().map(|(_, device)| device).zip(0..).collect();
        Self { witness_of, accounts, names }
    }

    pub(super) fn witness(&self, device: DeviceId) -> u16 {
        self.witness_of[&device]
    }

    fn account(&self, device: DeviceId) -> u16 {
        self.accounts[usize::from(self.witness(device))]
    }

    /// The account of each witness, and the name of each account.
    pub(super) fn into_accounts(self) -> (Vec<u16>, Vec<NameKey>) {
        (self.accounts, self.names)
    }
}

/// Which account a name belongs to, where the witnesses agree on one.
pub(super) struct Identities(HashMap<NameKey, u32>);

impl Identities {
    pub(super) fn of(set: &ReportSet, homes: &Homes) -> Self {
        let mut told: BTreeSet<(NameKey, u32, u16)> = BTreeSet::new();
        for (_, report) in set.iter() {
            let account = homes.account(set.stream_of(report).device);
            let names = [report.attacker, report.victim];
            let pairs = names.into_iter().zip(report.account_ids);
            told.extend(pairs.filter(|(_, id)| *id != 0).map(|(name, id)| (name, id, account)));
        }
        let mut witnesses: BTreeMap<(NameKey, u32), u32> = BTreeMap::new();
        for (name, id, _) in told {
            *witnesses.entry((name, id)).or_default() += 1;
        }
        let mut best: HashMap<NameKey, (u32, u32, bool)> = HashMap::new();
        for ((name, id), count) in witnesses {
            let entry = best.entry(name).or_insert((id, count, true));
            match count.cmp(&entry.1) {
                std::cmp::Ordering::Greater => *entry = (id, count, true),
                // Two players of one name: neither is meant.
                std::cmp::Ordering::Equal => entry.2 = entry.0 == id,
                std::cmp::Ordering::Less => {}
            }
        }
        let sole = best.into_iter().filter(|(_, (.., sole))| *sole);
        Self(sole.map(|(name, (id, ..))| (name, id)).collect())
    }

    /// One number for whoever is meant, by account where it is known.
    pub(super) fn who(&self, name: NameKey, id: u32) -> u64 {
        let id = if id == 0 { self.0.get(&name).copied().unwrap_or(0) } else { id };
        if id == 0 { name.0 } else { ACCOUNT | u64::from(id) }
    }
}

/// Tells an account from the name of another.
const ACCOUNT: u64 = 0x1d << 40;
