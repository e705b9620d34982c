//! What a key of a shooter's means, whichever of the two games.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    board::Row,
    message::{Channel, Told},
    twins::Feed,
    value,
};
use crate::Drift;

/// Something that a session goes by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum News {
    /// The game's own id of the match.
    MatchId(String),
    /// The player's account.
    Account(String),
    /// The match began.
    Began,
    /// It ended, with the game's word for how.
    Ended(Option<String>),
    /// The number of the round, from 1.
    Round(u32),
    Phase(Phase),
    Score(Score),
    Side(Side),
    Map(String),
    Mode(String),
    /// The player is in the menu.
    Menu,
    Row(Row),
    Kill(Feed),
    Bomb(Bomb),
    /// An event that this version does not know.
    Unknown(String),
}

/// `round_phase`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    Shopping,
    Combat,
    End,
    GameEnd,
}

/// Rounds won and lost, as the player's team sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Score {
    pub(super) won: u32,
    pub(super) lost: u32,
}

/// What the player's team does in this half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Side {
    Attack,
    Defense,
}

/// What became of the spike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Bomb {
    Planted,
    Defused,
    Detonated,
}

/// What a key told.
pub(super) enum Reading {
    News(News),
    /// A kill, which another channel tells too.
    Feed(Channel, Feed),
    Nothing,
}

/// VALORANT's words and Counter-Strike's.
const PHASES: [(&str, Phase); 8] = [
    ("shopping", Phase::Shopping),
    ("combat", Phase::Combat),
    ("end", Phase::End),
    ("game_end", Phase::GameEnd),
    ("freezetime", Phase::Shopping),
    ("live", Phase::Combat),
    ("over", Phase::End),
    ("gameover", Phase::GameEnd),
];

/// Keys that say nothing that an event is made of: totals of the player, which the
/// feed tells one by one, and what is only shown.
const SILENT: [&str; 39] = [
    "abilities",
    "agent",
    "assist",
    "assists",
    "death",
    "deaths",
    "headshot",
    "headshots",
    "health",
    "is_ranked",
    "kill",
    "kills",
    "level_name",
    "match_score",
    "money",
    "name",
    "observing",
    "phase",
    "planted_location",
    "planted_site",
    "player",
    "provider",
    "pseudo_match_id",
    "region",
    "round_end",
    "round_report",
    "round_start",
    "score_limit",
    "server",
    "server_info",
    "shield",
    "spike_user",
    "state",
    "steam_level",
    "team_names",
    "ult_points",
    "version_info",
    "weapon",
    "weapons",
];

impl Reading {
    /// What a key tells; what is unknown is counted.
    pub(super) fn of(told: &Told, drift: &mut Drift) -> Self {
        if told.key == "kill_feed" {
            // The snapshot shows the last one again.
            let is_new = told.channel != Channel::Snapshot;
            let feed = feed(&told.value).filter(|_| is_new);
            return feed.map_or(Self::Nothing, |feed| Self::Feed(told.channel, feed));
        }
        if let Some(row) = row(&told.key) {
            return match row_of(row, &told.value) {
                Some(row) => Self::News(News::Row(row)),
                None => Self::Nothing,
            };
        }
        if SILENT.contains(&told.key.as_str()) {
            return Self::Nothing;
        }
        match told.channel {
            Channel::Event => Self::event(told, drift),
            Channel::Info | Channel::Snapshot => Self::info(told, drift),
        }
    }

    fn event(told: &Told, drift: &mut Drift) -> Self {
        Self::News(match told.key.as_str() {
            "match_start" => News::Began,
            "match_end" => News::Ended(value::text(&told.value)),
            "spike_planted" | "bomb_planted" => News::Bomb(Bomb::Planted),
            "spike_defused" | "bomb_defused" => News::Bomb(Bomb::Defused),
            "spike_detonated" | "bomb_exploded" => News::Bomb(Bomb::Detonated),
            // Some features tell both as an event.
            "round_number" | "round_phase" | "score" | "match_id" | "match_outcome" => {
                return Self::info(told, drift);
            }
            unknown => {
                drift.count(&format!("event {unknown}"));
                News::Unknown(unknown.to_owned())
            }
        })
    }

