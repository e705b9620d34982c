//! A report on its way, and what it really is.

use association::{Hints, Report, Sighting};
use event_model::{
    Actors, ClockReading, DeviceId, Game, Identity, Kind, Ordinal, Origin, WallTime,
};

/// One report as the server gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// When it reaches the server, since the match began.
    pub arrived_ms: u64,
    /// Which stream sent it.
    pub device_no: usize,
    /// The place of its happening in the truth; `None` for what somebody made
    /// up.
    pub truth: Option<usize>,
    /// Whether its sender lies in this match.
    pub by_liar: bool,
    /// What it says.
    pub told: Told,
}

impl Sent {
    /// What association is told of it.
    #[must_use]
    pub fn report(&self) -> Report<'_> {
        self.told.report()
    }
}

/// A report that owns its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who sent it.
    pub device: DeviceId,
    /// Its id.
    pub event_id: String,
    /// The match.
    pub subject: String,
    /// Where it stands in the server's log.
    pub position: u64,
    /// What.
    pub kind: Kind,
    /// How its id was come by.
    pub identity: Identity,
    /// The account that watched; empty where the report names none.
    pub observer: String,
    /// Who, whom, and with whose help.
    pub actors: Actors,
    /// The round.
    pub round: Option<u32>,
    /// The game's counter.
    pub ordinal: Option<Ordinal>,
    /// The game's clock.
    pub match_clock_ms: Option<i64>,
    /// The device's monotonic clock.
    pub observed: ClockReading,
    /// The device's wall clock.
    pub time: WallTime,
    /// The time as the server corrects it.
    pub corrected: Sighting,
    /// Its number in the outbox.
    pub sequence: u64,
    /// The game's own word.
    pub name: Option<String>,
    /// The actor's side.
    pub team: Option<&'static str>,
    /// Who won.
    pub winner: Option<&'static str>,
    /// The score.
    pub score: Option<String>,
    /// How many kills a multikill counts.
    pub streak: Option<u32>,
}

impl Told {
    /// The game in front of the match's key.
    #[must_use]
    pub fn game(&self) -> Game {
        let (game, _) = self.subject.split_once(':').expect("a match's key begins with its game");
        Game::new(game).expect("a crowd's game has a plain name")
    }

    /// What association is told of it.
    #[must_use]
    pub fn report(&self) -> Report<'_> {
        Report {
            device: self.device,
            event_id: &self.event_id,
            subject: &self.subject,
            position: self.position,
            kind: Some(self.kind),
            identity: Some(self.identity),
            origin: Some(Origin::Live),
            observer: Some(self.observer.as_str()).filter(|observer| !observer.is_empty()),
            actors: &self.actors,
            actor_ids: None,
            round: self.round,
            ordinal: self.ordinal.as_ref(),
            match_clock_ms: self.match_clock_ms,
            observed: Some(self.observed),
            time: Some(self.time),
            corrected: self.corrected,
            outbox: None,
            sequence: Some(self.sequence),
            hints: Hints {
                name: self.name.as_deref(),
                team: self.team,
                winner: self.winner,
                score: self.score.as_deref(),
                streak: self.streak,
            },
        }
    }
}
