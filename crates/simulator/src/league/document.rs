//! The document of one instant, in the shape of the game's own.

use serde_json::{Value, json};

use super::{
    LeagueMatch,
    client::LeagueClient,
    happening::{Happening, Killer, Team},
};
use crate::cast::Player;

/// One for each player of a team.
const POSITIONS: [&str; 5] = ["TOP", "JUNGLE", "MIDDLE", "BOTTOM", "UTILITY"];

/// As one client shows it; `None` while that is not there.
pub(super) fn at(play: &LeagueMatch, client: &LeagueClient, game_ms: u64) -> Option<Value> {
    let list = client.list(play, game_ms)?;
    let entries: Vec<Value> = (0..)
        .zip(&list)
        .map(|(number, listed)| listed.entry(number, play, client.player))
        .collect();
    let scored_by_ms = client.scored_by_ms(game_ms);
    let scored: Vec<&Happening> = play
        .happenings
        .iter()
        .filter(|at| scored_by_ms.is_some_and(|by_ms| at.ms <= by_ms))
        .map(|at| &at.happening)
        .collect();
    let players: Vec<Value> = (0..play.players.len())
        .map(|player| player_block(&play.players[player], player, &scored, game_ms))
        .collect();
    Some(json!({
        "activePlayer": active_player(&play.players[client.player], game_ms),
        "allPlayers": players,
        "events": { "Events": entries },
        "gameData": {
            "gameMode": "CLASSIC",
            "gameTime": seconds(game_ms),
            "mapName": "Map11",
            "mapNumber": 11,
            "mapTerrain": "Default",
        },
    }))
}

/// The game counts in single precision, and it shows: 65.03986358642578.
pub(super) fn seconds(ms: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "that is what the game does")]
    let seconds = ms as f32 / 1_000.0;
    f64::from(seconds)
}

fn active_player(observer: &Player, game_ms: u64) -> Value {
    json!({
        "abilities": {},
        "championStats": {},
        "currentGold": 500 + game_ms / 600,
        "fullRunes": {},
        "level": level(game_ms),
        "riotId": observer.riot_id(),
        "riotIdGameName": observer.name,
        "riotIdTagLine": observer.tag,
        "summonerName": observer.riot_id(),
    })
}

fn player_block(player: &Player, index: usize, scored: &[&Happening], game_ms: u64) -> Value {
    json!({
        "championName": player.champion,
        "isBot": false,
        "isDead": false,
        "items": [],
        "level": level(game_ms),
        "position": POSITIONS[index % POSITIONS.len()],
        "rawChampionName": format!("game_character_displayname_{}", player.champion),
        "respawnTimer": 0.0,
        "riotId": player.riot_id(),
        "riotIdGameName": player.name,
        "riotIdTagLine": player.tag,
        "runes": {},
        "scores": scores(index, scored, game_ms),
        "skinID": 0,
        "summonerName": player.riot_id(),
        "summonerSpells": {},
        "team": Team::of(index).word(),
    })
}

fn scores(player: usize, scored: &[&Happening], game_ms: u64) -> Value {
    let (mut kills, mut deaths, mut helped) = (0, 0, 0);
    for happening in scored {
        if let Happening::ChampionKill { killer, victim, assists } = happening {
            kills += u32::from(*killer == Killer::Player(player));
            deaths += u32::from(*victim == player);
            helped += u32::from(assists.contains(&player));
        }
    }
    json!({
        "assists": helped,
        "creepScore": game_ms / 9_000,
        "deaths": deaths,
        "kills": kills,
        "wardScore": 0.0,
    })
}

fn level(game_ms: u64) -> u64 {
    (1 + game_ms / 100_000).min(18)
}
