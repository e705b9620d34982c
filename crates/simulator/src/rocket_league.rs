//! A Rocket League match as its clients show it: its plot, its truth, and the
//! messages that the game sends of it.

mod message;
mod moment;
mod plot;
mod said;

use event_model::{Channel, Frame, Game, Kind, Reading, WallTime};
use game_stage::Cue;

use crate::{
    Length, Observer, Prng, SessionTruth, SharedTruth, TrueEvent, WitnessedEvent, cast::Player,
    gsi_log::PROVIDER_EPOCH_S,
};
use said::{At, Said, Told};

/// Players of one match: two teams of three.
const CARS: usize = 6;

/// The last player leaves and comes back, so it is nobody's client.
const CLIENTS_MAX: usize = CARS - 1;

/// A match lasts long enough to be away from it.
const AWAY_FROM_MS: u64 = 40_000;

/// One match, from its making to its end.
#[derive(Debug, Clone)]
pub struct RocketLeagueMatch {
    /// Empty offline.
    guid: String,
    players: Vec<Player>,
    /// In their order.
    said: Vec<At<Said>>,
    told: Vec<At<Told>>,
}

/// Somebody whose client shows the match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RocketLeagueClient {
    seat: usize,
    /// When nobody reads what it sends.
    away_ms: Option<(u64, u64)>,
}

/// A message of one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RocketLeagueMessage {
    /// When it is sent, by the match's clock.
    pub ms: u64,
    /// The bytes.
    pub body: String,
}

impl RocketLeagueMatch {
    /// Makes the online match of a seed up.
    #[must_use]
    pub fn new(seed: u64, length: Length) -> Self {
        let mut prng = Prng::new(seed, "rocket-league");
        let guid = format!("{:016X}{:016X}", prng.next_u64(), prng.next_u64());
        plot::make_up(&mut prng, length, guid)
    }

    /// The same match offline, where it has no id.
    #[must_use]
    pub fn offline(seed: u64, length: Length) -> Self {
        Self { guid: String::new(), ..Self::new(seed, length) }
    }

    /// The clients of so many players, five at most, of both teams by turns. Of a long
    /// match some are not read for a while.
    #[must_use]
    pub fn clients(&self, seed: u64, count: usize) -> Vec<RocketLeagueClient> {
        let mut prng = Prng::new(seed, "rocket-league clients");
        let end_ms = self.end_ms();
        let client = |number: usize| {
            let (goes, lasts_ms) = (prng.percent(50), prng.between(1_000, 8_000));
            let room = end_ms.saturating_sub(AWAY_FROM_MS);
            let left = 10_000 + prng.below(room + 1);
            let away_ms = (goes && room > 0).then_some((left, left + lasts_ms));
            let seat = number / 2 + (number % 2) * (CARS / 2);
            RocketLeagueClient { seat, away_ms }
        };
        (0..count.min(CLIENTS_MAX)).map(client).collect()
    }

    /// What a companion beside a client must record.
    #[must_use]
    pub fn truth_of(&self, client: &RocketLeagueClient) -> SessionTruth {
        SessionTruth {
            game: Game::rocket_league().to_string(),
            observer: message::primary_id(&self.players[client.seat]),
            events: self.shown_to(client).map(|(_, event)| event).collect(),
        }
    }

    /// What happened, once for all these clients.
    #[must_use]
    pub fn shared_truth(&self, seed: u64, clients: &[RocketLeagueClient]) -> SharedTruth {
        let account = |client: &RocketLeagueClient| message::primary_id(&self.players[client.seat]);
        let observers = clients.iter().map(|client| Observer {
            account: account(client),
            name: self.players[client.seat].name.clone(),
        });
        let witnessed = |(number, event): (usize, TrueEvent)| {
            let sees = |client: &&RocketLeagueClient| {
                self.shown_to(client).any(|(shown, _)| shown == number)
            };
            let seen_by = clients.iter().filter(sees).map(account).collect();
            WitnessedEvent { event, victim_ordinal: None, seen_by }
        };
        SharedTruth {
            seed,
            game: Game::rocket_league().to_string(),
            observers: observers.collect(),
            events: self.all().map(witnessed).filter(|event| !event.seen_by.is_empty()).collect(),
        }
    }

    /// When the last message is sent.
    #[must_use]
    pub fn end_ms(&self) -> u64 {
        self.said.last().map_or(0, |said| said.ms)
    }

    /// What one client sends and somebody reads.
    #[must_use]
    pub fn messages(&self, client: &RocketLeagueClient) -> Vec<RocketLeagueMessage> {
        let read = self.said.iter().filter(|said| !client.is_away(said.ms));
        let message = |said: &At<Said>| RocketLeagueMessage {
            ms: said.ms,
            body: message::body(&said.what, self, client.seat),
        };
        read.map(message).collect()
    }

    /// The messages as they are played: where nobody read, the connection is lost.
    #[must_use]
    pub fn cues(&self, client: &RocketLeagueClient) -> Vec<Cue> {
        let frame = |message: RocketLeagueMessage| Cue {
            at_ms: message.ms,
            reading: Reading::Frame(Frame::new(Channel::Tcp, message.body)),
        };
        let mut cues: Vec<Cue> = self.messages(client).into_iter().map(frame).collect();
        if let Some((left, _)) = client.away_ms {
            let error = "the game closed the connection".to_owned();
            let fault = event_model::Fault { channel: Channel::Tcp, error };
            let place = cues.partition_point(|cue| cue.at_ms < left);
            cues.insert(place, Cue { at_ms: left, reading: Reading::Fault(fault) });
        }
        cues
    }

    /// The messages as a log of lines, each with the time that it came at.
    #[must_use]
    pub fn log(&self, client: &RocketLeagueClient) -> Vec<String> {
        let line = |message: &RocketLeagueMessage| {
            let sent = i64::try_from(message.ms).unwrap_or(0);
            let at = WallTime::from_unix_ms(PROVIDER_EPOCH_S * 1_000).plus_ms(sent).unix_ms();
            let (seconds, ms) = (at.div_euclid(1_000), at.rem_euclid(1_000));
            format!(r#"{{"recv_ts":{seconds}.{ms:03},"msg":{}}}"#, message.body)
        };
        self.messages(client).iter().map(line).collect()
    }

    /// Everything, in its order, each with a number.
    fn all(&self) -> impl Iterator<Item = (usize, TrueEvent)> {
        let begun = std::iter::once(TrueEvent::of(Kind::MatchStarted));
        let told = self.told.iter().map(|told| told.what.event.clone());
        let over = std::iter::once(TrueEvent::of(Kind::MatchEnded));
        begun.chain(told).chain(over).enumerate()
    }

    /// What of it a client shows: of what it told while nobody read, what counters say.
    fn shown_to(&self, client: &RocketLeagueClient) -> impl Iterator<Item = (usize, TrueEvent)> {
        self.all().filter_map(move |(number, event)| {
            let told = number.checked_sub(1).and_then(|number| self.told.get(number));
            match told {
                Some(told) if client.is_away(told.ms) => {
                    told.what.is_counted.then(|| (number, without_words(event)))
                }
                Some(_) | None => Some((number, event)),
            }
        })
    }
}

/// A counter says whose it is and no more.
fn without_words(event: TrueEvent) -> TrueEvent {
    TrueEvent { victim: None, assists: Vec::new(), ..event }
}

impl RocketLeagueClient {
    fn is_away(&self, ms: u64) -> bool {
        self.away_ms.is_some_and(|(left, back)| (left..back).contains(&ms))
    }
}
