//! The rounds of a match, and which event belongs to which.

use std::collections::{BTreeMap, BTreeSet};

use event_model::Kind;
use serde::{Deserialize, Serialize};

use crate::{
    body::Event,
    details,
    score::{Points, points},
    sides,
};

/// How a round ended for the player's own side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum RoundResult {
    /// The player's side won it.
    Won,
    /// The other side did.
    Lost,
}

/// A round as it was played. A match that begins anew plays round 1 again:
/// another round, of the next run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Round {
    /// As the game numbers it, from 1.
    pub(crate) number: u32,
    /// How often the rounds had begun anew before it.
    pub(crate) run: u32,
    /// Index of the first event that belongs to it.
    pub(crate) first: usize,
    /// Place of that event.
    pub(crate) from_ms: i64,
    /// The side that won it, in the game's word.
    pub(crate) winner: Option<String>,
    /// The score when it ended.
    pub(crate) points: Option<Points>,
    /// The player's own side, in small letters.
    pub(crate) own_side: Option<String>,
    bounds: BTreeSet<Bound>,
}

/// A start or an end, and who told it: nobody tells it twice of one round.
type Bound = (Kind, Option<String>);

impl Round {
    pub(crate) fn has_ended(&self) -> bool {
        self.bounds.iter().any(|(kind, _)| *kind == Kind::RoundEnded)
    }

    pub(crate) fn result(&self) -> Option<RoundResult> {
        let (own, winner) = (self.own_side.as_deref()?, self.winner.as_deref()?);
        let won = own == winner.to_lowercase();
        Some(if won { RoundResult::Won } else { RoundResult::Lost })
    }

    fn take(&mut self, event: &Event) {
        if let Some(bound) = bound_of(event) {
            self.bounds.insert(bound);
        }
        if event.kind == Kind::RoundEnded {
            let winner = details::word(&event.data, "winner").map(str::to_owned);
            self.winner = self.winner.take().or(winner);
            self.points = self.points.take().or_else(|| points(&event.data));
        }
        self.own_side = self.own_side.take().or_else(|| sides::told_by(event));
    }
}

/// Sorts events into rounds, in the order of time.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    rounds: Vec<Round>,
    run: u32,
    /// Those of the present run by their numbers.
    present: BTreeMap<u32, usize>,
}

impl Rounds {
    /// The rounds in the order they were first told of, and for each event the
    /// index of its round.
    pub(crate) fn of(events: &[(i64, Event)]) -> (Vec<Round>, Vec<Option<usize>>) {
        let mut rounds = Self::default();
        let belongs = events
            .iter()
            .enumerate()
            .map(|(index, (at_ms, event))| {
                let round = rounds.round_of(index, *at_ms, event)?;
                rounds.rounds[round].take(event);
                Some(round)
            })
            .collect();
        let mut told = events.iter().map(|(_, event)| event);
        sides::settle(&mut rounds.rounds, told.rfind(|event| event.kind == Kind::MatchEnded));
        (rounds.rounds, belongs)
    }

    fn round_of(&mut self, index: usize, at_ms: i64, event: &Event) -> Option<usize> {
        let number = event.data.round?;
        let known = self.present.get(&number).copied();
        let known = known.filter(|round| !self.is_told_again(*round, event));
        Some(known.unwrap_or_else(|| self.open(number, index, at_ms)))
    }

    /// Whether the event starts or ends a round for a second time.
    fn is_told_again(&self, round: usize, event: &Event) -> bool {
        bound_of(event).is_some_and(|bound| self.rounds[round].bounds.contains(&bound))
    }

    fn open(&mut self, number: u32, first: usize, from_ms: i64) -> usize {
        // Rounds count up: a number that is not higher is of the next run.
        if self.present.last_key_value().is_some_and(|(highest, _)| number <= *highest) {
            self.run += 1;
            self.present.clear();
        }
        self.present.insert(number, self.rounds.len());
        self.rounds.push(Round {
            number,
            run: self.run,
            first,
            from_ms,
            winner: None,
            points: None,
            own_side: None,
            bounds: BTreeSet::new(),
        });
        self.rounds.len() - 1
    }
}

fn bound_of(event: &Event) -> Option<Bound> {
    let bounds = matches!(event.kind, Kind::RoundStarted | Kind::RoundEnded);
    bounds.then(|| (event.kind, event.data.observer.clone()))
}
