//! One game, as this log tells it: its identity, and its events.

use std::collections::BTreeMap;

use event_model::{
    Actors, Event, EventData, EventIdFields, Game, Identity, Kind, MatchKey, MatchOrigin, MatchRef,
    Ordinal, SessionKey,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    clock::LogClock,
    names::{Outcome, Player, Players},
    opening,
    told::{EVENTS_MAX, TOO_MANY, Telling, Told},
    zones::Card,
};
use crate::Step;

/// How often what helps to join sessions is told: names come to light in the first
/// seconds, two of them at most, and the mode.
const EVIDENCES_MAX: u32 = 8;

/// One game of this log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Session {
    key: SessionKey,
    observer: Option<String>,
    /// The seat from which the log was written.
    pub(super) own_seat: Option<u32>,
    seats: Vec<String>,
    seed: Option<String>,
    joined_late: bool,
    /// Somebody else's game is watched.
    watching: bool,
    clock: LogClock,
    turn: u32,
    pub(super) ended: bool,
    told: Told,
    evidences: u32,
    roster: BTreeMap<String, String>,
    mode: Option<String>,
    /// How often each thing happened in this turn.
    counted: BTreeMap<String, u32>,
    /// How often the game went back to an earlier moment: what is played then is
    /// played anew, in a turn that was there before.
    #[serde(default)]
    resets: u32,
}

/// What is known of a game when its session begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beginning<'t> {
    pub(super) players: &'t Players,
    pub(super) created: &'t str,
    pub(super) seed: Option<&'t str>,
    pub(super) turn: u32,
    pub(super) own_seat: Option<u32>,
    pub(super) watching: bool,
    pub(super) joined_late: bool,
}

impl Session {
    pub(super) fn begin(key: SessionKey, at: Beginning<'_>) -> Self {
        let own = at.own_seat.filter(|_| !at.watching).and_then(|seat| at.players.of_seat(seat));
        // What is known of the account does not change; a name may come to light later.
        let observer = own.map(|own| match own.account.known() {
            Some(account) => account.to_owned(),
            None => own.label(),
        });
        Self {
            key,
            observer,
            own_seat: at.own_seat,
            seats: opening::seats(at.players),
            seed: at.seed.map(str::to_owned),
            joined_late: at.joined_late,
            watching: at.watching,
            clock: LogClock::begun_at(at.created),
            // From the start it begins before its first turn.
            turn: if at.joined_late { at.turn } else { 0 },
            ended: false,
            told: Told::default(),
            evidences: 0,
            roster: BTreeMap::new(),
            mode: None,
            counted: BTreeMap::new(),
            resets: 0,
        }
    }

    pub(super) fn is(&self, key: &SessionKey) -> bool {
        self.key == *key
    }