    fn info(told: &Told, drift: &mut Drift) -> Self {
        // Every value is told as nothing when it ends.
        if told.value.is_null() {
            return Self::Nothing;
        }
        let text = || value::text(&told.value);
        let news = match told.key.as_str() {
            "match_id" => text().map(News::MatchId),
            "player_id" | "steam_id" => text().map(News::Account),
            "match_outcome" => text().map(|word| News::Ended(Some(word))),
            "round_number" => round(&told.value),
            "round_phase" => text().and_then(|word| phase(&word, drift)).map(News::Phase),
            "score" => score(&told.value).map(News::Score),
            "team" => text().and_then(|word| side(&word)).map(News::Side),
            "map" => text().map(News::Map),
            "game_mode" => mode(&told.value).map(News::Mode),
            "scene" => text().and_then(|scene| of_scene(&scene)),
            "player_name" => None,
            unknown => {
                drift.count(&format!("info {unknown}"));
                None
            }
        };
        news.map_or(Self::Nothing, Self::News)
    }
}

fn round(number: &Value) -> Option<News> {
    // 0 while the match is prepared.
    let number = u32::try_from(value::number(number)?).ok()?;
    (number > 0).then_some(News::Round(number))
}

fn phase(word: &str, drift: &mut Drift) -> Option<Phase> {
    let known = PHASES.iter().find(|(known, _)| *known == word).map(|(_, phase)| *phase);
    if known.is_none() {
        drift.count(&format!("round_phase={word}"));
    }
    known
}

fn score(told: &Value) -> Option<Score> {
    let part = |name: &str| u32::try_from(value::number(told.get(name)?)?).ok();
    Some(Score { won: part("won")?, lost: part("lost")? })
}

fn side(word: &str) -> Option<Side> {
    match word {
        "attack" => Some(Side::Attack),
        "defense" => Some(Side::Defense),
        // Who only watches is of neither.
        _ => None,
    }
}

fn mode(told: &Value) -> Option<String> {
    value::text(told.get("mode").unwrap_or(told))
}

fn of_scene(scene: &str) -> Option<News> {
    match scene {
        "MainMenu" => Some(News::Menu),
        "CharacterSelectPersistentLevel" => None,
        map => Some(News::Map(map.to_owned())),
    }
}

/// The place of `scoreboard_3` or `roster_3`; none of `open` and `closed`.
fn row(key: &str) -> Option<&str> {
    let number = key.strip_prefix("scoreboard_").or_else(|| key.strip_prefix("roster_"))?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

fn row_of(place: &str, told: &Value) -> Option<Row> {
    let members = told.as_object()?;
    let text = |names: &[&str]| names.iter().find_map(|name| value::text(members.get(*name)?));
    let number = |name: &str| value::number(members.get(name)?);
    let flag = |names: &[&str]| names.iter().find_map(|name| value::flag(members.get(*name)?));
    Some(Row {
        place: place.chars().take(4).collect(),
        // Whoever hides the name is shown by the agent's.
        name: text(&["name", "nickname", "character"])?,
        account: text(&["player_id", "steamid", "steam_id"]),
        agent: text(&["character"]),
        teammate: flag(&["teammate"]),
        kills: number("kills"),
        deaths: number("deaths"),
        assists: number("assists"),
        alive: flag(&["alive", "is_alive"]),
        local: flag(&["is_local", "local"]),
    })
}

fn feed(told: &Value) -> Option<Feed> {
    let members = told.as_object()?;
    let text = |name: &str| value::text(members.get(name)?);
    let flag = |name: &str| value::flag(members.get(name)?);
    let assists = ["assist1", "assist2", "assist3", "assist4", "assister"];
    let feed = Feed {
        attacker: text("attacker"),
        victim: text("victim"),
        attacker_teammate: flag("is_attacker_teammate"),
        victim_teammate: flag("is_victim_teammate"),
        weapon: text("weapon"),
        headshot: flag("headshot"),
        assists: assists.into_iter().filter_map(text).collect(),
    };
    // An emptied feed is none.
    feed.victim.is_some().then_some(feed)
}
