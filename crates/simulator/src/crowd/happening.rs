//! What really happens in a match.

use event_model::Kind;

use super::{CrowdPlan, RuleSet, rounds, skirmish};

/// Players of a match; the first five are one team.
pub const PLAYERS: usize = 10;

/// Length of a round where there are rounds (`CrowdPlan` has none of its own).
pub(super) const ROUND_MS: u64 = 100_000;

/// The name of a player.
#[must_use]
pub fn player_name(player: usize) -> String {
    const NAMES: [&str; PLAYERS] =
        ["Ana", "Bo", "Cem", "Dora", "Eli", "Finn", "Gita", "Hugo", "Ines", "Jun"];
    format!("{} #EU{player}", NAMES[player % PLAYERS])
}

/// What it happened to, where that is no player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// The game's own word.
    pub name: String,
    /// Who acted, as a side.
    pub team: Option<&'static str>,
    /// Who won, for the end of a round.
    pub winner: Option<&'static str>,
    /// The score after it.
    pub score: Option<String>,
}

impl Thing {
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), team: None, winner: None, score: None }
    }
}

/// One occurrence of the truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// Since the match began.
    pub at_ms: u64,
    /// What.
    pub kind: Kind,
    /// Who did it.
    pub attacker: Option<usize>,
    /// To whom.
    pub victim: Option<usize>,
    /// With whose help.
    pub assists: Vec<usize>,
    /// The round that it belongs to, from 1.
    pub round: u32,
    /// The game's counter of it, where it has one, and its value afterwards.
    pub counter: Option<(&'static str, u64)>,
    /// The attacker's own counter of it (Counter-Strike shows no other).
    pub attacker_count: u64,
    /// Whether the same was done to the same victim in this burst before.
    pub is_repeat: bool,
    /// What else the game says.
    pub thing: Option<Thing>,
}

impl Happening {
    /// Something of a kind at a time; the rest follows from the match.
    pub(super) fn at(at_ms: u64, kind: Kind) -> Self {
        Self {
            at_ms,
            kind,
            attacker: None,
            victim: None,
            assists: Vec::new(),
            round: 0,
            counter: None,
            attacker_count: 0,
            is_repeat: false,
            thing: None,
        }
    }
}

/// Everything that happens in the match of a plan, in order.
pub(super) fn all(plan: &CrowdPlan) -> Vec<Happening> {
    let mut happened = match plan.rules {
        RuleSet::Kills => skirmish::kills(plan),
        RuleSet::League => skirmish::league(plan),
        RuleSet::RocketLeague => skirmish::rocket_league(plan),
        RuleSet::Valorant | RuleSet::Cs2 => rounds::all(plan),
    };
    happened.sort_by_key(|happening| happening.at_ms);
    count(&mut happened);
    happened
}

/// Numbers what the games count, once the order is known.
fn count(happened: &mut [Happening]) {
    let mut deaths = [0; PLAYERS];
    let mut kills = [0; PLAYERS];
    let mut goals = [0; 2];
    for happening in happened {
        if happening.round == 0 {
            happening.round = round_at(happening.at_ms);
        }
        if let (Some(attacker), Some(victim)) = (happening.attacker, happening.victim) {
            deaths[victim] += 1;
            kills[attacker] += 1;
            happening.counter = Some((counter_of(happening.kind), deaths[victim]));
            happening.attacker_count = kills[attacker];
        } else if let (Kind::Goal, Some(scorer)) = (happening.kind, happening.attacker) {
            let team = team_of(scorer);
            goals[team] += 1;
            happening.counter = Some((["blue goals", "orange goals"][team], goals[team]));
        }
    }
}

/// The team of a player: the first five, or the others.
pub(super) fn team_of(player: usize) -> usize {
    player / (PLAYERS / 2)
}

/// What numbers the victims of a kind.
pub(super) fn counter_of(kind: Kind) -> &'static str {
    if kind == Kind::Demolition { "victim demolitions" } else { "victim deaths" }
}

fn round_at(at_ms: u64) -> u32 {
    u32::try_from(at_ms / ROUND_MS + 1).expect("a match has few rounds")
}
