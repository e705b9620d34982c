//! Which build of a game a frame came from.

use event_model::{Frame, Source};
use serde::Deserialize;

#[derive(Deserialize)]
struct Versioned {
    provider: Provider,
}

#[derive(Deserialize)]
struct Provider {
    version: u64,
}

/// The game's own number of the build that sent this frame, where the source tells it:
/// Valve's games do in every frame (`provider.version`). Elite's stands behind the name
/// of what is unknown; the other sources say none.
#[must_use]
pub fn build_of(source: Source, frame: &Frame) -> Option<String> {
    match source {
        Source::Cs2 | Source::Dota2 => {
            let read: Versioned = serde_json::from_slice(&frame.body).ok()?;
            Some(read.provider.version.to_string())
        }
        Source::League
        | Source::RocketLeague
        | Source::Overwolf
        | Source::Elite
        | Source::Hearthstone => None,
    }
}
