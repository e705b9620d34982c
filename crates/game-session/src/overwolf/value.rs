//! The shapes that one value comes in: number, plain text, JSON in a text, that
//! URI-encoded, nothing as `""` or null.

use serde_json::Value;

use crate::fields::TEXT_BYTES_MAX;

/// What a value says, whatever it was wrapped in; null where it says nothing.
pub(super) fn unwrapped(value: Value) -> Value {
    match value.as_str() {
        Some("") => Value::Null,
        Some(text) => json_in(text).unwrap_or(value),
        None => value,
    }
}

/// A text, as long as it is none that no game writes.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.len() <= TEXT_BYTES_MAX && !text.is_empty() => {
            Some(text.clone())
        }
        // Ids come as numbers too.
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// A number, which the game often writes as a text.
pub(super) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A flag, which it writes as a text, or as the picture that is shown for it.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// The document within a text, where it is one.
pub(crate) fn json_in(text: &str) -> Option<Value> {
    if text.starts_with(['{', '[']) {
        return serde_json::from_str(text).ok();
    }
    let is_encoded = ["%7B", "%7b", "%5B", "%5b"].iter().any(|start| text.starts_with(start));
    is_encoded.then(|| decoded(text)).flatten().and_then(|text| serde_json::from_str(&text).ok())
}

/// What `encodeURIComponent` was given.
fn decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'%' {
            let digits = text.get(at + 1..at + 3)?;
            out.push(u8::from_str_radix(digits, 16).ok()?);
            at += 3;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_shape_says_the_same() {
        for shape in [json!({"won": 1}), json!("{\"won\":1}"), json!("%7B%22won%22%3A1%7D")] {
            assert_eq!(unwrapped(shape), json!({"won": 1}));
        }
        for nothing in [json!(""), json!(null)] {
            assert_eq!(unwrapped(nothing), Value::Null);
        }
        assert_eq!(number(&unwrapped(json!("12"))), Some(12));
        assert_eq!(number(&unwrapped(json!(12))), Some(12));
    }

    #[test]
    fn what_only_begins_like_json_is_a_text() {
        for name in ["{clan} Ana", "[x]Ana #EU", "%7Bana", "%7B%zz", "100%"] {
            assert_eq!(unwrapped(json!(name)), json!(name));
        }
    }

    #[test]
    fn umlauts_survive_the_encoding() {
        assert_eq!(unwrapped(json!("%5B%22J%C3%B6rg%22%5D")), json!(["Jörg"]));
    }
}
