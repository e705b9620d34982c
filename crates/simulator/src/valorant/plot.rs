//! Who does what, and when.

use event_model::Kind;

use super::ValorantMatch;
use crate::{Length, Prng, TrueEvent, cast::cast};

/// Players of a team.
pub(super) const TEAM: usize = 5;

/// How long everybody buys: shorter than in the game, and long enough for a board that
/// is late.
const SHOPPING_MS: u64 = 6_000;

/// After a round nobody can do anything any more, for so long.
const AFTERMATH_MS: u64 = 3_000;

/// The halves of a real match; ours are seldom that long.
pub(super) const HALF_ROUNDS: u32 = 12;

/// Of a hundred deaths so many are taken back once, where somebody is there to do it.
const REVIVED_PERCENT: u64 = 12;

/// One round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Round {
    pub(super) number: u32,
    pub(super) shopping_ms: u64,
    pub(super) combat_ms: u64,
    pub(super) ends_ms: u64,
    /// In their order.
    pub(super) acts: Vec<Act>,
    /// Whether the first team won it.
    pub(super) first_wins: bool,
}

/// Something that happens in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Act {
    pub(super) ms: u64,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Kill {
        killer: usize,
        victim: usize,
        helper: Option<usize>,
        headshot: bool,
        /// The victim's deaths after it.
        deaths: u64,
    },
    Revive(usize),
    Planted,
    Defused,
    Detonated,
}

pub(super) fn make_up(prng: &mut Prng, length: Length) -> ValorantMatch {
    let players = cast(prng);
    let match_id =
        format!("{:08x}-0000-4000-8000-{:012x}", prng.below(1 << 32), prng.below(1 << 48));
    let mut deaths = vec![0; players.len()];
    let (mut rounds, mut at_ms) = (Vec::new(), 2_000);
    for number in 1.. {
        let round = round(prng, number, at_ms, &mut deaths);
        at_ms = round.ends_ms + AFTERMATH_MS;
        rounds.push(round);
        // Two rounds at least, so that something is told of how one follows the other.
        if number >= 2 && at_ms >= length.ms() {
            break;
        }
    }
    ValorantMatch { match_id, players, rounds }
}

fn round(prng: &mut Prng, number: u32, shopping_ms: u64, deaths: &mut [u64]) -> Round {
    let combat_ms = shopping_ms + SHOPPING_MS;
    let mut alive = vec![true; deaths.len()];
    let mut acts = Vec::new();
    let mut ms = combat_ms + prng.between(500, 3_000);
    let mut revived = false;
    while alive[..TEAM].contains(&true) && alive[TEAM..].contains(&true) {
        let (killer, victim) = (one(prng, &alive, None), one(prng, &alive, None));
        if (killer < TEAM) == (victim < TEAM) {
            continue;
        }
        let helper = one(prng, &alive, Some(killer));
        let helper = (helper != killer && prng.percent(30)).then_some(helper);
        let headshot = prng.percent(25);
        deaths[victim] += 1;
        alive[victim] = false;
        let what = What::Kill { killer, victim, helper, headshot, deaths: deaths[victim] };
        acts.push(Act { ms, what });
        ms += prng.between(400, 2_500);
        let has_mate = alive[team_of(victim)].contains(&true);
        if !revived && has_mate && alive[killer] && prng.percent(REVIVED_PERCENT) {
            revived = true;
            alive[victim] = true;
            // The board shows the death first; then the same is killed by the same again.
            let back = ms + 2_500;
            acts.push(Act { ms: back, what: What::Revive(victim) });
            deaths[victim] += 1;
            alive[victim] = false;
            let again = What::Kill { killer, victim, helper, headshot, deaths: deaths[victim] };
            acts.push(Act { ms: back + 3_000, what: again });
            ms = back + 3_500;
        }
    }
    if prng.percent(40) {
        acts.push(Act { ms, what: What::Planted });
        ms += prng.between(1_000, 4_000);
        let what = if prng.percent(50) { What::Defused } else { What::Detonated };
        acts.push(Act { ms, what });
    }
    let first_wins = alive[..TEAM].contains(&true);
    Round { number, shopping_ms, combat_ms, ends_ms: ms + 500, acts, first_wins }
}

/// Somebody who is alive, of one's own team where one is named.
fn one(prng: &mut Prng, alive: &[bool], mate: Option<usize>) -> usize {
    let team = mate.map_or(0..alive.len(), team_of);
    let there: Vec<usize> = team.filter(|seat| alive[*seat]).collect();
    let picked = prng.below(u64::try_from(there.len()).unwrap_or(1).max(1));
    there[usize::try_from(picked).unwrap_or(0)]
}

/// The seats of somebody's team.
pub(super) fn team_of(seat: usize) -> std::ops::Range<usize> {
    if seat < TEAM { 0..TEAM } else { TEAM..2 * TEAM }
}

/// Everything that happened, in its order.
pub(super) fn happened(of: &ValorantMatch) -> Vec<TrueEvent> {
    let mut all = vec![TrueEvent::of(Kind::MatchStarted)];
    for round in &of.rounds {
        let number = Some(round.number);
        all.push(TrueEvent { round: number, ..TrueEvent::of(Kind::RoundStarted) });
        let acts = round.acts.iter().filter_map(|act| told(of, act.what));
        all.extend(acts.map(|event| TrueEvent { round: number, ..event }));
        all.push(TrueEvent { round: number, ..TrueEvent::of(Kind::RoundEnded) });
    }
    all.push(TrueEvent::of(Kind::MatchEnded));
    all
}

fn told(of: &ValorantMatch, what: What) -> Option<TrueEvent> {
    let name = |seat: usize| super::message::board_name(&of.players[seat]);
    Some(match what {
        What::Kill { killer, victim, helper, deaths, .. } => TrueEvent {
            attacker: Some(name(killer)),
            victim: Some(name(victim)),
            assists: helper.map(name).into_iter().collect(),
            ordinal: Some(deaths),
            ..TrueEvent::of(Kind::Kill)
        },
        // Overwolf tells nothing of it.
        What::Revive(_) => return None,
        What::Planted => TrueEvent::of(Kind::BombPlanted),
        What::Defused => TrueEvent::of(Kind::BombDefused),
        What::Detonated => TrueEvent::of(Kind::BombExploded),
    })
}
