//! What games say beside the model: read by name, never relied on.

use event_model::EventData;
use serde_json::Value;

/// A word of the game's, where it is told and not empty.
pub(crate) fn word<'e>(data: &'e EventData, name: &str) -> Option<&'e str> {
    data.details.get(name).and_then(Value::as_str).filter(|word| !word.is_empty())
}

/// A truth value, where it is told.
pub(crate) fn truth(data: &EventData, name: &str) -> Option<bool> {
    data.details.get(name).and_then(Value::as_bool)
}

/// A count, where it is told.
pub(crate) fn count(data: &EventData, name: &str) -> Option<u32> {
    data.details.get(name).and_then(Value::as_u64).and_then(|count| count.try_into().ok())
}
