//! What a match is told besides its reports: who plays, and what was lost.

use std::collections::{BTreeMap, BTreeSet};

use super::MatchState;
use crate::{
    NameKey,
    row::row,
    trust::{Account, Known, Span, agreed_roster},
};

/// Lists and losses, by who told them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    lists: BTreeMap<Account, BTreeSet<Account>>,
    lost: BTreeMap<Account, Vec<Span>>,
}

row!(Heard { lists, lost });

/// Most accounts that are listened to: ten players and who watches them.
const LISTERS_MAX: usize = 64;
/// Most names of one list.
const LIST_MAX: usize = 64;
/// Most losses of one account; a device that loses more than that is away.
const LOST_MAX: usize = 64;
/// Of ten names of the shorter of two lists so many must be in both.
const SHARED_TENTHS: usize = 9;

impl Heard {
    /// What it comes to for a judgement.
    pub(crate) fn known(&self) -> Known {
        Known { roster: self.roster(), lost: self.lost.clone() }
    }

    /// The players that most lists name. A list without whoever sent it is a
    /// spectator's, or of another match.
    fn roster(&self) -> Option<BTreeSet<Account>> {
        let is_own = |(lister, list): &(&Account, &BTreeSet<Account>)| list.contains(lister);
        let lists = self.lists.iter().filter(is_own);
        agreed_roster(&lists.map(|(lister, list)| (*lister, list.clone())).collect())
    }

    /// Whose lists are not the one that is agreed on.
    pub(crate) fn contradictory(&self) -> BTreeSet<Account> {
        let agreed = self.roster().unwrap_or_default();
        let differs = |list: &BTreeSet<Account>| {
            let shared = list.intersection(&agreed).count();
            shared * 10 < list.len().min(agreed.len()) * SHARED_TENTHS
        };
        let lists = self.lists.iter();
        lists.filter(|(_, list)| differs(list)).map(|(lister, _)| *lister).collect()
    }

    /// Adds what another match heard.
    pub(crate) fn add(&mut self, other: &Self) {
        for (lister, list) in &other.lists {
            self.list(*lister, list.iter().copied());
        }
        for (account, spans) in &other.lost {
            for span in spans {
                self.lose(*account, *span);
            }
        }
    }

    /// Takes a list in; whether it says anything new. What one account lists
    /// adds up: a list fills while a match is loaded.
    fn list(&mut self, lister: Account, names: impl Iterator<Item = Account>) -> bool {
        if !self.lists.contains_key(&lister) && self.lists.len() >= LISTERS_MAX {
            return false;
        }
        let list = self.lists.entry(lister).or_default();
        let before = list.len();
        list.extend(names.take(LIST_MAX));
        while list.len() > LIST_MAX {
            list.pop_last();
        }
        list.len() > before
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
    /// Hears who plays, as one player's source lists it.
    pub fn hear_roster<'a>(&mut self, observer: &str, names: impl Iterator<Item = &'a str>) {
        let names = names.map(|name| Account::from(NameKey::of(name)));
        self.is_unjudged |= self.heard.list(NameKey::of(observer).into(), names);
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
