//! An event without what belongs to its sending.

use std::fmt;

use event_model::canonical_json;
use serde_json::Value;

/// Attributes of a CloudEvent that belong to its sending: they may differ.
const ENVELOPE: [&str; 5] = ["source", "sequence", "sequencetype", "time", "origin"];

/// The event itself: what the same frames must give anywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct PlainEvent(Value);

/// A line that is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoEvent;

impl PlainEvent {
    /// Reads a line: a whole CloudEvent, or one that has lost its envelope before.
    ///
    /// # Errors
    /// Where it is no JSON object.
    pub fn read(line: &str) -> Result<Self, NoEvent> {
        let mut event: Value = serde_json::from_str(line).map_err(|_| NoEvent)?;
        let members = event.as_object_mut().ok_or(NoEvent)?;
        for attribute in ENVELOPE {
            members.remove(attribute);
        }
        if let Some(data) = members.get_mut("data").and_then(Value::as_object_mut) {
            data.remove("observed");
        }
        Ok(Self(event))
    }

    /// One line of a golden file, without its end: the same on every machine.
    #[must_use]
    pub fn line(&self) -> String {
        String::from_utf8_lossy(&canonical_json(&self.0)).into_owned()
    }

    /// Its id; empty where it has none.
    #[must_use]
    pub fn id(&self) -> &str {
        self.text("/id")
    }

    pub(crate) fn value(&self) -> &Value {
        &self.0
    }

    /// All of it but its id.
    pub(crate) fn without_id(&self) -> String {
        let mut value = self.0.clone();
        if let Some(members) = value.as_object_mut() {
            members.remove("id");
        }
        String::from_utf8_lossy(&canonical_json(&value)).into_owned()
    }

    /// What a person would call it by, whatever its id and its match are.
    pub(crate) fn happening(&self) -> String {
        let of = |pointer: &str| self.0.pointer(pointer).unwrap_or(&Value::Null);
        let parts = ["/type", "/data/actors", "/data/round", "/data/match_clock_ms"].map(of);
        Value::from_iter(parts.map(Clone::clone)).to_string()
    }

    fn text(&self, pointer: &str) -> &str {
        self.0.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

impl fmt::Display for PlainEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text("/type"))?;
        let actors = ["/data/actors/attacker", "/data/actors/victim"].map(|at| self.text(at));
        match actors {
            ["", ""] => {}
            [attacker, ""] => write!(f, " by {attacker}")?,
            ["", victim] => write!(f, " of {victim}")?,
            [attacker, victim] => write!(f, " {attacker} > {victim}")?,
        }
        if let Some(round) = self.0.pointer("/data/round").and_then(Value::as_u64) {
            write!(f, ", round {round}")?;
        }
        if let Some(ms) = self.0.pointer("/data/match_clock_ms").and_then(Value::as_i64) {
            write!(f, ", at {ms} ms")?;
        }
        write!(f, " ({})", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_belongs_to_the_event_counts() {
        let one = r#"{"id":"1","source":"a","time":"x","data":{"round":1,"observed":{}}}"#;
        let two = r#"{"time":"y","data":{"round":1},"id":"1","sequence":"9","sequencetype":"I"}"#;
        let read = |line| PlainEvent::read(line).map(|event| event.line());
        assert_eq!(read(one), read(two));
        assert_eq!(read(one).as_deref(), Ok(r#"{"data":{"round":1},"id":"1"}"#));
        assert_eq!(PlainEvent::read("[1]"), Err(NoEvent));
    }
}
