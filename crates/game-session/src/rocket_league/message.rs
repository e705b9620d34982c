//! One message of the stream.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    MESSAGE_BYTES_MAX,
    pairing::{Notice, Stat, Target},
    schema::SCHEMA,
    state::MatchState,
};
use crate::{Drift, Unreadable, fields::bounded};

/// A message, as far as it matters here.
#[derive(Debug)]
pub(super) struct Message {
    /// `MatchGuid`; empty offline.
    pub(super) match_id: String,
    pub(super) news: News,
}

/// What a message says.
#[derive(Debug)]
pub(super) enum News {
    /// How it stands.
    State(Box<MatchState>),
    /// Something happened.
    Told(Notice),
    /// The last goal is shown again.
    ReplayBegan,
    ReplayEnded,
    /// An old match is opened to be watched.
    ReplayOpened,
    MatchMade,
    /// What a match begins with, and a replay as well.
    FirstCountdown,
    MatchGone,
    /// The match was decided.
    Over {
        winner: Option<i64>,
    },
    /// Known, and nothing that a match is told by.
    Nothing,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(rename = "Event")]
    event: String,
    #[serde(rename = "Data")]
    data: Value,
}

impl Message {
    /// Reads a message, and counts what in it is unknown.
    pub(super) fn read(body: &[u8]) -> Result<(Self, Drift), Unreadable> {
        if body.len() > MESSAGE_BYTES_MAX {
            return Err(Unreadable::TooLarge { bytes: body.len(), limit: MESSAGE_BYTES_MAX });
        }
        let raw: Raw = serde_json::from_slice(body).map_err(|error| Unreadable::json(&error))?;
        // The game's own form is a text; tools make an object of it.
        let data = match raw.data.as_str() {
            Some(text) => serde_json::from_str(text).map_err(|error| Unreadable::json(&error))?,
            None => raw.data,
        };
        let Value::Object(data) = data else {
            return Err(Unreadable::Malformed("Data is no object".to_owned()));
        };
        let id = data.get("MatchGuid").and_then(Value::as_str).unwrap_or_default();
        let match_id = bounded(id, "MatchGuid")?;
        let mut drift = Drift::default();
        let news = News::of(&bounded(&raw.event, "Event")?, data, &mut drift)?;
        Ok((Self { match_id, news }, drift))
    }
}

impl News {
    fn of(event: &str, data: Map<String, Value>, drift: &mut Drift) -> Result<Self, Unreadable> {
        Ok(match event {
            "UpdateState" => {
                let data = Value::Object(data);
                drift.merge(&SCHEMA.unknown_fields(&data));
                Self::State(Box::new(MatchState::read(&data)?))
            }
            "GoalScored" => goal(&data)?,
            "StatfeedEvent" => feat(data)?,
            "CrossbarHit" => Self::Told(Notice::named("CrossbarHit", data)?),
            "MatchEnded" => {
                Self::Over { winner: data.get("WinnerTeamNum").and_then(Value::as_i64) }
            }
            "GoalReplayStart" => Self::ReplayBegan,
            "GoalReplayEnd" => Self::ReplayEnded,
            "ReplayCreated" => Self::ReplayOpened,
            "MatchCreated" => Self::MatchMade,
            "MatchInitialized" => Self::FirstCountdown,
            "MatchDestroyed" => Self::MatchGone,
            "BallHit"
            | "ClockUpdatedSeconds"
            | "CountdownBegin"
            | "RoundStarted"
            | "GoalReplayWillEnd"
            | "ReplayWillEnd"
            | "MatchPaused"
            | "MatchUnpaused"
            | "PodiumStart" => Self::Nothing,
            unknown => {
                drift.count(&format!("message {unknown}"));
                Self::Told(Notice::named(unknown, data)?)
            }
        })
    }
}

/// A goal; the second message of one, at the next kick-off, has nobody who scored.
fn goal(data: &Map<String, Value>) -> Result<News, Unreadable> {
    let Some(scorer) = Target::read(data.get("Scorer"))? else { return Ok(News::Nothing) };
    let mut notice = Notice::new(Stat::Goal, scorer);
    notice.other = Target::read(data.get("Assister"))?;
    for (field, name) in [("GoalSpeed", "speed"), ("GoalTime", "goal_time")] {
        if let Some(value) = data.get(field) {
            notice.details.insert(name.to_owned(), value.clone());
        }
    }
    Ok(News::Told(notice))
}

fn feat(data: Map<String, Value>) -> Result<News, Unreadable> {
    let name = data.get("EventName").and_then(Value::as_str).unwrap_or_default();
    let name = bounded(name, "EventName")?;
    let main = Target::read(data.get("MainTarget"))?;
    Ok(match (Stat::of_feat(&name), main) {
        // The goal's own message tells more.
        (Some(Stat::Goal), _) => News::Nothing,
        (Some(stat), Some(main)) => {
            let mut notice = Notice::new(stat, main);
            notice.other = Target::read(data.get("SecondaryTarget"))?;
            notice.details.insert("name".to_owned(), name.into());
            News::Told(notice)
        }
        (None, _) if name == "Assist" => News::Nothing,
        (_, main) => {
            let mut notice = Notice::named(&name, Map::new())?;
            notice.by = main;
            notice.other = Target::read(data.get("SecondaryTarget"))?;
            News::Told(notice)
        }
    })
}
