//! The match as a client that can be asked for any instant.

use game_stage::GsiPlay;

use super::{Cs2Match, Payload};

/// A client of the match, as it is posted.
pub(crate) struct Cs2Play(pub(crate) Cs2Match);

impl GsiPlay for Cs2Play {
    type State = Payload;

    fn state_at(&self, ms: u64) -> Payload {
        self.0.payload_at(ms)
    }

    fn next_scene_ms(&self, ms: u64) -> Option<u64> {
        self.0.next_scene_ms(ms)
    }

    fn end_ms(&self) -> u64 {
        self.0.end_ms()
    }

    fn body(&self, state: &Payload, former: Option<&Payload>, wall_s: i64, token: &str) -> String {
        state.body(former, wall_s, token)
    }
}
