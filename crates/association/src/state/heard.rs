//! What a match is told besides its reports: who plays, and what never comes.

use std::collections::{BTreeMap, BTreeSet};

use event_model::DeviceId;

use super::MatchState;
use crate::{
    NameKey,
    row::row,
    trust::{Account, Gap, Known, Lists, Quorum, Roster},
};

/// Lists and gaps, by who told them: a list is its device's word, whomever it
/// claims to speak for.
///
/// Of what is too much none is kept rather than some: what is heard is the same
/// in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    lists: BTreeMap<DeviceId, Option<OfDevice>>,
    gaps: BTreeMap<DeviceId, BTreeSet<Gap>>,
}

/// What a device lists, by the account whose source shows it.
type OfDevice = BTreeMap<Account, Option<BTreeSet<Account>>>;

row!(Heard { lists, gaps });

/// Most devices whose lists, and whose gaps, are kept: ten players' and who watches
/// them. Of more those with the smallest ids.
const LISTERS_MAX: usize = 64;
/// Most accounts that one device lists players for: its own, and whoever it was
/// lent to in mid-match.
const ACCOUNTS_MAX: usize = 2;
/// Most names of one list.
const LIST_MAX: usize = 64;
/// Most gaps of one device, of more the first; one that loses more is away.
const GAPS_MAX: usize = 64;

impl Heard {
    /// Of each device what it lists for the account that it speaks for.
    pub(crate) fn lists(&self, devices: &Quorum) -> Lists {
        let mut lists = Lists::new();
        for (device, of_device) in &self.lists {
            let home = devices.home(*device);
            let list = of_device
                .as_ref()
                .zip(home)
                .and_then(|(of_device, home)| Some((home, of_device.get(&home)?.as_ref()?)));
            // Of two devices of one account none takes a name away.
            if let Some((home, list)) = list {
                lists.entry(home).or_default().extend(list);
            }
        }
        lists
    }

    /// Whether a device lists others than those who play, or more than can be.
    pub(crate) fn contradicts(&self, device: DeviceId, roster: &Roster) -> bool {
        let differs = |list: &Option<BTreeSet<Account>>| {
            list.as_ref().is_none_or(|list| roster.contradicts(list))
        };
        self.lists.get(&device).is_some_and(|of_device| {
            of_device.as_ref().is_none_or(|of_device| of_device.values().any(differs))
        })
    }

    /// Adds what another match heard.
    pub(crate) fn add(&mut self, other: &Self) {
        for (device, theirs) in &other.lists {
            let Some(theirs) = theirs else {
                self.keep(*device, None);
                continue;
            };
            for (account, list) in theirs {
                self.list(*device, *account, list.clone());
            }
        }
        for (device, gaps) in &other.gaps {
            for gap in gaps {
                self.miss(*device, *gap);
            }
        }
    }

    /// Takes a list in; whether it says anything new. What one account lists
    /// adds up: a list fills while a match is loaded.
    fn list(
        &mut self,
        device: DeviceId,
        account: Account,
        names: Option<BTreeSet<Account>>,
    ) -> bool {
        let Some(of_device) = self.lists.get(&device).cloned().unwrap_or(Some(OfDevice::new()))
        else {
            return false;
        };
        let before = of_device.get(&account).cloned();
        let known = before.clone().unwrap_or(Some(BTreeSet::new()));
        let all = known.zip(names).map(|(known, names)| &known | &names);
        let after = all.filter(|names| names.len() <= LIST_MAX);
        if before.as_ref() == Some(&after) {
            return false;
        }
        let mut of_device = of_device;
        of_device.insert(account, after);
        self.keep(device, Some(of_device).filter(|lists| lists.len() <= ACCOUNTS_MAX))
    }

    /// Keeps what a device lists, where it is one of those that are listened to.
    fn keep(&mut self, device: DeviceId, lists: Option<OfDevice>) -> bool {
        self.lists.insert(device, lists);
        let left = (self.lists.len() > LISTERS_MAX).then(|| self.lists.pop_last()).flatten();
        left.is_none_or(|(left, _)| left != device)
    }

    /// Takes a gap in; whether it says anything new.
    fn miss(&mut self, device: DeviceId, gap: Gap) -> bool {
        let of_device = self.gaps.entry(device).or_default();
        let mut is_new = of_device.insert(gap);
        if of_device.len() > GAPS_MAX {
            is_new &= of_device.pop_last() != Some(gap);
        }
        let left = (self.gaps.len() > LISTERS_MAX).then(|| self.gaps.pop_last()).flatten();
        is_new && left.is_none_or(|(left, _)| left != device)
    }
}

impl MatchState {
    /// Hears who plays, as a device tells that one player's source lists it.
    pub fn hear_roster<'a>(
        &mut self,
        device: DeviceId,
        observer: &str,
        names: impl Iterator<Item = &'a str>,
    ) {
        // One more than is kept, so that too many are seen to be too many.
        let names = names.map(|name| Account::from(NameKey::of(name))).take(LIST_MAX + 1).collect();
        self.is_unjudged |= self.heard.list(device, NameKey::of(observer).into(), Some(names));
    }

    /// Forgets who plays and what never comes: what is left of it is to be heard
    /// again.
    pub fn forget_heard(&mut self) {
        self.is_unjudged |= self.heard != Heard::default();
        self.heard = Heard::default();
    }

    /// Hears from a device which of its numbers will never come.
    pub fn hear_gap(&mut self, device: DeviceId, gap: Gap) {
        self.is_unjudged |= self.heard.miss(device, gap);
    }

    /// What is known besides reports, for a judgement.
    pub(super) fn known(&self) -> Known {
        let streams = std::iter::zip(self.set.streams(), &self.streams);
        let unsent = streams.filter_map(|(stream, facts)| {
            Some((*stream, facts.numbers.unsent(self.heard.gaps.get(&stream.device)?)?))
        });
        Known {
            lists: self.heard.lists(&self.devices()),
            unsent: unsent.collect(),
            ..Known::default()
        }
    }
}
