//! The body that the game posts, in its own shape.

use serde_json::{Map, Value, json};

use super::{
    Dota2Client, Dota2Match, Dota2Seat, STEAM_ID_BASE,
    course::{CLOCK_BEHIND_S, Stage},
    player,
};
use crate::{TrueEvent, cs2::delta};

/// The blocks that the game compares with what it sent last.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Payload {
    blocks: Map<String, Value>,
}

impl Payload {
    pub(super) fn of(play: &Dota2Match, client: &Dota2Client, ms: u64) -> Self {
        let stage = play.course.stage(ms);
        let mut blocks = Map::new();
        if stage == Stage::Menu || client.is_away(ms) {
            // In the menu the blocks are there, with nothing in them.
            blocks.insert("player".to_owned(), json!({}));
            return Self { blocks };
        }
        blocks.insert("map".to_owned(), map_block(play, ms, stage));
        blocks.insert("player".to_owned(), player_block(play, client, ms));
        blocks.insert("hero".to_owned(), hero_block(play, client, ms));
        blocks.insert("events".to_owned(), play.list_at(client, ms));
        Self { blocks }
    }

    /// The bytes to post. Without a `former` one there is nothing to compare with.
    pub(crate) fn body(&self, former: Option<&Self>, timestamp_s: i64, token: &str) -> String {
        let compared = |payload: &Self| {
            let mut blocks = payload.blocks.clone();
            blocks.remove("events");
            blocks
        };
        let mut body = json!({
            "provider": {
                "name": "Dota 2", "appid": 570, "version": 48, "timestamp": timestamp_s,
            },
        });
        for (name, block) in &self.blocks {
            body[name.as_str()] = block.clone();
        }
        if let Some(former) = former {
            let delta = delta::between(&compared(former), &compared(self));
            for (name, part) in [("previously", delta.previously), ("added", delta.added)] {
                if let Some(part) = part {
                    body[name] = part;
                }
            }
        }
        body["auth"] = json!({ "token": token });
        crate::gsi_log::indented_by_tabs(&body)
    }
}

fn map_block(play: &Dota2Match, ms: u64, stage: Stage) -> Value {
    let engine_ms = play.course.engine_ms(ms);
    let game_time = i64::try_from(engine_ms / 1_000).unwrap_or_default();
    let (radiant, dire) = (kills_of(play, engine_ms, 0..5), kills_of(play, engine_ms, 5..10));
    let winner = match stage {
        Stage::Over if radiant >= dire => "radiant",
        Stage::Over => "dire",
        Stage::Menu | Stage::Selection | Stage::PreGame | Stage::Running => "none",
    };
    json!({
        "name": "start",
        "matchid": play.match_id,
        "game_time": game_time,
        "clock_time": game_time - CLOCK_BEHIND_S,
        "daytime": true,
        "nightstalker_night": false,
        "radiant_score": radiant,
        "dire_score": dire,
        "game_state": match stage {
            Stage::Menu => "DOTA_GAMERULES_STATE_INIT",
            Stage::Selection => "DOTA_GAMERULES_STATE_HERO_SELECTION",
            Stage::PreGame => "DOTA_GAMERULES_STATE_PRE_GAME",
            Stage::Running => "DOTA_GAMERULES_STATE_GAME_IN_PROGRESS",
            Stage::Over => "DOTA_GAMERULES_STATE_POST_GAME",
        },
        "paused": play.course.pause.contains(&ms),
        "win_team": winner,
        "customgamename": "",
        "ward_purchase_cooldown": 0,
    })
}

fn player_block(play: &Dota2Match, client: &Dota2Client, ms: u64) -> Value {
    match client.seat {
        Dota2Seat::Player(place) => one_player(play, place, ms),
        Dota2Seat::Spectator => by_team(|place| one_player(play, place, ms)),
    }
}

/// Who watches gets everybody's, under the team.
fn by_team(of: impl Fn(u8) -> Value) -> Value {
    let team = |places: std::ops::Range<u8>| -> Value {
        Value::Object(places.map(|place| (format!("player{place}"), of(place))).collect())
    };
    json!({ "team2": team(0..5), "team3": team(5..10) })
}

fn one_player(play: &Dota2Match, place: u8, ms: u64) -> Value {
    let engine_ms = play.course.engine_ms(ms);
    let (me, kills) = (player(place), || kills_until(play, engine_ms));
    let by_me = || kills().filter(|kill| kill.attacker.as_ref() == Some(&me));
    let mut kill_list = Map::new();
    for kill in by_me() {
        let victim = kill.victim.as_deref().unwrap_or_default().trim_start_matches("player ");
        let count = kill_list.entry(format!("victimid_{victim}")).or_insert(json!(0));
        *count = json!(count.as_u64().unwrap_or_default() + 1);
    }
    let account = play.accounts[usize::from(place)];
    json!({
        "steamid": (STEAM_ID_BASE + account).to_string(),
        "accountid": account.to_string(),
        "name": play.players[usize::from(place)].name,
        "activity": "playing",
        "kills": by_me().count(),
        "deaths": kills().filter(|kill| kill.victim.as_ref() == Some(&me)).count(),
        "assists": 0,
        "last_hits": engine_ms / 9_000,
        "denies": 1,
        "kill_streak": 0,
        "commands_issued": engine_ms / 400,
        "kill_list": kill_list,
        "team_name": if place < 5 { "radiant" } else { "dire" },
        "player_slot": if place < 5 { place } else { 123 + place },
        "team_slot": place,
        "gold": 600 + engine_ms / 500,
        "gpm": 400,
        "xpm": 450,
    })
}

/// A hero that has no health left is shown alive for a frame still.
fn hero_block(play: &Dota2Match, client: &Dota2Client, ms: u64) -> Value {
    let hero = |place: u8| {
        let engine_ms = play.course.engine_ms(ms);
        let me = player(place);
        let last = kills_until(play, engine_ms).filter(|kill| kill.victim.as_ref() == Some(&me));
        let since = last.filter_map(|kill| kill.match_clock_ms).max();
        let dead_ms = since.map_or(u64::MAX, |since| engine_ms - since);
        json!({
            "id": 1 + place,
            "name": "npc_dota_hero_axe",
            "level": 1 + engine_ms / 60_000,
            "alive": !(500..6_000).contains(&dead_ms),
            "health": if dead_ms < 6_000 { 0 } else { 640 },
        })
    };
    match client.seat {
        Dota2Seat::Player(place) => hero(place),
        Dota2Seat::Spectator => by_team(hero),
    }
}

fn kills_until(play: &Dota2Match, engine_ms: u64) -> impl Iterator<Item = &TrueEvent> {
    let until =
        play.happenings.iter().take_while(move |happening| happening.engine_ms <= engine_ms);
    until.filter_map(|happening| happening.truth.as_ref()).filter(|event| event.kind == "kill")
}

fn kills_of(play: &Dota2Match, engine_ms: u64, places: std::ops::Range<u8>) -> usize {
    let of_team = |kill: &&TrueEvent| {
        places.clone().any(|place| kill.attacker.as_ref() == Some(&player(place)))
    };
    kills_until(play, engine_ms).filter(of_team).count()
}
