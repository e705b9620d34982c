//! One entry of the game's list of events.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use super::{
    document::{malformed, milliseconds},
    events::is_known_name,
    known_fields,
};
use crate::{Drift, Unreadable};

/// An entry as listed. Kept in the state only while it is held back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The game's own index, per game process.
    pub(super) number: i64,
    pub(super) name: String,
    /// `EventTime` exactly as received: tells renumbering from repetition.
    pub(super) time_text: String,
    pub(super) time_ms: i64,
    /// Everything else.
    pub(super) fields: BTreeMap<String, Value>,
}

impl Entry {
    pub(super) fn read(
        raw: &BTreeMap<String, &RawValue>,
        drift: &mut Drift,
    ) -> Result<Self, Unreadable> {
        known_fields::count_unknown(raw.keys(), known_fields::ENTRY, "events.*.", drift);
        let time_text = raw.get("EventTime").ok_or_else(missing)?.get().to_owned();
        let seconds: f64 = serde_json::from_str(&time_text).map_err(malformed)?;
        let mut fields = BTreeMap::new();
        for (field, value) in raw {
            if !["EventID", "EventName", "EventTime"].contains(&field.as_str()) {
                fields.insert(field.clone(), read(value)?);
            }
        }
        let name: String = read(raw.get("EventName").ok_or_else(missing)?)?;
        if !is_known_name(&name) {
            drift.count(&format!("event {name}"));
        }
        Ok(Self {
            number: read(raw.get("EventID").ok_or_else(missing)?)?,
            name,
            time_text,
            time_ms: milliseconds(Some(seconds)),
            fields,
        })
    }

    /// A field that holds a name. Names may end in a space: never trimmed.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(Value::as_str)
    }

    /// What happened to whom, without when and under which number.
    pub(super) fn happening(&self) -> String {
        let fields: serde_json::Map<_, _> = self.fields.clone().into_iter().collect();
        let canonical = event_model::canonical_json(&Value::Object(fields));
        format!("{} {}", self.name, String::from_utf8_lossy(&canonical))
    }
}

fn missing() -> Unreadable {
    Unreadable::Malformed("an event without EventID, EventName or EventTime".to_owned())
}

fn read<T: for<'a> Deserialize<'a>>(raw: &RawValue) -> Result<T, Unreadable> {
    serde_json::from_str(raw.get()).map_err(malformed)
}
