//! Who plays with whom, as a match's kills tell: who names one's own side has the wrong name.

use std::collections::BTreeMap;

use super::super::view::View;
use crate::Place;

/// Most players whose sides are looked at, those told of most often: more than play in two
/// teams of any game, and the work grows with the square.
const PLAYERS_MAX: usize = 24;
/// How often those are put on the other side who fit there better: sides stand still after
/// one or two.
const SWEEPS: usize = 4;
/// Of so many kills one may be within a side: a name is wrong now and then. Where more are,
/// everybody plays for themselves.
const WITHIN_MAX: usize = 20;
/// Fewest reports of kills against the other side that say where a player belongs.
const KNOWN_MIN: usize = 8;

/// How two players stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pair {
    /// They are of one side, or one.
    Together,
    /// They are of two.
    Opposed,
    /// There are no sides, or too little is told of one of them.
    Unknown,
}

/// The two sides of a match; nobody where there are none.
#[derive(Debug, Default)]
pub(super) struct Sides(BTreeMap<u64, bool>);

impl Sides {
    pub(super) fn of(view: &View) -> Self {
        let units = view.units.iter();
        let units = units.filter(|unit| unit.rule.place == Place::Victim && unit.half.is_none());
        let pairs = units.map(|unit| [unit.attacker, unit.victim]);
        let duels = Duels::of(&pairs.filter(|pair| !pair.contains(&0)).collect::<Vec<_>>());
        let sides = duels.sides();
        let all: [usize; 2] = (0..sides.len()).fold([0, 0], |all, player| {
            let [within, across] = duels.split(&sides, player);
            [all[0] + within, all[1] + across]
        });
        if all[0] * WITHIN_MAX > all[0] + all[1] {
            return Self::default();
        }
        let is_known = |player: &usize| {
            let [within, across] = duels.split(&sides, *player);
            across >= KNOWN_MIN && within * WITHIN_MAX <= (within + across) * 2
        };
        let known = (0..sides.len()).filter(is_known);
        Self(known.map(|player| (duels.players[player], sides[player])).collect())
    }

    /// How two stand to each other.
    pub(super) fn pair(&self, attacker: u64, victim: u64) -> Pair {
        match (self.0.get(&attacker), self.0.get(&victim)) {
            (Some(one), Some(other)) if one == other => Pair::Together,
            (Some(_), Some(_)) => Pair::Opposed,
            _ => Pair::Unknown,
        }
    }
}

/// How often each two killed each other.
struct Duels {
    /// The players, in order.
    players: Vec<u64>,
    /// By both their places in `players`.
    counts: Vec<usize>,
}

impl Duels {
    fn of(pairs: &[[u64; 2]]) -> Self {
        let mut told: BTreeMap<u64, usize> = BTreeMap::new();
        for name in pairs.iter().flatten() {
            *told.entry(*name).or_default() += 1;
        }
        let mut players: Vec<u64> = told.keys().copied().collect();
        players.sort_unstable_by_key(|name| (std::cmp::Reverse(told[name]), *name));
        players.truncate(PLAYERS_MAX);
        players.sort_unstable();
        let mut counts = vec![0; players.len() * players.len()];
        let of = |name: &u64| players.binary_search(name).ok();
        for [attacker, victim] in pairs {
            if let (Some(one), Some(other)) = (of(attacker), of(victim))
                && one != other
            {
                counts[one * players.len() + other] += 1;
                counts[other * players.len() + one] += 1;
            }
        }
        Self { players, counts }
    }

    /// The side of each, so that most kills are between the two.
    fn sides(&self) -> Vec<bool> {
        let mut sides: Vec<Option<bool>> = vec![None; self.players.len()];
        // Who fights most with those who have a side comes next.
        while let Some((player, lean)) = (0..sides.len())
            .filter(|player| sides[*player].is_none())
            .map(|player| (player, self.lean(&sides, player)))
            .max_by_key(|(player, lean)| (lean.abs(), std::cmp::Reverse(*player)))
        {
            sides[player] = Some(lean >= 0);
        }
        for _ in 0..SWEEPS {
            for player in 0..sides.len() {
                sides[player] = Some(self.lean(&sides, player) >= 0);
            }
        }
        sides.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// How much more often a player fights those of the second side than those of the first.
    fn lean(&self, sides: &[Option<bool>], player: usize) -> i64 {
        let counts = &self.counts[player * self.players.len()..][..self.players.len()];
        let signed = counts.iter().zip(sides).map(|(count, side)| {
            let count = i64::try_from(*count).unwrap_or(i64::MAX >> 16);
            side.map_or(0, |is_first| if is_first { -count } else { count })
        });
        signed.sum()
    }

    /// Within a player's own side, and across.
    fn split(&self, sides: &[bool], player: usize) -> [usize; 2] {
        let counts = &self.counts[player * self.players.len()..][..self.players.len()];
        counts.iter().zip(sides).fold([0, 0], |[within, across], (count, side)| {
            if *side == sides[player] { [within + count, across] } else { [within, across + count] }
        })
    }
}
