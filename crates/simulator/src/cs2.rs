//! A Counter-Strike match as one client shows it: its plot, its truth, and the
//! requests that the game posts of it.

pub(crate) mod delta;
mod payload;
mod play;
mod plot;
mod scene;
mod teams;

use event_model::Game;

use crate::{GsiRequest, Length, Prng, SessionTruth, TrueEvent, cast::Player, gsi_log};
use payload::Payload;
pub(crate) use play::Cs2Play;
use scene::Scene;
pub use teams::Cs2Teams;

/// What the game calls itself in every request, as recorded.
pub(crate) const USER_AGENT_OF_THE_GAME: &str = "Valve/Steam HTTP Client 1.0 (730)";

/// One match, from the main menu back to it.
#[derive(Debug, Clone)]
pub struct Cs2Match {
    players: Vec<Player>,
    /// Whose client it is.
    observer: usize,
    sides: Sides,
    map: &'static str,
    scenes: Vec<At>,
    events: Vec<TrueEvent>,
}

/// On whose side the players are that a client may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sides {
    /// Whoever is shown is on the own one.
    OneTeam,
    /// Each on their own.
    TwoTeams,
}

/// A scene, from its time of the match's clock on.
#[derive(Debug, Clone)]
struct At {
    ms: u64,
    scene: Scene,
}

impl Cs2Match {
    /// Makes the match of a seed up.
    #[must_use]
    pub fn new(seed: u64, length: Length) -> Self {
        plot::make_up(&mut Prng::new(seed, "cs2"), length)
    }

    /// What a companion beside this client must record.
    #[must_use]
    pub fn truth(&self) -> SessionTruth {
        SessionTruth {
            game: Game::cs2().to_string(),
            observer: self.players[self.observer].steam_id.clone(),
            events: self.events.clone(),
        }
    }

    /// When the last scene begins.
    #[must_use]
    pub fn end_ms(&self) -> u64 {
        self.scenes.last().map_or(0, |at| at.ms)
    }

    /// The requests that a listener gets which answers at once.
    #[must_use]
    pub fn requests(&self, token: &str) -> Vec<GsiRequest> {
        gsi_log::of(&Cs2Play(self.clone()), USER_AGENT_OF_THE_GAME, token)
    }

    /// What the game would say at an instant.
    pub(crate) fn payload_at(&self, ms: u64) -> Payload {
        let begun = self.scenes.iter().take_while(|at| at.ms <= ms).last();
        let scene = begun.or(self.scenes.first()).map(|at| &at.scene);
        Payload::of(scene.unwrap_or(&Scene::MENU), self)
    }

    fn side_of(&self, player: usize) -> &'static str {
        match self.sides {
            Sides::OneTeam => "T",
            Sides::TwoTeams => teams::side(player),
        }
    }

    /// When the scene after this instant begins.
    pub(crate) fn next_scene_ms(&self, ms: u64) -> Option<u64> {
        self.scenes.iter().map(|at| at.ms).find(|begins| *begins > ms)
    }
}