    /// Whether a game that is printed in its midst is this one, after a lost connection.
    pub(super) fn goes_on(&self, at: &Beginning<'_>) -> bool {
        let same_seed = match (&self.seed, at.seed) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        };
        !self.ended
            && self.watching == at.watching
            && self.turn <= at.turn
            && self.seats == opening::seats(at.players)
            && same_seed
    }

    /// The file is read again from its start.
    pub(super) fn read_again(&mut self, created: &str) {
        self.clock = LogClock::begun_at(created);
        self.counted.clear();
        (self.turn, self.resets) = (0, 0);
        (self.evidences, self.roster, self.mode) = (0, BTreeMap::new(), None);
    }

    /// Nothing of what passed meanwhile is told: when it was, nobody saw.
    pub(super) fn resume(&mut self, turn: u32) {
        if self.turn != turn {
            self.turn = turn;
            self.counted.clear();
        }
    }

    /// The game goes back to an earlier moment.
    pub(super) fn go_back(&mut self) {
        self.resets = self.resets.saturating_add(1);
        self.counted.clear();
    }

    pub(super) fn match_key(&self) -> MatchKey {
        MatchKey::session(&Game::hearthstone(), &self.key)
    }

    pub(super) fn tell_start(&mut self, time: &str, step: &mut Step) {
        let data = self.data(time);
        self.tell(Kind::MatchStarted, "match", data, step);
    }

    /// Who plays and what, as far as that is new.
    pub(super) fn tell_evidence(
        &mut self,
        players: &Players,
        mode: Option<&str>,
        time: &str,
        step: &mut Step,
    ) {
        let roster: BTreeMap<_, _> = players.iter().filter_map(Player::in_roster).collect();
        let is_news = roster != self.roster || mode != self.mode.as_deref();
        if !is_news || self.evidences >= EVIDENCES_MAX {
            return;
        }
        let native_key = format!("evidence {} {}", mode.unwrap_or_default(), json!(roster));
        self.evidences += 1;
        let mut data = self.data(time);
        data.details.insert("roster".to_owned(), json!(roster));
        if let Some(mode) = mode {
            data.details.insert("mode".to_owned(), mode.into());
        }
        (self.roster, self.mode) = (roster, mode.map(str::to_owned));
        self.tell(Kind::SessionEvidence, &native_key, data, step);
    }

    /// A player may act: the turn has begun.
    pub(super) fn begin_turn(&mut self, turn: u32, players: &Players, time: &str, step: &mut Step) {
        let data = self.of_turn(turn, players, time);
        self.tell(Kind::RoundStarted, &format!("turn {turn}"), data, step);
    }

    /// The number of the turn: the one before is over.
    pub(super) fn set_turn(&mut self, turn: u32, players: &Players, time: &str, step: &mut Step) {
        if turn == self.turn {
            return;
        }
        self.end_turn(players, time, step);
        self.turn = turn;
        self.counted.clear();
    }

    fn end_turn(&mut self, players: &Players, time: &str, step: &mut Step) {
        if self.turn > 0 {
            let data = self.of_turn(self.turn, players, time);
            self.tell(Kind::RoundEnded, &format!("turn {}", self.turn), data, step);
        }
    }

    pub(super) fn end(&mut self, players: &Players, time: &str, step: &mut Step) {
        if self.ended {
            return;
        }
        self.end_turn(players, time, step);
        self.ended = true;
        let mut data = self.data(time);
        let won = players.iter().find(|player| player.outcome == Some(Outcome::Won));
        if let Some(winner) = won {
            data.details.insert("winner".to_owned(), winner.seat.into());
        }
        if players.iter().any(|player| player.has_left) {
            data.details.insert("conceded".to_owned(), true.into());
        }
        let own = self.own_seat.and_then(|seat| players.of_seat(seat)?.outcome);
        if let Some(outcome) = own {
            data.details.insert("result".to_owned(), outcome.as_str().into());
        }
        self.tell(Kind::MatchEnded, "match", data, step);
    }

    /// A player lost, and did not leave: the hero fell. Where both did, by whom is moot.
    pub(super) fn fall(&mut self, victim: &Player, players: &Players, time: &str, step: &mut Step) {
        let tied = victim.outcome == Some(Outcome::Tied);
        let attacker = players.against(victim).filter(|_| !tied);
        let mut data = self.data(time);
        data.actors.victim = Some(victim.label());
        data.actors.attacker = attacker.map(Player::label);
        data.actor_ids = Players::ids(attacker, Some(victim));
        data.ordinal = Some(Ordinal { of: "victim deaths".to_owned(), run: 0, value: 1 });
        self.tell(Kind::Kill, &format!("hero of seat {}", victim.seat), data, step);
    }

    /// A card was played, or a power used.
    pub(super) fn play(
        &mut self,
        id: u32,
        card: &Card,
        by: Option<&Player>,
        time: &str,
        step: &mut Step,
    ) {
        let mut data = self.data(time);
        data.actors = Actors { attacker: by.map(Player::label), ..Actors::default() };
        data.actor_ids = Players::ids(by, None);
        self.tell_of_card("card_played", id, card, data, step);
    }

    /// A minion died.
    pub(super) fn bury(&mut self, id: u32, card: &Card, time: &str, step: &mut Step) {
        let data = self.data(time);
        self.tell_of_card("minion_died", id, card, data, step);
    }

    /// The server's entity id and turn say which; how often in one turn is counted.
    fn tell_of_card(
        &mut self,
        name: &str,
        id: u32,
        card: &Card,
        mut data: EventData,
        step: &mut Step,
    ) {
        let what = format!("{name} {id}");
        if self.counted.len() >= EVENTS_MAX && !self.counted.contains_key(&what) {
            // None of one turn's would be told any more.
            step.drift.count(TOO_MANY);
            return;
        }
        let times = self.counted.get(&what).copied().unwrap_or_default() + 1;
        self.counted.insert(what.clone(), times);
        data.details.extend([("name".to_owned(), json!(name)), ("entity".to_owned(), json!(id))]);
        if card.seat > 0 {
            data.details.insert("seat".to_owned(), card.seat.into());
        }
        if !card.card.is_empty() {
            data.details.insert("card".to_owned(), card.card.as_str().into());
        }
        let mut of = format!("{what} in turn {}", self.turn);
        if self.resets > 0 {
            of = format!("{of} after {} resets", self.resets);
        }
        let native_key = format!("{of} {times}");
        data.ordinal = Some(Ordinal { of, run: 0, value: times.into() });
        // Who came after a reset has not counted it.
        if times > 1 || self.resets > 0 {
            data.identity = Identity::Counted;
        }
        self.tell(Kind::Other, &native_key, data, step);
    }

    fn of_turn(&mut self, turn: u32, players: &Players, time: &str) -> EventData {
        let mut data = self.data(time);
        data.round = Some(turn).filter(|turn| *turn > 0);
        if let Some(current) = players.iter().find(|player| player.is_current) {
            data.details.insert("seat".to_owned(), current.seat.into());
        }
        data
    }

    fn data(&mut self, time: &str) -> EventData {
        let match_ref = MatchRef { key: self.match_key(), origin: MatchOrigin::Session };
        let clock_ms = self.clock.at(time);
        let mut details: BTreeMap<String, Value> = BTreeMap::new();
        if self.joined_late {
            details.insert("joined_late".to_owned(), true.into());
        }
        if self.watching {
            details.insert("watching".to_owned(), true.into());
        }
        EventData {
            observer: self.observer.clone(),
            round: Some(self.turn).filter(|turn| *turn > 0),
            // Who came late does not know when it began.
            match_clock_ms: (!self.joined_late).then_some(clock_ms),
            details,
            ..EventData::of_match(Game::hearthstone(), match_ref)
        }
    }

    fn tell(&mut self, kind: Kind, native_key: &str, data: EventData, step: &mut Step) {
        let id = EventIdFields {
            game: &data.game,
            session: &self.key,
            observer: self.observer.as_deref().unwrap_or_default(),
            epoch: 0,
            kind,
            native_key,
        };
        let id = id.event_id();
        match self.told.tell(id) {
            Telling::New => step.events.push(Event { id, kind, data }),
            Telling::Again => {}
            Telling::TooMany => step.drift.count(TOO_MANY),
        }
    }
}
