//! One client of the match: whose it is, since when it is there, and by how much
//! its clocks are off.
//!
//! Clients that are not alone differ as the game's own do (two recordings of one
//! match have not been published, so this is the worst that one recording shows):
//! the times of one happening lie up to 0.725 s apart, the scoreboard lags the list by
//! up to one poll, and a client that joins late or comes back lists from then on,
//! with numbers of its own.

use serde_json::Value;

use super::{At, LeagueMatch, happening::Happening, plot::OBSERVER};
use crate::Prng;

/// How far the times of one happening lay apart in a recording.
const TIME_NOISE_MS: u64 = 725;

/// The scoreboard follows the list of events: a client alone has this lag.
const SCORES_LAG_MS: u64 = 300;

/// Lags of the others: to a little more than one poll.
const SCORES_LAGS_MS: (u64, u64) = (100, 1_200);

/// When a late client joins, in hundredths of the match.
const JOINS_PERCENT: (u64, u64) = (25, 45);

/// When a client leaves that comes back, in hundredths of the match.
const LEAVES_PERCENT: (u64, u64) = (50, 65);

/// How long it is away; in a short match no more than a twentieth of it.
const AWAY_MS: (u64, u64) = (30_000, 90_000);

/// A client that was there sooner was there from the start, as companions see it.
const LATE_MS: u64 = 60_000;

/// What clients do beside being there from the start to the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attendance {
    /// Clients in all, at least one and at most one a player.
    pub clients: usize,
    /// How many of them join late: the last ones.
    pub late: usize,
    /// How many leave and come back: those before the late ones.
    pub returning: usize,
}

/// How one client shows the match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeagueClient {
    pub(super) player: usize,
    scores_lag_ms: u64,
    /// Processes of it, one after the other.
    processes: Vec<Process>,
    /// Where each time is a little off.
    noise: Option<u64>,
}

/// One run of the game's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Process {
    from_ms: u64,
    until_ms: u64,
    /// `GameStart` as it lists it; `None` for the match's own.
    start_ms: Option<u64>,
}

impl LeagueClient {
    /// The one client of a match that nobody else watches.
    pub(super) const ALONE: Self =
        Self { player: OBSERVER, scores_lag_ms: SCORES_LAG_MS, processes: Vec::new(), noise: None };

    /// What its list has at an instant, with its times; `None` while it is not
    /// there.
    pub(super) fn list<'m>(&self, play: &'m LeagueMatch, ms: u64) -> Option<Vec<Listed<'m>>> {
        let process = self.process_at(ms)?;
        let mut list = Vec::new();
        let mut latest_ms = 0;
        for at in play.happenings.iter().filter(|at| at.ms <= ms) {
            let time_ms = match (process.start_ms, &at.happening) {
                (Some(start_ms), Happening::GameStart) => start_ms,
                (None, Happening::GameStart) => at.ms,
                _ if at.ms < process.from_ms => continue,
                _ => self.time_ms(at.ms),
            };
            latest_ms = time_ms.max(latest_ms);
            list.push(Listed { at, time_ms: latest_ms });
        }
        Some(list)
    }

    /// The scoreboard counts what happened by then.
    pub(super) fn scored_by_ms(&self, ms: u64) -> Option<u64> {
        ms.checked_sub(self.scores_lag_ms)
    }

    /// Whether its list has ever had what happens then.
    pub(super) fn lists(&self, at: &At) -> bool {
        at.happening == Happening::GameStart || self.process_at(at.ms).is_some()
    }

    /// When it leaves to come back.
    #[must_use]
    pub fn leaves_ms(&self) -> Option<u64> {
        self.processes.first().filter(|_| self.processes.len() > 1).map(|first| first.until_ms)
    }

    fn process_at(&self, ms: u64) -> Option<Process> {
        const ALWAYS: Process = Process { from_ms: 0, until_ms: u64::MAX, start_ms: None };
        if self.processes.is_empty() {
            return Some(ALWAYS);
        }
        let is_there = |process: &&Process| (process.from_ms..process.until_ms).contains(&ms);
        self.processes.iter().find(is_there).copied()
    }

    /// One happening has one time, however many entries tell of it.
    fn time_ms(&self, ms: u64) -> u64 {
        let off_ms =
            self.noise.map_or(0, |seed| Prng::new(seed ^ ms, "times").below(TIME_NOISE_MS));
        ms.saturating_sub(off_ms)
    }
}

/// An entry of one client's list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed<'m> {
    pub(super) at: &'m At,
    pub(super) time_ms: u64,
}

impl Listed<'_> {
    pub(super) fn entry(&self, number: usize, play: &LeagueMatch, player: usize) -> Value {
        let mut entry = self.at.happening.fields(&play.players, player);
        entry["EventID"] = Value::from(number);
        entry["EventTime"] = Value::from(super::document::seconds(self.time_ms));
        entry
    }
}

/// The clients of a match, the first one's player first.
pub(super) fn clients(seed: u64, end_ms: u64, attendance: Attendance) -> Vec<LeagueClient> {
    let Attendance { clients, late, returning } = attendance;
    if clients <= 1 {
        return vec![LeagueClient::ALONE];
    }
    let mut prng = Prng::new(seed, "league clients");
    let makes = (0..clients).map(|player| {
        let from_the_end = clients - player;
        let own_start_ms = prng.between(20, 40);
        let processes = if from_the_end <= late {
            joining_late(&mut prng, end_ms)
        } else if from_the_end <= late + returning {
            returning_once(&mut prng, end_ms, own_start_ms)
        } else {
            vec![Process { from_ms: 0, until_ms: u64::MAX, start_ms: Some(own_start_ms) }]
        };
        LeagueClient {
            player,
            scores_lag_ms: prng.between(SCORES_LAGS_MS.0, SCORES_LAGS_MS.1),
            processes,
            noise: Some(prng.next_u64()),
        }
    });
    makes.collect()
}

fn joining_late(prng: &mut Prng, end_ms: u64) -> Vec<Process> {
    let joins_ms = percent(end_ms, prng.between(JOINS_PERCENT.0, JOINS_PERCENT.1)).max(LATE_MS);
    vec![Process { from_ms: joins_ms, until_ms: u64::MAX, start_ms: Some(joins_ms) }]
}

fn returning_once(prng: &mut Prng, end_ms: u64, start_ms: u64) -> Vec<Process> {
    let leaves_ms = percent(end_ms, prng.between(LEAVES_PERCENT.0, LEAVES_PERCENT.1)).max(LATE_MS);
    let away_ms = prng.between(AWAY_MS.0, AWAY_MS.1).min(end_ms / 20);
    let back_ms = leaves_ms + away_ms;
    vec![
        Process { from_ms: 0, until_ms: leaves_ms, start_ms: Some(start_ms) },
        Process { from_ms: back_ms, until_ms: u64::MAX, start_ms: Some(back_ms) },
    ]
}

fn percent(of_ms: u64, percent: u64) -> u64 {
    of_ms * percent / 100
}
