//! One GSI frame, as far as the session rules read it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FRAME_BYTES_MAX, own::Counters, schema::SCHEMA};
use crate::{
    Drift, Tally, Unreadable,
    fields::{Fields, bounded},
};

/// Steam's number of Counter-Strike: Global Offensive, and of its successor.
const APP_ID: u64 = 730;

/// Players listed in one frame at most: a full server has 64.
const ROSTER_MAX: usize = 64;

/// Highest number of a round that is read as one: the longest overtime known
/// ended below 100.
const ROUND_MAX: u32 = 1_000;

/// What a frame says.
#[derive(Debug)]
pub(super) struct GsiFrame {
    /// `provider.steamid`; empty where the game gives none.
    pub(super) observer: String,
    /// `provider.timestamp`: whole seconds of the PC's clock.
    pub(super) timestamp: i64,
    /// The match; absent in the main menu.
    pub(super) map: Option<Map>,
    /// The observer's own player, where the frame shows it.
    pub(super) own: Option<OwnPlayer>,
    /// Every player the frame names, by SteamID.
    pub(super) roster: BTreeMap<String, Value>,
    /// Words of known fields that this version does not know: `round.phase=foo`.
    pub(super) unknown_words: Vec<String>,
}

/// The `map` block, and the `round` block that goes with it.
#[derive(Debug)]
pub(super) struct Map {
    pub(super) name: String,
    pub(super) mode: String,
    pub(super) phase: MapPhase,
    /// `map.round`: rounds that are over.
    pub(super) round: Option<u32>,
    pub(super) score: Option<Score>,
    /// How each round was won, by its number.
    pub(super) round_wins: BTreeMap<u32, String>,
    pub(super) round_phase: Option<RoundPhase>,
    pub(super) bomb: Option<Bomb>,
    pub(super) round_winner: Option<Side>,
}

/// `map.phase`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum MapPhase {
    Warmup,
    Live,
    Intermission,
    GameOver,
    Unknown,
}

/// `round.phase`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum RoundPhase {
    Freezetime,
    Live,
    Over,
    Unknown,
}

/// `round.bomb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Bomb {
    Planted,
    Exploded,
    Defused,
}

/// A side of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Side {
    #[serde(rename = "CT")]
    Ct,
    #[serde(rename = "T")]
    T,
}

/// Rounds won by the teams that now play each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Score {
    pub(super) ct: u32,
    pub(super) t: u32,
}

/// The observer's own player.
#[derive(Debug)]
pub(super) struct OwnPlayer {
    /// As given, never trimmed; the SteamID where there is none.
    pub(super) name: String,
    pub(super) counters: Counters,
    /// All three of `match_stats`, to be shown.
    pub(super) tally: Option<Tally>,
    /// `state.health`, 0 for the dead.
    pub(super) health: Option<i64>,
    /// `state.round_killhs`: headshots of this round.
    pub(super) round_headshots: Option<i64>,
    /// The weapon in hand.
    pub(super) weapon: Option<String>,
    /// The side that it plays on.
    pub(super) side: Option<Side>,
}

/// The words of each field that has a fixed list of them.
const MAP_PHASES: [(&str, MapPhase); 4] = [
    ("warmup", MapPhase::Warmup),
    ("live", MapPhase::Live),
    ("intermission", MapPhase::Intermission),
    ("gameover", MapPhase::GameOver),
];
const ROUND_PHASES: [(&str, RoundPhase); 3] = [
    ("freezetime", RoundPhase::Freezetime),
    ("live", RoundPhase::Live),
    ("over", RoundPhase::Over),
];
const BOMBS: [(&str, Bomb); 3] =
    [("planted", Bomb::Planted), ("exploded", Bomb::Exploded), ("defused", Bomb::Defused)];
const SIDES: [(&str, Side); 2] = [("CT", Side::Ct), ("T", Side::T)];
const ACTIVITIES: [(&str, ()); 3] = [("playing", ()), ("menu", ()), ("textinput", ())];

