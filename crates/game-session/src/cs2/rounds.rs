//! Rounds and the bomb, once each: told by `map.round`, `round.phase` and
//! `round.bomb`.

use std::collections::BTreeSet;

use event_model::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    frame::{Bomb, Map, MapPhase, RoundPhase, Score, Side},
    happening::Happening,
};
use crate::Step;

/// Rounds whose results are kept as evidence, the latest ones: a match of two
/// halves and six overtimes.
const RESULTS_MAX: usize = 64;

/// Most rounds that one frame is believed to have skipped: more than a half.
const SKIPPED_MAX: u32 = 32;

/// What happened in the rounds of one run of a match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Rounds {
    /// Highest number of a round known to be over.
    ended: u32,
    /// Highest number of a round known to have gone live.
    started: u32,
    /// The round whose bomb is followed, and what became of it so far.
    bomb_round: u32,
    bomb: BTreeSet<Bomb>,
    results: Vec<RoundResult>,
}

/// How a round ended, for the server that joins sessions into matches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct RoundResult {
    round: u32,
    winner: Option<Side>,
    score: Option<Score>,
    /// `provider.timestamp` of the frame that showed it.
    seen_at: i64,
}

impl Rounds {
    /// The rounds as the first frame of a run finds them: those before are not
    /// told again.
    pub(super) fn found_by(map: &Map) -> Self {
        let over = map.round_phase == Some(RoundPhase::Over);
        let before = map.round.unwrap_or(0).saturating_sub(u32::from(over));
        Self {
            ended: before,
            started: 0,
            bomb_round: 0,
            bomb: BTreeSet::new(),
            results: Vec::new(),
        }
    }

    /// The rounds that a frame shows to be over, with the evidence of them.
    pub(super) fn advance_ends(
        &mut self,
        map: &Map,
        former_score: Option<Score>,
        timestamp: i64,
        step: &mut Step,
    ) -> Vec<Happening> {
        let over = map.round.filter(|_| map.phase != MapPhase::Warmup && map.has_rounds());
        let Some(last) = over.filter(|last| *last > self.ended) else { return Vec::new() };
        let first = self.ended + 1;
        self.ended = last;
        if last - first >= SKIPPED_MAX {
            step.drift.count(&format!("map.round: leaps by more than {SKIPPED_MAX}"));
            return Vec::new();
        }
        let count = last - first + 1;
        let mut happenings = Vec::new();
        for number in first..=last {
            let result = RoundResult {
                round: number,
                winner: winner_of(number, count, map, former_score),
                score: map.score.filter(|_| number == last),
                seen_at: timestamp,
            };
            let shown = number == last && map.round_phase == Some(RoundPhase::Over);
            happenings.push(result.happening(map).inferred_unless(shown || count == 1));
            self.remember(result);
        }
        happenings.push(self.evidence());
        happenings
    }

    /// The round that a frame shows to have gone live.
    pub(super) fn advance_start(&mut self, map: &Map) -> Option<Happening> {
        let live = map.round_phase == Some(RoundPhase::Live) && map.phase != MapPhase::GameOver;
        let number = map.round_number().filter(|number| live && *number > self.started)?;
        self.started = number;
        let started = Happening::new(Kind::RoundStarted, format!("round {number}"));
        Some(started.in_round(Some(number)))
    }

    /// What a frame shows to have become of the bomb.
    pub(super) fn advance_bomb(&mut self, map: &Map) -> Option<Happening> {
        // In freezetime it can only be what is left of the round before.
        let (bomb, number) = match map.round_phase {
            Some(RoundPhase::Freezetime) => return None,
            Some(RoundPhase::Live | RoundPhase::Over | RoundPhase::Unknown) | None => {
                (map.bomb?, map.round_number()?)
            }
        };
        // The end of a match can show the number of the round before: what is
        // told of a round is not told again after it.
        if number < self.bomb_round {
            return None;
        }
        if self.bomb_round < number {
            self.bomb_round = number;
            self.bomb.clear();
        }
        if !self.bomb.insert(bomb) {
            return None;
        }
        let (kind, word) = match bomb {
            Bomb::Planted => (Kind::BombPlanted, "planted"),
            Bomb::Exploded => (Kind::BombExploded, "exploded"),
            Bomb::Defused => (Kind::BombDefused, "defused"),
        };
        Some(Happening::new(kind, format!("bomb {word} {number}")).in_round(Some(number)))
    }

    fn remember(&mut self, result: RoundResult) {
        if self.results.len() >= RESULTS_MAX {
            self.results.remove(0);
        }
        self.results.push(result);
    }

    fn evidence(&self) -> Happening {
        let rounds: Vec<Value> = self.results.iter().map(RoundResult::as_evidence).collect();
        Happening::new(Kind::SessionEvidence, format!("evidence {}", self.ended))
            .with("rounds", rounds)
    }
}

impl RoundResult {
    fn happening(&self, map: &Map) -> Happening {
        let ended = Happening::new(Kind::RoundEnded, format!("round {}", self.round))
            .in_round(Some(self.round))
            .with("score", score_value(self.score))
            .with("winner", self.winner.map(Side::as_str));
        match map.round_wins.get(&self.round) {
            Some(reason) => ended.with("reason", reason.as_str()),
            None => ended,
        }
    }

    fn as_evidence(&self) -> Value {
        json!({
            "round": self.round,
            "winner": self.winner.map(Side::as_str),
            "score": score_value(self.score),
            "seen_at": self.seen_at,
        })
    }
}

impl Happening {
    fn inferred_unless(self, shown: bool) -> Self {
        if shown { self } else { self.with("inferred", true) }
    }
}

fn score_value(score: Option<Score>) -> Value {
    score.map_or(Value::Null, |score| json!({ "ct": score.ct, "t": score.t }))
}

/// Who won one of the `count` rounds that a frame shows to have ended: as
/// `round_wins` says, else `win_team` of the round that just ended, else the
/// scores where only one side's rose.
fn winner_of(number: u32, count: u32, map: &Map, former: Option<Score>) -> Option<Side> {
    let by_list = map.round_wins.get(&number).and_then(|win| side_of_win(win));
    let is_current = map.round_phase == Some(RoundPhase::Over) && map.round == Some(number);
    let by_round = map.round_winner.filter(|_| is_current);
    by_list.or(by_round).or_else(|| winner_by_scores(count, former?, map.score?))
}

fn side_of_win(win: &str) -> Option<Side> {
    match win.split_once('_')?.0 {
        "ct" => Some(Side::Ct),
        "t" => Some(Side::T),
        _ => None,
    }
}

fn winner_by_scores(count: u32, former: Score, now: Score) -> Option<Side> {
    let gained = (now.ct.checked_sub(former.ct)?, now.t.checked_sub(former.t)?);
    match gained {
        (ct, 0) if ct == count => Some(Side::Ct),
        (0, t) if t == count => Some(Side::T),
        _ => None,
    }
}
