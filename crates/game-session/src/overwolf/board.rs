//! Who plays, and how often each died: the scoreboard and the roster in one.

use std::collections::BTreeMap;

use event_model::Ordinal;
use serde::{Deserialize, Serialize};

use super::agents::same_agent;
use crate::{Drift, Tally};

/// Players of a match that are kept: ten, with as many again for who left and came.
const PLAYERS_MAX: usize = 32;

/// What numbers the deaths of one player.
const VICTIM_DEATHS: &str = "victim deaths";

/// What a bare name of the feed stands for where the player hides it.
const ME: &str = "Me";

/// One row of the scoreboard or of the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) place: String,
    pub(super) name: String,
    pub(super) account: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) teammate: Option<bool>,
    pub(super) kills: Option<i64>,
    pub(super) deaths: Option<i64>,
    pub(super) assists: Option<i64>,
    pub(super) alive: Option<bool>,
    pub(super) local: Option<bool>,
}

/// Everybody who was seen in the match.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Board {
    /// By account, or by name where none is told.
    players: BTreeMap<String, Player>,
}

/// A player as last told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Player {
    pub(super) name: String,
    pub(super) account: Option<String>,
    agent: Option<String>,
    teammate: Option<bool>,
    local: bool,
    tally: (Option<i64>, Option<i64>, Option<i64>),
    pub(super) alive: Option<bool>,
    deaths: Deaths,
}

/// A player's deaths: the game's own count, and how far the feed told them.
///
/// The count lags the feed, and may lead it. What the feed told last is known when a
/// round is played, since everything was shown in the time before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Deaths {
    run: u32,
    shown: Option<i64>,
    told: Option<i64>,
    /// The last number that the feed's deaths had, whatever the board said since.
    once_told: Option<i64>,
    /// Told before there was a count.
    unnumbered: u32,
}

/// A player by whom the feed names.
pub(super) struct Named<'b> {
    pub(super) name: &'b str,
    pub(super) account: Option<&'b str>,
}

impl Board {
    /// Takes a row; whether somebody new is in it.
    pub(super) fn take(&mut self, row: &Row, drift: &mut Drift) -> bool {
        let key = row.account.clone().unwrap_or_else(|| row.name.clone());
        let is_new = !self.players.contains_key(&key);
        if is_new && self.players.len() >= PLAYERS_MAX {
            drift.count("scoreboard_* (more players than a match has)");
            return false;
        }
        self.players.entry(key).or_insert_with(|| Player::of(row)).update(row, drift);
        is_new
    }

    /// A round is played from here on: what the board shows is what was, unless the
    /// feed told of this very round before.
    pub(super) fn settle(&mut self, is_fresh: bool, drift: &mut Drift) {
        for player in self.players.values_mut() {
            player.deaths.settle(is_fresh, drift);
        }
    }

    /// How the player's own row stands.
    pub(super) fn own(&self, account: Option<&str>) -> Option<&Player> {
        let by_account = account.and_then(|account| self.players.get(account));
        by_account.or_else(|| self.players.values().find(|player| player.local))
    }

    /// Names by account, of all that have one.
    pub(super) fn roster(&self) -> BTreeMap<&str, &str> {
        let players = self.players.values();
        players.filter_map(|player| Some((player.account.as_deref()?, &*player.name))).collect()
    }

    /// Whom a name of the feed means: the one of that name, of that team where there
    /// are two; else, where names are hidden, the one who plays the agent of that name.
    pub(super) fn find(&self, name: &str, teammate: Option<bool>) -> Option<&str> {
        let by_name = self.sole(teammate, |player| player.is_called(name));
        let by_agent = || {
            let plays =
                |agent: &Option<String>| agent.as_deref().is_some_and(|own| same_agent(own, name));
            self.sole(teammate, |player| plays(&player.agent))
        };
        let own = || self.sole(None, |player| player.local).filter(|_| name == ME);
        by_name.or_else(own).or_else(by_agent)
    }

    /// Who helped: by the picture of an agent of the killer's team, or by name.
    pub(super) fn helper(&self, told: &str, teammate: Option<bool>) -> Option<&str> {
        let is_picture = told.starts_with("TX_");
        let plays =
            |player: &Player| player.agent.as_deref().is_some_and(|own| same_agent(own, told));
        if is_picture { self.sole(teammate, plays) } else { self.find(told, teammate) }
    }