impl GsiFrame {
    /// Reads a body, and counts what in it is unknown.
    pub(super) fn read(body: &[u8]) -> Result<(Self, Drift), Unreadable> {
        if body.len() > FRAME_BYTES_MAX {
            return Err(Unreadable::TooLarge { bytes: body.len(), limit: FRAME_BYTES_MAX });
        }
        let json: Value = serde_json::from_slice(body).map_err(|error| Unreadable::json(&error))?;
        let mut fields = Fields::of(&json);
        let frame = Self::from_fields(&mut fields)?;
        let mut drift = SCHEMA.unknown_fields(&json);
        for name in &frame.unknown_words {
            drift.count(name);
        }
        Ok((frame, drift))
    }

    fn from_fields(fields: &mut Fields<'_>) -> Result<Self, Unreadable> {
        if fields.block("/provider").is_none() {
            return Err(Unreadable::Foreign("no provider block"));
        }
        if fields.json.pointer("/provider/appid").and_then(Value::as_u64) != Some(APP_ID) {
            return Err(Unreadable::Foreign("the provider is not Counter-Strike"));
        }
        let timestamp = fields
            .integer("/provider/timestamp")
            .ok_or_else(|| Unreadable::Malformed("provider.timestamp is no integer".to_owned()))?;
        let observer = fields.text("/provider/steamid")?.unwrap_or_default();
        let map = fields.map()?;
        fields.word("/player/activity", &ACTIVITIES)?;
        let own = fields.own_player(&observer)?;
        let roster = fields.roster()?;
        let unknown_words = std::mem::take(&mut fields.unknown_words);
        Ok(Self { observer, timestamp, map, own, roster, unknown_words })
    }
}

impl Map {
    /// The number of the round that a happening of this frame belongs to.
    pub(super) fn round_number(&self) -> Option<u32> {
        if self.phase == MapPhase::Warmup || !self.has_rounds() {
            return None;
        }
        let over = self.phase == MapPhase::GameOver || self.round_phase? == RoundPhase::Over;
        // `map.round` counts the round as soon as it is over.
        let number = if over { self.round? } else { self.round? + 1 };
        (number > 0).then_some(number)
    }

    /// Whether the mode is played in rounds; where it is not, `map.round` stays
    /// 0 and `round.phase` says nothing.
    pub(super) fn has_rounds(&self) -> bool {
        !matches!(self.mode.as_str(), "deathmatch" | "gungameprogressive")
    }
}

impl MapPhase {
    /// The game's word for it.
    pub(super) fn as_str(self) -> &'static str {
        let known = MAP_PHASES.iter().find(|(_, phase)| *phase == self);
        known.map_or("unknown", |(word, _)| word)
    }
}

impl Side {
    /// The game's word for it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Ct => "CT",
            Self::T => "T",
        }
    }
}

impl Score {
    /// Whether one team's score is lower than it was. Teams change sides at
    /// half-time, so the sides do not tell whose score it is.
    pub(super) fn fell_since(self, former: Self) -> bool {
        self.lower() < former.lower() || self.higher() < former.higher()
    }

    fn lower(self) -> u32 {
        self.ct.min(self.t)
    }

    fn higher(self) -> u32 {
        self.ct.max(self.t)
    }
}

