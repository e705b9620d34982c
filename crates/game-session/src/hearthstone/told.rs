//! What a session has told, so that nothing of it is told again.

use std::collections::BTreeSet;

use event_model::EventId;
use serde::{Deserialize, Serialize};

/// Events of one game at most. A long game of two has some 200.
pub(super) const EVENTS_MAX: usize = 4_096;

/// What is counted where a session has more than any game has.
pub(super) const TOO_MANY: &str = "more events than a game has";

/// The events of a session, each by half of its id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Told(BTreeSet<u64>);

/// Whether to tell an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    New,
    Again,
    /// A session has more than any game has.
    TooMany,
}

impl Told {
    pub(super) fn tell(&mut self, id: EventId) -> Telling {
        let (half, _) = id.0.as_u64_pair();
        if self.0.contains(&half) {
            Telling::Again
        } else if self.0.len() >= EVENTS_MAX {
            Telling::TooMany
        } else {
            self.0.insert(half);
            Telling::New
        }
    }
}
