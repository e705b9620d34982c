//! Compares the events of a replay with those that were expected.

use std::{fmt, io::ErrorKind, path::Path};

use companion::{event_model::canonical_json, recording};
use serde_json::Value;

/// Attributes of a CloudEvent that belong to its sending: they may differ.
const ENVELOPE: [&str; 4] = ["source", "sequence", "time", "origin"];

/// The first differences are told; a different recording differs everywhere.
const DIFFERENCES_MAX: usize = 20;

/// An event that is not as expected.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// Expected, and not there.
    Missing { line: usize, event: String },
    /// There, and not expected.
    Unexpected { line: usize, event: String },
    /// Another one.
    Other { line: usize, expected: String, found: String },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { line, event } => write!(f, "event {line} is missing: {event}"),
            Self::Unexpected { line, event } => write!(f, "event {line} is unexpected: {event}"),
            Self::Other { line, expected, found } => {
                write!(f, "event {line} differs:\n  expected {expected}\n  found    {found}")
            }
        }
    }
}

/// The events of a golden file.
pub(crate) struct Golden(Vec<String>);

impl Golden {
    /// Reads the file, before anything is played.
    ///
    /// # Errors
    /// Where it cannot be read, or a line of it is no event.
    pub(crate) fn read(path: &Path) -> Result<Self, recording::Error> {
        let bad = |line, reason| recording::Error::BadInput { file: path.to_owned(), line, reason };
        let text = std::fs::read_to_string(path).map_err(|cause| {
            if cause.kind() == ErrorKind::NotFound {
                bad(None, recording::Reason::Missing)
            } else if cause.kind() == ErrorKind::InvalidData {
                bad(None, recording::Reason::Binary)
            } else {
                recording::Error::Unreadable { file: path.to_owned(), cause }
            }
        })?;
        let lines = text.lines().zip(1_u64..).filter(|(line, _)| !line.trim().is_empty());
        let events = lines.map(|(line, number)| {
            without_envelope(line).ok_or_else(|| bad(Some(number), recording::Reason::NotAnObject))
        });
        Ok(Self(events.collect::<Result<_, _>>()?))
    }

    /// How the events of a replay differ.
    pub(crate) fn differences(&self, events: &[String]) -> Vec<Difference> {
        let found: Vec<_> = events.iter().filter_map(|event| without_envelope(event)).collect();
        differences(&self.0, &found)
    }
}

fn differences(expected: &[String], found: &[String]) -> Vec<Difference> {
    let lines = expected.len().max(found.len());
    (0..lines)
        .filter_map(|index| {
            let line = index + 1;
            match (expected.get(index), found.get(index)) {
                (Some(expected), Some(found)) if expected == found => None,
                (Some(expected), Some(found)) => Some(Difference::Other {
                    line,
                    expected: expected.clone(),
                    found: found.clone(),
                }),
                (Some(event), None) => Some(Difference::Missing { line, event: event.clone() }),
                (None, Some(event)) => Some(Difference::Unexpected { line, event: event.clone() }),
                (None, None) => None,
            }
        })
        .take(DIFFERENCES_MAX)
        .collect()
}

/// The event itself: what the same frames must give anywhere.
fn without_envelope(line: &str) -> Option<String> {
    let mut event: Value = serde_json::from_str(line).ok()?;
    let members = event.as_object_mut()?;
    for attribute in ENVELOPE {
        members.remove(attribute);
    }
    if let Some(data) = members.get_mut("data").and_then(Value::as_object_mut) {
        data.remove("observed");
    }
    Some(String::from_utf8_lossy(&canonical_json(&event)).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_belongs_to_the_event_counts() {
        let one = r#"{"id":"1","source":"a","time":"x","data":{"round":1,"observed":{}}}"#;
        let two = r#"{"time":"y","data":{"round":1},"id":"1","sequence":"9"}"#;
        assert_eq!(without_envelope(one), without_envelope(two));
    }

    #[test]
    fn each_difference_names_its_event() {
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let found = differences(&list(&["a", "b", "c"]), &list(&["a", "x"]));
        assert_eq!(
            found,
            [
                Difference::Other { line: 2, expected: "b".into(), found: "x".into() },
                Difference::Missing { line: 3, event: "c".into() },
            ]
        );
    }
}
