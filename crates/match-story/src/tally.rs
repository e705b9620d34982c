//! What is counted from events.

use std::collections::BTreeMap;

use event_model::{EventData, Kind};
use serde::{Deserialize, Serialize};

use crate::{KindWord, Part, Stage, Story, part::bare, story::Placed};

/// The account through whose game client this PC saw the match, and what its
/// player did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Observer {
    /// As the game names it.
    pub account: String,
    /// The player's name, where the game tells it.
    pub name: Option<String>,
    /// What the player did.
    pub counted: OwnCounts,
}

/// Kills, deaths and assists counted from this PC's events of the match, not the
/// game's own count: without warm-up, without rounds that were begun anew, and
/// without what happened before this PC saw the match.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct OwnCounts {
    /// Players killed.
    pub kills: u32,
    /// Times killed.
    pub deaths: u32,
    /// Kills helped with; absent where the game shows only the player's own
    /// counters.
    pub assists: Option<u32>,
}

/// How many events of a kind there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct KindCount {
    /// The kind.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub kind: KindWord,
    /// How many.
    pub count: u32,
    /// Of them, those in which the player had a part.
    pub yours: u32,
}

/// The kinds of these events, in the order of [`Kind::ALL`].
pub(crate) fn kinds<'e>(events: impl Iterator<Item = &'e Placed>) -> Vec<KindCount> {
    let mut counts: BTreeMap<Kind, (u32, u32)> = BTreeMap::new();
    for placed in events {
        let (count, yours) = counts.entry(placed.event.kind).or_default();
        *count += 1;
        *yours += u32::from(placed.part != Part::Watched);
    }
    let in_order = Kind::ALL.into_iter();
    in_order
        .filter_map(|kind| {
            let (count, yours) = *counts.get(&kind)?;
            Some(KindCount { kind: KindWord(kind), count, yours })
        })
        .collect()
}

/// Every observer, in the order of their accounts.
pub(crate) fn observers(story: &Story) -> Vec<Observer> {
    let shows_everybody = story.happenings().any(|placed| {
        let actors = &placed.event.data.actors;
        placed.event.kind == Kind::Kill && actors.attacker.is_some() && actors.victim.is_some()
    });
    let mut observers: BTreeMap<&str, Observer> = BTreeMap::new();
    for placed in story.events() {
        let Some(account) = placed.event.data.observer.as_deref() else { continue };
        let observer = observers.entry(account).or_insert_with(|| Observer {
            account: account.to_owned(),
            name: None,
            counted: OwnCounts { assists: shows_everybody.then_some(0), ..OwnCounts::default() },
        });
        observer.counted.take(placed);
        if observer.name.is_none() {
            observer.name = own_name(&placed.event.data, placed.part).map(str::to_owned);
        }
    }
    observers.into_values().map(named_by_account).collect()
}

/// What the game calls the player in an event of their own.
fn own_name(data: &EventData, part: Part) -> Option<&str> {
    match part {
        Part::Did => data.actors.attacker.as_deref(),
        Part::Suffered => data.actors.victim.as_deref(),
        Part::Helped | Part::Watched => None,
    }
}

/// A Riot account holds its player's name; a number holds none.
fn named_by_account(observer: Observer) -> Observer {
    let name = Some(bare(&observer.account)).filter(|name| *name != observer.account);
    let name = name.map(str::to_owned);
    Observer { name: observer.name.or(name), ..observer }
}

impl OwnCounts {
    fn take(&mut self, placed: &Placed) {
        if placed.stage != Stage::Match {
            return;
        }
        let is_kill = placed.event.kind == Kind::Kill;
        match placed.part {
            Part::Did if is_kill => self.kills += 1,
            Part::Suffered if is_kill || placed.event.kind == Kind::Death => self.deaths += 1,
            Part::Helped if is_kill => self.assists = Some(self.assists.unwrap_or(0) + 1),
            Part::Did | Part::Suffered | Part::Helped | Part::Watched => {}
        }
    }
}
