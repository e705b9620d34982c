//! Matches in rounds: the dead stay dead until the next one, unless revived.

use event_model::Kind;

use super::{
    CrowdPlan, Happening, RuleSet, Thing,
    happening::{PLAYERS, ROUND_MS},
    skirmish::burst,
};
use crate::Prng;

/// Nobody dies while the round is bought for, nor after this.
const FIGHT_MS: (u64, u64) = (15_000, 90_000);

/// A round ends so long before the next begins.
const PAUSE_MS: u64 = 5_000;

/// The match of a plan.
pub(super) fn all(plan: &CrowdPlan) -> Vec<Happening> {
    let mut prng = Prng::new(plan.seed, "crowd rounds");
    let rounds = (plan.length_ms / ROUND_MS).max(1);
    let mut score = [0_u32; 2];
    let mut happened = vec![Happening::at(0, Kind::MatchStarted)];
    for round in 0..rounds {
        let number = u32::try_from(round + 1).expect("a match has few rounds");
        let start_ms = round * ROUND_MS;
        let mut of_round = play(&mut prng, plan, start_ms, kills_of(plan, round, rounds));
        let winner = prng.index(2);
        score[winner] += 1;
        let score = format!("{}:{}", score[0], score[1]);
        of_round.extend(bomb(&mut prng, plan, start_ms));
        of_round.push(Happening::at(start_ms + 1, Kind::RoundStarted));
        of_round.push(Happening {
            thing: Some(Thing {
                winner: Some(side(winner)),
                score: Some(score),
                ..Thing::named("round_ended")
            }),
            ..Happening::at(start_ms + ROUND_MS - PAUSE_MS, Kind::RoundEnded)
        });
        happened.extend(of_round.into_iter().map(|found| Happening { round: number, ..found }));
    }
    happened.push(Happening { round: 0, ..Happening::at(rounds * ROUND_MS, Kind::MatchEnded) });
    happened
}

fn side(team: usize) -> &'static str {
    ["CT", "T"][team]
}

/// How many first kills a round gets, so that all together are the plan's.
fn kills_of(plan: &CrowdPlan, round: u64, rounds: u64) -> u64 {
    let firsts = u64::from(plan.kills) * 10 / 11;
    (round + 1) * firsts / rounds - round * firsts / rounds
}

fn play(prng: &mut Prng, plan: &CrowdPlan, start_ms: u64, kills: u64) -> Vec<Happening> {
    let mut at: Vec<u64> =
        (0..kills).map(|_| start_ms + prng.between(FIGHT_MS.0, FIGHT_MS.1)).collect();
    at.sort_unstable();
    let mut alive: Vec<usize> = (0..PLAYERS).collect();
    let mut happened = Vec::new();
    for at_ms in at {
        let Some((attacker, victim)) = pair(prng, &alive) else { break };
        alive.retain(|&player| player != victim);
        let kill = Happening {
            attacker: Some(attacker),
            victim: Some(victim),
            ..Happening::at(at_ms, Kind::Kill)
        };
        let end_ms = start_ms + ROUND_MS - PAUSE_MS;
        // Nobody is revived in Counter-Strike.
        let again = if plan.rules == RuleSet::Cs2 { Vec::new() } else { burst(prng, plan, at_ms) };
        let repeats = again.into_iter().take_while(|&again_ms| again_ms < end_ms);
        happened.extend(repeats.map(|at_ms| Happening { at_ms, is_repeat: true, ..kill.clone() }));
        happened.push(kill);
    }
    happened
}

/// Two of opposite teams who both live.
fn pair(prng: &mut Prng, alive: &[usize]) -> Option<(usize, usize)> {
    let team = |first: bool| -> Vec<usize> {
        alive.iter().copied().filter(|&player| (player < PLAYERS / 2) == first).collect()
    };
    let first_attacks = prng.percent(50);
    let attacker = *prng.pick(&team(first_attacks))?;
    let victim = *prng.pick(&team(!first_attacks))?;
    Some((attacker, victim))
}

/// In every other round the bomb is planted, and then one of two things.
fn bomb(prng: &mut Prng, plan: &CrowdPlan, start_ms: u64) -> Vec<Happening> {
    if prng.percent(50) {
        return Vec::new();
    }
    let planted_ms = start_ms + prng.between(30_000, 50_000);
    let kind = if prng.percent(50) { Kind::BombDefused } else { Kind::BombExploded };
    // Counter-Strike does not say who did it.
    let by = (plan.rules == RuleSet::Valorant).then(|| prng.index(PLAYERS));
    vec![
        Happening { attacker: by, ..Happening::at(planted_ms, Kind::BombPlanted) },
        Happening { attacker: by, ..Happening::at(planted_ms + 35_000, kind) },
    ]
}
