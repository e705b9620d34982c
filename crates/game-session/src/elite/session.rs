//! What one commander does in one run of the game.

use std::collections::BTreeMap;

use event_model::{
    Actors, Event, EventData, EventIdFields, Game, Kind, MatchKey, MatchOrigin, MatchRef,
    SessionKey,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    journal::Build,
    line::Line,
    table::{Entry, Use},
};
use crate::{FollowedTo, Glance, Phase, Step, fields::TEXT_BYTES_MAX};

/// Between a kill of a player and the bounty for it: the game writes both at once,
/// in whole seconds.
const SAME_KILL_MS: i64 = 5_000;

/// Names that one line may hold: a wing has four, and a death lists who was there.
const NAMES_MAX: usize = 16;

/// One commander's play.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Session {
    key: SessionKey,
    account: String,
    commander: Option<String>,
    began_ms: Option<i64>,
    started: bool,
    ended: bool,
    /// The last kill of somebody who has a name.
    last_kill: Option<NamedKill>,
    /// Where the player is, for the eyes.
    system: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct NamedKill {
    victim: String,
    at_ms: i64,
    /// The journal's word for it.
    told_by: String,
}

impl Session {
    pub(super) fn new(stem: &str, account: &str, began_ms: Option<i64>) -> Self {
        Self {
            key: SessionKey::from_values([stem, account]),
            account: account.to_owned(),
            commander: None,
            began_ms,
            started: false,
            ended: false,
            last_kill: None,
            system: None,
        }
    }

    pub(super) fn is_of(&self, account: &str) -> bool {
        self.account == account
    }

    pub(super) fn is_open(&self) -> bool {
        self.started && !self.ended
    }

    /// What the commander is called.
    pub(super) fn name(&mut self, commander: Option<&str>) {
        if let Some(commander) = commander {
            self.commander = Some(commander.to_owned());
        }
    }

    /// The game is loaded, or something happens in it.
    pub(super) fn start(&mut self, loaded: Option<&Line>, build: &Build, step: &mut Step) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let mut details = BTreeMap::new();
        let mut add = |name: &str, text: Option<&str>| {
            details.extend(text.map(|text| (name.to_owned(), Value::from(text))));
        };
        add("game_version", build.version.as_deref());
        add("game_build", build.build.as_deref());
        add("mode", loaded.and_then(|line| line.text("GameMode")));
        add("ship", loaded.and_then(|line| line.text("Ship")));
        let data = EventData { details, match_clock_ms: self.clock(loaded), ..self.data() };
        step.events.push(self.identified(Kind::MatchStarted, "session", data));
    }

    /// The game was left; `inferred` says by what that is known where it is not told.
    pub(super) fn end(&mut self, inferred: Option<&str>, step: &mut Step) {
        if !self.started || std::mem::replace(&mut self.ended, true) {
            return;
        }
        let reason = inferred.map(|why| ("reason".to_owned(), Value::from(why)));
        let data = EventData { details: reason.into_iter().collect(), ..self.data() };
        step.events.push(self.identified(Kind::MatchEnded, "session", data));
    }

    /// Tells a line that the table has.
    pub(super) fn tell(
        &mut self,
        entry: &Entry,
        (line, place): (&Line, &FollowedTo),
        build: &Build,
        step: &mut Step,
    ) {
        let mut actors = self.actors(entry, line);
        let mut kind = entry.kind;
        if line.event == "Died" && actors.attacker.is_some() {
            kind = Kind::Kill;
        }
        if kind == Kind::Kill && self.is_told_already(&actors, line) {
            kind = Kind::Other;
        }
        actors.assists.truncate(NAMES_MAX);
        let mut details = entry.details(line, build, step);
        details.insert("name".to_owned(), Value::from(entry.event));
        details.insert("journal_time".to_owned(), Value::from(line.timestamp.as_str()));
        let match_clock_ms = self.clock(Some(line));
        let data = EventData { actors, details, match_clock_ms, ..self.data() };
        let FollowedTo { file, offset, line: sum } = place;
        let native_key = format!("{file} {offset} {}", sum.as_str());
        step.events.push(self.identified(kind, &native_key, data));
    }

    /// Whether another line told this kill: of a player, and the bounty for it.
    fn is_told_already(&mut self, actors: &Actors, line: &Line) -> bool {
        if actors.attacker != self.commander {
            return false;
        }
        let Some(victim) = actors.victim.clone() else { return false };
        let is_same = |last: &NamedKill| {
            last.victim == victim
                && last.at_ms.abs_diff(line.at_ms) <= SAME_KILL_MS.unsigned_abs()
                // Pirates share names: two lines of one kind are two kills.
                && last.told_by != line.event
        };
        if self.last_kill.as_ref().is_some_and(is_same) {
            return true;
        }
        let (at_ms, told_by) = (line.at_ms, line.event.clone());
        self.last_kill = Some(NamedKill { victim, at_ms, told_by });
        false
    }

    fn actors(&self, entry: &Entry, line: &Line) -> Actors {
        let own = || self.commander.clone();
        let mut actors = Actors {
            attacker: entry.is_own_deed.then(own).flatten(),
            victim: entry.is_own_harm.then(own).flatten(),
            assists: Vec::new(),
        };
        for (member, used) in entry.members {
            match used {
                Use::Attacker => actors.attacker = line.person(member),
                Use::Victim => actors.victim = line.person(member),
                Use::Wing => actors.assists = wing(line, member),
                Use::Detail | Use::As(_) | Use::Rest => {}
            }
        }
        actors
    }

    /// What a line says besides: where the player is.
    pub(super) fn look_at(&mut self, line: &Line) {
        if let Some(system) = line.text("StarSystem") {
            self.system = Some(system.to_owned());
        }
    }

    pub(super) fn glance(&self, at_ms: i64, in_menu: bool) -> Glance {
        Glance {
            match_key: self.match_ref().key.as_str().to_owned(),
            map: self.system.clone(),
            match_clock_ms: self.began_ms.map(|began| at_ms.saturating_sub(began)),
            phase: if in_menu { Phase::OutOfPlay } else { Phase::Playing },
            ..Glance::default()
        }
    }

    fn clock(&self, line: Option<&Line>) -> Option<i64> {
        Some(line?.at_ms.saturating_sub(self.began_ms?).max(0))
    }

    fn data(&self) -> EventData {
        let observer = self.commander.clone();
        EventData { observer, ..EventData::of_match(Game::elite(), self.match_ref()) }
    }

    fn match_ref(&self) -> MatchRef {
        let key = MatchKey::session(&Game::elite(), &self.key);
        MatchRef { key, origin: MatchOrigin::Session }
    }

    fn identified(&self, kind: Kind, native_key: &str, data: EventData) -> Event {
        let id = EventIdFields {
            game: &data.game,
            session: &self.key,
            observer: self.commander.as_deref().unwrap_or_default(),
            epoch: 0,
            kind,
            native_key,
        };
        Event { id: id.event_id(), kind, data }
    }
}

/// Everybody of a list of ships.
fn wing(line: &Line, member: &str) -> Vec<String> {
    let listed = line.members.get(member).and_then(Value::as_array);
    let named = |pilot: &Value| {
        let name = ["Name_Localised", "Name"].iter().find_map(|name| pilot.get(name)?.as_str());
        name.filter(|name| !name.is_empty() && name.len() <= TEXT_BYTES_MAX).map(str::to_owned)
    };
    listed.into_iter().flatten().filter_map(named).take(NAMES_MAX).collect()
}
