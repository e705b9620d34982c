//! One GSI frame, as far as the session rules read it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    FRAME_BYTES_MAX,
    course::{COURSES, Course, SIDES, Side},
    entry::Entry,
    schema::SCHEMA,
};
use crate::{
    Drift, Tally, Unreadable,
    fields::{Fields, bounded},
};

/// Steam's number of Dota 2.
const APP_ID: u64 = 570;

/// The teams of a frame of somebody who watches, with the place of their first player.
const TEAMS: [(&str, u8); 2] = [("team2", 0), ("team3", 5)];

/// Players of a match: five of Radiant, then five of Dire.
pub(super) const PLACES: u8 = 10;

/// What a frame says.
#[derive(Debug)]
pub(super) struct GsiFrame {
    /// `provider.timestamp`: whole seconds of the PC's clock.
    pub(super) timestamp: i64,
    /// Through whose client it came.
    pub(super) viewer: Viewer,
    /// The match; absent in the main menu.
    pub(super) shown: Option<Match>,
    /// The player's own numbers.
    pub(super) own: Option<OwnPlayer>,
    /// Every player whose account the frame tells, by place.
    pub(super) players: BTreeMap<u8, Player>,
    /// What it lists, the oldest first.
    pub(super) entries: Vec<Entry>,
}

/// Through whose client a frame came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Viewer {
    /// This account plays.
    Player(String),
    /// Somebody who watches; the game does not say who.
    Spectator,
    /// It does not say yet.
    Unknown,
}

/// The `map` block.
#[derive(Debug)]
pub(super) struct Match {
    /// `map.matchid`; absent where it is 0, as in a lobby of one's own.
    pub(super) id: Option<String>,
    /// `map.name`, and the custom game's where it is one.
    pub(super) map: String,
    pub(super) custom_game: String,
    /// Seconds of the engine's clock, the same on every PC.
    pub(super) game_time: i64,
    /// Seconds of the clock that the player sees.
    pub(super) clock_time: Option<i64>,
    pub(super) course: Course,
    pub(super) radiant_score: Option<u32>,
    pub(super) dire_score: Option<u32>,
    pub(super) winner: Option<Side>,
}

/// A player as the frame names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Player {
    pub(super) account: String,
    pub(super) name: String,
}

/// The own player's numbers.
#[derive(Debug)]
pub(super) struct OwnPlayer {
    /// Its place, 0 to 9; absent before there is one.
    pub(super) place: Option<u8>,
    pub(super) side: Option<Side>,
    pub(super) tally: Option<Tally>,
    /// `hero.alive`. Health alone does not tell: it is 0 for a frame while alive.
    pub(super) alive: Option<bool>,
}

impl Viewer {
    pub(super) fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }

    /// The account, where it plays.
    pub(super) fn account(&self) -> Option<&str> {
        match self {
            Self::Player(account) => Some(account),
            Self::Spectator | Self::Unknown => None,
        }
    }
}

impl GsiFrame {
    /// Reads a body, and counts what in it is unknown.
    pub(super) fn read(body: &[u8]) -> Result<(Self, Drift), Unreadable> {
        if body.len() > FRAME_BYTES_MAX {
            return Err(Unreadable::TooLarge { bytes: body.len(), limit: FRAME_BYTES_MAX });
        }
        let json: Value = serde_json::from_slice(body).map_err(|error| Unreadable::json(&error))?;
        let mut drift = SCHEMA.unknown_fields(&json);
        let mut fields = Fields::of(&json);
        let frame = Self::from_fields(&mut fields, &mut drift)?;
        for name in &fields.unknown_words {
            drift.count(name);
        }
        Ok((frame, drift))
    }

    fn from_fields(fields: &mut Fields<'_>, drift: &mut Drift) -> Result<Self, Unreadable> {
        if fields.block("/provider").is_none() {
            return Err(Unreadable::Foreign("no provider block"));
        }
        if fields.json.pointer("/provider/appid").and_then(Value::as_u64) != Some(APP_ID) {
            return Err(Unreadable::Foreign("the provider is not Dota 2"));
        }
        let players = players(fields)?;
        let own = own_player(fields)?;
        Ok(Self {
            timestamp: fields.integer("/provider/timestamp").unwrap_or_default(),
            viewer: viewer(fields)?,
            shown: match_shown(fields)?,
            entries: Entry::read_all(fields.json.get("events"), drift),
            players: with_own(players, own.as_ref(), fields)?,
            own,
        })
    }
}

