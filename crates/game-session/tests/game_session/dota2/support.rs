//! Frames made by hand, and what became of them.

use event_model::{Channel, Event, Frame, Kind, Reading, Source};
use game_session::{SourceState, Step};
use serde_json::{Value, json};

pub(crate) const ANA: &str = "86745912";
pub(crate) const BO: &str = "105248644";

/// A frame of a player, of what the tests turn.
#[derive(Debug, Clone)]
pub(crate) struct Gsi {
    pub(crate) account: Option<&'static str>,
    pub(crate) place: u8,
    pub(crate) match_id: &'static str,
    pub(crate) state: &'static str,
    pub(crate) game_time: i64,
    pub(crate) timestamp: i64,
    pub(crate) kills: i64,
    pub(crate) deaths: i64,
    pub(crate) alive: bool,
    /// The oldest first; the game lists the newest first.
    pub(crate) events: Vec<Value>,
}

/// In the midst of a match.
pub(crate) fn live() -> Gsi {
    Gsi {
        account: Some(ANA),
        place: 2,
        match_id: "8123456789",
        state: "DOTA_GAMERULES_STATE_GAME_IN_PROGRESS",
        game_time: 600,
        timestamp: 1_763_000_000,
        kills: 0,
        deaths: 0,
        alive: true,
        events: Vec::new(),
    }
}

/// A kill as the game tells it.
pub(crate) fn kill(victim: u8, killer: i8, time: f64) -> Value {
    let inner = json!({
        "type": "CHAT_MESSAGE_HERO_KILL", "value": 353, "playerid1": victim,
        "playerid2": killer, "playerid3": -1, "value2": 0, "value3": 0, "time": time,
    });
    generic(time, &inner)
}

pub(crate) fn generic(time: f64, inner: &Value) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "times of tests are small")]
    let seconds = time as i64;
    json!({ "game_time": seconds, "event_type": "generic_event", "data": inner.to_string() })
}

impl Gsi {
    pub(crate) fn json(&self) -> Value {
        let newest_first: Vec<_> = self.events.iter().rev().collect();
        let mut frame = json!({
            "provider": {
                "name": "Dota 2", "appid": 570, "version": 48, "timestamp": self.timestamp,
            },
            "map": {
                "name": "start", "matchid": self.match_id, "game_time": self.game_time,
                "clock_time": self.game_time - 128, "game_state": self.state, "paused": false,
                "radiant_score": 3, "dire_score": 1, "win_team": "none", "customgamename": "",
            },
            "events": newest_first,
        });
        if let Some(account) = self.account {
            frame["player"] = json!({
                "steamid": format!("7656119{account}"), "accountid": account, "name": "Ana ",
                "activity": "playing", "kills": self.kills, "deaths": self.deaths, "assists": 0,
                "team_name": if self.place < 5 { "radiant" } else { "dire" },
                "team_slot": self.place,
            });
            frame["hero"] = json!({ "alive": self.alive, "health": 0 });
        }
        frame
    }

    pub(crate) fn reading(&self) -> Reading {
        reading(self.json().to_string())
    }
}

pub(crate) fn reading(body: impl Into<Vec<u8>>) -> Reading {
    Reading::Frame(Frame::new(Channel::Http, body))
}

pub(crate) fn empty() -> SourceState {
    SourceState::new(Source::Dota2).expect("dota2 has a state machine")
}

/// What a stream that starts empty makes of each of the frames.
pub(crate) fn steps(frames: &[Gsi]) -> Vec<Step> {
    let mut state = empty();
    frames.iter().map(|frame| state.observe(&frame.reading())).collect()
}

/// Every event of a stream that starts empty.
pub(crate) fn events(frames: &[Gsi]) -> Vec<Event> {
    steps(frames).into_iter().flat_map(|step| step.events).collect()
}

/// The events that are no evidence, a line each.
pub(crate) fn lines(frames: &[Gsi]) -> Vec<String> {
    let told = events(frames).into_iter().filter(|event| event.kind != Kind::SessionEvidence);
    told.map(|event| line(&event)).collect()
}

/// `kill at 149200, by "player 0", of "player 5"`, as far as the event says so.
pub(crate) fn line(event: &Event) -> String {
    let mut line = event.kind.to_string();
    if event.kind == Kind::Other {
        line += &format!(" {}", event.data.details["name"]);
    }
    if let Some(time) = event.data.match_clock_ms {
        line += &format!(" at {time}");
    }
    for (word, name) in [("by", &event.data.actors.attacker), ("of", &event.data.actors.victim)] {
        if let Some(name) = name {
            line += &format!(", {word} {name:?}");
        }
    }
    if event.data.details.get("joined_late") == Some(&json!(true)) {
        line += ", joined_late";
    }
    line
}
