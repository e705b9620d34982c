//! What the League client beside the game says of the match.

use serde_json::{Value, json};

use super::{LeagueClient, LeagueMatch};
use crate::cast::Player;

/// Ids have had ten digits for years.
const ID_FROM: u64 = 7_500_000_000;
const IDS: u64 = 400_000_000;

impl LeagueMatch {
    /// The number by which Riot knows the match of a seed, on every player's client.
    #[must_use]
    pub fn game_id(seed: u64) -> u64 {
        ID_FROM + seed % IDS
    }

    /// The client's answer at an instant of the game's clock, which does not run while the
    /// game loads.
    /// It names everybody, as the client's own does.
    #[must_use]
    pub fn session_of(&self, client: &LeagueClient, seed: u64, game_ms: Option<u64>) -> String {
        let phase = match game_ms {
            None => "GameStart",
            Some(ms) if ms <= self.end_ms() => "InProgress",
            Some(_) => "EndOfGame",
        };
        let teams: Vec<Vec<Value>> =
            self.players.chunks(5).map(|team| team.iter().map(member).collect()).collect();
        let session = json!({
            "gameClient": { "running": game_ms.is_some(), "serverIp": "10.0.0.1", "serverPort": 5_123 },
            "gameData": {
                "gameId": Self::game_id(seed),
                "gameName": format!("{}'s game", self.players[client.player].name),
                "isCustomGame": false,
                "password": "a custom game's",
                "playerChampionSelections": self.players.iter().map(chosen).collect::<Vec<_>>(),
                "queue": { "id": 420, "mapId": 11 },
                "teamOne": teams.first(),
                "teamTwo": teams.get(1),
            },
            "gameDodge": { "dodgeIds": [], "phase": "None", "state": "Invalid" },
            "map": { "gameMode": "CLASSIC", "id": 11, "mapStringId": "SR" },
            "phase": phase,
        });
        session.to_string()
    }
}

fn member(player: &Player) -> Value {
    json!({
        "championId": 24,
        "puuid": format!("puuid-of-{}", player.steam_id),
        "summonerInternalName": player.name.to_lowercase(),
        "summonerName": player.name,
    })
}

fn chosen(player: &Player) -> Value {
    json!({ "championId": 24, "summonerInternalName": player.name.to_lowercase() })
}

#[cfg(test)]
mod tests {
    use crate::{LeagueClient, LeagueMatch, Length};

    #[test]
    fn the_client_names_the_match_while_it_runs() {
        let play = LeagueMatch::new(7, Length::seconds(60));
        let phase = |game_ms| {
            let said = play.session_of(&LeagueClient::ALONE, 7, game_ms);
            let said: serde_json::Value = serde_json::from_str(&said).unwrap();
            assert_eq!(said["gameData"]["gameId"], LeagueMatch::game_id(7));
            said["phase"].as_str().unwrap().to_owned()
        };
        assert_eq!(phase(None), "GameStart");
        assert_eq!(phase(Some(30_000)), "InProgress");
        assert_eq!(phase(Some(play.end_ms() + 1)), "EndOfGame");
    }
}
