//! One entry of the game's list of events.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use sha2::{Digest, Sha256};

use super::{document::milliseconds, events::is_known_name, known_fields};
use crate::Drift;

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

/// Longest entry that is read: one with ten assists has under 400 bytes.
const ENTRY_BYTES_MAX: usize = 4 * 1024;

impl Entry {
    /// Reads an entry; one that cannot be read is counted and left out, since
    /// the rest of the list is worth having.
    pub(super) fn read(raw: &RawValue, drift: &mut Drift) -> Option<Self> {
        let entry = Self::try_read(raw, drift);
        if entry.is_none() {
            drift.count("events.* (unreadable)");
        }
        entry
    }

    fn try_read(raw: &RawValue, drift: &mut Drift) -> Option<Self> {
        if raw.get().len() > ENTRY_BYTES_MAX {
            return None;
        }
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(raw.get()).ok()?;
        known_fields::count_unknown(members.keys(), known_fields::ENTRY, "events.*.", drift);
        let name: String = member(&members, "EventName")?;
        if !is_known_name(&name) {
            drift.count(&format!("event {name}"));
        }
        let fields = members
            .iter()
            .filter(|(field, _)| !["EventID", "EventName", "EventTime"].contains(&field.as_str()))
            .map(|(field, value)| Some((field.clone(), serde_json::from_str(value.get()).ok()?)))
            .collect::<Option<_>>()?;
        Some(Self {
            number: member(&members, "EventID")?,
            time_text: members.get("EventTime")?.get().to_owned(),
            time_ms: milliseconds(Some(member(&members, "EventTime")?)),
            name,
            fields,
        })
    }

    /// A field that holds a name. Names may end in a space: never trimmed.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(Value::as_str)
    }

    /// What happened to whom, without when and under which number: 128 bits of
    /// a hash, since many are kept.
    pub(super) fn happening(&self) -> String {
        let fields: serde_json::Map<_, _> = self.fields.clone().into_iter().collect();
        let mut hash = Sha256::new();
        hash.update(self.name.as_bytes());
        hash.update([0]);
        hash.update(event_model::canonical_json(&Value::Object(fields)));
        hex::encode(&hash.finalize()[..16])
    }
}

fn member<T: for<'a> Deserialize<'a>>(
    members: &BTreeMap<String, &RawValue>,
    name: &str,
) -> Option<T> {
    serde_json::from_str(members.get(name)?.get()).ok()
}
