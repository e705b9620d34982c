//! Games of Overwolf's that nobody may read for now: of their messages the number is left,
//! so that none counts as lost.

use event_model::Game;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{GepGame, message, value};

/// The games that Overwolf's page tells of.
#[must_use]
pub fn overwolf_games() -> [Game; 3] {
    GepGame::ALL.map(GepGame::game)
}

/// Tells the messages of a page apart by their games, in the order in which they come:
/// Overwolf's own do not name one.
#[derive(Debug, Clone, Default)]
pub struct LeavingOut {
    last: Option<GepGame>,
}

/// Where a message says whose it is.
#[derive(Deserialize)]
struct Envelope {
    run: Option<String>,
    seq: Option<u64>,
    #[serde(rename = "gameId")]
    game_id: Option<Value>,
    payload: Option<Payload>,
    raw: Option<Payload>,
}

/// What is wrapped; a text where a tool kept it so.
#[derive(Deserialize)]
#[serde(untagged)]
enum Payload {
    Named(Named),
    Text(String),
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "gameId")]
    game_id: Option<Value>,
}

impl LeavingOut {
    /// What is left of a message, where its game is off; nothing where it is read as it is.
    pub fn left_of(&mut self, message: &str, is_off: impl Fn(&Game) -> bool) -> Option<String> {
        let envelope: Envelope = serde_json::from_str(message).ok()?;
        let id = envelope.game();
        if let Some(id) = id {
            // A game without rules is counted, and none of its values is read.
            self.last = Some(GepGame::of(id)?);
        }
        let game = self.last.unwrap_or(GepGame::UNNAMED);
        is_off(&game.game()).then(|| {
            let left = json!({
                "run": envelope.run, "seq": envelope.seq, "gameId": game.id(),
                "channel": message::TURNED_OFF, "payload": {"events": []},
            });
            left.to_string()
        })
    }
}

impl Envelope {
    fn game(&self) -> Option<u64> {
        let number = |id: &Value| {
            value::number(id).and_then(|id| u64::try_from(id).ok()).filter(|id| *id > 0)
        };
        // As a message is read: of the two the one that is there.
        let within = match self.payload.as_ref().or(self.raw.as_ref()) {
            Some(Payload::Named(named)) => named.game_id.as_ref().and_then(number),
            Some(Payload::Text(text)) => serde_json::from_str::<Named>(text)
                .ok()
                .and_then(|named| named.game_id.as_ref().and_then(number)),
            Some(Payload::Other(_)) | None => None,
        };
        self.game_id.as_ref().and_then(number).or(within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(game_id: u64) -> String {
        let payload = json!({"info": {"match_info": {"map": "de_nuke"}}});
        json!({"run": "r", "seq": 7, "gameId": game_id, "payload": payload}).to_string()
    }

    fn only_cs2(game: &Game) -> bool {
        *game == Game::cs2()
    }

    #[test]
    fn of_a_game_that_is_off_the_number_is_left_and_of_others_all() {
        let mut leaving_out = LeavingOut::default();
        let left = leaving_out.left_of(&message(22_730), only_cs2).unwrap();
        assert!(!left.contains("de_nuke"), "{left}");
        let left: Value = serde_json::from_str(&left).unwrap();
        assert_eq!((&left["run"], &left["seq"]), (&json!("r"), &json!(7)));
        assert_eq!(leaving_out.left_of(&message(21_640), only_cs2), None);
        assert_eq!(leaving_out.left_of("no message", only_cs2), None, "it is refused as it is");
    }

    #[test]
    fn what_names_no_game_is_of_the_last_that_was_named() {
        let mut leaving_out = LeavingOut::default();
        assert_eq!(leaving_out.left_of(&message(0), only_cs2), None, "the first is VALORANT");
        for instance in [22_730, 227_301] {
            assert!(leaving_out.left_of(&message(instance), only_cs2).is_some(), "{instance}");
            assert!(leaving_out.left_of(&message(0), only_cs2).is_some());
        }
        let within = json!({"raw": {"gameId": "22730", "key": "map", "value": "de_nuke"}});
        assert!(LeavingOut::default().left_of(&within.to_string(), only_cs2).is_some());
    }

    #[test]
    fn whose_a_message_is_taken_for_here_it_is_read_as() {
        let native = json!({"gameId": "22730", "events": [{"name": "kill", "data": "1"}]});
        for message in [
            native.clone(),
            json!({"raw": native}),
            json!({"raw": native.to_string()}),
            json!({"payload": native.to_string(), "run": "r", "seq": 1}),
            json!({"payload": {"events": []}, "raw": native, "run": "r", "seq": 1}),
        ] {
            let text = message.to_string();
            let envelope: Envelope = serde_json::from_str(&text).unwrap();
            let read = message::Message::read(text.as_bytes()).unwrap();
            assert_eq!(envelope.game(), read.game_id, "{text}");
        }
    }
}
