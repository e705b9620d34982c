//! One session: one match as this client saw it, from its first frame with a
//! map until another begins.

use std::collections::BTreeSet;

use event_model::{
    ActorIds, Actors, Event, EventData, EventIdFields, Game, Identity, Kind, MatchKey, MatchOrigin,
    MatchRef, Ordinal, SessionKey,
};
use serde::{Deserialize, Serialize};

use super::{
    epoch::{Reset, reset_between},
    frame::{GsiFrame, Map, MapPhase, RoundPhase, Score},
    happening::{Actor, Happening, Part},
    own::{OwnRecord, fell},
    rounds::Rounds,
};
use crate::Step;

/// How long the main menu may stand between two frames of one match: five
/// minutes, which is what the game's matchmaking gives a player to reconnect.
const RECONNECT_WINDOW_S: i64 = 300;

/// Longer than any match: what comes after such a silence is another one.
const MATCH_LENGTH_MAX_S: i64 = 3 * 60 * 60;

/// Distinct unknown words of one session that are told as events; further ones
/// are only counted.
const OTHERS_MAX: usize = 64;

/// What is known of the match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Session {
    key: SessionKey,
    started: i64,
    observer: String,
    map: String,
    mode: String,
    epoch: u32,
    presence: Presence,
    seen: Seen,
    own: OwnRecord,
    rounds: Rounds,
    told: Told,
    others: BTreeSet<String>,
}

/// Whether the latest frame shows the match or the main menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Presence {
    InMatch,
    InMenu,
}

/// The latest frame with a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) timestamp: i64,
    pub(super) phase: MapPhase,
    pub(super) round: Option<u32>,
    pub(super) round_phase: Option<RoundPhase>,
    pub(super) score: Option<Score>,
}

/// What is told once a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    start: bool,
    end: bool,
}

/// Whether a frame is the session's first: what it shows began before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrival {
    First,
    Later,
}

/// The key of the session that a frame begins.
fn key_of(gsi: &GsiFrame, map: &Map) -> SessionKey {
    // An integer is written the same way as it was received.
    let started = gsi.timestamp.to_string();
    SessionKey::from_values([&gsi.observer, &map.name, &map.mode, &started].map(String::as_str))
}

impl Seen {
    fn of(gsi: &GsiFrame, map: &Map) -> Self {
        Self {
            timestamp: gsi.timestamp,
            phase: map.phase,
            round: map.round,
            round_phase: map.round_phase,
            score: map.score,
        }
    }
}

impl Session {
    /// Begins with the first frame of a match.
    pub(super) fn begin(epoch: u32, gsi: &GsiFrame, map: &Map, step: &mut Step) -> Self {
        let mut session = Self {
            key: key_of(gsi, map),
            started: gsi.timestamp,
            observer: gsi.observer.clone(),
            map: map.name.clone(),
            mode: map.mode.clone(),
            epoch,
            presence: Presence::InMatch,
            seen: Seen::of(gsi, map),
            own: OwnRecord::default(),
            rounds: Rounds::found_by(map),
            told: Told::default(),
            others: BTreeSet::new(),
        };
        let evidence = Happening::new(Kind::SessionEvidence, "evidence 0")
            .with("map", map.name.as_str())
            .with("mode", map.mode.as_str())
            .with("started", gsi.timestamp)
            .with("roster", serde_json::Value::from_iter(gsi.roster.clone()));
        session.tell(evidence, step);
        session.take(gsi, map, Arrival::First, None, step);
        session
    }

    /// Whether a frame shows this session's match.
    pub(super) fn covers(&self, gsi: &GsiFrame, map: &Map) -> bool {
        if (&gsi.observer, &map.name, &map.mode) != (&self.observer, &self.map, &self.mode) {
            return false;
        }
        let silence_s = gsi.timestamp.saturating_sub(self.seen.timestamp);
        match self.presence {
            Presence::InMenu => silence_s <= RECONNECT_WINDOW_S && self.goes_on(gsi, map),
            Presence::InMatch if silence_s > RECONNECT_WINDOW_S => {
                silence_s <= MATCH_LENGTH_MAX_S && self.goes_on(gsi, map)
            }
            Presence::InMatch => !self.is_followed_by_another(gsi, map),
        }
    }

    /// Takes a further frame of the match.
    pub(super) fn advance(&mut self, gsi: &GsiFrame, map: &Map, step: &mut Step) {
        self.presence = Presence::InMatch;
        let reset = reset_between(&self.seen, &self.own, gsi, map);
        if reset.is_some() {
            self.epoch = self.epoch.saturating_add(1);
        }
        if reset == Some(Reset::Restart) {
            self.rounds = Rounds::found_by(map);
        }
        self.take(gsi, map, Arrival::Later, reset, step);
        self.seen = Seen::of(gsi, map);
    }

    /// Takes a frame of the main menu.
    pub(super) fn leave_map(&mut self, gsi: &GsiFrame, step: &mut Step) {
        self.presence = Presence::InMenu;
        self.tell_unknown_words(gsi, step);
    }

    /// `provider.timestamp` of its first frame.
    pub(super) fn started(&self) -> i64 {
        self.started
    }

    /// How many resets came before now.
    pub(super) fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Whether nothing in a frame speaks against its being a later moment of
    /// this match.
    fn goes_on(&self, gsi: &GsiFrame, map: &Map) -> bool {
        let phase_fits = match self.seen.phase {
            MapPhase::Warmup => true,
            MapPhase::GameOver => map.phase == MapPhase::GameOver,
            MapPhase::Live | MapPhase::Intermission | MapPhase::Unknown => {
                map.phase != MapPhase::Warmup
            }
        };
        phase_fits && !self.anything_fell(gsi, map)
    }