    pub(super) fn named(&self, key: &str) -> Option<Named<'_>> {
        let player = self.players.get(key)?;
        Some(Named { name: &player.name, account: player.account.as_deref() })
    }

    /// The feed told a death; its number, where there is one to be had.
    pub(super) fn die(&mut self, key: &str, drift: &mut Drift) -> Option<Ordinal> {
        let player = self.players.get_mut(key)?;
        let value = player.deaths.tell(drift)?;
        let value = u64::try_from(value).ok()?;
        Some(Ordinal { of: VICTIM_DEATHS.to_owned(), run: player.deaths.run, value })
    }

    fn sole(&self, teammate: Option<bool>, is: impl Fn(&Player) -> bool) -> Option<&str> {
        let all: Vec<_> = self.players.iter().filter(|(_, player)| is(player)).collect();
        let of_team = |player: &Player| teammate.is_none() || player.team() == teammate;
        let mut of_team = all.iter().filter(|(_, player)| of_team(player));
        match (all.as_slice(), of_team.next(), of_team.next()) {
            ([(key, _)], ..) => Some(key),
            (_, Some((key, _)), None) => Some(key),
            _ => None,
        }
    }
}

impl Player {
    fn of(row: &Row) -> Self {
        Self {
            name: row.name.clone(),
            account: row.account.clone(),
            agent: None,
            teammate: None,
            local: false,
            tally: (None, None, None),
            alive: None,
            deaths: Deaths::default(),
        }
    }

    fn update(&mut self, row: &Row, drift: &mut Drift) {
        self.name.clone_from(&row.name);
        self.agent = row.agent.clone().or_else(|| self.agent.take());
        self.teammate = row.teammate.or(self.teammate);
        self.local |= row.local == Some(true);
        let is_back = self.alive == Some(false) && row.alive == Some(true);
        self.alive = row.alive.or(self.alive);
        let (kills, deaths, assists) = self.tally;
        self.tally = (row.kills.or(kills), row.deaths.or(deaths), row.assists.or(assists));
        if let Some(deaths) = row.deaths {
            self.deaths.show(deaths, is_back, drift);
        }
    }

    /// Whose own row says so is in their own team.
    fn team(&self) -> Option<bool> {
        if self.local { Some(true) } else { self.teammate }
    }

    pub(super) fn tally(&self) -> Option<Tally> {
        let (kills, deaths, assists) = self.tally;
        Some(Tally { kills: kills?, deaths: deaths?, assists: assists? })
    }

    /// The board has `Ana #EU`, the account `Ana#EU`, the feed `Ana`, which may end in
    /// a space of its own.
    fn is_called(&self, name: &str) -> bool {
        let Some((bare, _)) = self.name.rsplit_once('#') else { return self.name == name };
        [self.name.as_str(), bare, bare.strip_suffix(' ').unwrap_or(bare)].contains(&name)
    }
}

impl Deaths {
    /// The board shows a count, and whether the player has just come back to life: it may
    /// count a death while it shows the player alive still.
    fn show(&mut self, count: i64, is_back: bool, drift: &mut Drift) {
        if self.shown.is_some_and(|shown| count < shown) {
            let run = self.run.saturating_add(1);
            *self = Self { run, ..Self::default() };
        }
        self.shown = Some(count);
        match self.told {
            // What was told before the first count may be in it or not: the next round
            // begins with what it shows then.
            None if self.unnumbered == 0 => self.told = Some(count),
            // It came late, after the round that it was settled for.
            Some(told) if count > told && self.once_told.is_some_and(|once| count <= once) => {
                self.told = Some(count);
            }
            // Back alive, the death that the feed did not tell is past.
            Some(told) if is_back && count > told => {
                drift.count_times("kill_feed (deaths that it did not tell)", count.abs_diff(told));
                self.told = Some(count);
            }
            Some(_) | None => {}
        }
    }

    fn settle(&mut self, is_fresh: bool, drift: &mut Drift) {
        let Some(shown) = self.shown else { return };
        if !is_fresh && self.told.is_none_or(|told| told > shown) {
            return;
        }
        match self.told {
            Some(told) if told > shown => {
                drift.count_times("kill_feed (deaths that did not count)", told.abs_diff(shown));
            }
            Some(told) if told < shown => {
                drift.count_times("kill_feed (deaths that it did not tell)", shown.abs_diff(told));
            }
            Some(_) | None => {}
        }
        self.told = Some(shown);
        self.unnumbered = 0;
    }

    /// The number of a death that the feed tells.
    fn tell(&mut self, drift: &mut Drift) -> Option<i64> {
        let (Some(shown), Some(told)) = (self.shown, self.told) else {
            self.unnumbered = self.unnumbered.saturating_add(1);
            return None;
        };
        // The board may show it before the feed tells it.
        let value = shown.max(told.saturating_add(1));
        let skipped = value.saturating_sub(told).saturating_sub(1);
        if skipped > 0 {
            drift.count_times("kill_feed (deaths that it did not tell)", skipped.unsigned_abs());
        }
        self.told = Some(value);
        self.once_told = Some(value);
        Some(value)
    }
}
