//! The fields that GSI is known to send; anything else is counted as drift.

use serde_json::Value;

use crate::Drift;

/// What a field should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    Number,
    Flag,
    /// Named fields.
    Block,
    /// One entry for each id, number or slot.
    ById,
    /// Not looked into.
    Anything,
}
use Shape::{Anything, Block, ById, Flag, Number, Text};

/// Every documented or recorded field. A player is listed once, under `player`;
/// `allplayers.*` holds the same.
const FIELDS: &[(&str, Shape)] = &[
    ("provider", Block),
    ("provider.name", Text),
    ("provider.appid", Number),
    ("provider.version", Number),
    ("provider.steamid", Text),
    ("provider.timestamp", Number),
    ("map", Block),
    ("map.mode", Text),
    ("map.name", Text),
    ("map.phase", Text),
    ("map.round", Number),
    ("map.team_ct", Block),
    ("map.team_ct.score", Number),
    ("map.team_ct.name", Text),
    ("map.team_ct.flag", Text),
    ("map.team_ct.consecutive_round_losses", Number),
    ("map.team_ct.timeouts_remaining", Number),
    ("map.team_ct.matches_won_this_series", Number),
    ("map.team_t", Block),
    ("map.team_t.score", Number),
    ("map.team_t.name", Text),
    ("map.team_t.flag", Text),
    ("map.team_t.consecutive_round_losses", Number),
    ("map.team_t.timeouts_remaining", Number),
    ("map.team_t.matches_won_this_series", Number),
    ("map.num_matches_to_win_series", Number),
    ("map.current_spectators", Number),
    ("map.souvenirs_total", Number),
    ("map.round_wins", ById),
    ("map.round_wins.*", Text),
    ("round", Block),
    ("round.phase", Text),
    ("round.bomb", Text),
    ("round.win_team", Text),
    ("player", Block),
    ("player.steamid", Text),
    ("player.clan", Text),
    ("player.name", Text),
    ("player.xpoverload", Number),
    ("player.observer_slot", Number),
    ("player.team", Text),
    ("player.activity", Text),
    ("player.spectarget", Text),
    ("player.position", Text),
    ("player.forward", Text),
    ("player.state", Block),
    ("player.state.health", Number),
    ("player.state.armor", Number),
    ("player.state.helmet", Flag),
    ("player.state.defusekit", Flag),
    ("player.state.flashed", Number),
    ("player.state.smoked", Number),
    ("player.state.burning", Number),
    ("player.state.money", Number),
    ("player.state.round_kills", Number),
    ("player.state.round_killhs", Number),
    ("player.state.round_totaldmg", Number),
    ("player.state.equip_value", Number),
    ("player.match_stats", Block),
    ("player.match_stats.kills", Number),
    ("player.match_stats.assists", Number),
    ("player.match_stats.deaths", Number),
    ("player.match_stats.mvps", Number),
    ("player.match_stats.score", Number),
    ("player.weapons", ById),
    ("player.weapons.*", Block),
    ("player.weapons.*.name", Text),
    ("player.weapons.*.paintkit", Text),
    ("player.weapons.*.type", Text),
    ("player.weapons.*.state", Text),
    ("player.weapons.*.ammo_clip", Number),
    ("player.weapons.*.ammo_clip_max", Number),
    ("player.weapons.*.ammo_reserve", Number),
    ("allplayers", ById),
    ("phase_countdowns", Block),
    ("phase_countdowns.phase", Text),
    ("phase_countdowns.phase_ends_in", Text),
    ("bomb", Block),
    ("bomb.state", Text),
    ("bomb.position", Text),
    ("bomb.player", Text),
    ("bomb.countdown", Text),
    ("grenades", ById),
    ("grenades.*", Block),
    ("grenades.*.owner", Text),
    ("grenades.*.name", Text),
    ("grenades.*.type", Text),
    ("grenades.*.position", Text),
    ("grenades.*.velocity", Text),
    ("grenades.*.lifetime", Text),
    ("grenades.*.effecttime", Text),
    ("grenades.*.flames", ById),
    ("grenades.*.flames.*", Text),
    // Whatever the player's own cfg holds, and the token among it.
    ("auth", Anything),
    // Former values, or `true` for new ones, of the fields above.
    ("previously", Anything),
    ("added", Anything),
];

/// Counts every field of a frame that is not known, by its dotted path; a known
/// field of another type with what it holds instead.
pub(super) fn unknown_fields(frame: &Value) -> Drift {
    let mut drift = Drift::default();
    if let Value::Object(members) = frame {
        for (name, value) in members {
            count_unknown(name, name, value, &mut drift);
        }
    }
    drift
}

/// `listed` is the path that [`FIELDS`] has, `shown` the one that is counted.
fn count_unknown(listed: &str, shown: &str, value: &Value, drift: &mut Drift) {
    let Some(shape) = shape_of(listed) else {
        drift.count(shown);
        return;
    };
    match (shape, value) {
        (Block, Value::Object(members)) => {
            for (name, member) in members {
                let (listed, shown) = (format!("{listed}.{name}"), format!("{shown}.{name}"));
                count_unknown(&listed, &shown, member, drift);
            }
        }
        (ById, Value::Object(entries)) => {
            let listed = format!("{listed}.*");
            // Each of them is a player.
            let listed = if listed == "allplayers.*" { "player" } else { &listed };
            for entry in entries.values() {
                count_unknown(listed, &format!("{shown}.*"), entry, drift);
            }
        }
        (Text, Value::String(_)) | (Number, Value::Number(_)) | (Flag, Value::Bool(_)) => {}
        (Anything, _) => {}
        (Block | ById | Text | Number | Flag, other) => {
            drift.count(&format!("{shown}: {}", type_of(other)));
        }
    }
}

fn shape_of(path: &str) -> Option<Shape> {
    FIELDS.iter().find(|(name, _)| *name == path).map(|(_, shape)| *shape)
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "flag",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "block",
    }
}
