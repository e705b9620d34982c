//! One match as this device saw it.

use std::collections::BTreeMap;

use event_model::{
    ActorIds, Actors, Event, EventData, EventIdFields, Game, Identity, Kind, MatchKey, MatchOrigin,
    MatchRef, Ordinal, SessionKey,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    counters::Counters,
    glance,
    pairing::{Counted, Notice, Paired, Pairing, Target},
    state::{MatchState, Viewer},
};
use crate::{Glance, Step};

/// Rosters told of one session: one for each player who is seen to join.
const ROSTERS_MAX: u32 = 16;

/// Five minutes are on the clock at the start; with less of them somebody came later.
const FROM_THE_START_S: i64 = 295;

/// Further things of one match that no counter counts; more are only counted.
const OTHERS_MAX: u32 = 1_000;

/// A session from its first state to the next match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Session {
    key: SessionKey,
    /// `MatchGuid`; empty offline.
    match_id: String,
    observer: Option<String>,
    /// No state has shown whose client it is, and nothing was told.
    #[serde(default)]
    awaits_viewer: bool,
    arena: String,
    /// Names by account.
    roster: BTreeMap<String, String>,
    /// The numbers that the match has for the players, by account.
    #[serde(default)]
    shortcuts: BTreeMap<String, i64>,
    rosters: u32,
    /// Players of the roster that was told last.
    #[serde(default)]
    listed: usize,
    /// Whether somebody came later, by the first state that was taken.
    #[serde(default)]
    joined_late: Option<bool>,
    started: bool,
    ended: bool,
    /// The last goal is being shown again, by what was told.
    pub(super) replaying: bool,
    /// The same, by the last state: the telling may have been missed.
    #[serde(default)]
    shows_replay: bool,
    counters: Counters,
    pairing: Pairing,
    /// How often each thing that no counter counts was told, by its native key.
    others: BTreeMap<String, u32>,
    /// `TimeSeconds` of the state that was last taken, to tell these apart.
    #[serde(default)]
    clock: String,
}

impl Session {
    /// Begins with the first state of a match.
    pub(super) fn begin(match_id: &str, state: &MatchState) -> Self {
        let key = if match_id.is_empty() {
            // Where the ball rolls and how fast, to the last digit.
            SessionKey::from_values(["", &hex::encode(&Sha256::digest(&state.text)[..16])])
        } else {
            SessionKey::from_values([match_id])
        };
        Self {
            key,
            match_id: match_id.to_owned(),
            observer: None,
            awaits_viewer: true,
            arena: state.arena.clone(),
            roster: BTreeMap::new(),
            shortcuts: BTreeMap::new(),
            rosters: 0,
            listed: 0,
            joined_late: None,
            started: false,
            ended: false,
            replaying: false,
            shows_replay: false,
            counters: Counters::default(),
            pairing: Pairing::default(),
            others: BTreeMap::new(),
            clock: String::new(),
        }
    }

    /// Whether a state is of this session.
    pub(super) fn covers(&self, match_id: &str, state: &MatchState) -> bool {
        // Whoever watches a team-mate for a moment is the same observer still.
        let other_player = match (&self.observer, &state.viewer) {
            (Some(own), Viewer::Player(_)) => state.player(own).is_none(),
            (None, _) | (_, Viewer::Watcher | Viewer::Unclear) => false,
        };
        self.is_of(match_id) && !other_player && (self.has_native_id() || self.goes_on(state))
    }

    /// Whether a state can be a later moment of a match without an id.
    fn goes_on(&self, state: &MatchState) -> bool {
        self.arena == state.arena && (state.has_winner || !self.ended)
    }

    /// Whether a message is of this session's match.
    pub(super) fn is_of(&self, match_id: &str) -> bool {
        self.match_id == match_id
    }

    /// Whether the game itself named it.
    pub(super) fn has_native_id(&self) -> bool {
        !self.match_id.is_empty()
    }

    /// Whether nothing is known but how its first countdown looks.
    pub(super) fn is_to_begin(&self) -> bool {
        self.awaits_viewer
    }

