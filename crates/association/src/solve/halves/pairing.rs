//! Which kill is which death's, where several happen at nearly the same time.
//!
//! Every way to pair them has a cost: how far apart the halves of each pair are, and
//! what it takes that the other half of a single one was not told. A pair stands where
//! every way without it is far less likely than the likeliest one.

use std::collections::BTreeSet;

use super::{PLAYERS, Pairs, Single};
use crate::{
    cost::{IMPOSSIBLE, surprise},
    solve::noise::Costs,
};

/// The kills of a side fall into that half of a round in which there is fighting.
const FIGHT_MS: u64 = 50_000;
/// How likely a pair may be wrong, by what its crowd tells, in hundredths. Simulated, of
/// all pairs one in thirteen hundred is, and where a third is missed one in two hundred and
/// seventy. At two in a hundred one in seven hundred more stays single.
const WRONG_MAX: (u64, u64) = (10, 100);
/// Of a larger crowd nothing is clear: players die five a side.
const CROWD_MAX: usize = 6;

/// What it costs to pair, and not to.
pub(super) struct Prices {
    noise_ms: i64,
    /// That a half is alone: nobody told the other one, and where two are alone it
    /// happened twice.
    alone: i64,
}

impl Prices {
    /// Where so many of the players do not watch, and so many kills of one side happen
    /// in a round.
    pub(super) fn of(costs: &Costs, absent: usize, kills: usize) -> Self {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX >> 32);
        let (players, absent) = (number(PLAYERS), number(absent));
        let noise_ms = costs.noise.late_ms.max(1);
        let (missed, expected) = costs.missed;
        let untold = absent * expected + (players - absent) * missed;
        let twice = surprise(number(kills) * 2 * noise_ms.unsigned_abs(), FIGHT_MS).max(0);
        Self { noise_ms, alone: surprise(untold, players * expected) + twice / 2 }
    }
}

/// Kills and deaths that nothing else is near to, in order of time.
pub(super) struct Crowd {
    kills: Vec<Single>,
    deaths: Vec<Single>,
}

/// One way to pair a crowd, and what it costs.
#[derive(Clone)]
struct Way {
    cost: i64,
    /// By place of kill and death.
    pairs: Vec<(usize, usize)>,
}

impl Crowd {
    /// What hangs together of kills and deaths: no two of different crowds are as near
    /// as `gate`.
    pub(super) fn all(kills: &[Single], deaths: &[Single], gate: i64) -> Vec<Self> {
        let kills = kills.iter().map(|kill| (*kill, true));
        let mut all: Vec<(Single, bool)> =
            kills.chain(deaths.iter().map(|death| (*death, false))).collect();
        all.sort_unstable();
        let of = |crowd: &[(Single, bool)], side| -> Vec<Single> {
            let own = crowd.iter().filter(|(_, is_kill)| *is_kill == side);
            own.map(|(single, _)| *single).collect()
        };
        all.chunk_by(|one, next| next.0.x - one.0.x <= gate)
            .map(|crowd| Self { kills: of(crowd, true), deaths: of(crowd, false) })
            .collect()
    }

    /// The pairs of the likeliest way that no other likely one does without.
    pub(super) fn certain(&self, near: &BTreeSet<(Single, Single)>, prices: &Prices) -> Pairs {
        if self.kills.len().max(self.deaths.len()) > CROWD_MAX {
            return Vec::new();
        }
        let best = self.cheapest(near, prices, None);
        let clear = surprise(WRONG_MAX.0, WRONG_MAX.1);
        let is_certain = |pair: &&(usize, usize)| {
            self.cheapest(near, prices, Some(**pair)).cost - best.cost >= clear
        };
        let certain = best.pairs.iter().filter(is_certain);
        certain.map(|(kill, death)| (self.kills[*kill], self.deaths[*death])).collect()
    }

    /// The likeliest way, or that of those without a pair.
    fn cheapest(
        &self,
        near: &BTreeSet<(Single, Single)>,
        prices: &Prices,
        without: Option<(usize, usize)>,
    ) -> Way {
        let sets = 1_usize << self.deaths.len();
        // By set of deaths that are taken, for the kills so far.
        let mut ways: Vec<Option<Way>> = vec![None; sets];
        ways[0] = Some(Way { cost: 0, pairs: Vec::new() });
        for (kill, own) in self.kills.iter().enumerate() {
            let mut next: Vec<Option<Way>> = vec![None; sets];
            for (taken, way) in ways.into_iter().enumerate() {
                let Some(way) = way else { continue };
                for (death, other) in self.deaths.iter().enumerate() {
                    let is_free = taken >> death & 1 == 0 && without != Some((kill, death));
                    if is_free && near.contains(&(*own, *other)) {
                        let cost = 100 * (own.x - other.x).abs() / prices.noise_ms;
                        let pairs = [&way.pairs[..], &[(kill, death)]].concat();
                        keep(&mut next[taken | 1 << death], Way { cost: way.cost + cost, pairs });
                    }
                }
                keep(&mut next[taken], Way { cost: way.cost + prices.alone, ..way });
            }
            ways = next;
        }
        let all = ways.into_iter().flatten().map(|way| {
            let single = i64::try_from(self.deaths.len() - way.pairs.len()).unwrap_or(IMPOSSIBLE);
            Way { cost: way.cost + single * prices.alone, ..way }
        });
        all.min_by_key(|way| way.cost).unwrap_or(Way { cost: 0, pairs: Vec::new() })
    }
}

/// Keeps the cheaper of two, the first of equals.
fn keep(kept: &mut Option<Way>, way: Way) {
    if kept.as_ref().is_none_or(|kept| way.cost < kept.cost) {
        *kept = Some(way);
    }
}
