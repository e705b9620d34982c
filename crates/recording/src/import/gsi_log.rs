//! A logged GSI request: timestamp, method, url, headers, body.

use std::collections::BTreeMap;

use event_model::{Channel, Frame, WallTime};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{
    draft::{Draft, SourceHint, Stamp},
    gsi::Payload,
};
use crate::{Reason, error::without_line};

/// Numbers above this are milliseconds since the Unix epoch, those below
/// seconds: as milliseconds it is March 1973, as seconds the year 5138.
const SECONDS_MAX: f64 = 1e11;

#[derive(Deserialize)]
struct Record<'a> {
    timestamp: Option<Value>,
    method: Option<String>,
    url: Option<String>,
    headers: Option<BTreeMap<String, Value>>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
}

pub(super) fn read(text: &str) -> Result<Draft, Reason> {
    let record: Record<'_> =
        serde_json::from_str(text).map_err(|error| Reason::Line(without_line(&error)))?;
    if record.body.is_none() && record.method.is_none() && record.url.is_none() {
        return Err(Reason::Line("a logged request has a method, a url or a body".to_owned()));
    }
    let body = body(record.body)?;
    let source = Payload::read(&body).map_or(SourceHint::Nothing, |payload| payload.source());
    let stamp = record.timestamp.as_ref().map(time).transpose()?.flatten().map(Stamp::Wall);
    let mut frame = Frame::new(Channel::Http, body);
    frame.method = record.method;
    frame.path = record.url.map(|url| path_of(&url).to_owned());
    frame.headers = record
        .headers
        .iter()
        .flatten()
        .map(|(name, value)| (name.to_lowercase(), text_of(value)))
        .collect();
    Ok(Draft { stamp, source, frame })
}

/// What was posted: the text where it was logged as one, else the object's own
/// text.
fn body(raw: Option<&RawValue>) -> Result<String, Reason> {
    let text = raw.map_or("", RawValue::get);
    if text.starts_with('"') {
        return serde_json::from_str(text).map_err(|error| Reason::not_json(&error));
    }
    Ok(text.to_owned())
}

fn time(value: &Value) -> Result<Option<WallTime>, Reason> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.parse()?)),
        Value::Number(number) => Ok(number.as_f64().map(from_number)),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err(Reason::Line("its timestamp is neither a text nor a number".to_owned()))
        }
    }
}

fn from_number(number: f64) -> WallTime {
    let ms = if number.abs() < SECONDS_MAX { number * 1_000.0 } else { number };
    WallTime::from_unix_ms(ms.round() as i64)
}

/// Some loggers write a repeated header as a list.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// The path of a logged URL: a host is nobody's business, and what stands before
/// it may be a password.
fn path_of(url: &str) -> &str {
    let Some((_scheme, rest)) = url.split_once("://") else { return url };
    rest.find('/').map_or("/", |start| &rest[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_path_of_a_url_is_kept() {
        assert_eq!(path_of("http://user:secret@127.0.0.1:3000/post"), "/post");
        assert_eq!(path_of("http://user:secret@127.0.0.1"), "/");
        assert_eq!(path_of("/"), "/");
    }
}
