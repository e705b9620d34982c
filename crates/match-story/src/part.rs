//! Which part the player at this PC had in an event.

use event_model::{Actors, EventData, Kind};
use serde::{Deserialize, Serialize};

/// The player's part in an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Did it.
    Did,
    /// It was done to them, be it by their own hand.
    Suffered,
    /// Helped whoever did it.
    Helped,
    /// Had none.
    Watched,
}

impl Part {
    /// The observer's part, by account where the game names accounts, else by name.
    pub(crate) fn of(kind: Kind, data: &EventData) -> Self {
        let you = You(data);
        if you.is_victim(kind) {
            Self::Suffered
        } else if you.is_attacker(kind) {
            Self::Did
        } else if you.is_helper() {
            Self::Helped
        } else {
            Self::Watched
        }
    }

    /// The part's word, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Did => "did",
            Self::Suffered => "suffered",
            Self::Helped => "helped",
            Self::Watched => "watched",
        }
    }
}

/// The observer of an event.
struct You<'e>(&'e EventData);

impl You<'_> {
    fn is_victim(&self, kind: Kind) -> bool {
        let Self(data) = self;
        let account = data.actor_ids.as_ref().and_then(|ids| ids.victim.as_deref());
        // A `death` is the observer's by definition.
        kind == Kind::Death || self.is(data.actors.victim.as_deref(), account)
    }

    fn is_attacker(&self, kind: Kind) -> bool {
        let Self(data) = self;
        let Actors { attacker, victim, assists: _ } = &data.actors;
        let account = data.actor_ids.as_ref().and_then(|ids| ids.attacker.as_deref());
        // So is a `kill` of nobody in particular, where no account says otherwise.
        let own_counter = kind == Kind::Kill && victim.is_none() && data.observer.is_none();
        own_counter || self.is(attacker.as_deref(), account)
    }

    fn is_helper(&self) -> bool {
        let Self(data) = self;
        let (names, observer) = (&data.actors.assists, data.observer.as_deref());
        let accounts = data.actor_ids.as_ref().map_or(&[][..], |ids| &ids.assists[..]);
        let by_account = accounts.iter().any(|account| Some(account.as_str()) == observer);
        // Accounts are told of some helpers only: the others have just a name.
        let some_unnamed = accounts.len() < names.len();
        by_account || (some_unnamed && names.iter().any(|name| self.is(Some(name), None)))
    }

    fn is(&self, name: Option<&str>, account: Option<&str>) -> bool {
        let Some(observer) = self.0.observer.as_deref() else { return false };
        match (account, name) {
            (Some(account), _) => account == observer,
            (None, Some(name)) => name == observer || name.trim() == bare(observer).trim(),
            (None, None) => false,
        }
    }
}

/// An account's name without what tells namesakes apart: `Ana` of `Ana#EUW`.
pub(crate) fn bare(account: &str) -> &str {
    match account.rfind('#') {
        Some(hash) if hash > 0 => &account[..hash],
        Some(_) | None => account,
    }
}
