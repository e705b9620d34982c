//! Whose clocks others are held to.

use std::collections::BTreeSet;

use super::super::view::View;
use crate::trust::Account;

/// The accounts that have a vote.
#[derive(Debug)]
pub(crate) struct Votes {
    /// By account; everybody's where there is none.
    has: Option<Vec<bool>>,
}

impl Votes {
    /// Everybody's.
    pub(crate) fn of_all() -> Self {
        Self { has: None }
    }

    /// Those of `voters`.
    pub(crate) fn of(view: &View, voters: &BTreeSet<Account>) -> Self {
        let has = |name: &crate::NameKey| voters.contains(&Account::from(*name));
        let has: Vec<bool> = view.account_names().iter().map(has).collect();
        // Whoever tells nothing that counts is no voter, and pulls nobody.
        let some_are_out = has.contains(&false) && has.contains(&true);
        Self { has: some_are_out.then_some(has) }
    }

    pub(crate) fn are_all(&self) -> bool {
        self.has.is_none()
    }

    pub(super) fn has(&self, account: u16) -> bool {
        self.has.as_ref().is_none_or(|has| has[usize::from(account)])
    }
}
