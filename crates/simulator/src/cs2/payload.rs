//! The body that the game posts, in its own shape.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    Cs2Match,
    delta::{self, Delta},
    scene::{Bomb, Own, Place, RoundPhase, Scene, Watched},
};

/// The blocks that the game compares with what it sent last.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Payload {
    steam_id: String,
    blocks: Map<String, Value>,
}

/// A whole body, in the order the game writes it.
#[derive(Serialize)]
struct Body<'b> {
    provider: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    map: Option<&'b Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<&'b Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    player: Option<&'b Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previously: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    added: Option<Value>,
    auth: Value,
}

impl Payload {
    pub(super) fn of(scene: &Scene, play: &Cs2Match) -> Self {
        let mut blocks = Map::new();
        if scene.place != Place::Menu {
            blocks.insert("map".to_owned(), map_block(scene, play.map));
        }
        if let Some(phase) = scene.round_phase {
            blocks.insert("round".to_owned(), round_block(scene, phase));
        }
        if let Some(player) = player_block(scene, play) {
            blocks.insert("player".to_owned(), player);
        }
        Self { steam_id: play.players[play.observer].steam_id.clone(), blocks }
    }

    /// The bytes to post. Without a `former` one, which is also what the game
    /// does after a time-out, there is nothing to compare with.
    pub(crate) fn body(&self, former: Option<&Self>, timestamp_s: i64, token: &str) -> String {
        let Delta { previously, added } =
            former.map(|former| delta::between(&former.blocks, &self.blocks)).unwrap_or_default();
        let body = Body {
            provider: json!({
                "name": "Counter-Strike: Global Offensive",
                "appid": 730,
                "version": 14_108,
                "steamid": self.steam_id,
                "timestamp": timestamp_s,
            }),
            map: self.blocks.get("map"),
            round: self.blocks.get("round"),
            player: self.blocks.get("player"),
            previously,
            added,
            auth: json!({ "token": token }),
        };
        crate::gsi_log::indented_by_tabs(&body)
    }
}

fn map_block(scene: &Scene, map: &str) -> Value {
    let phase = match scene.place {
        Place::Menu | Place::Warmup => "warmup",
        Place::Live => "live",
        Place::GameOver => "gameover",
    };
    let team = |side: &str| {
        json!({
            "score": scene.score(side),
            "consecutive_round_losses": 0,
            "timeouts_remaining": 1,
            "matches_won_this_series": 0,
        })
    };
    let mut block = json!({
        "mode": "competitive",
        "name": map,
        "phase": phase,
        "round": scene.round,
        "team_ct": team("CT"),
        "team_t": team("T"),
        "num_matches_to_win_series": 0,
    });
    if !scene.wins.is_empty() {
        let wins = scene.wins.iter().enumerate();
        let numbered = wins.map(|(n, win)| ((n + 1).to_string(), Value::from(win.word())));
        block["round_wins"] = Value::Object(numbered.collect());
    }
    block
}

fn round_block(scene: &Scene, phase: RoundPhase) -> Value {
    let mut block = json!({
        "phase": match phase {
            RoundPhase::Freezetime => "freezetime",
            RoundPhase::Live => "live",
            RoundPhase::Over => "over",
        },
    });
    if let (RoundPhase::Over, Some(win)) = (phase, scene.wins.last()) {
        block["win_team"] = Value::from(win.side());
    }
    if let Some(bomb) = scene.bomb {
        block["bomb"] = Value::from(match bomb {
            Bomb::Planted => "planted",
            Bomb::Exploded => "exploded",
            Bomb::Defused => "defused",
        });
    }
    block
}

fn player_block(scene: &Scene, play: &Cs2Match) -> Option<Value> {
    let (index, counters) = match scene.watched {
        Watched::Own => (play.observer, scene.own),
        Watched::Player(player, counters) => (player, counters),
        Watched::TeamMate(mate) => (mate, counters_of_mate(mate, scene)),
        Watched::Nobody => return None,
    };
    let player = &play.players[index];
    if scene.place == Place::Menu {
        let (steam_id, name) = (&player.steam_id, &player.name);
        return Some(json!({ "steamid": steam_id, "name": name, "activity": "menu" }));
    }
    Some(json!({
        "steamid": player.steam_id,
        "name": player.name,
        "observer_slot": index,
        "team": play.side_of(index),
        "activity": "playing",
        "state": state_block(counters),
        "match_stats": {
            "kills": counters.kills,
            "assists": counters.assists,
            "deaths": counters.deaths,
            "mvps": 0,
            "score": counters.score,
        },
    }))
}

/// Higher than the own ones: whoever takes them for the own player's counts
/// kills that never were.
fn counters_of_mate(mate: usize, scene: &Scene) -> Own {
    let mate = u32::try_from(mate).unwrap_or(1);
    Own {
        kills: scene.own.kills + 3 + mate,
        deaths: scene.own.deaths + scene.round + mate,
        health: 40 + mate,
        ..scene.own
    }
}

fn state_block(counters: Own) -> Value {
    json!({
        "health": counters.health,
        "armor": 0,
        "helmet": false,
        "flashed": 0,
        "smoked": 0,
        "burning": 0,
        "money": counters.money,
        "round_kills": counters.round_kills,
        "round_killhs": 0,
        "equip_value": 200,
    })
}
