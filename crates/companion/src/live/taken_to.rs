//! Where those who follow a game's files go on: at the last line that the saved state
//! of their stream has taken.

use std::sync::{Arc, Mutex};

use event_model::Source;
use game_session::{FollowedTo, SourceState};
use outbox::{Outbox, StreamKey};

use super::LIVE;
use crate::{owned_outbox::lock, readers::TakenTo};

/// Asks this outbox, which has the state beside the events that were made with it.
pub(super) fn from(outbox: &Arc<Mutex<Outbox>>) -> TakenTo {
    let outbox = Arc::clone(outbox);
    Arc::new(move |source| taken_to(&outbox, source))
}

/// Without a state that can be read the newest files are read from their start, and
/// give the ids that they gave.
fn taken_to(outbox: &Mutex<Outbox>, source: Source) -> Option<FollowedTo> {
    let key = StreamKey { source, stream: LIVE.to_owned() };
    let bytes = lock(outbox).state(&key).ok()??;
    SourceState::decode(source, &bytes).ok()?.followed_to().cloned()
}
