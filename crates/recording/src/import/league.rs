//! A document of League's `/allgamedata`.

use event_model::{Channel, Frame, Source};
use serde::Deserialize;
use serde_json::Value;

use super::draft::{Draft, SourceHint, Stamp};

const PATH: &str = "/liveclientdata/allgamedata";

#[derive(Deserialize)]
struct Document {
    #[serde(default, rename = "gameData")]
    game_data: Value,
}

/// A document that tells no time (a game that is loading answers with an
/// error) still is a frame.
pub(super) fn read(text: &str) -> Draft {
    let document = serde_json::from_str::<Document>(text).ok();
    let seconds = document.and_then(|document| document.game_data.get("gameTime")?.as_f64());
    // Saturates: a game clock of a million years is as wrong as one of more.
    let stamp = seconds.map(|seconds| Stamp::Game((seconds * 1_000.0).round() as i64));
    let mut frame = Frame::new(Channel::Poll, text);
    frame.method = Some("GET".to_owned());
    frame.path = Some(PATH.to_owned());
    frame.status = Some(200);
    Draft { stamp, source: SourceHint::Named(Source::League), frame }
}
