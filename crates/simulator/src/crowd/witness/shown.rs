//! What a game shows one of its players of a happening.

use event_model::Kind;

use crate::crowd::{
    Counters, CrowdPlan, Happening, RuleSet,
    happening::{player_name, team_of},
};

/// The parts of a report that the game itself says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) kind: Kind,
    pub(super) attacker: Option<String>,
    pub(super) victim: Option<String>,
    pub(super) assists: Vec<String>,
    pub(super) round: u32,
    pub(super) ordinal: Option<(&'static str, u64)>,
    pub(super) match_clock_ms: Option<i64>,
    pub(super) name: Option<String>,
    pub(super) team: Option<&'static str>,
    pub(super) winner: Option<&'static str>,
    pub(super) score: Option<String>,
    pub(super) streak: Option<u32>,
}

impl Shown {
    /// Nothing but its kind.
    pub(super) fn plain(kind: Kind) -> Self {
        Self {
            kind,
            attacker: None,
            victim: None,
            assists: Vec::new(),
            round: 0,
            ordinal: None,
            match_clock_ms: None,
            name: None,
            team: None,
            winner: None,
            score: None,
            streak: None,
        }
    }

    /// What `player` is shown; `lags` where the scoreboard is one behind.
    pub(super) fn of(
        plan: &CrowdPlan,
        happening: &Happening,
        player: usize,
        lags: bool,
    ) -> Option<Self> {
        let thing = happening.thing.as_ref();
        let streak = happening.counter.filter(|_| happening.kind == Kind::MultiKill);
        let counter = happening.counter.filter(|_| happening.kind != Kind::MultiKill);
        let shown = Self {
            attacker: happening.attacker.map(player_name),
            victim: happening.victim.map(player_name),
            assists: happening.assists.iter().map(|&mate| player_name(mate)).collect(),
            round: happening.round,
            ordinal: counted(plan, counter, lags),
            name: thing.map(|thing| thing.name.clone()),
            team: thing.and_then(|thing| thing.team),
            winner: thing.and_then(|thing| thing.winner),
            score: thing.and_then(|thing| thing.score.clone()),
            streak: streak.and_then(|(_, count)| u32::try_from(count).ok()),
            ..Self::plain(happening.kind)
        };
        let is_half = plan.rules == RuleSet::Cs2 && happening.kind == Kind::Kill;
        if is_half { half(plan, happening, player, shown) } else { Some(shown) }
    }
}

fn counted(
    plan: &CrowdPlan,
    counter: Option<(&'static str, u64)>,
    lags: bool,
) -> Option<(&'static str, u64)> {
    match plan.counters {
        Counters::None => None,
        Counters::Native => counter,
        // A counter that still shows nothing is no counter.
        Counters::Lagging { .. } => {
            counter.map(|(of, value)| (of, value - u64::from(lags))).filter(|(_, value)| *value > 0)
        }
    }
}

/// Counter-Strike shows the killer a kill without victim, the victim a death
/// without attacker, and nobody else anything.
fn half(plan: &CrowdPlan, happening: &Happening, player: usize, shown: Shown) -> Option<Shown> {
    let team = Some(["CT", "T"][team_of(player)]);
    if happening.attacker == Some(player) {
        let ordinal = counted(plan, Some(("attacker kills", happening.attacker_count)), false);
        return Some(Shown { victim: None, ordinal, team, ..shown });
    }
    let ordinal = shown.ordinal;
    (happening.victim == Some(player)).then_some(Shown {
        kind: Kind::Death,
        attacker: None,
        ordinal,
        team,
        ..shown
    })
}
