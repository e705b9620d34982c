//! A VALORANT match as Overwolf tells it to its clients: its plot, its truth, and the
//! messages of the page.

mod message;
mod plot;

use event_model::{Channel, Frame, Game, Reading};
use game_stage::Cue;

use crate::{Length, Observer, Prng, SessionTruth, SharedTruth, WitnessedEvent, cast::Player};
use plot::Round;

/// One match from its start to its end.
#[derive(Debug, Clone)]
pub struct ValorantMatch {
    /// Riot's own id.
    match_id: String,
    players: Vec<Player>,
    rounds: Vec<Round>,
}

/// Somebody whose PC runs the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValorantClient {
    seat: usize,
    /// What its own Overwolf decides: when the id comes, how late the board is.
    seed: u64,
    /// Whether its page starts again in the midst of the match.
    starts_again: bool,
}

/// A message of one client's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GepMessage {
    /// When Overwolf tells it, by the match's clock.
    pub ms: u64,
    /// The bytes.
    pub body: String,
}

impl ValorantMatch {
    /// Makes the match of a seed up.
    #[must_use]
    pub fn new(seed: u64, length: Length) -> Self {
        let mut prng = Prng::new(seed, "valorant");
        plot::make_up(&mut prng, length)
    }

    /// The clients of so many players, ten at most, of both teams by turns.
    #[must_use]
    pub fn clients(&self, seed: u64, count: usize) -> Vec<ValorantClient> {
        let mut prng = Prng::new(seed, "valorant clients");
        let half = self.players.len() / 2;
        let client = |number: usize| ValorantClient {
            seat: number / 2 + (number % 2) * half,
            seed: prng.next_u64(),
            starts_again: prng.percent(50),
        };
        (0..count.min(self.players.len())).map(client).collect()
    }

    /// What a companion beside a client must record: Overwolf tells everybody all.
    #[must_use]
    pub fn truth_of(&self, client: &ValorantClient) -> SessionTruth {
        SessionTruth {
            game: Game::valorant().to_string(),
            observer: message::account(client.seat),
            events: plot::happened(self),
        }
    }

    /// What happened, once for all these clients.
    #[must_use]
    pub fn shared_truth(&self, seed: u64, clients: &[ValorantClient]) -> SharedTruth {
        let accounts: Vec<_> = clients.iter().map(|client| message::account(client.seat)).collect();
        let observers = clients.iter().map(|client| Observer {
            account: message::account(client.seat),
            name: message::board_name(&self.players[client.seat]),
        });
        let witnessed =
            |event| WitnessedEvent { event, victim_ordinal: None, seen_by: accounts.clone() };
        SharedTruth {
            seed,
            game: Game::valorant().to_string(),
            observers: observers.collect(),
            events: plot::happened(self).into_iter().map(witnessed).collect(),
        }
    }

    /// What the page of one client sends, in its order.
    #[must_use]
    pub fn messages(&self, client: &ValorantClient) -> Vec<GepMessage> {
        message::all(self, client)
    }

    /// The messages as they are played, on one of the bridge's channels.
    #[must_use]
    pub fn cues(&self, client: &ValorantClient, channel: Channel) -> Vec<Cue> {
        let cue = |message: GepMessage| Cue {
            at_ms: message.ms,
            reading: Reading::Frame(Frame::new(channel, message.body)),
        };
        self.messages(client).into_iter().map(cue).collect()
    }
}
