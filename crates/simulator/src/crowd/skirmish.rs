//! Matches in one piece: kills and what comes with them, and a game of cars.

use event_model::Kind;

use super::{
    CrowdPlan, Happening, Thing,
    chance::exponential_ms,
    happening::{PLAYERS, team_of},
};
use crate::Prng;

/// Nothing happens before.
const QUIET_START_MS: u64 = 30_000;

/// The longest pause between two kills that are no repeats.
const PAUSE_MAX_MS: u64 = 120_000;

/// Whoever died is not killed again within this, but by a revive: League's
/// death timer is 10 to 50 s (its published rules).
const RESPAWN_MS: u64 = 20_000;

/// A burst has one kill more than this at least, and as many more at most.
const REPEATS: (u64, u64) = (1, 5);

/// A victim for an attacker whom nobody has just killed, found in so many
/// tries, or the turn is skipped.
const TRIES: usize = 10;

/// Of a hundred repeats, how much longer than the gap at most.
const GAP_MORE_PCT: u64 = 10;

/// Kills alone.
pub(super) fn kills(plan: &CrowdPlan) -> Vec<Happening> {
    clashes(plan, Kind::Kill)
}

fn clashes(plan: &CrowdPlan, kind: Kind) -> Vec<Happening> {
    let mut prng = Prng::new(plan.seed, "crowd kills");
    let firsts = u64::from(plan.kills) * 10 / 11;
    let pause_ms = plan.length_ms / firsts.max(1);
    let mut alive_at = [0; PLAYERS];
    let mut happened = Vec::new();
    let mut at_ms = QUIET_START_MS;
    for _ in 0..firsts {
        at_ms += exponential_ms(&mut prng, pause_ms).min(PAUSE_MAX_MS);
        let Some((attacker, victim)) = pair(&mut prng, at_ms, &alive_at) else { continue };
        let mut last_ms = at_ms;
        happened.push(clash(kind, at_ms, attacker, victim));
        for again_ms in burst(&mut prng, plan, at_ms) {
            last_ms = again_ms;
            let again = clash(kind, again_ms, attacker, victim);
            happened.push(Happening { is_repeat: true, ..again });
        }
        alive_at[victim] = last_ms + RESPAWN_MS;
    }
    happened
}

/// When the same is done again, if it is.
pub(super) fn burst(prng: &mut Prng, plan: &CrowdPlan, first_ms: u64) -> Vec<u64> {
    if prng.below(1_000) >= plan.burst_permille {
        return Vec::new();
    }
    let mut at_ms = first_ms;
    (0..prng.between(REPEATS.0, REPEATS.1))
        .map(|_| {
            let more_ms = prng.below(plan.repeat_gap_ms * GAP_MORE_PCT / 100 + 1);
            at_ms += plan.repeat_gap_ms + more_ms;
            at_ms
        })
        .collect()
}

fn pair(prng: &mut Prng, at_ms: u64, alive_at: &[u64; PLAYERS]) -> Option<(usize, usize)> {
    let half = PLAYERS / 2;
    let team = prng.index(2);
    let attacker = team * half + prng.index(half);
    let victim = (0..TRIES)
        .map(|_| (1 - team) * half + prng.index(half))
        .find(|&victim| alive_at[victim] <= at_ms)?;
    Some((attacker, victim))
}

fn clash(kind: Kind, at_ms: u64, attacker: usize, victim: usize) -> Happening {
    Happening { attacker: Some(attacker), victim: Some(victim), ..Happening::at(at_ms, kind) }
}

/// How long a streak of kills lasts that the game calls a multikill.
const STREAK_MS: u64 = 10_000;

/// Between two objectives, nearly: a dragon returns after five minutes.
const OBJECTIVE_MS: u64 = 300_000;

/// Between the last thing that happens and the end.
const LAST_WORD_MS: u64 = 5_000;

/// Structures of both sides in the order in which they fall.
const STRUCTURES: [&str; 8] = [
    "Turret_TOrder_L1_03_A",
    "Turret_TChaos_L1_03_A",
    "Turret_TOrder_L0_02_A",
    "Turret_TChaos_L2_02_A",
    "Turret_TOrder_L1_02_A",
    "Turret_TChaos_L1_02_A",
    "Barracks_TOrder_L1",
    "Barracks_TChaos_L1",
];

/// A match of League.
pub(super) fn league(plan: &CrowdPlan) -> Vec<Happening> {
    let mut prng = Prng::new(plan.seed, "crowd league");
    let mut happened = clashes(plan, Kind::Kill);
    happened.sort_by_key(|happening| happening.at_ms);
    for kill in &mut happened {
        kill.assists = assists(&mut prng, kill.attacker, kill.victim);
    }
    let mut more = streaks(&happened);
    more.extend(happened.first().map(|first| Happening {
        attacker: first.attacker,
        thing: Some(Thing::named("FirstBlood")),
        ..Happening::at(first.at_ms, Kind::FirstBlood)
    }));
    let end_ms = end_of(plan, &happened);
    more.extend(conquests(&mut prng, end_ms));
    more.push(Happening::at(0, Kind::MatchStarted));
    more.push(Happening::at(end_ms, Kind::MatchEnded));
    happened.extend(more);
    happened
}

