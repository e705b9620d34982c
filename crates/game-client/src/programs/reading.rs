//! What a program's request says, event by event.

use event_model::{CloudEvent, REPLAYED, WallTime};
use serde_json::Value;

/// Longest type, subject, id and name of a program: what a server takes.
const NAME_BYTES_MAX: usize = 512;

/// Longest `data`: a server takes 64 KiB an event, with all that is around it.
const DATA_BYTES_MAX: usize = 60 * 1024;

/// How deep `data` may be nested: a server takes 32 levels of an event.
const DATA_DEPTH_MAX: usize = 30;

/// What begins the types that only our own rules make.
const OWN_TYPES: &str = "ringside.";

/// An event that can be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgramEvent {
    /// The program, as it calls itself: CloudEvents' `source`.
    pub program: String,
    /// The program's own id.
    pub id: String,
    /// Its type, outside `ringside.`.
    pub event_type: String,
    /// What it is kept and read under.
    pub subject: String,
    /// When it was, by the program; when it came, where that does not say.
    pub time: WallTime,
    /// What it says.
    pub data: Value,
}

/// One item of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// An event.
    Event(ProgramEvent),
    /// None that can be kept, and why.
    Invalid {
        /// The program's own id, where it gave one.
        id: Option<String>,
        /// What is wrong.
        detail: String,
    },
}

/// How a request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One event.
    Structured,
    /// A list of them.
    Batch,
}

impl Form {
    /// By its media type.
    pub(super) fn of(content_type: &str) -> Option<Self> {
        match content_type.split(';').next().unwrap_or_default().trim() {
            "application/cloudevents+json" => Some(Self::Structured),
            "application/cloudevents-batch+json" => Some(Self::Batch),
            _ => None,
        }
    }

    /// The items of a body; nothing where it is not of this form.
    pub(super) fn read(self, body: &[u8], now: WallTime) -> Option<Vec<Told>> {
        let json: Value = serde_json::from_slice(body).ok()?;
        match (self, json) {
            (Self::Structured, one @ Value::Object(_)) => Some(vec![Told::of(&one, now)]),
            (Self::Batch, Value::Array(all)) => {
                Some(all.iter().map(|one| Told::of(one, now)).collect())
            }
            (Self::Structured | Self::Batch, _) => None,
        }
    }
}

impl Told {
    pub(super) fn event(&self) -> Option<&ProgramEvent> {
        match self {
            Self::Event(event) => Some(event),
            Self::Invalid { .. } => None,
        }
    }

    fn of(json: &Value, now: WallTime) -> Self {
        ProgramEvent::read(json, now).map_or_else(
            |detail| {
                let id = json.get("id").and_then(Value::as_str);
                let id = id.filter(|id| id.len() <= NAME_BYTES_MAX).map(str::to_owned);
                Self::Invalid { id, detail }
            },
            Self::Event,
        )
    }
}

impl ProgramEvent {
    fn read(json: &Value, now: WallTime) -> Result<Self, String> {
        let event = CloudEvent::parse(json).map_err(|fault| fault.to_string())?;
        if event.event_type.starts_with(OWN_TYPES) {
            return Err(format!("types in `{OWN_TYPES}` are Ringside's own"));
        }
        if json.get("data_base64").is_some() {
            return Err("`data_base64` is not taken: write JSON into `data`".to_owned());
        }
        let subject = event.subject.filter(|subject| !subject.is_empty());
        let subject = subject.ok_or("`subject` is missing: events are read under it")?;
        if subject.starts_with(REPLAYED) {
            return Err(format!("subjects that begin with `{REPLAYED}` are the server's own"));
        }
        let names = [
            ("source", &event.source),
            ("id", &event.id),
            ("type", &event.event_type),
            ("subject", &subject),
        ];
        if let Some((name, _)) = names.iter().find(|(_, text)| text.len() > NAME_BYTES_MAX) {
            return Err(format!("`{name}` may have {NAME_BYTES_MAX} bytes"));
        }
        if depth(&event.data) > DATA_DEPTH_MAX {
            return Err(format!("`data` may nest {DATA_DEPTH_MAX} levels"));
        }
        if event.data.to_string().len() > DATA_BYTES_MAX {
            return Err(format!("`data` may have {DATA_BYTES_MAX} bytes"));
        }
        Ok(Self {
            program: event.source,
            id: event.id,
            event_type: event.event_type,
            subject,
            time: event.time.unwrap_or(now),
            data: event.data,
        })
    }
}

/// How deep a value is nested; the reader of JSON has bounded it.
fn depth(value: &Value) -> usize {
    let of = |values: &mut dyn Iterator<Item = &Value>| 1 + values.map(depth).max().unwrap_or(0);
    match value {
        Value::Array(values) => of(&mut values.iter()),
        Value::Object(members) => of(&mut members.values()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> WallTime {
        WallTime::from_unix_ms(7)
    }

    fn lap() -> Value {
        json!({
            "specversion": "1.0", "id": "1", "source": "//lap-timer", "type": "com.example.lap",
            "subject": "track:7", "data": {"lap": 3},
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut event = lap();
        event[name] = value;
        event
    }

    fn why_not(event: &Value) -> String {
        match Told::of(event, now()) {
            Told::Invalid { detail, .. } => detail,
            Told::Event(event) => panic!("{event:?}"),
        }
    }

    #[test]
    fn both_forms_give_the_same_event() {
        let one = Form::of("application/cloudevents+json; charset=utf-8").unwrap();
        let many = Form::of("application/cloudevents-batch+json").unwrap();
        let told = one.read(lap().to_string().as_bytes(), now()).unwrap();
        assert_eq!(many.read(json!([lap()]).to_string().as_bytes(), now()), Some(told.clone()));
        let event = told[0].event().unwrap();
        assert_eq!((event.program.as_str(), event.subject.as_str()), ("//lap-timer", "track:7"));
        assert_eq!((event.time, &event.data), (now(), &json!({"lap": 3})));
        assert_eq!(one.read(b"[]", now()), None);
        assert_eq!(many.read(b"{}", now()), None);
        assert_eq!(many.read(b"[", now()), None);
        assert_eq!(Form::of("application/json"), None);
    }

    #[test]
    fn what_cannot_be_kept_says_why() {
        assert!(why_not(&with("type", json!("ringside.kill.v1"))).contains("Ringside's own"));
        assert!(why_not(&with("subject", Value::Null)).contains("subject"));
        assert!(why_not(&with("subject", json!("replay.track:7"))).contains("server's own"));
        assert!(why_not(&with("id", json!(""))).contains("id"));
        assert!(why_not(&with("subject", json!("a".repeat(513)))).contains("512"));
        assert!(why_not(&with("data", json!("a".repeat(61 * 1024)))).contains("bytes"));
        assert!(why_not(&with("data_base64", json!("AA=="))).contains("data_base64"));
        let deep = (0..31).fold(json!(1), |inner, _| json!([inner]));
        assert!(why_not(&with("data", deep)).contains("levels"));
        assert!(why_not(&json!(3)).contains("object"));
    }
}
