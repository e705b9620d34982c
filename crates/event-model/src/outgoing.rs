//! An event's body with other names in it: what leaves a machine that keeps the real ones.
//!
//! Id, sequence and match stay: they are made before, of values that no name enters in
//! the clear. Which members carry names is known here alone. A member of `details` that
//! is not known to carry none counts as one that does, and of an event that our own
//! rules did not make none is known.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::{CloudEvent, Game, Kind};

/// Shown in a pseudonym's place as long as nobody knows the key that it is made under.
pub const UNKNOWN_PSEUDONYM: &str = "~????????????????";

/// Members of `details` that carry no player's name: the game's own words, and ours.
const WITHOUT_NAMES: [&str; 58] = [
    "acing_team",
    "attacked",
    "attacker_kind",
    "awarding_faction",
    "body",
    "card",
    "clock",
    "codex",
    "commodity",
    "crime_type",
    "destination_system",
    "dragon_type",
    "event_id",
    "event_time",
    "faction",
    "first_event_time",
    "game_build",
    "game_version",
    "headshot",
    "inferred",
    "inhib_killed",
    "inhib_respawned",
    "inhib_respawning_soon",
    "joined_late",
    "journal_time",
    "kill_streak",
    "killed_by_team",
    "killer_rank",
    "killer_ship",
    "map",
    "match_id",
    "mission",
    "mode",
    "module",
    "name",
    "new_destination_system",
    "objective",
    "option",
    "phase",
    "power",
    "reason",
    "result",
    "round",
    "rounds",
    "score",
    "ship",
    "srvtype",
    "star_system",
    "started",
    "station_type",
    "stolen",
    "target_faction",
    "team",
    "turret_killed",
    "victim_faction",
    "voucher",
    "weapon",
    "winner",
];

/// The body with each player's name as `write` writes it, but for the observer's own.
///
/// What is not the JSON of an event is left as it is: it has no member that is known.
#[must_use]
pub fn with_names(body: &str, write: &dyn Fn(&str) -> String) -> String {
    let event = serde_json::from_str(body).ok().and_then(|json| CloudEvent::parse(&json).ok());
    let Some(mut event) = event else { return body.to_owned() };
    let (kind, is_ours) = (event.kind(), event.is_ringside());
    if let Some(data) = event.data.as_object_mut() {
        if is_ours {
            Writer::of(data, write).data(data, kind);
        } else {
            Writer::of_nobody(write).every_text(data);
        }
    }
    event.to_json()
}

/// Writes the names of one event.
struct Writer<'w> {
    write: &'w dyn Fn(&str) -> String,
    /// The observer's own account and names.
    own: Vec<String>,
}

impl<'w> Writer<'w> {
    fn of(data: &Map<String, Value>, write: &'w dyn Fn(&str) -> String) -> Self {
        let observer = data.get("observer").and_then(Value::as_str);
        Self { write, own: observer.map(|account| own_names(data, account)).unwrap_or_default() }
    }

    fn of_nobody(write: &'w dyn Fn(&str) -> String) -> Self {
        Self { write, own: Vec::new() }
    }

    /// Of what a program told nothing is known: it may call a player `winner`, and its
    /// players by their names in any game. The members of `details` keep their own
    /// names, which are the program's words.
    fn every_text(&self, data: &mut Map<String, Value>) {
        for member in ["actors", "actor_ids", "details"] {
            let Some(value) = data.get_mut(member) else { continue };
            match value.as_object_mut() {
                Some(members) => members.values_mut().for_each(|value| self.everything(value)),
                None => self.everything(value),
            }
        }
    }

    fn data(&self, data: &mut Map<String, Value>, kind: Option<Kind>) {
        let thing = things(data, kind);
        for (member, kept) in [("actors", thing), ("actor_ids", Things::default())] {
            let Some(actors) = data.get_mut(member).and_then(Value::as_object_mut) else {
                continue;
            };
            for (part, names) in actors {
                let is_thing = match part.as_str() {
                    "attacker" => kept.attacker,
                    "victim" => kept.victim,
                    _ => false,
                };
                if !is_thing {
                    self.everything(names);
                }
            }
        }
        if let Some(details) = data.get_mut("details").and_then(Value::as_object_mut) {
            for (member, value) in details {
                if !WITHOUT_NAMES.contains(&member.as_str()) {
                    self.everything(value);
                }
            }
        }
    }

