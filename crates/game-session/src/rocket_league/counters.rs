//! Each player's counters, and how they move.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    pairing::{Counted, Stat, Target},
    state::{MatchState, Player},
};
use crate::Step;

/// Most steps of one counter that one tick is believed to hold: a player who was gone
/// for a minute may have done so much meanwhile.
const LEAP_MAX: u64 = 64;

/// Players that are followed: more than a private match takes, with those who came
/// and went.
const PLAYERS_MAX: usize = 64;

/// What was last shown of everybody.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Counters {
    players: BTreeMap<String, Shown>,
    /// Both scores, by team.
    scores: Vec<(i64, u64)>,
    /// How often the score fell.
    score_run: u32,
}

/// One player's counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Shown {
    goals: u64,
    shots: u64,
    saves: u64,
    demolitions: u64,
    /// How often they began anew.
    run: u32,
}

impl Counters {
    /// What moved since the last state. The first one that shows a player is where
    /// that player's counters begin.
    pub(super) fn advance(&mut self, state: &MatchState, step: &mut Step) -> Vec<Counted> {
        let mut moved = Vec::new();
        let mut scorers = Vec::new();
        for player in &state.players {
            let Some(former) = self.players.get(&player.account).copied() else {
                if self.players.len() < PLAYERS_MAX {
                    self.players.insert(player.account.clone(), Shown::of(player, 0));
                }
                continue;
            };
            let fell = former.is_above(player);
            let run = if fell { former.run.saturating_add(1) } else { former.run };
            let before = if fell { Shown::default() } else { former };
            if player.goals > before.goals {
                scorers.push(player);
            }
            for (stat, from, to) in before.steps(player) {
                if to.saturating_sub(from) > LEAP_MAX {
                    step.drift.count(&format!("Players.*: leaps by more than {LEAP_MAX}"));
                    continue;
                }
                moved.extend((from + 1..=to).map(|value| Counted {
                    stat,
                    by: Some(player.target()),
                    account: player.account.clone(),
                    run,
                    value,
                    team: player.team,
                }));
            }
            self.players.insert(player.account.clone(), Shown::of(player, run));
        }
        moved.extend(self.goals(state, &scorers, step));
        moved
    }

    /// Every goal is a step of the whole score: an own goal is nobody's.
    fn goals(&mut self, state: &MatchState, scorers: &[&Player], step: &mut Step) -> Vec<Counted> {
        let former = std::mem::replace(&mut self.scores, state.scores.clone());
        if former.is_empty() {
            return Vec::new();
        }
        let was =
            |team: i64| former.iter().find(|(of, _)| *of == team).map_or(0, |(_, score)| *score);
        if state.scores.iter().any(|(team, score)| *score < was(*team)) {
            self.score_run = self.score_run.saturating_add(1);
            return Vec::new();
        }
        let mut total: u64 = former.iter().fold(0, |sum, (_, score)| sum.saturating_add(*score));
        let mut goals = Vec::new();
        for (team, score) in &state.scores {
            if score - was(*team) > LEAP_MAX {
                step.drift.count(&format!("Game.Teams.*.Score: leaps by more than {LEAP_MAX}"));
                continue;
            }
            let mut of_team = scorers.iter().filter(|player| player.team == Some(*team));
            let sole = of_team.next().filter(|_| of_team.next().is_none());
            for _ in was(*team)..*score {
                total = total.saturating_add(1);
                goals.push(Counted {
                    stat: Stat::Goal,
                    by: sole.map(|player| player.target()),
                    account: String::new(),
                    run: self.score_run,
                    value: total,
                    team: Some(*team),
                });
            }
        }
        goals
    }
}

impl Shown {
    fn of(player: &Player, run: u32) -> Self {
        let Player { goals, shots, saves, demolitions, .. } = *player;
        Self { goals, shots, saves, demolitions, run }
    }

    fn is_above(self, player: &Player) -> bool {
        self.goals > player.goals
            || self.shots > player.shots
            || self.saves > player.saves
            || self.demolitions > player.demolitions
    }

    fn steps(self, player: &Player) -> [(Stat, u64, u64); 3] {
        [
            (Stat::Shot, self.shots, player.shots),
            (Stat::Save, self.saves, player.saves),
            (Stat::Demolition, self.demolitions, player.demolitions),
        ]
    }
}

impl Player {
    pub(super) fn target(&self) -> Target {
        Target { name: self.name.clone(), shortcut: self.shortcut, team: self.team }
    }
}