/// When the match of a plan is over: nothing happens in it any more then, however
/// long its last burst went on.
fn end_of(plan: &CrowdPlan, happened: &[Happening]) -> u64 {
    let last_ms = happened.iter().map(|happening| happening.at_ms).max().unwrap_or_default();
    plan.length_ms.max(last_ms) + LAST_WORD_MS
}

fn assists(prng: &mut Prng, attacker: Option<usize>, victim: Option<usize>) -> Vec<usize> {
    let Some(attacker) = attacker else { return Vec::new() };
    let mates = (0..PLAYERS).filter(|&mate| {
        team_of(mate) == team_of(attacker) && mate != attacker && Some(mate) != victim
    });
    mates.filter(|_| prng.percent(30)).collect()
}

/// A multikill for each kill that follows another of the same attacker.
fn streaks(kills: &[Happening]) -> Vec<Happening> {
    let mut streak = [(0_u64, 0_u64); PLAYERS];
    let mut found = Vec::new();
    for kill in kills {
        let Some(attacker) = kill.attacker else { continue };
        let (count, last_ms) = streak[attacker];
        let goes_on = count > 0 && kill.at_ms - last_ms <= STREAK_MS;
        let count = if goes_on { count + 1 } else { 1 };
        streak[attacker] = (count, kill.at_ms);
        if count >= 2 {
            found.push(Happening {
                attacker: Some(attacker),
                counter: Some(("kill streak", count)),
                thing: Some(Thing::named("Multikill")),
                ..Happening::at(kill.at_ms, Kind::MultiKill)
            });
        }
    }
    found
}

/// Structures and dragons, spread over the match.
fn conquests(prng: &mut Prng, end_ms: u64) -> Vec<Happening> {
    let count = u64::try_from(STRUCTURES.len()).expect("a few structures");
    let every_ms = end_ms / (count + 1);
    let mut fallen: Vec<Happening> = (1..)
        .zip(STRUCTURES)
        .map(|(turn, name)| {
            let at_ms = turn * every_ms + prng.below(every_ms / 2);
            taken(at_ms, Kind::StructureDestroyed, name, prng.index(PLAYERS))
        })
        .collect();
    let dragons = (1..).map(|turn| turn * OBJECTIVE_MS).take_while(|at_ms| *at_ms < end_ms);
    fallen.extend(dragons.map(|at_ms| {
        let at_ms = at_ms + prng.below(OBJECTIVE_MS / 5);
        taken(at_ms.min(end_ms), Kind::ObjectiveTaken, "DragonKill", prng.index(PLAYERS))
    }));
    fallen
}

fn taken(at_ms: u64, kind: Kind, name: &str, attacker: usize) -> Happening {
    let thing = Some(Thing::named(name));
    Happening { attacker: Some(attacker), thing, ..Happening::at(at_ms, kind) }
}

/// Between two shots in a game of cars, nearly.
const SHOT_MS: u64 = 12_000;

/// Between a goal and the next kick-off.
const KICK_OFF_MS: u64 = 10_000;

/// A match of Rocket League: as many demolitions as the plan has kills.
pub(super) fn rocket_league(plan: &CrowdPlan) -> Vec<Happening> {
    let mut prng = Prng::new(plan.seed, "crowd rocket league");
    let mut happened = clashes(plan, Kind::Demolition);
    let mut at_ms = QUIET_START_MS;
    let mut shots = [0; PLAYERS];
    let mut saves = [0; PLAYERS];
    while at_ms < plan.length_ms {
        let by = prng.index(PLAYERS);
        let keeper = (by + PLAYERS / 2) % PLAYERS;
        shots[by] += 1;
        happened.push(counted(at_ms, Kind::Shot, by, ("shots", shots[by])));
        if prng.percent(40) {
            saves[keeper] += 1;
            happened.push(counted(at_ms + 400, Kind::Save, keeper, ("saves", saves[keeper])));
        } else if prng.percent(40) {
            happened
                .push(Happening { attacker: Some(by), ..Happening::at(at_ms + 700, Kind::Goal) });
            at_ms += KICK_OFF_MS;
        }
        at_ms += 2_000 + exponential_ms(&mut prng, SHOT_MS);
    }
    let end_ms = end_of(plan, &happened);
    happened.push(Happening::at(0, Kind::MatchStarted));
    happened.push(Happening::at(end_ms, Kind::MatchEnded));
    happened
}

fn counted(at_ms: u64, kind: Kind, by: usize, counter: (&'static str, u64)) -> Happening {
    Happening { attacker: Some(by), counter: Some(counter), ..Happening::at(at_ms, kind) }
}