    /// Tells what a state shows.
    pub(super) fn take_state(&mut self, state: &MatchState, step: &mut Step) {
        let clock = format!("{}{}", if state.overtime { "+" } else { "" }, state.time_s);
        // The clock stands still while a goal is shown again: whether its end was told
        // or missed, what moves it is the match.
        self.replaying &= self.clock == clock;
        self.shows_replay = state.is_replay;
        if state.is_replay || self.replaying {
            return;
        }
        self.clock = clock;
        self.meet(state);
        let mut paired = self.pairing.tick();
        for counted in self.counters.advance(state, step) {
            paired.extend(self.pairing.count(counted));
        }
        if !self.awaits_viewer {
            self.open(step);
        }
        self.tell_all(paired, step);
        // The message of the goal that decided it may still be on its way.
        if state.has_winner && self.pairing.is_empty() {
            self.end(None, step);
        }
    }

    /// Takes who plays, and whose client it is, as far as the state shows it.
    fn meet(&mut self, state: &MatchState) {
        match &state.viewer {
            Viewer::Player(account) if self.awaits_viewer => {
                self.observer = Some(account.clone());
                self.awaits_viewer = false;
            }
            Viewer::Watcher => self.awaits_viewer = false,
            Viewer::Player(_) | Viewer::Unclear => {}
        }
        for player in &state.players {
            self.roster.entry(player.account.clone()).or_insert_with(|| player.name.clone());
            if let Some(shortcut) = player.shortcut {
                self.shortcuts.insert(player.account.clone(), shortcut);
            }
        }
        let scored = state.scores.iter().any(|(_, score)| *score > 0);
        let late = scored || state.overtime || state.time_s < FROM_THE_START_S;
        self.joined_late = self.joined_late.or(Some(late));
    }

    /// Tells that the match began and who plays. Whose client it is stands from here on:
    /// it is part of every id.
    fn open(&mut self, step: &mut Step) {
        // Nothing was seen of it yet but the last goal.
        let Some(late) = self.joined_late else { return };
        self.awaits_viewer = false;
        self.tell_roster(step);
        if !self.started {
            self.started = true;
            let details = late.then(|| ("joined_late".to_owned(), Value::Bool(true)));
            step.events.push(self.about_match(Kind::MatchStarted, details));
        }
    }

    /// A message told of something.
    pub(super) fn take_notice(&mut self, notice: Notice, step: &mut Step) {
        if self.replaying || self.shows_replay {
            return;
        }
        if notice.stat.is_some() {
            let paired = self.pairing.notice(notice);
            self.tell_all(paired, step);
        } else {
            self.open(step);
            self.tell_other(notice, step);
        }
    }

    /// The match was decided.
    pub(super) fn end(&mut self, winner: Option<i64>, step: &mut Step) {
        self.settle(step);
        if !self.ended {
            self.ended = true;
            let details = winner.map(|team| ("winner".to_owned(), team.into()));
            step.events.push(self.about_match(Kind::MatchEnded, details));
        }
    }

    /// What waits for its other half comes out without it.
    pub(super) fn settle(&mut self, step: &mut Step) {
        self.open(step);
        let paired = self.pairing.settle();
        self.tell_all(paired, step);
    }

    /// The match at this state, to be shown.
    pub(super) fn glance(&self, state: &MatchState) -> Glance {
        glance::glance(self.match_ref().key, state)
    }

    fn tell_all(&mut self, paired: Vec<Paired>, step: &mut Step) {
        if !paired.is_empty() {
            self.open(step);
        }
        for paired in paired {
            match paired {
                Paired::Whole(counted, notice) => {
                    step.events.push(self.event(&counted, Some(notice)))
                }
                Paired::Alone(counted) => step.events.push(self.event(&counted, None)),
                Paired::Unborne(notice) => {
                    let name = notice.details.get("name").and_then(Value::as_str);
                    let name = name.unwrap_or("GoalScored");
                    step.drift.count(&format!("{name}: no counter moved"));
                }
            }
        }
    }

    fn tell_roster(&mut self, step: &mut Step) {
        let is_news = self.rosters == 0 || self.roster.len() > self.listed;
        if !is_news || self.rosters >= ROSTERS_MAX {
            return;
        }
        self.listed = self.roster.len();
        let native_key = format!("evidence {}", self.rosters);
        self.rosters += 1;
        let details =
            [("roster".to_owned(), json!(self.roster)), ("map".to_owned(), json!(self.arena))];
        let data = EventData { details: details.into_iter().collect(), ..self.data() };
        step.events.push(self.identified(Kind::SessionEvidence, &native_key, data));
    }

