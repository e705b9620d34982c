//! Who plays, and how the names in events lead to accounts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Tally;

/// Deaths that a score is believed up to: one in each second of three hours.
const DEATHS_MAX: i64 = 10_000;

/// The player behind a name in an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Bearer {
    /// One player has it: the account.
    Sole(String),
    /// Two players have it; only their tags differ, and events carry none.
    Shared,
}

/// The players that an entry names, by the names it uses.
pub(super) type Bearers = BTreeMap<String, Bearer>;

/// The players of one poll.
#[derive(Debug, Default)]
pub(super) struct Roster {
    players: Vec<Player>,
}

#[derive(Debug)]
struct Player {
    /// `Name#TAG` since 2024, the bare name before.
    account: String,
    /// What events call this player.
    event_name: String,
    is_bot: bool,
    deaths: i64,
    standing: Option<Standing>,
}

/// How it stands with one player, to be shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) tally: Tally,
    pub(super) is_dead: bool,
}

impl Roster {
    pub(super) fn read(players: &[Map<String, Value>]) -> Self {
        Self { players: players.iter().filter_map(Player::read).collect() }
    }

    /// The accounts of the people, sorted. Bots come and go in practice; where
    /// nobody else plays, they are what tells the match.
    pub(super) fn accounts(&self) -> Vec<String> {
        let people = self.players.iter().filter(|player| !player.is_bot);
        let mut accounts: Vec<_> = people.map(|player| player.account.clone()).collect();
        if accounts.is_empty() {
            accounts = self.players.iter().map(|player| player.account.clone()).collect();
        }
        accounts.sort_unstable();
        accounts
    }

    /// Whether a name in an event is a player's, and whose.
    pub(super) fn bearer(&self, event_name: &str) -> Option<Bearer> {
        match self.sole(event_name) {
            Some(player) => Some(Bearer::Sole(player.account.clone())),
            None if self.players.iter().any(|player| player.event_name == event_name) => {
                Some(Bearer::Shared)
            }
            None => None,
        }
    }

    /// The scoreboard's deaths by name in events, of names that one player has.
    pub(super) fn deaths(&self) -> BTreeMap<String, i64> {
        self.players
            .iter()
            .filter(|player| self.sole(&player.event_name).is_some())
            .map(|player| (player.event_name.clone(), player.deaths))
            .collect()
    }

    /// How it stands with an account, where the poll says it.
    pub(super) fn standing(&self, account: &str) -> Option<Standing> {
        self.players.iter().find(|player| player.account == account)?.standing
    }

    fn sole(&self, event_name: &str) -> Option<&Player> {
        let mut named = self.players.iter().filter(|player| player.event_name == event_name);
        named.next().filter(|_| named.next().is_none())
    }
}

impl Player {
    fn read(fields: &Map<String, Value>) -> Option<Self> {
        let text =
            |field: &str| fields.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
        let account = text("riotId").or_else(|| text("summonerName"))?;
        let event_name = text("riotIdGameName").unwrap_or_else(|| {
            // Newer clients write "Name#TAG" here too, events the bare name.
            account.split_once('#').map_or(account, |(name, _)| name)
        });
        let deaths = fields.get("scores").and_then(|scores| scores.get("deaths"));
        Some(Self {
            account: account.to_owned(),
            event_name: event_name.to_owned(),
            is_bot: fields.get("isBot").and_then(Value::as_bool).unwrap_or(false),
            deaths: deaths.and_then(Value::as_i64).unwrap_or(0).clamp(0, DEATHS_MAX),
            standing: Standing::read(fields),
        })
    }
}

impl Standing {
    fn read(player: &Map<String, Value>) -> Option<Self> {
        let score = |name: &str| player.get("scores")?.get(name)?.as_i64();
        Some(Self {
            tally: Tally {
                kills: score("kills")?,
                deaths: score("deaths")?,
                assists: score("assists")?,
            },
            is_dead: player.get("isDead").and_then(Value::as_bool).unwrap_or(false),
        })
    }
}
