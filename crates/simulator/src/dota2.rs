//! A Dota 2 match as its clients show it: its plot, its truth, and the requests that
//! the game posts of it.

mod course;
mod listed;
mod payload;
mod play;
mod plot;

use event_model::{Game, Kind};

use crate::{
    GsiRequest, Length, Observer, Prng, SessionTruth, SharedTruth, TrueEvent, WitnessedEvent,
    cast::{PLAYERS, Player},
};
use course::Course;
use listed::Happening;
pub(crate) use play::Dota2Play;

/// Headers of every request, as Counter-Strike's with the game's own number.
pub(crate) const USER_AGENT_OF_THE_GAME: &str = "Valve/Steam HTTP Client 1.0 (570)";

/// What Steam adds to an account's number for the long one.
const STEAM_ID_BASE: u64 = 76_561_197_960_265_728;

/// One match, from the main menu back to it.
#[derive(Debug, Clone)]
pub struct Dota2Match {
    match_id: String,
    players: Vec<Player>,
    accounts: Vec<u64>,
    course: Course,
    /// In the order in which they happened.
    happenings: Vec<Happening>,
}

/// Somebody whose client shows the match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dota2Client {
    seat: Dota2Seat,
    /// When each of its frames begins, after the full second.
    phase_ms: u64,
    /// When it has lost its connection and not come back yet, by the match's clock.
    away_ms: Option<(u64, u64)>,
}

/// Where somebody sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dota2Seat {
    /// At this place, 0 to 4 for Radiant, 5 to 9 for Dire.
    Player(u8),
    /// Watching.
    Spectator,
}

impl Dota2Match {
    /// Makes the match of a seed up.
    #[must_use]
    pub fn new(seed: u64, length: Length) -> Self {
        plot::make_up(&mut Prng::new(seed, "dota2"), length)
    }

    /// The clients of so many players, of both teams by turns; with more than ten the
    /// last one watches. Some of them lose their connection for a while.
    #[must_use]
    pub fn clients(&self, seed: u64, count: usize) -> Vec<Dota2Client> {
        let mut prng = Prng::new(seed, "dota2 clients");
        (0..=PLAYERS).take(count).map(|number| self.client(number, &mut prng)).collect()
    }

    fn client(&self, number: usize, prng: &mut Prng) -> Dota2Client {
        let phase_ms = prng.below(10) * 100;
        let away_ms = self.course.an_absence(prng);
        let place = |number: usize| number / 2 + (number % 2) * (PLAYERS / 2);
        let seat = match u8::try_from(place(number)) {
            Ok(place) if number < PLAYERS => Dota2Seat::Player(place),
            Ok(_) | Err(_) => Dota2Seat::Spectator,
        };
        Dota2Client { seat, phase_ms, away_ms }
    }

    /// What a companion beside a client must record.
    #[must_use]
    pub fn truth_of(&self, client: &Dota2Client) -> SessionTruth {
        SessionTruth {
            game: Game::dota2().to_string(),
            observer: self
                .account_of(client)
                .map(|account| account.to_string())
                .unwrap_or_default(),
            events: self.shown_to(client).map(|(_, event)| event).collect(),
        }
    }

    /// What happened, once for all these clients.
    #[must_use]
    pub fn shared_truth(&self, seed: u64, clients: &[Dota2Client]) -> SharedTruth {
        let playing = || clients.iter().filter(|client| self.account_of(client).is_some());
        let observer = |client: &Dota2Client| {
            let account = self.account_of(client)?.to_string();
            Some(Observer { name: player(place_of(client.seat)?), account })
        };
        let seen_by = |number: Option<usize>| {
            let sees =
                |client: &&Dota2Client| self.shown_to(client).any(|(shown, _)| shown == number);
            let accounts = playing().filter(sees).filter_map(|client| self.account_of(client));
            accounts.map(|account| account.to_string()).collect::<Vec<_>>()
        };
        let whole = self.all().map(|(number, event)| WitnessedEvent {
            event,
            victim_ordinal: None,
            seen_by: seen_by(number),
        });
        SharedTruth {
            seed,
            game: Game::dota2().to_string(),
            observers: clients.iter().filter_map(observer).collect(),
            events: whole.filter(|event| !event.seen_by.is_empty()).collect(),
        }
    }

    /// When the last scene begins.
    #[must_use]
    pub fn end_ms(&self) -> u64 {
        self.course.menu_ms
    }

    /// The requests that a client's listener gets which answers at once.
    #[must_use]
    pub fn requests(&self, client: &Dota2Client, token: &str) -> Vec<GsiRequest> {
        let play = Dota2Play::new(self.clone(), *client);
        crate::gsi_log::of(&play, USER_AGENT_OF_THE_GAME, token)
    }

    /// Everything, in its order: the number of a happening, and none of the beginning
    /// and the end.
    fn all(&self) -> impl Iterator<Item = (Option<usize>, TrueEvent)> {
        let about = |kind| std::iter::once((None, TrueEvent::of(kind)));
        let told = self
            .happenings
            .iter()
            .enumerate()
            .filter_map(|(number, happening)| Some((Some(number), happening.truth.clone()?)));
        about(Kind::MatchStarted).chain(told).chain(about(Kind::MatchEnded))
    }

    /// What of it a client lists in one frame at least.
    fn shown_to(&self, client: &Dota2Client) -> impl Iterator<Item = (Option<usize>, TrueEvent)> {
        let mut listed = vec![false; self.happenings.len()];
        for scene_ms in self.course.scenes(client.phase_ms) {
            if self.course.is_listed_at(scene_ms) && !client.is_away(scene_ms) {
                for number in self.listed_at(client, scene_ms) {
                    listed[number] = true;
                }
            }
        }
        self.all().filter(move |(number, _)| number.is_none_or(|number| listed[number]))
    }

    fn account_of(&self, client: &Dota2Client) -> Option<u64> {
        self.accounts.get(usize::from(place_of(client.seat)?)).copied()
    }
}

impl Dota2Client {
    fn is_away(&self, ms: u64) -> bool {
        self.away_ms.is_some_and(|(left, back)| (left..back).contains(&ms))
    }
}

fn place_of(seat: Dota2Seat) -> Option<u8> {
    match seat {
        Dota2Seat::Player(place) => Some(place),
        Dota2Seat::Spectator => None,
    }
}

/// What events call a player.
fn player(place: u8) -> String {
    format!("player {place}")
}
