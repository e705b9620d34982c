//! A message of Overwolf's, as our page, a tool or nobody wrapped it.

use event_model::{Channel, Frame, Source, WallTime};
use serde::Deserialize;
use serde_json::Value;

use super::draft::{Draft, SourceHint, Stamp};
use crate::{Reason, error::without_line};

/// Where the time stands at which a message came: the page writes one, and so do tools.
#[derive(Deserialize)]
struct Times {
    at: Option<Value>,
    /// Seconds since the Unix epoch.
    recv_ts: Option<f64>,
    timestamp: Option<Value>,
}

/// A number beyond this counts milliseconds: as seconds it would be in the year 5138.
const SECONDS_MAX: f64 = 1e11;

pub(super) fn read(text: &str) -> Result<Draft, Reason> {
    let times: Times =
        serde_json::from_str(text).map_err(|error| Reason::Line(without_line(&error)))?;
    let received = times.recv_ts.map(Value::from);
    let time =
        [received, times.at, times.timestamp].into_iter().flatten().find_map(|time| wall(&time));
    // The line itself is what the rules read: it may hold the page's number.
    let frame = Frame::new(Channel::Http, text);
    let stamp = time.map(Stamp::Wall);
    Ok(Draft { stamp, source: SourceHint::Named(Source::Overwolf), frame })
}

fn wall(time: &Value) -> Option<WallTime> {
    match time {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => {
            let number = number.as_f64()?;
            let ms = if number.abs() > SECONDS_MAX { number } else { number * 1_000.0 };
            #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
            let ms = ms.round() as i64;
            Some(WallTime::from_unix_ms(ms))
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Option<Stamp> {
        read(text).unwrap().stamp
    }

    #[test]
    fn the_time_is_taken_where_it_is_there() {
        let expected = Some(Stamp::Wall(WallTime::from_unix_ms(1_763_000_000_500)));
        assert_eq!(time(r#"{"at":"2025-11-13T02:13:20.500Z","payload":{}}"#), expected);
        assert_eq!(time(r#"{"recv_ts":1763000000.5,"raw":{}}"#), expected);
        assert_eq!(time(r#"{"timestamp":1763000000500,"raw":{}}"#), expected);
        assert_eq!(time(r#"{"info":{}}"#), None);
        assert_eq!(time(r#"{"at":"yesterday","info":{}}"#), None);
    }

    #[test]
    fn the_line_stays_as_it_is() {
        let line = r#"{ "run":"r", "seq":7,  "payload":{"events":[]} }"#;
        assert_eq!(read(line).unwrap().frame.body, line.as_bytes());
    }
}
