//! One entry of the frame's list of events.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::Drift;

/// Entries read of one frame: the game lists sixteen at most.
const ENTRIES_MAX: usize = 64;

/// Longest entry that is read, in bytes: the longest known has under 300.
const ENTRY_BYTES_MAX: usize = 4 * 1024;

/// The outer type of what the game also writes into its chat.
const GENERIC: &str = "generic_event";

/// What people write to each other is no event of the match, and theirs alone.
const CHAT: &str = "chat_message";

/// An entry as listed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// The game's word for it: of a generic event the inner one.
    pub(super) name: String,
    /// Whole seconds of the engine's clock.
    pub(super) game_time: i64,
    /// The same clock, as exactly as the entry tells it.
    pub(super) time_ms: i64,
    /// What tells it from every other entry of the match.
    pub(super) native_key: String,
    /// Everything else that it says.
    pub(super) fields: BTreeMap<String, Value>,
}

impl Entry {
    /// Reads the list, which has the newest first, and gives the oldest first. What
    /// cannot be read is counted and left out: the rest is worth having.
    pub(super) fn read_all(list: Option<&Value>, drift: &mut Drift) -> Vec<Self> {
        let Some(Value::Array(list)) = list else { return Vec::new() };
        if list.len() > ENTRIES_MAX {
            drift.count("events (more than a frame lists)");
        }
        let mut times = BTreeMap::new();
        let mut entries = Vec::new();
        for listed in list.iter().take(ENTRIES_MAX).rev() {
            match Self::read(listed) {
                Some(mut entry) => {
                    // Two of one second that say the same are two.
                    let seen = times.entry(entry.native_key.clone()).or_insert(0_u32);
                    *seen += 1;
                    entry.native_key = format!("{} {seen}", entry.native_key);
                    entries.push(entry);
                }
                None if is_chat(listed) => {}
                None => drift.count("events.* (unreadable)"),
            }
        }
        entries
    }

    fn read(listed: &Value) -> Option<Self> {
        let outer = listed.as_object().filter(|_| !is_chat(listed))?;
        let text = event_model::canonical_json(listed);
        if text.len() > ENTRY_BYTES_MAX {
            return None;
        }
        let event_type = outer.get("event_type")?.as_str()?;
        let game_time = outer.get("game_time")?.as_i64()?;
        let (name, fields) = match event_type {
            GENERIC => generic(outer)?,
            _ => (event_type.to_owned(), without(outer, &["event_type", "game_time"])),
        };
        let time = fields.get("time").and_then(Value::as_f64);
        Some(Self {
            native_key: format!("{name} {game_time} {}", hash_of(&text)),
            time_ms: time.map_or_else(|| game_time.saturating_mul(1_000), milliseconds),
            name,
            game_time,
            fields,
        })
    }

    /// A player that a field names by its place.
    pub(super) fn place(&self, field: &str) -> Option<u8> {
        u8::try_from(self.fields.get(field)?.as_u64()?)
            .ok()
            .filter(|place| *place < super::frame::PLACES)
    }
}

fn is_chat(listed: &Value) -> bool {
    listed.get("event_type").and_then(Value::as_str) == Some(CHAT)
}

/// The inner type and fields of a generic event: JSON within a text.
fn generic(outer: &Map<String, Value>) -> Option<(String, BTreeMap<String, Value>)> {
    let inner: Map<String, Value> = serde_json::from_str(outer.get("data")?.as_str()?).ok()?;
    let name = inner.get("type")?.as_str()?.to_owned();
    Some((name, without(&inner, &["type"])))
}

fn without(members: &Map<String, Value>, taken: &[&str]) -> BTreeMap<String, Value> {
    let rest = members.iter().filter(|(name, _)| !taken.contains(&name.as_str()));
    rest.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// 128 bits: as unlikely to collide as the event ids themselves.
fn hash_of(text: &[u8]) -> String {
    hex::encode(&Sha256::digest(text)[..16])
}

fn milliseconds(seconds: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
    let ms = (seconds * 1_000.0).round() as i64;
    ms
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kill(victim: u8, killer: u8, time: &str) -> Value {
        let data = format!(
            r#"{{"type":"CHAT_MESSAGE_HERO_KILL","value":353,"playerid1":{victim},"playerid2":{killer},"time":{time}}}"#
        );
        json!({ "game_time": 149, "event_type": "generic_event", "data": data })
    }

    fn keys(list: &Value) -> Vec<String> {
        let entries = Entry::read_all(Some(list), &mut Drift::default());
        entries.into_iter().map(|entry| entry.native_key).collect()
    }

    #[test]
    fn two_kills_of_one_second_are_two() {
        let both = keys(&json!([kill(5, 0, "149.4"), kill(6, 0, "149.2")]));
        assert_eq!(both.len(), 2);
        assert_ne!(both[0], both[1]);
    }

    #[test]
    fn what_says_the_same_twice_in_one_frame_is_two() {
        let tip = json!({ "game_time": 9, "event_type": "tip", "sender_player_id": 3 });
        let both = keys(&json!([tip, tip]));
        assert_eq!(both[0].trim_end_matches(" 1"), both[1].trim_end_matches(" 2"));
        assert_ne!(both[0], both[1]);
    }

    #[test]
    fn the_order_of_members_tells_no_entries_apart() {
        let one = r#"[{"game_time": 9, "event_type": "tip", "sender_player_id": 3}]"#;
        let other = r#"[{"sender_player_id":3,"event_type":"tip","game_time":9}]"#;
        let read = |text| keys(&serde_json::from_str(text).unwrap());
        assert_eq!(read(one), read(other));
    }

    #[test]
    fn the_inner_time_is_told_to_the_millisecond() {
        let entries =
            Entry::read_all(Some(&json!([kill(5, 0, "149.200012")])), &mut Drift::default());
        assert_eq!((entries[0].game_time, entries[0].time_ms), (149, 149_200));
    }

    #[test]
    fn what_people_write_is_left_alone_and_what_cannot_be_read_is_counted() {
        let mut drift = Drift::default();
        let chat = json!({ "game_time": 9, "event_type": "chat_message", "message": "gg" });
        let broken = json!({ "game_time": 9, "event_type": "generic_event", "data": "{" });
        assert!(Entry::read_all(Some(&json!([chat, broken])), &mut drift).is_empty());
        assert_eq!(drift.iter().collect::<Vec<_>>(), [("events.* (unreadable)", 1)]);
    }
}