    /// Each text in `value`, and each member's name: a roster may go by account.
    fn everything(&self, value: &mut Value) {
        match value {
            Value::String(name) => *name = self.name(name).into_owned(),
            Value::Array(values) => values.iter_mut().for_each(|value| self.everything(value)),
            Value::Object(members) => {
                *members = std::mem::take(members)
                    .into_iter()
                    .map(|(name, mut value)| {
                        self.everything(&mut value);
                        (self.name(&name).into_owned(), value)
                    })
                    .collect();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if name.is_empty() || self.own.iter().any(|own| own == name) {
            return Cow::Borrowed(name);
        }
        Cow::Owned((self.write)(name))
    }
}

/// Actors of an event that are no players.
#[derive(Clone, Copy, Default)]
struct Things {
    attacker: bool,
    victim: bool,
}

fn things(data: &Map<String, Value>, kind: Option<Kind>) -> Things {
    // Players of Dota 2 are called by their place, which is nobody's name.
    if data.get("game").and_then(Value::as_str) == Some(Game::dota2().as_str()) {
        return Things { attacker: true, victim: true };
    }
    let attacker = data.get("details").and_then(|details| details.get("attacker_kind"));
    Things {
        attacker: attacker
            .and_then(Value::as_str)
            .is_some_and(|kind| matches!(kind, "minion" | "turret")),
        victim: kind == Some(Kind::StructureDestroyed),
    }
}

/// The observer's account, and what an event calls them: the part before a Riot ID's
/// tag, the actor with their account, their name in a roster.
fn own_names(data: &Map<String, Value>, account: &str) -> Vec<String> {
    let mut own = vec![account.to_owned()];
    if let Some((name, _)) = account.rsplit_once('#') {
        own.push(name.to_owned());
    }
    for part in ["attacker", "victim"] {
        let named = |member: &str| data.get(member)?.get(part)?.as_str();
        if named("actor_ids") == Some(account) {
            own.extend(named("actors").map(str::to_owned));
        }
    }
    let roster = data.get("details").and_then(|details| details.get("roster"));
    own.extend(roster.and_then(|names| names.get(account)?.as_str()).map(str::to_owned));
    own
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(event_type: &str, data: Value) -> String {
        let event = json!({
            "specversion": "1.0", "id": "a", "source": "urn:ringside:device:x",
            "type": event_type, "subject": "league:1", "sequence": "7", "data": data,
        });
        CloudEvent::parse(&event).unwrap().to_json()
    }

    fn sent(event_type: &str, data: Value) -> Value {
        let sent = with_names(&body(event_type, data), &|name| format!("<{name}>"));
        serde_json::from_str::<Value>(&sent).unwrap()["data"].take()
    }

    #[test]
    fn every_name_but_the_observers_own_is_written_otherwise() {
        let data = json!({
            "observer": "Ana#EUW",
            "actors": {"attacker": "Ana", "victim": "Ben", "assists": ["Cleo", "Ana"]},
            "actor_ids": {"attacker": "Ana#EUW", "victim": "Ben#1", "assists": ["Cleo#2"]},
            "details": {"name": "ChampionKill", "killer_name": "Ben", "kill_streak": 2},
        });
        assert_eq!(
            sent("ringside.kill.v1", data),
            json!({
                "observer": "Ana#EUW",
                "actors": {"attacker": "Ana", "victim": "<Ben>", "assists": ["<Cleo>", "Ana"]},
                "actor_ids": {
                    "attacker": "Ana#EUW", "victim": "<Ben#1>", "assists": ["<Cleo#2>"],
                },
                "details": {"name": "ChampionKill", "killer_name": "<Ben>", "kill_streak": 2},
            })
        );
    }

    #[test]
    fn the_observers_name_is_known_by_their_account() {
        let data = json!({
            "observer": "7656", "actors": {"attacker": "Ana", "victim": null, "assists": []},
            "actor_ids": {"attacker": "7656", "victim": null, "assists": []},
        });
        let sent = sent("ringside.kill.v1", data.clone());
        assert_eq!(
            (sent["actors"].clone(), &sent["actor_ids"]),
            (data["actors"].clone(), &data["actor_ids"])
        );
    }

    #[test]
    fn a_roster_is_written_by_account_and_by_name() {
        let roster = json!({"7656": "Ana", "7657": "Ben"});
        let data = json!({"observer": "7656", "details": {"roster": roster, "map": "de_nuke"}});
        let expected = json!({"roster": {"7656": "Ana", "<7657>": "<Ben>"}, "map": "de_nuke"});
        assert_eq!(sent("ringside.session_evidence.v1", data)["details"], expected);
        let data = json!({"observer": "Ana#1", "details": {"roster": ["Ana#1", "Ben#2"]}});
        let expected = json!({"roster": ["Ana#1", "<Ben#2>"]});
        assert_eq!(sent("ringside.session_evidence.v1", data)["details"], expected);
    }

    #[test]
    fn what_is_no_player_keeps_its_name() {
        let data = json!({
            "actors": {"attacker": "Minion_T1", "victim": "Turret_T2", "assists": ["Ben"]},
            "details": {"attacker_kind": "minion"},
        });
        let expected =
            json!({"attacker": "Minion_T1", "victim": "Turret_T2", "assists": ["<Ben>"]});
        assert_eq!(sent("ringside.structure_destroyed.v1", data.clone())["actors"], expected);
        let sent = sent("ringside.kill.v1", data);
        assert_eq!(sent["actors"]["victim"], "<Turret_T2>", "a player may be called so");
    }

    #[test]
    fn a_place_is_nobodys_name_and_an_account_is() {
        let data = json!({
            "game": "dota2", "observer": "86745912",
            "actors": {"attacker": "player 2", "victim": "player 5", "assists": []},
            "actor_ids": {"attacker": "86745912", "victim": "105248644", "assists": []},
            "details": {"places": ["86745912", "105248644", null], "value": 353},
        });
        let sent = sent("ringside.kill.v1", data.clone());
        assert_eq!(sent["actors"], data["actors"]);
        assert_eq!(sent["actor_ids"]["victim"], "<105248644>");
        assert_eq!(sent["details"]["places"], json!(["86745912", "<105248644>", null]));
    }

    #[test]
    fn a_detail_that_nobody_knows_counts_as_a_name() {
        let data = json!({"details": {"new_field": {"who": ["Ben", 3, true]}, "weapon": "ak47"}});
        let expected = json!({"new_field": {"<who>": ["<Ben>", 3, true]}, "weapon": "ak47"});
        assert_eq!(sent("ringside.other.v1", data)["details"], expected);
    }

    #[test]
    fn of_a_programs_event_every_text_counts_as_a_name() {
        let data = json!({
            "game": "dota2", "observer": "7656", "lap": "fastest",
            "actors": {"attacker": "Ana", "victim": "Ben"}, "actor_ids": ["7656"],
            "details": {"name": "Ben", "winner": "Ben", "attacker_kind": "minion", "score": 3},
        });
        let expected = json!({
            "game": "dota2", "observer": "7656", "lap": "fastest",
            "actors": {"attacker": "<Ana>", "victim": "<Ben>"}, "actor_ids": ["<7656>"],
            "details": {
                "name": "<Ben>", "winner": "<Ben>", "attacker_kind": "<minion>", "score": 3,
            },
        });
        assert_eq!(sent("com.example.lap", data), expected);
    }

    #[test]
    fn what_has_no_names_leaves_byte_for_byte() {
        let data = json!({"game": "cs2", "round": 3, "details": {"score": {"ct": 1, "t": 2.5}}});
        let body = body("ringside.round_ended.v1", data);
        assert_eq!(with_names(&body, &|_| "x".to_owned()), body);
        assert_eq!(with_names("no event", &|_| "x".to_owned()), "no event");
    }
}
