//! A League match: its plot, its truth, and the document at any instant.

mod client;
mod document;
mod happening;
mod plot;
mod session;

use event_model::Game;

use crate::{
    Length, Observer, Prng, SessionTruth, SharedTruth, TrueEvent, WitnessedEvent, cast::Player,
};
pub use client::{Attendance, LeagueClient};
use happening::Happening;
use plot::Revivals;

/// Between two documents that a poller asks for.
const POLL_MS: u64 = 1_000;

/// One match, from its loading screen to its end.
#[derive(Debug, Clone)]
pub struct LeagueMatch {
    players: Vec<Player>,
    happenings: Vec<At>,
    length: Length,
}

/// Most of a hundred victims that may be revived.
pub const REVIVAL_PERCENT_MAX: u8 = 50;

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
        Self::with_revivals(seed, length, 0)
    }

    /// The same, where so many of a hundred victims are revived and killed again
    /// by the same player within seconds.
    #[must_use]
    pub fn with_revivals(seed: u64, length: Length, percent: u8) -> Self {
        let percent = u64::from(percent.min(REVIVAL_PERCENT_MAX));
        let revivals = Revivals { percent, prng: Prng::new(seed, "league revivals") };
        plot::make_up(&mut Prng::new(seed, "league"), length, revivals)
    }

    /// When `GameEnd` is listed.
    #[must_use]
    pub fn end_ms(&self) -> u64 {
        self.length.ms()
    }

    /// What a companion beside the observer's client must record.
    #[must_use]
    pub fn truth(&self) -> SessionTruth {
        self.truth_of(&LeagueClient::ALONE)
    }

    /// What a companion beside a client must record. The times are the match's:
    /// the client's may be a little off.
    #[must_use]
    pub fn truth_of(&self, client: &LeagueClient) -> SessionTruth {
        let listed = self.true_events().filter(|(at, _)| client.lists(at));
        SessionTruth {
            game: Game::league().to_string(),
            observer: self.players[client.player].riot_id(),
            events: listed.map(|(_, event)| event).collect(),
        }
    }

    /// What happened, once, with who was shown it.
    #[must_use]
    pub fn shared_truth(&self, seed: u64, clients: &[LeagueClient]) -> SharedTruth {
        let observer = |client: &LeagueClient| self.players[client.player].riot_id();
        let witnessed = |(at, event): (&At, TrueEvent)| {
            let seen_by = clients.iter().filter(|client| client.lists(at)).map(observer).collect();
            WitnessedEvent { event, victim_ordinal: None, seen_by }
        };
        SharedTruth {
            seed,
            game: Game::league().to_string(),
            observers: clients
                .iter()
                .map(|client| Observer {
                    account: observer(client),
                    name: self.players[client.player].name.clone(),
                })
                .collect(),
            events: self.true_events().map(witnessed).collect(),
        }
    }

    /// The clients of those who play, as they are on a seed.
    #[must_use]
    pub fn clients(&self, seed: u64, attendance: Attendance) -> Vec<LeagueClient> {
        let clients = attendance.clients.min(self.players.len());
        client::clients(seed, self.end_ms(), Attendance { clients, ..attendance })
    }

    /// The body of `/liveclientdata/allgamedata` at an instant of the game's
    /// clock.
    #[must_use]
    pub fn document_at(&self, game_ms: u64) -> String {
        self.document_of(&LeagueClient::ALONE, game_ms).unwrap_or_default()
    }

    /// The same as one client shows it; `None` while that is not there.
    #[must_use]
    pub fn document_of(&self, client: &LeagueClient, game_ms: u64) -> Option<String> {
        document::at(self, client, game_ms).map(|document| document.to_string())
    }

    /// One document a second, past the end of the match.
    pub fn documents(&self) -> impl Iterator<Item = String> + '_ {
        let last = self.end_ms() / POLL_MS + 2;
        (0..=last).map(|poll| self.document_at(poll * POLL_MS))
    }

    fn true_events(&self) -> impl Iterator<Item = (&At, TrueEvent)> {
        let mut deaths = vec![0; self.players.len()];
        self.happenings.iter().map(move |at| {
            let ordinal = at.happening.victim_player().map(|victim| {
                deaths[victim] += 1;
                deaths[victim]
            });
            let event = at.happening.truth(&self.players);
            (at, TrueEvent { ordinal, match_clock_ms: Some(at.ms), ..event })
        })
    }
}
