//! What a frame shows to have happened, before the session makes events of it.

use std::collections::BTreeMap;

use event_model::Kind;
use serde_json::Value;

use super::frame::OwnPlayer;

/// Something that happened: an event but for what the session adds to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Happening {
    pub(super) kind: Kind,
    /// The game's own counter or index of it.
    pub(super) native_key: String,
    pub(super) actor: Option<Actor>,
    pub(super) round: Option<u32>,
    pub(super) ordinal: Option<GameCounter>,
    pub(super) details: BTreeMap<String, Value>,
}

/// The observer's own player, in the part that it had.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Actor {
    pub(super) part: Part,
    pub(super) name: String,
}

/// What the own player did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Attacker,
    Victim,
}

/// A game counter's value after the happening.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GameCounter {
    pub(super) of: &'static str,
    pub(super) value: u64,
}

impl Happening {
    pub(super) fn new(kind: Kind, native_key: impl Into<String>) -> Self {
        Self {
            kind,
            native_key: native_key.into(),
            actor: None,
            round: None,
            ordinal: None,
            details: BTreeMap::new(),
        }
    }

    pub(super) fn by(mut self, part: Part, player: &OwnPlayer) -> Self {
        self.actor = Some(Actor { part, name: player.name.clone() });
        self
    }

    pub(super) fn in_round(mut self, round: Option<u32>) -> Self {
        self.round = round;
        self
    }

    pub(super) fn counted_by(mut self, of: &'static str, value: i64) -> Self {
        // A kill taken back can leave the counter below zero; no ordinal can
        // say that, and the native key still does.
        self.ordinal = u64::try_from(value).ok().map(|value| GameCounter { of, value });
        self
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}
