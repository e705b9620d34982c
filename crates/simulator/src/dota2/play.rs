//! One client's match, as the poster asks for it.

use game_stage::GsiPlay;

use super::{Dota2Client, Dota2Match, payload::Payload};

/// A match as one client shows it.
pub(crate) struct Dota2Play {
    play: Dota2Match,
    client: Dota2Client,
    scenes: Vec<u64>,
}

impl Dota2Play {
    pub(crate) fn new(play: Dota2Match, client: Dota2Client) -> Self {
        let scenes = play.course.scenes(client.phase_ms).collect();
        Self { play, client, scenes }
    }
}

impl GsiPlay for Dota2Play {
    type State = Payload;

    fn state_at(&self, ms: u64) -> Payload {
        let begun = self.scenes.iter().rev().find(|begins| **begins <= ms);
        Payload::of(&self.play, &self.client, begun.copied().unwrap_or_default())
    }

    fn next_scene_ms(&self, ms: u64) -> Option<u64> {
        self.scenes.iter().copied().find(|begins| *begins > ms)
    }

    fn end_ms(&self) -> u64 {
        self.scenes.last().copied().unwrap_or_default()
    }

    fn body(&self, state: &Payload, former: Option<&Payload>, wall_s: i64, token: &str) -> String {
        state.body(former, wall_s, token)
    }
}
