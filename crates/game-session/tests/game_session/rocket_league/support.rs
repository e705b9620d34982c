//! Messages made by hand, and what became of them.

use event_model::{Channel, Event, Frame, Kind, Reading, Source};
use game_session::{SourceState, Step};
use serde_json::{Value, json};

pub(crate) const GUID: &str = "1F7ED23011F1435166EBAB919DB5566D";
pub(crate) const ANA: &str = "Steam|76561197960409023|0";

/// A player of a state.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Car {
    pub(crate) goals: u64,
    pub(crate) shots: u64,
    pub(crate) saves: u64,
    pub(crate) demolitions: u64,
}

/// A state of two players, of what the tests turn.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) guid: &'static str,
    pub(crate) ana: Car,
    pub(crate) bo: Car,
    pub(crate) scores: (u64, u64),
    pub(crate) time_s: i64,
    pub(crate) is_replay: bool,
    pub(crate) has_winner: bool,
    /// Whether both teams are shown as to one who watches.
    pub(crate) watched: bool,
    /// Whether nobody has a car yet, and the camera looks at nobody.
    pub(crate) counts_down: bool,
    /// How fast the ball is: never twice the same.
    pub(crate) ball: f64,
}

pub(crate) fn kick_off() -> State {
    State {
        guid: GUID,
        ana: Car::default(),
        bo: Car::default(),
        scores: (0, 0),
        time_s: 300,
        is_replay: false,
        has_winner: false,
        watched: false,
        counts_down: false,
        ball: 50.02,
    }
}

impl State {
    pub(crate) fn message(&self) -> Value {
        let player = |name: &str, id: &str, team: u8, car: Car, boost: bool| {
            let mut player = json!({
                "Name": name, "PrimaryId": id, "Shortcut": 1 + team, "TeamNum": team, "Score": 0,
                "Goals": car.goals, "Shots": car.shots, "Assists": 0, "Saves": car.saves,
                "Touches": 0, "CarTouches": 0, "Demos": car.demolitions,
            });
            if boost {
                player["Boost"] = 33.into();
                player["bHasCar"] = true.into();
            }
            player
        };
        message(
            "UpdateState",
            &json!({
                "MatchGuid": self.guid,
                "Players": [
                    player("Ana", ANA, 0, self.ana, !self.counts_down),
                    player("Bo", "Epic|9dfa38bf|0", 1, self.bo, self.watched),
                ],
                "Game": {
                    "Teams": [
                        { "Name": "Blue", "TeamNum": 0, "Score": self.scores.0 },
                        { "Name": "Orange", "TeamNum": 1, "Score": self.scores.1 },
                    ],
                    "TimeSeconds": self.time_s, "bOvertime": false, "bReplay": self.is_replay,
                    "bHasWinner": self.has_winner, "Winner": "", "Arena": "cs_p",
                    "Ball": { "Speed": self.ball, "TeamNum": 1 },
                    "bHasTarget": !self.counts_down, "Target": { "Name": "Ana", "Shortcut": 1, "TeamNum": 0 },
                },
            }),
        )
    }
}

/// A message as the game writes it: `Data` is a text.
pub(crate) fn message(event: &str, data: &Value) -> Value {
    json!({ "Event": event, "Data": data.to_string() })
}

fn target(name: &str, team: u8) -> Value {
    json!({ "Name": name, "Shortcut": 1 + team, "TeamNum": team })
}

pub(crate) fn goal(scorer: &str, team: u8) -> Value {
    let data = json!({
        "MatchGuid": GUID, "GoalSpeed": 90.25, "GoalTime": 26, "Scorer": target(scorer, team),
        "BallLastTouch": { "Player": target(scorer, team), "Speed": 90.8 },
    });
    message("GoalScored", &data)
}

/// What comes at the next kick-off.
pub(crate) fn bogus_goal() -> Value {
    let nobody = json!({ "Name": "", "Shortcut": 0, "TeamNum": 0 });
    let data = json!({ "MatchGuid": GUID, "GoalSpeed": 0.0, "GoalTime": 0, "Scorer": nobody });
    message("GoalScored", &data)
}

pub(crate) fn feat(name: &str, by: (&str, u8), other: Option<(&str, u8)>) -> Value {
    let mut data = json!({
        "MatchGuid": GUID, "EventName": name, "Type": "Localised", "MainTarget": target(by.0, by.1),
    });
    if let Some((name, team)) = other {
        data["SecondaryTarget"] = target(name, team);
    }
    message("StatfeedEvent", &data)
}

pub(crate) fn bare(event: &str) -> Value {
    message(event, &json!({ "MatchGuid": GUID }))
}

pub(crate) fn reading(message: &Value) -> Reading {
    bytes(message.to_string())
}

pub(crate) fn bytes(body: impl Into<Vec<u8>>) -> Reading {
    Reading::Frame(Frame::new(Channel::Tcp, body))
}

pub(crate) fn empty() -> SourceState {
    SourceState::new(Source::RocketLeague).expect("rocket-league has a state machine")
}

/// What a stream that starts empty makes of each of the messages, and of their end.
pub(crate) fn steps(messages: &[Value]) -> Vec<Step> {
    let mut state = empty();
    let mut steps: Vec<_> =
        messages.iter().map(|message| state.observe(&reading(message))).collect();
    steps.push(state.finish());
    steps
}

pub(crate) fn events(messages: &[Value]) -> Vec<Event> {
    steps(messages).into_iter().flat_map(|step| step.events).collect()
}

/// The events of what was played, a line each.
pub(crate) fn lines(messages: &[Value]) -> Vec<String> {
    let about = [Kind::SessionEvidence, Kind::MatchStarted];
    let told = events(messages).into_iter().filter(|event| !about.contains(&event.kind));
    told.map(|event| line(&event)).collect()
}

/// `demolition 3 by "Ana" of "Bo"`, as far as the event says so.
pub(crate) fn line(event: &Event) -> String {
    let mut line = event.kind.to_string();
    if let Some(ordinal) = &event.data.ordinal {
        line += &format!(" {}", ordinal.value);
        if ordinal.run > 0 {
            line += &format!(" of run {}", ordinal.run);
        }
    }
    if event.kind == Kind::Other {
        line += &format!(" {}", event.data.details["name"]);
    }
    for (word, name) in [("by", &event.data.actors.attacker), ("of", &event.data.actors.victim)] {
        if let Some(name) = name {
            line += &format!(" {word} {name:?}");
        }
    }
    if event.data.details.contains_key("inferred") {
        line += ", inferred";
    }
    line
}

/// The names that were not known, over all messages.
pub(crate) fn drift(messages: &[Value]) -> Vec<String> {
    let steps = steps(messages);
    let names = steps.iter().flat_map(|step| step.drift.iter());
    names.map(|(name, times)| format!("{name} ({times})")).collect()
}
