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
    /// The account whose client it came from; absent for one who watches.
    pub(super) viewer: Option<String>,
    /// Everything that the state says, to tell one match without an id from the next.
    pub(super) text: Vec<u8>,
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
        let players = players.collect::<Result<Vec<_>, _>>()?;
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
        let viewer = self.viewer.as_ref()?;
        self.players.iter().find(|player| player.account == *viewer)
    }
}

fn scores(game: &Value) -> Vec<(i64, u64)> {
    let teams = game.get("Teams").and_then(Value::as_array);
    let score = |team: &Value| Some((team.get("TeamNum")?.as_i64()?, team.get("Score")?.as_u64()?));
    teams.into_iter().flatten().take(PLAYERS_MAX).filter_map(score).collect()
}

/// Whose client it is: the camera looks at that player, and nobody of the other team
/// is shown with boost. Who watches sees everybody's.
fn viewer(game: &Value, players: &[Player]) -> Option<String> {
    if game.get("bHasTarget").and_then(Value::as_bool) != Some(true) {
        return None;
    }
    let target = game.get("Target")?;
    let (name, shortcut) = (target.get("Name")?.as_str()?, target.get("Shortcut")?.as_i64());
    let own = players.iter().find(|player| player.name == name && player.shortcut == shortcut)?;
    let sees_others = players.iter().any(|player| player.team != own.team && player.shows_boost);
    (!sees_others && own.shows_boost).then(|| own.account.clone())
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