impl Fields<'_> {
    fn map(&mut self) -> Result<Option<Map>, Unreadable> {
        if self.block("/map").is_none() {
            return Ok(None);
        }
        let name = self
            .text("/map/name")?
            .ok_or_else(|| Unreadable::Malformed("map.name is missing".to_owned()))?;
        Ok(Some(Map {
            name,
            mode: self.text("/map/mode")?.unwrap_or_default(),
            phase: self.word("/map/phase", &MAP_PHASES)?.unwrap_or(MapPhase::Unknown),
            round: self.count("/map/round").filter(|round| *round <= ROUND_MAX),
            score: self.score(),
            round_wins: self.round_wins()?,
            round_phase: self.round_phase()?,
            bomb: self.word("/round/bomb", &BOMBS)?,
            round_winner: self.word("/round/win_team", &SIDES)?,
        }))
    }

    fn round_phase(&mut self) -> Result<Option<RoundPhase>, Unreadable> {
        if self.text("/round/phase")?.is_none() {
            return Ok(None);
        }
        Ok(Some(self.word("/round/phase", &ROUND_PHASES)?.unwrap_or(RoundPhase::Unknown)))
    }

    fn score(&self) -> Option<Score> {
        let (ct, t) = (self.count("/map/team_ct/score")?, self.count("/map/team_t/score")?);
        Some(Score { ct, t })
    }

    fn round_wins(&self) -> Result<BTreeMap<u32, String>, Unreadable> {
        let Some(wins) = self.block("/map/round_wins") else { return Ok(BTreeMap::new()) };
        wins.iter()
            .filter_map(|(number, win)| Some((number.parse().ok()?, win.as_str()?)))
            .filter(|(number, _)| (1..=ROUND_MAX).contains(number))
            .map(|(number, win)| Ok((number, bounded(win, "map.round_wins")?)))
            .collect()
    }

    fn own_player(&self, observer: &str) -> Result<Option<OwnPlayer>, Unreadable> {
        let steam_id = self.text("/player/steamid")?;
        if observer.is_empty() || steam_id.as_deref() != Some(observer) {
            return Ok(None);
        }
        let name = self.text("/player/name")?.filter(|name| !name.is_empty());
        Ok(Some(OwnPlayer {
            name: name.unwrap_or_else(|| observer.to_owned()),
            counters: Counters {
                kills: self.integer("/player/match_stats/kills"),
                deaths: self.integer("/player/match_stats/deaths"),
            },
            tally: self.tally(),
            health: self.integer("/player/state/health"),
            round_headshots: self.integer("/player/state/round_killhs"),
            weapon: self.weapon_in_hand()?,
            side: self.own_side()?,
        }))
    }

    fn tally(&self) -> Option<Tally> {
        Some(Tally {
            kills: self.integer("/player/match_stats/kills")?,
            deaths: self.integer("/player/match_stats/deaths")?,
            assists: self.integer("/player/match_stats/assists")?,
        })
    }

    /// Other words stand here while a player has no side; they are nothing new.
    fn own_side(&self) -> Result<Option<Side>, Unreadable> {
        let team = self.text("/player/team")?;
        let side = SIDES.iter().find(|(word, _)| Some(*word) == team.as_deref());
        Ok(side.map(|(_, side)| *side))
    }

    fn weapon_in_hand(&self) -> Result<Option<String>, Unreadable> {
        let Some(weapons) = self.block("/player/weapons") else { return Ok(None) };
        let active = |slot: &&Value| slot.pointer("/state").is_some_and(|state| state == "active");
        let name = weapons.values().find(active).and_then(|slot| slot.pointer("/name")?.as_str());
        name.map(|name| bounded(name, "player.weapons")).transpose()
    }

    fn roster(&self) -> Result<BTreeMap<String, Value>, Unreadable> {
        let mut roster = BTreeMap::new();
        if let (Some(steam_id), Some(name)) =
            (self.text("/player/steamid")?, self.text("/player/name")?)
        {
            roster.insert(steam_id, name.into());
        }
        for (steam_id, player) in self.block("/allplayers").into_iter().flatten() {
            if let Some(name) = player.pointer("/name").and_then(Value::as_str)
                && roster.len() < ROSTER_MAX
            {
                let name = bounded(name, "allplayers.*.name")?;
                roster.insert(bounded(steam_id, "allplayers.*")?, name.into());
            }
        }
        Ok(roster)
    }
}
