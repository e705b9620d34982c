//! Small GSI frames, and a stream that takes them.

use event_model::{Channel, Event, Frame, Kind, Reading, Source};
use game_session::{SourceState, Step};
use serde_json::{Value, json};

/// The player whose client sends the frames.
pub(crate) const ANA: &str = "76561190000000001";
/// Somebody else in the match.
pub(crate) const BO: &str = "76561190000000002";

/// One frame; tests change what matters and keep the rest.
#[derive(Debug, Clone)]
pub(crate) struct Gsi {
    pub(crate) observer: &'static str,
    pub(crate) timestamp: i64,
    /// Absent in the main menu.
    pub(crate) map: Option<&'static str>,
    pub(crate) mode: &'static str,
    pub(crate) phase: &'static str,
    pub(crate) round: u32,
    pub(crate) score: (u32, u32),
    pub(crate) round_phase: Option<&'static str>,
    pub(crate) bomb: Option<&'static str>,
    pub(crate) winner: Option<&'static str>,
    pub(crate) wins: &'static [(&'static str, &'static str)],
    /// Whom the frame shows.
    pub(crate) player: Option<&'static str>,
    pub(crate) name: &'static str,
    pub(crate) side: Option<&'static str>,
    pub(crate) kills: i64,
    pub(crate) deaths: i64,
    pub(crate) headshots: u32,
}

/// Ana in the first live round of a match.
pub(crate) fn live() -> Gsi {
    Gsi {
        observer: ANA,
        timestamp: 1_000,
        map: Some("de_dust2"),
        mode: "competitive",
        phase: "live",
        round: 0,
        score: (0, 0),
        round_phase: Some("live"),
        bomb: None,
        winner: None,
        wins: &[],
        player: Some(ANA),
        name: "Ana ",
        side: None,
        kills: 0,
        deaths: 0,
        headshots: 0,
    }
}

/// Before the match: the game sends no round then.
pub(crate) fn warmup() -> Gsi {
    Gsi { phase: "warmup", round_phase: None, ..live() }
}

/// The main menu.
pub(crate) fn menu() -> Gsi {
    Gsi { map: None, ..live() }
}

impl Gsi {
    pub(crate) fn json(&self) -> Value {
        let mut frame = json!({
            "provider": {
                "name": "Counter-Strike: Global Offensive", "appid": 730, "version": 14108,
                "steamid": self.observer, "timestamp": self.timestamp,
            },
            "auth": { "token": "[cut]" },
        });
        if let Some(player) = self.player {
            frame["player"] =
                json!({ "steamid": player, "name": self.name, "activity": "playing" });
        }
        let Some(map) = self.map else { return frame };
        frame["map"] = json!({
            "mode": self.mode, "name": map, "phase": self.phase, "round": self.round,
            "team_ct": { "score": self.score.0 }, "team_t": { "score": self.score.1 },
        });
        if !self.wins.is_empty() {
            frame["map"]["round_wins"] = self.wins.iter().copied().collect();
        }
        if let Some(phase) = self.round_phase {
            frame["round"] = json!({ "phase": phase });
            frame["round"]["bomb"] = self.bomb.into();
            frame["round"]["win_team"] = self.winner.into();
            let round = frame["round"].as_object_mut().expect("the round is a block");
            round.retain(|_, value| !value.is_null());
        }
        if self.player.is_some() {
            if let Some(side) = self.side {
                frame["player"]["team"] = side.into();
            }
            frame["player"]["match_stats"] = json!({ "kills": self.kills, "deaths": self.deaths });
            frame["player"]["state"] = json!({ "round_killhs": self.headshots });
            frame["player"]["weapons"] = json!({
                "weapon_0": { "name": "weapon_knife", "state": "holstered" },
                "weapon_1": { "name": "weapon_ak47", "state": "active" },
            });
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
    SourceState::new(Source::Cs2).expect("cs2 has a state machine")
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

/// The events of these kinds, a line each.
pub(crate) fn lines(frames: &[Gsi], kinds: &[Kind]) -> Vec<String> {
    let wanted = events(frames).into_iter().filter(|event| kinds.contains(&event.kind));
    wanted.map(|event| line(&event)).collect()
}

/// The events of the own counters, a line each.
pub(crate) fn own_lines(frames: &[Gsi]) -> Vec<String> {
    lines(frames, &[Kind::Kill, Kind::Death])
}

/// `kill 3 of run 0, round 2, by "Ana "`, as far as the event says so.
pub(crate) fn line(event: &Event) -> String {
    let mut line = event.kind.to_string();
    if let Some(ordinal) = &event.data.ordinal {
        line += &format!(" {} of run {}", ordinal.value, ordinal.run);
    }
    if let Some(round) = event.data.round {
        line += &format!(", round {round}");
    }
    for (word, name) in [("by", &event.data.actors.attacker), ("of", &event.data.actors.victim)] {
        if let Some(name) = name {
            line += &format!(", {word} {name:?}");
        }
    }
    let told = |name: &str| event.data.details.get(name) == Some(&json!(true));
    for flag in ["inferred", "joined_late"].into_iter().filter(|flag| told(flag)) {
        line += &format!(", {flag}");
    }
    line
}
