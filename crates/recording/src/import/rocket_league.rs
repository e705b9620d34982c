//! A message of Rocket League's stream, by itself or with the time that it came at.

use event_model::{Channel, Frame, Source, WallTime};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::draft::{Draft, SourceHint, Stamp};
use crate::{Reason, error::without_line};

#[derive(Deserialize)]
struct Record<'a> {
    /// Seconds since the Unix epoch.
    recv_ts: Option<f64>,
    #[serde(borrow)]
    msg: Option<&'a RawValue>,
}

pub(super) fn read(text: &str) -> Result<Draft, Reason> {
    let record: Record<'_> =
        serde_json::from_str(text).map_err(|error| Reason::Line(without_line(&error)))?;
    let stamp = record.recv_ts.map(|seconds| {
        #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
        let ms = (seconds * 1_000.0).round() as i64;
        Stamp::Wall(WallTime::from_unix_ms(ms))
    });
    let message = record.msg.map_or(text, RawValue::get);
    let frame = Frame::new(Channel::Tcp, message);
    Ok(Draft { stamp, source: SourceHint::Named(Source::RocketLeague), frame })
}
