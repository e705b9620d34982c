//! What of an event changed, field by field.

use serde::Serialize;
use serde_json::{Map, Value};

/// Of one event, so many changed fields are kept: more is another event.
const FIELDS_MAX: usize = 64;

/// A field that has another value; `None` where it is not there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// Where: `data.actors.victim`.
    pub path: String,
    /// What was expected there.
    pub expected: Option<Value>,
    /// What is there.
    pub found: Option<Value>,
}

pub(crate) fn changes(expected: &Value, found: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    compare("", Some(expected), Some(found), &mut changes);
    changes.truncate(FIELDS_MAX);
    changes
}

fn compare(
    path: &str,
    expected: Option<&Value>,
    found: Option<&Value>,
    changes: &mut Vec<FieldChange>,
) {
    match (expected, found) {
        (Some(expected), Some(found)) if expected == found => {}
        (Some(Value::Object(expected)), Some(Value::Object(found))) => {
            members(path, expected, found, changes);
        }
        (Some(Value::Array(expected)), Some(Value::Array(found))) => {
            for at in 0..expected.len().max(found.len()) {
                compare(&format!("{path}[{at}]"), expected.get(at), found.get(at), changes);
            }
        }
        (expected, found) => changes.push(FieldChange {
            path: path.to_owned(),
            expected: expected.cloned(),
            found: found.cloned(),
        }),
    }
}

fn members(
    path: &str,
    expected: &Map<String, Value>,
    found: &Map<String, Value>,
    changes: &mut Vec<FieldChange>,
) {
    let only_found = found.keys().filter(|name| !expected.contains_key(*name));
    for name in expected.keys().chain(only_found) {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        compare(&path, expected.get(name), found.get(name), changes);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_names_its_field_and_both_values() {
        let one = json!({"a": {"b": [1, 2], "c": 3}, "same": 1});
        let two = json!({"a": {"b": [1, 5], "d": 4}, "same": 1});
        let told: Vec<_> = changes(&one, &two)
            .into_iter()
            .map(|change| (change.path, change.expected, change.found))
            .collect();
        assert_eq!(
            told,
            [
                ("a.b[1]".to_owned(), Some(json!(2)), Some(json!(5))),
                ("a.c".to_owned(), Some(json!(3)), None),
                ("a.d".to_owned(), None, Some(json!(4))),
            ]
        );
    }
}
