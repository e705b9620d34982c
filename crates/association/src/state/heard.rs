//! What a match is told besides its reports: who plays, and what was lost.

use std::collections::{BTreeMap, BTreeSet};

use event_model::DeviceId;

use super::MatchState;
use crate::{
    NameKey,
    row::row,
    trust::{Account, Known, Lists, Quorum, Roster, Span},
};

/// Lists and losses, by who told them: a list is its device's word, whomever it
/// claims to speak for.
///
/// Of what is too much none is kept rather than some: what is heard is the same
/// in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    lists: BTreeMap<DeviceId, Option<OfDevice>>,
    lost: BTreeMap<Account, Vec<Span>>,
}

/// What a device lists, by the account whose source shows it.
type OfDevice = BTreeMap<Account, Option<BTreeSet<Account>>>;

row!(Heard { lists, lost });

/// Most devices whose lists are kept: ten players' and who watches them. Of more
/// those with the smallest ids.
const LISTERS_MAX: usize = 64;
/// Most accounts that one device lists players for: its own, and whoever it was
/// lent to in mid-match.
const ACCOUNTS_MAX: usize = 2;
/// Most names of one list.
const LIST_MAX: usize = 64;
/// Most losses of one account; a device that loses more than that is away.
const LOST_MAX: usize = 64;

impl Heard {
    /// What it comes to for a judgement: of each device what it lists for the
    /// account that it speaks for.
    pub(crate) fn known(&self, devices: &Quorum) -> Known {
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
        Known { lists, lost: self.lost.clone(), ..Known::default() }
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
        for (account, spans) in &other.lost {
            for span in spans {
                self.lose(*account, *span);
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

    fn lose(&mut self, account: Account, span: Span) -> bool {
        if !self.lost.contains_key(&account) && self.lost.len() >= LISTERS_MAX {
            return false;
        }
        let lost = self.lost.entry(account).or_default();
        let is_new = lost.len() < LOST_MAX && !lost.contains(&span);
        if is_new {
            lost.push(span);
            lost.sort_unstable();
        }
        is_new
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

    /// Forgets who plays: what is left of it is to be heard again.
    pub fn forget_rosters(&mut self) {
        self.is_unjudged |= !self.heard.lists.is_empty();
        self.heard.lists.clear();
    }

    /// Hears that what one player's device saw meanwhile will never come.
    pub fn hear_lost(&mut self, observer: &str, span: Span) {
        self.is_unjudged |= self.heard.lose(NameKey::of(observer).into(), span);
    }
}
