//! One line of a journal.

use event_model::WallTime;
use serde_json::{Map, Value};

use crate::{Unreadable, fields::bounded};

/// Members that a line may have: the longest seen has 41.
const MEMBERS_MAX: usize = 512;

/// A line, as far as every line is alike.
#[derive(Debug)]
pub(super) struct Line {
    /// When the game wrote it, in milliseconds since the Unix epoch.
    pub(super) at_ms: i64,
    /// The same, as the game writes it.
    pub(super) timestamp: String,
    /// What it is about.
    pub(super) event: String,
    pub(super) members: Map<String, Value>,
}

impl Line {
    pub(super) fn read(body: &[u8]) -> Result<Self, Unreadable> {
        // A byte order mark is what an editor leaves.
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let json: Value = serde_json::from_slice(body).map_err(|error| Unreadable::json(&error))?;
        let Value::Object(members) = json else {
            return Err(Unreadable::Malformed("it is no JSON object".to_owned()));
        };
        if members.len() > MEMBERS_MAX {
            let what = format!("it has more than {MEMBERS_MAX} members");
            return Err(Unreadable::Malformed(what));
        }
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let (Some(timestamp), Some(event)) = (text("timestamp"), text("event")) else {
            return Err(Unreadable::Foreign("a journal's lines have a timestamp and an event"));
        };
        let timestamp = bounded(timestamp, "timestamp")?;
        let at: WallTime = timestamp
            .parse()
            .map_err(|_| Unreadable::Malformed("its timestamp is no time".to_owned()))?;
        let event = bounded(event, "event")?;
        Ok(Self { at_ms: at.unix_ms(), timestamp, event, members })
    }

    /// A text that is neither empty nor longer than a name can be.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let text = self.members.get(name)?.as_str()?;
        bounded(text, name).is_ok_and(|text| !text.is_empty()).then_some(text)
    }

    /// What stands under a name as a person reads it: the game writes a symbol and
    /// its meaning apart where it has one.
    pub(super) fn person(&self, name: &str) -> Option<String> {
        let meaning = self.text(&format!("{name}_Localised"));
        meaning.or_else(|| self.text(name)).map(str::to_owned)
    }

    /// The account that loads the game with this line.
    pub(super) fn account(&self) -> Option<&str> {
        match self.event.as_str() {
            "Commander" | "NewCommander" => self.text("FID").or_else(|| self.text("Name")),
            "LoadGame" => self.text("FID").or_else(|| self.text("Commander")),
            _ => None,
        }
    }

    /// The name of the commander who loads the game with this line.
    pub(super) fn commander(&self) -> Option<&str> {
        match self.event.as_str() {
            "Commander" | "NewCommander" => self.text("Name"),
            "LoadGame" => self.text("Commander"),
            _ => None,
        }
    }
}
