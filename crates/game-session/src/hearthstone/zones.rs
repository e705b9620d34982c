//! Where each entity of a game is, and what is known of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Drift;

/// Entities that are followed at once: a game of two has about 300, one of Battlegrounds
/// some thousand, most of which are gone when others come.
const ENTITIES_MAX: usize = 4_096;

/// Longest card id that is read, in bytes; the longest known have 30.
const CARD_BYTES_MAX: usize = 64;

/// The entities of a game by their ids; written as a list, since a number is no key of
/// a JSON object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<(u32, Card)>", into = "Vec<(u32, Card)>")]
pub(super) struct Cards {
    known: BTreeMap<u32, Card>,
    /// How often the last line told of one beyond the bound.
    left_out: u64,
}

/// An entity that is no player.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Card {
    #[serde(rename = "z", default, skip_serializing_if = "is_elsewhere")]
    pub(super) zone: Zone,
    #[serde(rename = "m", default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_minion: bool,
    /// Whose it is; 0 where that was not told.
    #[serde(rename = "s", default)]
    pub(super) seat: u32,
    /// Its card; empty while it is hidden.
    #[serde(rename = "c", default, skip_serializing_if = "String::is_empty")]
    pub(super) card: String,
}

/// Where an entity is, as far as it matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Zone {
    #[default]
    Elsewhere,
    Hand,
    Play,
    Graveyard,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn is_elsewhere(zone: &Zone) -> bool {
    *zone == Zone::Elsewhere
}

impl From<Vec<(u32, Card)>> for Cards {
    fn from(list: Vec<(u32, Card)>) -> Self {
        Self { known: list.into_iter().take(ENTITIES_MAX).collect(), left_out: 0 }
    }
}

impl From<Cards> for Vec<(u32, Card)> {
    fn from(cards: Cards) -> Self {
        cards.known.into_iter().collect()
    }
}

impl Zone {
    fn read(value: &str) -> Self {
        match value {
            "HAND" => Self::Hand,
            "PLAY" => Self::Play,
            "GRAVEYARD" => Self::Graveyard,
            _ => Self::Elsewhere,
        }
    }
}

impl Cards {
    pub(super) fn get(&self, id: u32) -> Option<&Card> {
        self.known.get(&id)
    }

    /// An entity comes up, or its card does.
    pub(super) fn show(&mut self, id: u32, card: &str) {
        if let Some(entry) = self.entry(id)
            && !card.is_empty()
            && card.len() <= CARD_BYTES_MAX
        {
            card.clone_into(&mut entry.card);
        }
    }

    pub(super) fn set(&mut self, id: u32, tag: &str, value: &str) {
        let Some(entry) = self.entry(id) else { return };
        match tag {
            "ZONE" => entry.zone = Zone::read(value),
            "CARDTYPE" => entry.is_minion = value == "MINION",
            "CONTROLLER" => entry.seat = value.parse().unwrap_or_default(),
            _ => {}
        }
    }

    /// Moves an entity; what it was, where that was a minion in play that is none now.
    pub(super) fn bury(&mut self, id: u32, value: &str) -> Option<Card> {
        let before = self.known.get(&id).cloned();
        self.set(id, "ZONE", value);
        let died = Zone::read(value) == Zone::Graveyard;
        if died || value == "REMOVEDFROMGAME" {
            // What comes back from there comes up anew, with all of its tags.
            self.known.remove(&id);
        }
        before.filter(|card| died && card.is_minion && card.zone == Zone::Play)
    }

    /// Counts what was told of entities that are not followed, since there are too many.
    pub(super) fn count_left_out(&mut self, drift: &mut Drift) {
        let left_out = std::mem::take(&mut self.left_out);
        if left_out > 0 {
            drift.count_times("entities (more than are followed)", left_out);
        }
    }

    /// The entities in anybody's hand.
    pub(super) fn in_hand(&self) -> impl Iterator<Item = (u32, &Card)> {
        let in_hand = self.known.iter().filter(|(_, card)| card.zone == Zone::Hand);
        in_hand.map(|(id, card)| (*id, card))
    }

    fn entry(&mut self, id: u32) -> Option<&mut Card> {
        if self.known.len() >= ENTITIES_MAX && !self.known.contains_key(&id) {
            self.left_out += 1;
            return None;
        }
        Some(self.known.entry(id).or_default())
    }
}
