//! What the League client itself says of the running match: its number.
//!
//! The client is another program than the game, with an API of its own that nobody
//! promises to keep. It is believed in one thing, and never alone: its number of the match
//! counts for a session where polls of the game stand on both sides of the answer, so that
//! neither a client that still shows the last match nor one that already shows the next
//! can name the wrong one.

use event_model::Frame;
use serde::{Deserialize, Serialize};

use crate::{Drift, Unreadable};

/// The question that the client is asked, and no other.
pub const LEAGUE_CLIENT_PATH: &str = "/lol-gameflow/v1/session";

/// Longest word for what the client is doing; the longest known has 23 characters.
const PHASE_BYTES_MAX: usize = 64;

/// Numbers that one session may learn. A second one says that the client is not to be
/// believed, and a server that hears two believes neither; a third says no more.
const LEARNT_MAX: usize = 2;

/// What the client can be doing, from its own description of its API.
const PHASES: [&str; 14] = [
    "None",
    "Lobby",
    "Matchmaking",
    "CheckedIntoTournament",
    "ReadyCheck",
    "ChampSelect",
    "GameStart",
    "FailedToLaunch",
    "InProgress",
    "Reconnect",
    "WaitingForStats",
    "PreEndOfGame",
    "EndOfGame",
    "TerminatedInError",
];

/// Those in which a match runs: it is played, or was left and can be gone back to.
const IN_A_MATCH: [&str; 2] = ["InProgress", "Reconnect"];

/// The client's answer without the people in it: who plays, who is in the lobby and what
/// they chose is not read, so it is neither kept nor recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeagueClientSession {
    phase: String,
    #[serde(rename = "gameData", default, skip_serializing_if = "Option::is_none")]
    game_data: Option<GameData>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct GameData {
    #[serde(rename = "gameId", default)]
    game_id: u64,
}

impl LeagueClientSession {
    /// Reads the client's answer, as it came or as it was kept.
    ///
    /// # Errors
    /// Where it is not what the client answers with.
    pub fn read(body: &[u8]) -> Result<Self, Unreadable> {
        let read: Self = serde_json::from_slice(body).map_err(|error| Unreadable::json(&error))?;
        if read.phase.len() > PHASE_BYTES_MAX {
            return Err(Unreadable::Foreign("a phase longer than any word of the client's"));
        }
        Ok(read)
    }

    /// The same in the client's own form, with nothing but what was read.
    #[must_use]
    pub fn kept(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("two fields of plain data")
    }

    /// The client's word for what it is doing.
    #[must_use]
    pub fn phase(&self) -> &str {
        &self.phase
    }

    /// Whether that word is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        PHASES.contains(&self.phase.as_str())
    }

    /// The number of the match that runs, while one does.
    #[must_use]
    pub fn running_match(&self) -> Option<u64> {
        let id = self.game_data.as_ref()?.game_id;
        (id > 0 && IN_A_MATCH.contains(&self.phase.as_str())).then_some(id)
    }

    pub(super) fn drift(&self) -> Drift {
        let mut drift = Drift::default();
        if !self.is_known() {
            drift.count(&format!("client.phase={}", self.phase));
        }
        drift
    }
}

/// Whether a frame is the client's and not the game's.
pub(crate) fn is_clients(frame: &Frame) -> bool {
    frame.path.as_deref() == Some(LEAGUE_CLIENT_PATH)
}

/// What a session has of the client's word.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ClientsWord {
    /// Said since the last poll of the game.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    said: Option<u64>,
    /// Believed, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    learnt: Vec<u64>,
}

impl ClientsWord {
    /// The client says so behind a poll of this session.
    pub(super) fn says(&mut self, id: u64) {
        if !self.learnt.contains(&id) && self.learnt.len() < LEARNT_MAX {
            self.said = Some(id);
        }
    }

    /// A further poll is of this session too: what was said in between is of it. The
    /// number, where it is new.
    pub(super) fn confirmed(&mut self) -> Option<u64> {
        let id = self.said.take()?;
        self.learnt.push(id);
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the client answers, cut down in length and not in kind.
    const ANSWER: &str = r#"{"gameClient":{"running":true,"serverPort":5123},
        "gameData":{"gameId":7511105411,"gameName":"Ana's game","password":"hunter2",
        "playerChampionSelections":[{"championId":63,"puuid":"e3b0","summonerInternalName":"ana"}],
        "queue":{"id":420},"teamOne":[{"puuid":"e3b0","summonerName":"Ana"}],"teamTwo":[]},
        "gameDodge":{"dodgeIds":[]},"map":{"id":11},"phase":"InProgress"}"#;

    #[test]
    fn of_the_answer_nothing_is_kept_but_what_goes_on_and_the_number() {
        let read = LeagueClientSession::read(ANSWER.as_bytes()).unwrap();
        assert_eq!(read.running_match(), Some(7_511_105_411));
        let kept = String::from_utf8(read.kept()).unwrap();
        assert_eq!(kept, r#"{"phase":"InProgress","gameData":{"gameId":7511105411}}"#);
        assert_eq!(LeagueClientSession::read(kept.as_bytes()).unwrap(), read, "and read again");
    }

    #[test]
    fn only_a_match_that_runs_has_a_number() {
        let of = |phase: &str, id: &str| {
            let text = format!(r#"{{"phase":"{phase}","gameData":{{"gameId":{id}}}}}"#);
            LeagueClientSession::read(text.as_bytes()).unwrap().running_match()
        };
        assert_eq!(of("Reconnect", "7"), Some(7));
        assert_eq!(of("InProgress", "0"), None, "a replay that is watched has none");
        for phase in ["ChampSelect", "GameStart", "EndOfGame", "PreEndOfGame", "SomethingNew"] {
            assert_eq!(of(phase, "7"), None, "{phase}");
        }
        let lobby = LeagueClientSession::read(br#"{"phase":"Lobby"}"#).unwrap();
        assert_eq!(lobby.running_match(), None);
    }

    #[test]
    fn a_word_that_is_not_the_clients_is_counted() {
        let of = |phase: &str| {
            let text = format!(r#"{{"phase":"{phase}"}}"#);
            LeagueClientSession::read(text.as_bytes()).unwrap().drift()
        };
        assert!(of("InProgress").is_empty());
        assert_eq!(of("Elsewhere").iter().collect::<Vec<_>>(), [("client.phase=Elsewhere", 1)]);
    }

    #[test]
    fn what_is_no_answer_of_the_clients_is_said_to_be_unreadable() {
        let long = format!(r#"{{"phase":"{}"}}"#, "x".repeat(65));
        let texts = [
            "",
            "[]",
            r#"{"phase":7}"#,
            r#"{"phase":"InProgress","gameData":{"gameId":-1}}"#,
            &long,
        ];
        for text in texts {
            assert!(LeagueClientSession::read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
