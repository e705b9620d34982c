//! What an entry of the list means.

use std::collections::BTreeMap;

use event_model::{ActorIds, Actors, Kind};
use serde_json::Value;

use super::{entry::Entry, session::Accounts};
use crate::Drift;

pub(super) const HERO_KILL: &str = "CHAT_MESSAGE_HERO_KILL";
const FIRST_BLOOD: &str = "CHAT_MESSAGE_FIRSTBLOOD";

/// Who was killed, and by whom: 111 of 111 in one whole match.
pub(super) const VICTIM: &str = "playerid1";
pub(super) const KILLER: &str = "playerid2";

/// Names that stand for `other` and are nothing new: those of one whole match, and of
/// the recordings. What their player fields mean is not documented.
const KNOWN_OTHERS: [&str; 16] = [
    "CHAT_MESSAGE_STREAK_KILL",
    "CHAT_MESSAGE_TOWER_KILL",
    "CHAT_MESSAGE_BARRACKS_KILL",
    "CHAT_MESSAGE_BUYBACK",
    "CHAT_MESSAGE_GLYPH_USED",
    "CHAT_MESSAGE_ITEM_PURCHASE",
    "CHAT_MESSAGE_OBSERVER_WARD_KILLED",
    "CHAT_MESSAGE_SENTRY_WARD_KILLED",
    "bounty_rune_pickup",
    "aegis_picked_up",
    "aegis_denied",
    "courier_killed",
    "tip",
    FIRST_BLOOD,
    HERO_KILL,
    "roshan_killed",
];

/// An entry in the words of the event model.
pub(super) struct Happening {
    pub(super) kind: Kind,
    pub(super) actors: Actors,
    pub(super) actor_ids: Option<ActorIds>,
    pub(super) details: BTreeMap<String, Value>,
}

/// The part that a player has.
struct Parts {
    kind: Kind,
    attacker: Option<u8>,
    victim: Option<u8>,
}

impl Happening {
    /// `accounts` has whose account is known, `listed` all that the frame lists.
    pub(super) fn of(entry: &Entry, listed: &[Entry], accounts: &Accounts) -> Self {
        let Parts { kind, attacker, victim } = Parts::of(entry, listed);
        let account =
            |place: Option<u8>| place.and_then(|place| accounts.get(&place.to_string())).cloned();
        let ids =
            ActorIds { attacker: account(attacker), victim: account(victim), assists: Vec::new() };
        let mut details = entry.fields.clone();
        details.insert("name".to_owned(), entry.name.as_str().into());
        if kind == Kind::ObjectiveTaken {
            details.insert("objective".to_owned(), "roshan".into());
        }
        Self {
            kind,
            actors: Actors {
                attacker: attacker.map(player),
                victim: victim.map(player),
                assists: Vec::new(),
            },
            actor_ids: (ids != ActorIds::default()).then_some(ids),
            details,
        }
    }
}

impl Parts {
    fn of(entry: &Entry, listed: &[Entry]) -> Self {
        let (attacker, victim) = (entry.place(KILLER), entry.place(VICTIM));
        match entry.name.as_str() {
            HERO_KILL if victim.is_some() => Self { kind: Kind::Kill, attacker, victim },
            FIRST_BLOOD => Self::first_blood(entry, listed),
            "roshan_killed" => Self {
                kind: Kind::ObjectiveTaken,
                attacker: entry.place("killer_player_id"),
                victim: None,
            },
            _ => Self { kind: Kind::Other, attacker: None, victim: None },
        }
    }

    /// Which of its two players was killed is not documented: the kill beside it says.
    fn first_blood(entry: &Entry, listed: &[Entry]) -> Self {
        let two = |entry: &Entry| {
            let mut both = [entry.place(VICTIM), entry.place(KILLER)];
            both.sort_unstable();
            both
        };
        let kill = listed.iter().find(|kill| {
            kill.name == HERO_KILL && kill.game_time == entry.game_time && two(kill) == two(entry)
        });
        Self {
            kind: Kind::FirstBlood,
            attacker: kill.and_then(|kill| kill.place(KILLER)),
            victim: kill.and_then(|kill| kill.place(VICTIM)),
        }
    }
}

/// What events call a player. The game shows a player nobody else's name, and a place
/// is the same on every PC.
fn player(place: u8) -> String {
    format!("player {place}")
}

/// Counts an entry whose name is none that this version knows.
pub(super) fn count_unknown(entry: &Entry, drift: &mut Drift) {
    if !KNOWN_OTHERS.contains(&entry.name.as_str()) {
        drift.count(&format!("event {}", entry.name));
    }
}
