//! Who is in the match, as the accounts that tell of it list it.
//!
//! A list takes nobody's word away that others bear out, unless most of those
//! who bear each other out leave that account away: else whoever brings lists
//! could unseat all who have none.

use std::collections::{BTreeMap, BTreeSet};

use super::{Account, Sighted};

/// Fewest names that make a list of players: a source that shows its own player
/// only says nothing about who else is in the match.
const LIST_MIN: usize = 2;

/// Of ten names of the shorter of two lists so many must be in both.
const SHARED_TENTHS: usize = 9;

/// So many occurrences told with others bear an account out, however much more
/// it tells alone: a game may show each player little but their own.
const TOGETHER_MIN: u32 = 3;

/// Lists of players, by the account whose source shows them.
pub type Lists = BTreeMap<Account, BTreeSet<Account>>;

/// Who plays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    agreed: Option<BTreeSet<Account>>,
    /// Those whose lists count.
    electors: BTreeSet<Account>,
    outsiders: BTreeSet<Account>,
}

/// The players that most lists name, by who listed them. `None` where nobody
/// listed any: then everybody who reports is taken to be in the match.
///
/// One list alone is believed; of several a name needs more than half, and two,
/// so that no liar brings strangers in or leaves players out.
#[must_use]
pub fn agreed_roster(lists: &Lists) -> Option<BTreeSet<Account>> {
    let lists: Vec<_> = lists.values().filter(|list| list.len() >= LIST_MIN).collect();
    let named: BTreeSet<Account> = lists.iter().flat_map(|list| list.iter().copied()).collect();
    let agreed = named.into_iter().filter(|account| {
        let naming = lists.iter().filter(|list| list.contains(account)).count();
        lists.len() == 1 || (naming >= 2 && naming * 2 > lists.len())
    });
    (!lists.is_empty()).then(|| agreed.collect())
}

/// The accounts that tell of a match, and of them those that others bear out.
#[must_use]
pub fn borne_out(sighted: &[Sighted]) -> (BTreeSet<Account>, BTreeSet<Account>) {
    let mut told: BTreeMap<Account, (u32, u32)> = BTreeMap::new();
    for seen in sighted {
        let is_together = seen.seen_by.len() >= 2;
        for account in &seen.seen_by {
            let (all, together) = told.entry(*account).or_default();
            *all += 1;
            *together += u32::from(is_together);
        }
    }
    let telling = told.keys().copied().collect();
    let is_borne_out = |(_, (all, together)): &(Account, (u32, u32))| {
        *together >= TOGETHER_MIN || together * 2 > *all
    };
    (telling, told.into_iter().filter(is_borne_out).map(|(account, _)| account).collect())
}

impl Roster {
    /// From the lists, who `telling` of the match is and who of them is borne out
    /// by others.
    ///
    /// The lists of those who are borne out count, everybody's where nobody is;
    /// and of these the ones that name whoever sent them and half of all those:
    /// others are a spectator's, or of another match.
    #[must_use]
    pub fn of(lists: &Lists, telling: &BTreeSet<Account>, borne_out: &BTreeSet<Account>) -> Self {
        let electors = if borne_out.is_empty() { telling } else { borne_out };
        let counts = |(lister, list): &(&Account, &BTreeSet<Account>)| {
            electors.contains(lister)
                && list.contains(lister)
                && list.len() >= LIST_MIN
                && names_half(list, electors)
        };
        let lists: Lists =
            lists.iter().filter(counts).map(|(lister, list)| (*lister, list.clone())).collect();
        let agreed = agreed_roster(&lists);
        let mut roster = Self { agreed, electors: electors.clone(), outsiders: BTreeSet::new() };
        roster.outsiders = telling
            .iter()
            .filter(|account| {
                !roster.is_listed(**account)
                    && (!borne_out.contains(account) || roster.most_leave_out(&lists, **account))
            })
            .copied()
            .collect();
        // Lists that make strangers of most who bear each other out are no lists
        // of this match.
        if roster.outsiders.intersection(borne_out).count() * 2 > borne_out.len() {
            (roster.agreed, roster.outsiders) = (None, BTreeSet::new());
        }
        roster
    }

    /// The accounts that tell of the match and are not in it.
    #[must_use]
    pub fn outsiders(&self) -> &BTreeSet<Account> {
        &self.outsiders
    }

    /// Whether a list is of other players: not of those that are agreed on, or
    /// without most of those who tell of the match.
    #[must_use]
    pub fn contradicts(&self, list: &BTreeSet<Account>) -> bool {
        let differs = |agreed: &BTreeSet<Account>| {
            let shared = list.intersection(agreed).count();
            shared * 10 < list.len().min(agreed.len()) * SHARED_TENTHS
        };
        list.len() >= LIST_MIN
            && (self.agreed.as_ref().is_some_and(differs) || !names_half(list, &self.electors))
    }

    fn is_listed(&self, account: Account) -> bool {
        self.agreed.as_ref().is_none_or(|agreed| agreed.contains(&account))
    }

    /// Whether the lists without an account are most of all that there could be.
    fn most_leave_out(&self, lists: &Lists, account: Account) -> bool {
        let without = lists.values().filter(|list| !list.contains(&account)).count();
        without * 2 > self.electors.len()
    }
}

fn names_half(list: &BTreeSet<Account>, electors: &BTreeSet<Account>) -> bool {
    list.intersection(electors).count() * 2 >= electors.len()
}
