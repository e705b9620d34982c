//! What an entry of the list means.

use std::collections::BTreeMap;

use event_model::{ActorIds, Actors, Kind};
use serde_json::Value;

use super::{
    entry::Entry,
    roster::{Bearer, Bearers},
};

pub(super) const VICTIM_NAME: &str = "VictimName";
const KILLER_NAME: &str = "KillerName";

/// An entry in the words of the event model.
pub(super) struct Happening {
    pub(super) kind: Kind,
    pub(super) actors: Actors,
    pub(super) actor_ids: Option<ActorIds>,
    pub(super) details: BTreeMap<String, Value>,
}

/// How entries of one name are read.
struct Reading {
    kind: Kind,
    /// The field that names who did it.
    attacker: Option<&'static str>,
    /// The field that names to whom, or to what.
    victim: Option<&'static str>,
}

/// Who did it, where an entry names no player.
#[derive(Clone, Copy)]
enum KillerKind {
    Player,
    Minion,
    Turret,
    Other,
}

impl Happening {
    pub(super) const CHAMPION_KILL: &str = "ChampionKill";
    pub(super) const GAME_START: &str = "GameStart";
    pub(super) const GAME_END: &str = "GameEnd";

    /// `bearers` has the players among the entry's names.
    pub(super) fn of(entry: &Entry, bearers: &Bearers) -> Self {
        let reading = Reading::of(&entry.name);
        let named = |field: Option<&str>| {
            field.and_then(|field| entry.text(field)).filter(|name| !name.is_empty())
        };
        let actors = Actors {
            attacker: named(reading.attacker).map(str::to_owned),
            victim: named(reading.victim).map(str::to_owned),
            assists: assists(entry),
        };
        Self {
            kind: reading.kind,
            actor_ids: actor_ids(&actors, bearers),
            details: details(entry, &reading, &actors, bearers),
            actors,
        }
    }

    /// The victim, where it is a player that no other shares the name with.
    pub(super) fn sole_victim(&self, bearers: &Bearers) -> Option<&str> {
        let victim = self.actors.victim.as_deref()?;
        matches!(bearers.get(victim), Some(Bearer::Sole(_))).then_some(victim)
    }
}

impl Reading {
    fn of(name: &str) -> Self {
        let by = |kind, attacker| Self { kind, attacker: Some(attacker), victim: None };
        let from_to =
            |kind, victim| Self { kind, attacker: Some(KILLER_NAME), victim: Some(victim) };
        match name {
            Happening::GAME_START => {
                Self { kind: Kind::MatchStarted, attacker: None, victim: None }
            }
            Happening::GAME_END => Self { kind: Kind::MatchEnded, attacker: None, victim: None },
            Happening::CHAMPION_KILL => from_to(Kind::Kill, VICTIM_NAME),
            "FirstBlood" => by(Kind::FirstBlood, "Recipient"),
            "Multikill" => by(Kind::MultiKill, KILLER_NAME),
            "Ace" => by(Kind::Ace, "Acer"),
            "TurretKilled" => from_to(Kind::StructureDestroyed, "TurretKilled"),
            "InhibKilled" => from_to(Kind::StructureDestroyed, "InhibKilled"),
            "DragonKill" | "HeraldKill" | "BaronKill" | "HordeKill" | "AtakhanKill" => {
                by(Kind::ObjectiveTaken, KILLER_NAME)
            }
            _ => by(Kind::Other, KILLER_NAME),
        }
    }
}

/// Names that stand for `other` and are nothing new.
pub(super) fn is_known_name(name: &str) -> bool {
    const KNOWN_OTHERS: [&str; 4] =
        ["MinionsSpawning", "FirstBrick", "InhibRespawningSoon", "InhibRespawned"];
    Reading::of(name).kind != Kind::Other || KNOWN_OTHERS.contains(&name)
}

fn assists(entry: &Entry) -> Vec<String> {
    let names = entry.fields.get("Assisters").and_then(Value::as_array);
    names
        .map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_default()
}

fn actor_ids(actors: &Actors, bearers: &Bearers) -> Option<ActorIds> {
    let account = |name: &String| match bearers.get(name) {
        Some(Bearer::Sole(account)) => Some(account.clone()),
        Some(Bearer::Shared) | None => None,
    };
    let ids = ActorIds {
        attacker: actors.attacker.as_ref().and_then(account),
        victim: actors.victim.as_ref().and_then(account),
        assists: actors.assists.iter().filter_map(account).collect(),
    };
    (ids != ActorIds::default()).then_some(ids)
}

/// What else the entry says, under names that other games share where they can.
fn details(
    entry: &Entry,
    reading: &Reading,
    actors: &Actors,
    bearers: &Bearers,
) -> BTreeMap<String, Value> {
    let mut details = BTreeMap::from([("name".to_owned(), Value::from(entry.name.as_str()))]);
    if let Some(killer) = actors.attacker.as_deref() {
        let kind = KillerKind::of(killer, bearers);
        details.insert("attacker_kind".to_owned(), Value::from(kind.as_str()));
    }
    if let Some(objective) = entry.name.strip_suffix("Kill")
        && reading.kind == Kind::ObjectiveTaken
    {
        details.insert("objective".to_owned(), Value::from(objective.to_lowercase()));
    }
    let taken = [reading.attacker, reading.victim, Some("Assisters")];
    for (field, value) in &entry.fields {
        if !taken.contains(&Some(field.as_str())) {
            // The game's own fields never hide what we say ourselves.
            details.entry(snake_case(field)).or_insert_with(|| truth(value));
        }
    }
    details
}

impl KillerKind {
    fn of(name: &str, bearers: &Bearers) -> Self {
        match name {
            name if bearers.contains_key(name) => Self::Player,
            name if name.starts_with("Minion_") => Self::Minion,
            name if name.starts_with("Turret_") => Self::Turret,
            _ => Self::Other,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Player => "player",
            Self::Minion => "minion",
            Self::Turret => "turret",
            Self::Other => "other",
        }
    }
}

/// The game writes truth values as the strings "True" and "False".
fn truth(value: &Value) -> Value {
    match value.as_str() {
        Some("True") => Value::Bool(true),
        Some("False") => Value::Bool(false),
        Some(_) | None => value.clone(),
    }
}

/// `AcingTeam` as `acing_team`.
fn snake_case(field: &str) -> String {
    let mut name = String::with_capacity(field.len() + 4);
    for (index, letter) in field.char_indices() {
        if letter.is_uppercase() && index > 0 {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}