    /// Whether a match that was over goes on as another one. Rounds that count
    /// on from where they stood are the same match in overtime.
    fn is_followed_by_another(&self, gsi: &GsiFrame, map: &Map) -> bool {
        let went_on = map.phase != MapPhase::Warmup
            && map.round.is_some_and(|round| round > 0)
            && !self.anything_fell(gsi, map);
        self.seen.phase == MapPhase::GameOver && map.phase != MapPhase::GameOver && !went_on
    }

    fn anything_fell(&self, gsi: &GsiFrame, map: &Map) -> bool {
        let score_fell = matches!(
            (self.seen.score, map.score),
            (Some(former), Some(now)) if now.fell_since(former)
        );
        let own = gsi.own.as_ref().map(|player| player.counters).unwrap_or_default();
        fell(self.seen.round, map.round) || score_fell || own.fell_since(self.own.counters)
    }

    /// Tells what a frame shows, in the order it happened: a round that is live
    /// began before what happened in it, one that is over ended after it.
    fn take(
        &mut self,
        gsi: &GsiFrame,
        map: &Map,
        arrival: Arrival,
        reset: Option<Reset>,
        step: &mut Step,
    ) {
        let former_score = self.seen.score.filter(|_| reset != Some(Reset::Restart));
        let mut in_round = self.own.advance(gsi, map, reset, step);
        in_round.extend(self.rounds.advance_bomb(map).map(|bomb| bomb.seen_on(arrival)));
        let ends = self.rounds.advance_ends(map, former_score, gsi.timestamp, step);
        let ends = ends.into_iter().map(|end| end.seen_on(arrival));
        let start = self.rounds.advance_start(map).map(|start| start.seen_on(arrival));

        let mut happenings: Vec<Happening> = self.match_start(map).into_iter().collect();
        if map.round_phase == Some(RoundPhase::Live) {
            happenings.extend(ends.chain(start).chain(in_round));
        } else {
            happenings.extend(in_round.into_iter().chain(ends).chain(start));
        }
        happenings.extend(self.match_end(map).map(|end| end.seen_on(arrival)));
        for happening in happenings {
            self.tell(happening, step);
        }
        self.tell_unknown_words(gsi, step);
    }

    fn match_start(&mut self, map: &Map) -> Option<Happening> {
        if self.told.start || map.phase != MapPhase::Live {
            return None;
        }
        self.told.start = true;
        let started = self.about_match(Kind::MatchStarted);
        let under_way = map.round.is_some_and(|round| round > 0);
        Some(if under_way { started.with("joined_late", true) } else { started })
    }

    fn match_end(&mut self, map: &Map) -> Option<Happening> {
        if self.told.end || map.phase != MapPhase::GameOver {
            return None;
        }
        self.told.end = true;
        let score = map.score.map(|score| serde_json::json!({ "ct": score.ct, "t": score.t }));
        Some(self.about_match(Kind::MatchEnded).with("score", score))
    }

    fn about_match(&self, kind: Kind) -> Happening {
        Happening::new(kind, "match")
            .with("map", self.map.as_str())
            .with("mode", self.mode.as_str())
    }

    fn tell_unknown_words(&mut self, gsi: &GsiFrame, step: &mut Step) {
        for name in &gsi.unknown_words {
            if self.others.len() < OTHERS_MAX && self.others.insert(name.clone()) {
                let other = Happening::new(Kind::Other, name.as_str());
                self.tell(other.with("name", name.as_str()), step);
            }
        }
    }

    /// The match.
    pub(super) fn match_key(&self) -> MatchKey {
        MatchKey::session(&Game::cs2(), &self.key)
    }

    fn tell(&self, happening: Happening, step: &mut Step) {
        step.events.push(self.event(happening));
    }

    fn event(&self, happening: Happening) -> Event {
        let game = Game::cs2();
        let id = EventIdFields {
            game: &game,
            session: &self.key,
            observer: &self.observer,
            epoch: self.epoch,
            kind: happening.kind,
            native_key: &happening.native_key,
        }
        .event_id();
        let key = self.match_key();
        let (actors, actor_ids) = self.actors(happening.actor);
        let ordinal = happening.ordinal.map(|counter| Ordinal {
            of: counter.of.to_owned(),
            run: self.epoch,
            value: counter.value,
        });
        let data = EventData {
            game,
            match_ref: MatchRef { key, origin: MatchOrigin::Session },
            observer: Some(self.observer.clone()).filter(|observer| !observer.is_empty()),
            actors,
            actor_ids,
            round: happening.round,
            ordinal,
            identity: Identity::Native,
            match_clock_ms: None,
            details: happening.details,
        };
        Event { id, kind: happening.kind, data }
    }

    fn actors(&self, actor: Option<Actor>) -> (Actors, Option<ActorIds>) {
        let Some(Actor { part, name }) = actor else { return (Actors::default(), None) };
        let id = Some(self.observer.clone());
        match part {
            Part::Attacker => (
                Actors { attacker: Some(name), ..Actors::default() },
                Some(ActorIds { attacker: id, ..ActorIds::default() }),
            ),
            Part::Victim => (
                Actors { victim: Some(name), ..Actors::default() },
                Some(ActorIds { victim: id, ..ActorIds::default() }),
            ),
        }
    }
}

impl Happening {
    /// What the first frame shows began at an unknown time before it.
    fn seen_on(self, arrival: Arrival) -> Self {
        match arrival {
            Arrival::First => self.with("joined_late", true),
            Arrival::Later => self,
        }
    }
}
