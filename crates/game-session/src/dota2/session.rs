//! One match as this device saw it.

use std::collections::BTreeMap;

use event_model::{
    Event, EventData, EventIdFields, Game, Kind, MatchKey, MatchOrigin, MatchRef, SessionKey,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    course::{Course, Side},
    cross_check::CrossCheck,
    entry::Entry,
    frame::{GsiFrame, Match, PLACES, Viewer},
    glance,
    happening::{HERO_KILL, Happening, KILLER, VICTIM, count_unknown},
    told::Told,
};
use crate::{Glance, Step};

/// How far the engine's clock of one match goes back at most: what falls further in
/// a match without an id is another.
const CLOCK_SLACK_S: i64 = 10;

/// A first frame with more on the players' clock is of somebody who came later.
const LATE_S: i64 = 60;

/// Rosters told of one session: one for each player who is seen to join.
const ROSTERS_MAX: u32 = 16;

/// Accounts by place; the place is a text, since the state is kept as JSON.
pub(super) type Accounts = BTreeMap<String, String>;

/// A session from its first frame to the next match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Session {
    key: SessionKey,
    /// The game's own id; none in a lobby of one's own.
    native_id: Option<String>,
    /// The account; none for a spectator.
    observer: Option<String>,
    map: String,
    custom_game: String,
    /// The engine's clock when it was last seen, to ten seconds.
    game_time: i64,
    course: Course,
    /// Accounts by place, as far as they were told.
    accounts: Accounts,
    rosters: u32,
    started: bool,
    ended: bool,
    told: Told,
    kills: CrossCheck,
    deaths: CrossCheck,
}

impl Session {
    /// Begins with the first frame of a match that says whose client it came from;
    /// `play` tells those without an id apart that began in one second.
    pub(super) fn begin(gsi: &GsiFrame, shown: &Match, play: u32) -> Self {
        let observer = gsi.viewer.account().map(str::to_owned);
        let key = key_of(gsi, shown, play);
        Self {
            key,
            native_id: shown.id.clone(),
            observer,
            map: shown.map.clone(),
            custom_game: shown.custom_game.clone(),
            game_time: coarse(shown.game_time),
            course: shown.course,
            accounts: Accounts::new(),
            rosters: 0,
            started: false,
            ended: false,
            told: Told::default(),
            kills: CrossCheck::default(),
            deaths: CrossCheck::default(),
        }
    }

    /// Whether a frame shows this session's match to the same account.
    pub(super) fn covers(&self, gsi: &GsiFrame, shown: &Match) -> bool {
        let same_viewer = match &gsi.viewer {
            Viewer::Player(account) => self.observer.as_ref() == Some(account),
            Viewer::Spectator => self.observer.is_none(),
            Viewer::Unknown => true,
        };
        same_viewer
            && match (&self.native_id, &shown.id) {
                (Some(own), Some(shown)) => own == shown,
                (None, None) => self.goes_on(shown),
                (Some(_), None) | (None, Some(_)) => false,
            }
    }

    /// Whether nothing speaks against its being a later moment of a match without id.
    fn goes_on(&self, shown: &Match) -> bool {
        let same_map = (&self.map, &self.custom_game) == (&shown.map, &shown.custom_game);
        let again = self.course == Course::Over && shown.course != Course::Over;
        same_map && !again && shown.game_time.saturating_add(CLOCK_SLACK_S) >= self.game_time
    }

    /// Whether the game itself named it.
    pub(super) fn has_native_id(&self) -> bool {
        self.native_id.is_some()
    }

    /// Tells what a frame of this session shows.
    pub(super) fn take(&mut self, gsi: &GsiFrame, shown: &Match, step: &mut Step) {
        self.tell_roster(gsi, shown, step);
        if shown.course == Course::Running && !self.started {
            self.started = true;
            let late = shown.clock_time.is_some_and(|clock| clock > LATE_S);
            let details = late.then(|| ("joined_late".to_owned(), Value::Bool(true)));
            step.events.push(self.about_match(Kind::MatchStarted, details));
        }
        for entry in &gsi.entries {
            if self.told.take(entry) {
                count_unknown(entry, &mut step.drift);
                self.count_own(entry, gsi);
                step.events.push(self.event(entry, &gsi.entries));
            }
        }
        if shown.course == Course::Over && !self.ended {
            self.ended = true;
            step.events.push(self.about_match(Kind::MatchEnded, ending(shown)));
        }
        self.count_missing(gsi, shown, step);
        self.told.forget(shown.game_time);
        self.course = shown.course;
        self.game_time = coarse(shown.game_time);
    }

    /// The match at this frame, to be shown.
    pub(super) fn glance(&self, gsi: &GsiFrame, shown: &Match) -> Glance {
        glance::glance(self.match_ref().key, gsi, shown)
    }