    fn event(&self, counted: &Counted, notice: Option<Notice>) -> Event {
        let mut details = BTreeMap::from([("clock".to_owned(), Value::from(self.clock.as_str()))]);
        if let Some(team) = counted.team {
            details.insert("team".to_owned(), team.into());
        }
        let (by, other) = match notice {
            Some(notice) => {
                details.extend(notice.details);
                (notice.by.or_else(|| counted.by.clone()), notice.other)
            }
            None => {
                details.insert("inferred".to_owned(), Value::Bool(true));
                (counted.by.clone(), None)
            }
        };
        let kind = counted.stat.kind();
        let (actors, actor_ids) = self.actors(kind, by.as_ref(), other.as_ref(), &counted.account);
        let data = EventData {
            actors,
            actor_ids,
            ordinal: Some(Ordinal {
                of: counted.stat.ordinal().to_owned(),
                run: counted.run,
                value: counted.value,
            }),
            details,
            ..self.data()
        };
        let native_key = format!("{} run {} {}", counted.account, counted.run, counted.value);
        self.identified(kind, &native_key, data)
    }

    /// Nothing counts it: which of several it is, is told by the clock and counted here.
    fn tell_other(&mut self, notice: Notice, step: &mut Step) {
        let name = notice.details.get("name").and_then(Value::as_str).unwrap_or_default();
        let by = notice.by.as_ref().map(|by| by.name.as_str()).unwrap_or_default();
        let native_key = format!("{name} {} {by}", self.clock);
        let told: u32 = self.others.values().fold(0, |sum, times| sum.saturating_add(*times));
        if told >= OTHERS_MAX {
            step.drift.count("StatfeedEvent (more than a match has)");
            return;
        }
        let times = self.others.entry(native_key.clone()).or_default();
        *times += 1;
        let native_key = format!("{native_key} {times}");
        let (actors, actor_ids) =
            self.actors(Kind::Other, notice.by.as_ref(), notice.other.as_ref(), "");
        let mut details = notice.details;
        details.insert("clock".to_owned(), self.clock.as_str().into());
        let identity = Identity::Counted;
        let data = EventData { actors, actor_ids, identity, details, ..self.data() };
        step.events.push(self.identified(Kind::Other, &native_key, data));
    }

    /// Who takes part. The account of who did it is that of the counter which moved,
    /// where one did.
    fn actors(
        &self,
        kind: Kind,
        by: Option<&Target>,
        other: Option<&Target>,
        counted: &str,
    ) -> (Actors, Option<ActorIds>) {
        let name = |target: Option<&Target>| target.map(|target| target.name.clone());
        let account = |target: Option<&Target>| self.sole_account(target?);
        let counted = Some(counted).filter(|account| !account.is_empty()).map(str::to_owned);
        let (passer, victim) = if kind == Kind::Goal { (other, None) } else { (None, other) };
        let actors = Actors {
            attacker: name(by),
            victim: name(victim),
            assists: name(passer).into_iter().collect(),
        };
        let ids = ActorIds {
            attacker: counted.or_else(|| account(by)),
            victim: account(victim),
            assists: account(passer).into_iter().collect(),
        };
        (actors, (ids != ActorIds::default()).then_some(ids))
    }

    /// The account of a name that no other player has, or else of that name and number.
    fn sole_account(&self, target: &Target) -> Option<String> {
        let bearers = || self.roster.iter().filter(|(_, name)| **name == target.name);
        let has_number = |account: &str| {
            target.shortcut.is_some() && self.shortcuts.get(account).copied() == target.shortcut
        };
        let mut fitting =
            bearers().filter(|(account, _)| bearers().count() == 1 || has_number(account));
        let (account, _) = fitting.next()?;
        fitting.next().is_none().then(|| account.clone())
    }

    fn about_match(&self, kind: Kind, details: impl IntoIterator<Item = (String, Value)>) -> Event {
        let map = [("map".to_owned(), Value::from(self.arena.as_str()))];
        let details = map.into_iter().chain(details).collect();
        self.identified(kind, "match", EventData { details, ..self.data() })
    }

    fn data(&self) -> EventData {
        let observer = self.observer.clone();
        EventData { observer, ..EventData::of_match(Game::rocket_league(), self.match_ref()) }
    }

    fn match_ref(&self) -> MatchRef {
        let game = Game::rocket_league();
        if self.has_native_id() {
            MatchRef { key: MatchKey::native(&game, &self.match_id), origin: MatchOrigin::Native }
        } else {
            MatchRef { key: MatchKey::session(&game, &self.key), origin: MatchOrigin::Session }
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
