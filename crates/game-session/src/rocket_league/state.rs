//! How a match stands, as `UpdateState` has it.

use serde_json::Value;

use crate::{Unreadable, fields::bounded};

/// Players that are read of one state: eight play, and a private match has watchers.
const PLAYERS_MAX: usize = 32;

/// What the account of a bot is made of: every bot has the same id.
const NOBODY: &str = "0";

/// A state.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MatchState {
    pub(super) players: Vec<Player>,
    /// The score of each team.
    pub(super) scores: Vec<(i64, u64)>,
    pub(super) arena: String,
    /// `TimeSeconds`: falls, and rises in overtime.
    pub(super) time_s: i64,
    pub(super) overtime: bool,
    pub(super) is_replay: bool,
    pub(super) has_winner: bool,
    pub(super) winner: Option<String>,
    pub(super) viewer: Viewer,
    /// Everything that the state says, to tell one match without an id from the next.
    pub(super) text: Vec<u8>,
}

/// Whose client a state came from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Viewer {
    /// The player with this account.
    Player(String),
    /// One who watches.
    Watcher,
    /// The state does not show it: nobody has a car yet, or the player's is wrecked.
    Unclear,
}

/// A player.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Player {
    /// `PrimaryId`, or with the name where that is everybody's.
    pub(super) account: String,
    pub(super) name: String,
    pub(super) shortcut: Option<i64>,
    pub(super) team: Option<i64>,
    pub(super) goals: u64,
    pub(super) shots: u64,
    pub(super) saves: u64,
    pub(super) demolitions: u64,
    pub(super) has_car: bool,
    /// Only one's own team is shown with it.
    shows_boost: bool,
}

impl MatchState {
    pub(super) fn read(data: &Value) -> Result<Self, Unreadable> {
        let listed = data.get("Players").and_then(Value::as_array);
        let players = listed.into_iter().flatten().take(PLAYERS_MAX).map(Player::read);
        let mut players = players.collect::<Result<Vec<_>, _>>()?;
        tell_apart(&mut players);
        let Some(game) = data.get("Game").filter(|game| game.is_object()) else {
            return Err(Unreadable::Malformed("Game is missing".to_owned()));
        };
        let flag = |name: &str| game.get(name).and_then(Value::as_bool).unwrap_or_default();
        let text = |name: &str| game.get(name).and_then(Value::as_str).unwrap_or_default();
        Ok(Self {
            viewer: viewer(game, &players),
            players,
            scores: scores(game),
            arena: bounded(text("Arena"), "Game.Arena")?,
            time_s: game.get("TimeSeconds").and_then(Value::as_i64).unwrap_or_default(),
            overtime: flag("bOvertime"),
            is_replay: flag("bReplay"),
            has_winner: flag("bHasWinner"),
            winner: Some(bounded(text("Winner"), "Game.Winner")?).filter(|name| !name.is_empty()),
            text: event_model::canonical_json(data),
        })
    }

    /// The player whose client it came from.
    pub(super) fn own(&self) -> Option<&Player> {
        match &self.viewer {
            Viewer::Player(account) => self.player(account),
            Viewer::Watcher | Viewer::Unclear => None,
        }
    }

    /// The player with this account.
    pub(super) fn player(&self, account: &str) -> Option<&Player> {
        self.players.iter().find(|player| player.account == account)
    }
}

/// Bots have their names alone: those who share one go by their numbers in the match.
fn tell_apart(players: &mut [Player]) {
    for index in 1..players.len() {
        let (before, rest) = players.split_at_mut(index);
        let player = &mut rest[0];
        if before.iter().any(|other| other.account == player.account) {
            let number = player.shortcut.unwrap_or_default();
            player.account = format!("{}|{number}", player.account);
        }
    }
}

fn scores(game: &Value) -> Vec<(i64, u64)> {
    let teams = game.get("Teams").and_then(Value::as_array);
    let score = |team: &Value| Some((team.get("TeamNum")?.as_i64()?, team.get("Score")?.as_u64()?));
    teams.into_iter().flatten().take(PLAYERS_MAX).filter_map(score).collect()
}

/// Whose client it is: the camera looks at that player, and nobody of the other team
/// is shown with boost. Who watches sees everybody's.
fn viewer(game: &Value, players: &[Player]) -> Viewer {
    let mut shown = players.iter().filter(|player| player.shows_boost).map(|player| player.team);
    let first = shown.next();
    if shown.any(|team| Some(team) != first) {
        return Viewer::Watcher;
    }
    let own = target(game).and_then(|(name, shortcut)| {
        players.iter().find(|player| player.name == name && player.shortcut == shortcut)
    });
    match own {
        Some(own) if own.shows_boost => Viewer::Player(own.account.clone()),
        Some(_) | None => Viewer::Unclear,
    }
}

/// Whom the camera looks at.
fn target(game: &Value) -> Option<(&str, Option<i64>)> {
    game.get("bHasTarget").and_then(Value::as_bool).filter(|has_one| *has_one)?;
    let target = game.get("Target")?;
    Some((target.get("Name")?.as_str()?, target.get("Shortcut")?.as_i64()))
}

impl Player {
    fn read(value: &Value) -> Result<Self, Unreadable> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let count = |name: &str| value.get(name).and_then(Value::as_u64).unwrap_or_default();
        let (id, name) = (bounded(text("PrimaryId"), "PrimaryId")?, bounded(text("Name"), "Name")?);
        // `Platform|Uid|Splitscreen`.
        let is_bot = id.split('|').nth(1).is_none_or(|uid| uid.is_empty() || uid == NOBODY);
        Ok(Self {
            account: if is_bot { format!("{id}|{name}") } else { id },
            name,
            shortcut: value.get("Shortcut").and_then(Value::as_i64),
            team: value.get("TeamNum").and_then(Value::as_i64),
            goals: count("Goals"),
            shots: count("Shots"),
            saves: count("Saves"),
            demolitions: count("Demos"),
            has_car: value.get("bHasCar").and_then(Value::as_bool).unwrap_or_default(),
            shows_boost: value.get("Boost").is_some(),
        })
    }
}
