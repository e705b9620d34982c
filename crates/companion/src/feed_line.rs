//! An event as a line of the live feed.

use event_model::{Event, Moment, Source};
use live_view::{FeedLine, Saved};

/// The line of an event that was just seen, and is not on disk yet.
pub(crate) fn feed_line(event: &Event, source: Source, at: Moment) -> FeedLine {
    FeedLine {
        event_id: event.id.to_string(),
        source: source.as_str().to_owned(),
        match_key: event.subject().as_str().to_owned(),
        kind: event.kind.as_str().to_owned(),
        attacker: event.data.actors.attacker.clone(),
        victim: event.data.actors.victim.clone(),
        observer: event.data.observer.clone(),
        round: event.data.round,
        match_clock_ms: event.data.match_clock_ms,
        time: at.wall.to_string(),
        saved: Saved::NotSaved,
    }
}
