//! A League match: its plot, its truth, and the document at any instant.

mod document;
mod happening;
mod plot;

use event_model::Game;

use crate::{Length, Prng, SessionTruth, cast::Player};
use happening::Happening;

/// Between two documents that a poller asks for.
const POLL_MS: u64 = 1_000;

/// One match, from its loading screen to its end.
#[derive(Debug, Clone)]
pub struct LeagueMatch {
    players: Vec<Player>,
    happenings: Vec<At>,
    length: Length,
}

/// Something at its time of the game's clock.
#[derive(Debug, Clone)]
struct At {
    ms: u64,
    happening: Happening,
}

impl LeagueMatch {
    /// Makes the match of a seed up.
    #[must_use]
    pub fn new(seed: u64, length: Length) -> Self {
        plot::make_up(&mut Prng::new(seed, "league"), length)
    }

    /// When `GameEnd` is listed.
    #[must_use]
    pub fn end_ms(&self) -> u64 {
        self.length.ms()
    }

    /// What a companion beside the observer's client must record.
    #[must_use]
    pub fn truth(&self) -> SessionTruth {
        let mut deaths = vec![0; self.players.len()];
        let event = |at: &At| {
            let ordinal = at.happening.victim_player().map(|victim| {
                deaths[victim] += 1;
                deaths[victim]
            });
            let event = at.happening.truth(&self.players);
            crate::TrueEvent { ordinal, match_clock_ms: Some(at.ms), ..event }
        };
        SessionTruth {
            game: Game::league().to_string(),
            observer: self.observer().riot_id(),
            events: self.happenings.iter().map(event).collect(),
        }
    }

    /// The body of `/liveclientdata/allgamedata` at an instant of the game's
    /// clock.
    #[must_use]
    pub fn document_at(&self, game_ms: u64) -> String {
        document::at(self, game_ms).to_string()
    }

    /// One document a second, past the end of the match.
    pub fn documents(&self) -> impl Iterator<Item = String> + '_ {
        let last = self.end_ms() / POLL_MS + 2;
        (0..=last).map(|poll| self.document_at(poll * POLL_MS))
    }

    fn observer(&self) -> &Player {
        &self.players[plot::OBSERVER]
    }
}