    /// What a server joins sessions by: again whenever another player is seen.
    fn tell_roster(&mut self, gsi: &GsiFrame, shown: &Match, step: &mut Step) {
        let known = self.accounts.len();
        for (place, player) in &gsi.players {
            self.accounts.entry(place.to_string()).or_insert_with(|| player.account.clone());
        }
        let is_news = self.rosters == 0 || self.accounts.len() > known;
        if !is_news || self.rosters >= ROSTERS_MAX {
            return;
        }
        let roster: BTreeMap<_, _> =
            gsi.players.values().map(|player| (&player.account, &player.name)).collect();
        let details = [
            ("roster".to_owned(), json!(roster)),
            ("places".to_owned(), self.by_place()),
            ("map".to_owned(), shown.map.as_str().into()),
            ("mode".to_owned(), shown.custom_game.as_str().into()),
        ];
        let native_key = format!("evidence {}", self.rosters);
        self.rosters += 1;
        step.events.push(self.identified(Kind::SessionEvidence, &native_key, self.with(details)));
    }

    /// Every place's account, in their order; nothing where it was not told.
    fn by_place(&self) -> Value {
        (0..PLACES).map(|place| self.accounts.get(&place.to_string()).cloned()).collect()
    }

    fn count_own(&mut self, entry: &Entry, gsi: &GsiFrame) {
        let place = gsi.own.as_ref().and_then(|own| own.place);
        if entry.name != HERO_KILL || place.is_none() {
            return;
        }
        if entry.place(VICTIM) == place {
            self.deaths.tell();
        } else if entry.place(KILLER) == place {
            self.kills.tell();
        }
    }

    /// The game drops entries that were not read in time; its counters do not.
    fn count_missing(&mut self, gsi: &GsiFrame, shown: &Match, step: &mut Step) {
        let Some(own) = &gsi.own else { return };
        let (Some(place), Some(tally)) = (own.place, own.tally) else { return };
        let quiet = |field: &str| {
            let own = |entry: &Entry| entry.name == HERO_KILL && entry.place(field) == Some(place);
            !gsi.entries.iter().any(own)
        };
        let kills = self.kills.missing(tally.kills, quiet(KILLER), shown.game_time);
        let deaths = self.deaths.missing(tally.deaths, quiet(VICTIM), shown.game_time);
        for (times, name) in [(kills, "player.kills"), (deaths, "player.deaths")] {
            if times > 0 {
                step.drift.count_times(&format!("{name}: more than events told"), times);
            }
        }
    }

    fn event(&self, entry: &Entry, listed: &[Entry]) -> Event {
        let happening = Happening::of(entry, listed, &self.accounts);
        let data = EventData {
            actors: happening.actors,
            actor_ids: happening.actor_ids,
            match_clock_ms: Some(entry.time_ms),
            details: happening.details,
            ..self.data()
        };
        self.identified(happening.kind, &entry.native_key, data)
    }

    fn about_match(&self, kind: Kind, details: impl IntoIterator<Item = (String, Value)>) -> Event {
        let map = [
            ("map".to_owned(), Value::from(self.map.as_str())),
            ("mode".to_owned(), Value::from(self.custom_game.as_str())),
        ];
        self.identified(kind, "match", self.with(map.into_iter().chain(details)))
    }

    fn with(&self, details: impl IntoIterator<Item = (String, Value)>) -> EventData {
        EventData { details: details.into_iter().collect(), ..self.data() }
    }

    fn data(&self) -> EventData {
        let observer = self.observer.clone();
        EventData { observer, ..EventData::of_match(Game::dota2(), self.match_ref()) }
    }

    fn match_ref(&self) -> MatchRef {
        match &self.native_id {
            Some(id) => {
                MatchRef { key: MatchKey::native(&Game::dota2(), id), origin: MatchOrigin::Native }
            }
            None => MatchRef {
                key: MatchKey::session(&Game::dota2(), &self.key),
                origin: MatchOrigin::Session,
            },
        }
    }

    fn identified(&self, kind: Kind, native_key: &str, data: EventData) -> Event {
        let id = EventIdFields {
            game: &data.game,
            session: &self.key,
            observer: self.observer.as_deref().unwrap_or_default(),
            epoch: 0,
            kind,
            native_key,
        };
        Event { id: id.event_id(), kind, data }
    }
}

fn key_of(gsi: &GsiFrame, shown: &Match, play: u32) -> SessionKey {
    if let Some(id) = &shown.id {
        return SessionKey::from_values([id.as_str()]);
    }
    let account = gsi.viewer.account().unwrap_or_default();
    let (began, play) = (gsi.timestamp.to_string(), play.to_string());
    let map = [shown.map.as_str(), shown.custom_game.as_str()];
    SessionKey::from_values([account, map[0], map[1], &began, &play])
}

fn ending(shown: &Match) -> Vec<(String, Value)> {
    let score = json!({ "radiant": shown.radiant_score, "dire": shown.dire_score });
    vec![("score".to_owned(), score), ("winner".to_owned(), shown.winner.map(Side::as_str).into())]
}

/// Time that passes is no news: a state that changed with every frame would be
/// written to disk with every frame.
fn coarse(game_time: i64) -> i64 {
    game_time.saturating_sub(game_time.rem_euclid(CLOCK_SLACK_S))
}
