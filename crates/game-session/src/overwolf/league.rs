//! League in Overwolf: the number of the match, which the game itself never tells. All
//! else the game tells better, so nothing of it becomes an event a second time.

use serde_json::{Value, json};

use super::{
    GepGame,
    message::{Channel, Message, Told},
    value,
};
use crate::Drift;

/// What the page asks Overwolf for, and what comes with it unasked.
const KNOWN: [&str; 13] = [
    "gameMode",
    "game_mode",
    "local_version",
    "matchEnd",
    "matchId",
    "matchOutcome",
    "matchStart",
    "matchStarted",
    "match_end",
    "match_start",
    "pseudo_match_id",
    "public_version",
    "queueId",
];

/// Those with which a match is over.
const OVER: [&str; 3] = ["matchOutcome", "matchEnd", "match_end"];

/// Overwolf tells a number once, when the match loads, and the game answers minutes later:
/// until then it is said again, so often and for so long.
const SAY_EVERY_MS: u64 = 10_000;
const SAY_FOR_MS: u64 = 600_000;

/// The number of League's match for League's own stream, in the League client's form:
/// whatever hears of it there, from the client or from here, is the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeagueMatch {
    heard: Option<Heard>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Heard {
    id: u64,
    at_ms: u64,
    said_ms: Option<u64>,
}

impl LeagueMatch {
    /// Takes a message of the page that came at `now_ms`.
    pub fn hear(&mut self, message: &str, now_ms: u64) {
        let Ok(message) = Message::read(message.as_bytes()) else { return };
        if message.game_id.and_then(GepGame::of) != Some(GepGame::League) {
            return;
        }
        if message.is_turned_off || message.is_snapshot {
            // A snapshot names the match where one runs.
            self.heard = None;
        }
        for told in &message.told {
            match told.key.as_str() {
                "matchId" => self.name(&told.value, now_ms),
                // Every value is told as nothing when it begins anew.
                over if OVER.contains(&over)
                    && told.channel != Channel::Snapshot
                    && (told.channel == Channel::Event || !told.value.is_null()) =>
                {
                    self.heard = None;
                }
                _ => {}
            }
        }
    }

    /// Nothing is to be said of the match that was heard of: nobody may read League now.
    pub fn forget(&mut self) {
        self.heard = None;
    }

    /// What is to be said in League's stream at `now_ms`, where something is.
    #[must_use]
    pub fn due(&self, now_ms: u64) -> Option<Vec<u8>> {
        let heard = self.heard.as_ref()?;
        let since = |ms: u64| now_ms.saturating_sub(ms);
        let is_fresh = since(heard.at_ms) <= SAY_FOR_MS;
        let is_due = heard.said_ms.is_none_or(|said_ms| since(said_ms) >= SAY_EVERY_MS);
        let said = json!({"phase": "InProgress", "gameData": {"gameId": heard.id}});
        (is_fresh && is_due).then(|| said.to_string().into_bytes())
    }

    /// It was said.
    pub fn said(&mut self, now_ms: u64) {
        if let Some(heard) = &mut self.heard {
            heard.said_ms = Some(now_ms);
        }
    }

    fn name(&mut self, id: &Value, now_ms: u64) {
        let id = value::number(id).and_then(|id| u64::try_from(id).ok()).filter(|id| *id > 0);
        let said_ms = self.heard.as_ref().filter(|heard| Some(heard.id) == id);
        let said_ms = said_ms.and_then(|heard| heard.said_ms);
        self.heard = id.map(|id| Heard { id, at_ms: now_ms, said_ms });
    }
}

/// Counts what this version knows nothing of.
pub(super) fn count_unknown(told: &[Told], drift: &mut Drift) {
    for told in told.iter().filter(|told| !KNOWN.contains(&told.key.as_str())) {
        drift.count(&format!("league {}", told.key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_game(game_id: u32, payload: &Value) -> String {
        json!({"run": "r", "seq": 1, "gameId": game_id, "payload": payload}).to_string()
    }

    fn info(key: &str, value: &Value) -> String {
        of_game(5_426, &json!({"info": {"game_info": {key: value}}, "feature": "matchState"}))
    }

    fn said(league: &LeagueMatch, now_ms: u64) -> Option<String> {
        league.due(now_ms).map(|said| String::from_utf8(said).unwrap())
    }

    const NUMBER: &str = r#"{"gameData":{"gameId":7511105411},"phase":"InProgress"}"#;

    #[test]
    fn the_number_is_said_until_the_game_has_surely_begun() {
        for written in [json!("7511105411"), json!(7_511_105_411_u64)] {
            let mut league = LeagueMatch::default();
            assert_eq!(said(&league, 0), None);
            league.hear(&info("matchId", &written), 1_000);
            assert_eq!(said(&league, 1_000).as_deref(), Some(NUMBER));
            assert_eq!(said(&league, 1_001).as_deref(), Some(NUMBER), "nobody had room for it");
            league.said(1_001);
            assert_eq!(said(&league, 11_000), None);
            assert_eq!(said(&league, 11_001).as_deref(), Some(NUMBER));
            league.hear(&info("matchId", &written), 5_000);
            assert_eq!(said(&league, 5_000), None, "it was said a moment ago");
            assert_eq!(said(&league, 5_001 + SAY_FOR_MS), None);
        }
    }

    #[test]
    fn a_match_that_is_over_has_no_number() {
        let started = of_game(5_426, &json!({"success": true, "res": {"game_info": {}}}));
        let end = of_game(54_261, &json!({"events": [{"name": "matchEnd", "data": ""}]}));
        let over =
            [info("matchOutcome", &json!("win")), info("matchId", &Value::Null), end, started];
        for over in over {
            let mut league = LeagueMatch::default();
            league.hear(&info("matchId", &json!("7")), 0);
            league.hear(&info("matchOutcome", &Value::Null), 0);
            assert!(league.due(0).is_some());
            league.hear(&over, 1);
            assert_eq!(league.due(1), None, "{over}");
        }
    }

    #[test]
    fn another_games_number_is_none_of_leagues() {
        let mut league = LeagueMatch::default();
        let payload = json!({"info": {"match_info": {"matchId": "7"}}});
        for game_id in [0, 21_640, 22_730] {
            league.hear(&of_game(game_id, &payload), 0);
            assert_eq!(league.due(0), None, "{game_id}");
        }
        league.hear("no message", 0);
        assert_eq!(league, LeagueMatch::default());
    }
}