fn match_shown(fields: &mut Fields<'_>) -> Result<Option<Match>, Unreadable> {
    let Some(game_time) = fields.integer("/map/game_time") else { return Ok(None) };
    let id = fields.text("/map/matchid")?;
    Ok(Some(Match {
        id: id.filter(|id| !id.is_empty() && id != "0"),
        map: fields.text("/map/name")?.unwrap_or_default(),
        custom_game: fields.text("/map/customgamename")?.unwrap_or_default(),
        game_time,
        clock_time: fields.integer("/map/clock_time"),
        course: fields.word("/map/game_state", &COURSES)?.unwrap_or(Course::Unknown),
        radiant_score: fields.count("/map/radiant_score"),
        dire_score: fields.count("/map/dire_score"),
        winner: fields.word("/map/win_team", &SIDES)?.flatten(),
    }))
}

fn viewer(fields: &Fields<'_>) -> Result<Viewer, Unreadable> {
    if TEAMS.iter().any(|(team, _)| fields.block(&format!("/player/{team}")).is_some()) {
        return Ok(Viewer::Spectator);
    }
    let account = fields.text("/player/accountid")?.filter(|account| !account.is_empty());
    Ok(account.map_or(Viewer::Unknown, Viewer::Player))
}

fn own_player(fields: &mut Fields<'_>) -> Result<Option<OwnPlayer>, Unreadable> {
    if !matches!(viewer(fields)?, Viewer::Player(_)) {
        return Ok(None);
    }
    let side = fields.word("/player/team_name", &SIDES)?.flatten();
    let tally = |name: &str| fields.integer(&format!("/player/{name}"));
    Ok(Some(OwnPlayer {
        place: place_of(fields.count("/player/team_slot"), side),
        side,
        tally: tally("kills")
            .zip(tally("deaths"))
            .zip(tally("assists"))
            .map(|((kills, deaths), assists)| Tally { kills, deaths, assists }),
        alive: fields.flag("/hero/alive"),
    }))
}

/// `team_slot` counts through both teams, 5 to 9 for Dire (seen in one whole match);
/// should it ever count from 0 in each, the side tells.
fn place_of(team_slot: Option<u32>, side: Option<Side>) -> Option<u8> {
    let slot = u8::try_from(team_slot?).ok().filter(|slot| *slot < PLACES)?;
    let first_of_dire = PLACES / 2;
    Some(if side == Some(Side::Dire) && slot < first_of_dire { slot + first_of_dire } else { slot })
}

/// The players of a frame of somebody who watches.
fn players(fields: &Fields<'_>) -> Result<BTreeMap<u8, Player>, Unreadable> {
    let mut players = BTreeMap::new();
    for (team, first) in TEAMS {
        for (key, player) in fields.block(&format!("/player/{team}")).into_iter().flatten() {
            let number = key.strip_prefix("player").and_then(|number| number.parse().ok());
            // The second team's are numbered on from the first's.
            let Some(place) = number.filter(|place: &u8| (first..first + 5).contains(place)) else {
                continue;
            };
            let text = |name: &str| player.get(name).and_then(Value::as_str).unwrap_or_default();
            players.insert(
                place,
                Player {
                    account: bounded(text("accountid"), "player.*.accountid")?,
                    name: bounded(text("name"), "player.*.name")?,
                },
            );
        }
    }
    players.retain(|_, player: &mut Player| !player.account.is_empty());
    Ok(players)
}

fn with_own(
    mut players: BTreeMap<u8, Player>,
    own: Option<&OwnPlayer>,
    fields: &Fields<'_>,
) -> Result<BTreeMap<u8, Player>, Unreadable> {
    if let Some(place) = own.and_then(|own| own.place)
        && let Some(account) = fields.text("/player/accountid")?
    {
        let name = fields.text("/player/name")?.unwrap_or_default();
        players.insert(place, Player { account, name });
    }
    Ok(players)
}
