//! The messages in the game's own shape: `Data` is JSON in a text, `Event` before it.

use serde_json::{Value, json};

use super::{
    CARS, RocketLeagueMatch,
    moment::{Moment, team},
    said::Said,
};
use crate::cast::Player;

const ARENA: &str = "cs_p";
const TEAMS: [&str; 2] = ["Blue", "Orange"];

/// The account of a player, as the game writes it.
pub(super) fn primary_id(player: &Player) -> String {
    format!("Steam|{}|0", player.steam_id)
}

/// A message to the client of the player in a seat.
pub(super) fn body(said: &Said, play: &RocketLeagueMatch, seat: usize) -> String {
    let (event, mut data) = match said {
        Said::State(moment) => ("UpdateState", state(moment, play, seat)),
        Said::Feat { name, by, other } => ("StatfeedEvent", feat(name, *by, *other, play)),
        Said::Goal { by, assist } => ("GoalScored", goal(*by, *assist, play)),
        Said::Bogus => ("GoalScored", bogus()),
        Said::BallHit { by } => ("BallHit", ball_hit(*by, play)),
        Said::CrossbarHit => ("CrossbarHit", json!({ "BallSpeed": 91.5, "ImpactForce": 12.25 })),
        Said::Clock { time_s, overtime } => {
            ("ClockUpdatedSeconds", json!({ "TimeSeconds": time_s, "bOvertime": overtime }))
        }
        Said::Over { winner } => ("MatchEnded", json!({ "WinnerTeamNum": winner })),
        Said::Bare(event) => (*event, json!({})),
    };
    data["MatchGuid"] = play.guid.as_str().into();
    format!(r#"{{"Event":"{event}","Data":{}}}"#, Value::from(data.to_string()))
}

fn target(car: usize, play: &RocketLeagueMatch) -> Value {
    json!({ "Name": play.players[car].name, "Shortcut": car + 1, "TeamNum": team(car) })
}

fn feat(name: &str, by: usize, other: Option<usize>, play: &RocketLeagueMatch) -> Value {
    let mut data =
        json!({ "EventName": name, "Type": "Auf Deutsch", "MainTarget": target(by, play) });
    if let Some(other) = other {
        data["SecondaryTarget"] = target(other, play);
    }
    data
}

fn goal(by: usize, assist: Option<usize>, play: &RocketLeagueMatch) -> Value {
    let mut data = json!({
        "GoalSpeed": 90.25, "GoalTime": 26, "Scorer": target(by, play),
        "ImpactLocation": { "X": 12.5, "Y": 5120.25, "Z": 300.0 },
        "BallLastTouch": { "Player": target(by, play), "Speed": 90.75 },
    });
    if let Some(mate) = assist {
        data["Assister"] = target(mate, play);
    }
    data
}

fn bogus() -> Value {
    json!({
        "GoalSpeed": 0.0, "GoalTime": 0, "Scorer": { "Name": "", "Shortcut": 0, "TeamNum": 0 },
    })
}

fn ball_hit(by: usize, play: &RocketLeagueMatch) -> Value {
    json!({
        "Players": [target(by, play)],
        "Ball": { "PreHitSpeed": 53.5, "PostHitSpeed": 93.25, "Location": { "X": 1.5, "Y": 2.5, "Z": 99.0 } },
    })
}

fn state(moment: &Moment, play: &RocketLeagueMatch, seat: usize) -> Value {
    let cars = (0..CARS).filter(|car| !moment.cars[*car].is_gone);
    let players: Vec<Value> = cars.map(|car| player(car, moment, play, seat)).collect();
    let teams: Vec<Value> = (0..TEAMS.len())
        .map(|team| {
            json!({
                "Name": TEAMS[team], "TeamNum": team, "Score": moment.scores[team],
                "ColorPrimary": "1873FF", "ColorSecondary": "E5E5E5",
            })
        })
        .collect();
    let nobody = json!({ "Name": "", "Shortcut": 0, "TeamNum": 0 });
    json!({
        "Players": players,
        "Game": {
            "Teams": teams,
            "TimeSeconds": moment.time_s,
            "bOvertime": moment.overtime,
            "Ball": { "Speed": speed(moment.number, 0), "TeamNum": 0 },
            "bReplay": moment.is_replay,
            "bHasWinner": moment.winner.is_some(),
            "Winner": moment.winner.map_or("", |team| TEAMS[team]),
            "Arena": ARENA,
            "bHasTarget": !moment.is_replay,
            "Target": if moment.is_replay { nobody } else { target(seat, play) },
        },
    })
}

/// Whose boost is shown and what they drive: one's own team alone.
fn player(car: usize, moment: &Moment, play: &RocketLeagueMatch, seat: usize) -> Value {
    let counts = moment.cars[car].counts;
    let mut player = json!({
        "Name": play.players[car].name,
        "PrimaryId": primary_id(&play.players[car]),
        "Shortcut": car + 1,
        "TeamNum": team(car),
        "Score": 100 * counts.goals + 50 * (counts.saves + counts.assists) + 10 * counts.shots,
        "Goals": counts.goals,
        "Shots": counts.shots,
        "Assists": counts.assists,
        "Saves": counts.saves,
        "Touches": counts.touches,
        "CarTouches": 0,
        "Demos": counts.demolitions,
    });
    if team(car) == team(seat) {
        player["Boost"] = (moment.number % 101).into();
        player["Speed"] = speed(moment.number, car).into();
        // What does not hold is left out.
        let has_car = moment.cars[car].demolished_until <= moment.number * 100;
        player[if has_car { "bHasCar" } else { "bDemolished" }] = true.into();
    }
    player
}

/// Another one with every tick, exact in both directions.
#[expect(clippy::cast_precision_loss, reason = "a match has few ticks")]
fn speed(number: u64, car: usize) -> f64 {
    let eighths = (number * 37 + car as u64 * 13) % 800;
    eighths as f64 / 8.0
}
