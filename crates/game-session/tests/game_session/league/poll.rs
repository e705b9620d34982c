//! Builds polls of the game as its API writes them.

use event_model::{Channel, Event, Frame, Kind, Reading, Source};
use game_session::{SourceState, Step};
use serde_json::{Value, json};

/// A player of a poll.
#[derive(Debug, Clone)]
pub(crate) struct Player {
    pub(crate) name: String,
    pub(crate) tag: Option<String>,
    pub(crate) bot: bool,
    pub(crate) deaths: i64,
}

/// One answer of `/allgamedata`.
#[derive(Debug, Clone)]
pub(crate) struct Poll {
    pub(crate) players: Vec<Player>,
    pub(crate) active: Value,
    pub(crate) entries: Vec<Value>,
    pub(crate) game_time: f64,
}

/// Whom the tests play.
pub(crate) const NAMES: [&str; 4] = ["Ana", "Bo ", "Cy", "Dee"];

impl Poll {
    /// Four players; Ana's client, from the start of the match.
    pub(crate) fn from_the_start() -> Self {
        Self {
            players: NAMES.iter().map(|name| Player::named(name)).collect(),
            active: json!({"summonerName": "Ana"}),
            entries: vec![json!({"EventID": 0, "EventName": "GameStart", "EventTime": 0.0325})],
            game_time: 1.0,
        }
    }

    /// The same match seen by a client that joined at `seconds`.
    pub(crate) fn joined_at(seconds: f64) -> Self {
        let mut poll = Self::from_the_start();
        poll.entries[0]["EventTime"] = json!(seconds);
        poll.game_time = seconds + 1.0;
        poll
    }

    /// The next entry of the list, with the next number.
    pub(crate) fn entry(mut self, name: &str, seconds: f64, fields: Value) -> Self {
        let mut entry = json!({
            "EventID": self.entries.len(), "EventName": name, "EventTime": seconds,
        });
        for (field, value) in fields.as_object().into_iter().flatten() {
            entry[field] = value.clone();
        }
        self.entries.push(entry);
        self.game_time = self.game_time.max(seconds);
        self
    }

    /// A kill, on the list and on the scoreboard.
    pub(crate) fn kill(mut self, seconds: f64, killer: &str, victim: &str) -> Self {
        for player in self.players.iter_mut().filter(|player| player.name == victim) {
            player.deaths += 1;
        }
        self.listed_kill(seconds, killer, victim)
    }

    /// A kill that the scoreboard does not show yet.
    pub(crate) fn listed_kill(self, seconds: f64, killer: &str, victim: &str) -> Self {
        let fields = json!({"KillerName": killer, "VictimName": victim, "Assisters": []});
        self.entry("ChampionKill", seconds, fields)
    }

    pub(crate) fn at(mut self, seconds: f64) -> Self {
        self.game_time = seconds;
        self
    }

    pub(crate) fn reading(&self) -> Reading {
        let players: Vec<_> = self.players.iter().map(Player::json).collect();
        let document = json!({
            "activePlayer": self.active,
            "allPlayers": players,
            "events": {"Events": self.entries},
            "gameData": {"gameMode": "CLASSIC", "gameTime": self.game_time, "mapName": "Map11"},
        });
        Reading::Frame(Frame::new(Channel::Poll, document.to_string()))
    }
}

impl Player {
    pub(crate) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), tag: None, bot: false, deaths: 0 }
    }

    fn json(&self) -> Value {
        let mut json = json!({
            "summonerName": self.name, "isBot": self.bot, "team": "ORDER",
            "scores": {"deaths": self.deaths, "kills": 0},
        });
        if let Some(tag) = &self.tag {
            json["riotId"] = json!(format!("{}#{tag}", self.name));
            json["summonerName"] = json["riotId"].clone();
            json["riotIdGameName"] = json!(self.name);
            json["riotIdTagLine"] = json!(tag);
        }
        json
    }
}

/// A stream and all it emitted.
pub(crate) struct Stream {
    state: SourceState,
    pub(crate) events: Vec<Event>,
}

impl Stream {
    pub(crate) fn new() -> Self {
        let state = SourceState::new(Source::League).expect("League has a state machine");
        Self { state, events: Vec::new() }
    }

    pub(crate) fn observe(&mut self, poll: &Poll) -> Step {
        self.read(&poll.reading())
    }

    pub(crate) fn read(&mut self, reading: &Reading) -> Step {
        let step = self.state.observe(reading);
        self.events.extend(step.events.clone());
        step
    }

    pub(crate) fn finish(&mut self) {
        self.events.extend(self.state.finish().events);
    }

    /// Saves the state and continues from what was saved.
    pub(crate) fn restart(&mut self) {
        self.state = SourceState::decode(Source::League, &self.state.encode())
            .expect("a state that was written can be read");
    }

    pub(crate) fn of(&self, kind: Kind) -> Vec<&Event> {
        self.events.iter().filter(|event| event.kind == kind).collect()
    }

    /// Victims of the kills, with their ordinals.
    pub(crate) fn kills(&self) -> Vec<(String, Option<u64>)> {
        let kills = self.of(Kind::Kill);
        kills
            .iter()
            .map(|kill| {
                let ordinal = kill.data.ordinal.as_ref().map(|ordinal| ordinal.value);
                (kill.data.actors.victim.clone().unwrap_or_default(), ordinal)
            })
            .collect()
    }
}
