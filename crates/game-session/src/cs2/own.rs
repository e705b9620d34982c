//! The observer's own kills and deaths: one happening per increment.

use std::ops::RangeInclusive;

use event_model::Kind;
use serde::{Deserialize, Serialize};

use super::{
    epoch::Reset,
    frame::{GsiFrame, Map, OwnPlayer, RoundPhase},
    happening::{Happening, Part},
};
use crate::Step;

/// Most increments that one frame is believed to hold. The longest deathmatch
/// brings about 150 kills; a counter that leaps further is no count of kills.
const JUMP_MAX: i64 = 256;

/// `player.match_stats`, as far as it is counted here.
///
/// Kills can fall by one without a reset, even below zero: the game takes one
/// back for a suicide or a killed team-mate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Counters {
    pub(super) kills: Option<i64>,
    pub(super) deaths: Option<i64>,
}

/// The own counters as they were last shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct OwnRecord {
    pub(super) counters: Counters,
    /// The restart was seen while the counters were not: what fell since then
    /// fell with it.
    pub(super) restarted_unseen: bool,
    round: Option<u32>,
    round_headshots: Option<i64>,
}

impl Counters {
    /// Whether either is lower than it was. What is not shown did not fall.
    pub(super) fn fell_since(self, former: Self) -> bool {
        fell(former.kills, self.kills) || fell(former.deaths, self.deaths)
    }

    fn or(self, former: Self) -> Self {
        Self { kills: self.kills.or(former.kills), deaths: self.deaths.or(former.deaths) }
    }
}

pub(super) fn fell<T: PartialOrd>(former: Option<T>, now: Option<T>) -> bool {
    matches!((former, now), (Some(former), Some(now)) if now < former)
}

impl OwnRecord {
    /// Takes a frame's own counters, after what the frame reset.
    pub(super) fn advance(
        &mut self,
        gsi: &GsiFrame,
        map: &Map,
        reset: Option<Reset>,
        step: &mut Step,
    ) -> Vec<Happening> {
        let Some(player) = &gsi.own else {
            self.restarted_unseen |= reset == Some(Reset::Restart);
            return Vec::new();
        };
        let now = player.counters;
        let kills = increments(self.counters.kills, now.kills, reset);
        let deaths = increments(self.counters.deaths, now.deaths, reset);
        let mut happenings = Vec::new();
        if plausible(&kills, "player.match_stats.kills", step) {
            let headshots = self.headshots_gained(player);
            let kill = |value| self.kill(value, player, map).with_aim(&kills, player, headshots);
            happenings.extend(kills.clone().map(kill));
        }
        if plausible(&deaths, "player.match_stats.deaths", step) {
            happenings.extend(deaths.clone().map(|value| {
                self.increment(Kind::Death, value, player, map)
                    .by(Part::Victim, player)
                    .counted_by("victim deaths", value)
                    .inferred_if_many(&deaths)
            }));
        }
        *self = Self {
            counters: now.or(self.counters),
            restarted_unseen: false,
            round: map.round,
            round_headshots: player.round_headshots,
        };
        happenings
    }

    fn kill(&self, value: i64, player: &OwnPlayer, map: &Map) -> Happening {
        self.increment(Kind::Kill, value, player, map)
            .by(Part::Attacker, player)
            .counted_by("attacker kills", value)
    }

    fn increment(&self, kind: Kind, value: i64, player: &OwnPlayer, map: &Map) -> Happening {
        let counter = if kind == Kind::Kill { "kills" } else { "deaths" };
        let happening = Happening::new(kind, format!("{counter} {value}"))
            .in_round(self.round_of_increment(map))
            .with("phase", map.phase.as_str())
            .with("mode", map.mode.as_str())
            .with("map", map.name.as_str());
        // Sides change between rounds: a frame of the next one may show the other.
        match player.side.filter(|_| !self.is_from_before(map)) {
            Some(side) => happening.with("team", side.as_str()),
            None => happening,
        }
    }

    /// Nobody fights in freezetime: what was counted since the counters were
    /// last shown in an earlier round belongs to the round that just ended.
    fn round_of_increment(&self, map: &Map) -> Option<u32> {
        let number = map.round_number()?;
        let ended = map.round_phase == Some(RoundPhase::Freezetime) && self.is_from_before(map);
        Some(if ended { number - 1 } else { number })
    }

    /// Whether the counters were last shown in an earlier round.
    fn is_from_before(&self, map: &Map) -> bool {
        let number = map.round_number();
        self.round.zip(number).is_some_and(|(seen, number)| seen < number - 1)
    }

    fn headshots_gained(&self, player: &OwnPlayer) -> Option<i64> {
        let (former, now) = (self.round_headshots?, player.round_headshots?);
        // A new round counts from zero.
        Some(if now < former { now } else { now.saturating_sub(former) })
    }
}

/// The values a counter took since it was last shown; none for a baseline.
fn increments(former: Option<i64>, now: Option<i64>, reset: Option<Reset>) -> RangeInclusive<i64> {
    #[expect(clippy::reversed_empty_ranges, reason = "a baseline is no increment")]
    const NONE: RangeInclusive<i64> = 1..=0;
    match (former, now) {
        (None, _) | (_, None) => NONE,
        (Some(former), Some(now)) if now == former => NONE,
        (Some(former), Some(now)) if now > former => former + 1..=now,
        (Some(_), Some(now)) => match reset {
            Some(Reset::Restart) | None => 1..=now,
            Some(Reset::KillTakenBack) => NONE,
        },
    }
}

fn plausible(values: &RangeInclusive<i64>, field: &str, step: &mut Step) -> bool {
    let leap = values.end().saturating_sub(*values.start()) >= JUMP_MAX;
    if leap {
        step.drift.count(&format!("{field}: leaps by more than {JUMP_MAX}"));
    }
    !leap
}

impl Happening {
    /// Weapon and headshot are told of one kill; of several at once the frame
    /// does not say which was which.
    fn with_aim(
        self,
        kills: &RangeInclusive<i64>,
        player: &OwnPlayer,
        headshots: Option<i64>,
    ) -> Self {
        if kills.start() != kills.end() {
            return self.inferred_if_many(kills);
        }
        let armed = match &player.weapon {
            Some(weapon) => self.with("weapon", weapon.as_str()),
            None => self,
        };
        match headshots {
            Some(gained) => armed.with("headshot", gained > 0),
            None => armed,
        }
    }

    fn inferred_if_many(self, values: &RangeInclusive<i64>) -> Self {
        if values.start() == values.end() { self } else { self.with("inferred", true) }
    }
}
