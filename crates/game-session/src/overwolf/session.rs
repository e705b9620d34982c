//! One match as this device saw it.

use std::collections::{BTreeMap, BTreeSet};

use event_model::{
    Event, EventData, EventIdFields, Game, Identity, Kind, MatchKey, MatchOrigin, MatchRef,
    SessionKey,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    board::Board,
    kill,
    news::{Bomb, News, Phase, Score, Side},
    twins::Feed,
};
use crate::Step;

/// Rosters told of one session: one for each player who is seen to join.
const ROSTERS_MAX: u32 = 16;

/// Unknown things of one match that become events; more are only counted.
const UNKNOWN_MAX: u32 = 1_000;

/// Whose match it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Play {
    pub(super) game: Game,
    pub(super) key: SessionKey,
    /// The game's own id; none where it never told one.
    pub(super) match_id: Option<String>,
    pub(super) observer: Option<String>,
    /// How often it began anew under the same id.
    pub(super) epoch: u32,
}

/// A session from what it began with to the next match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) of: Play,
    map: Option<String>,
    mode: Option<String>,
    pub(super) board: Board,
    pub(super) round: Option<u32>,
    pub(super) phase: Option<Phase>,
    /// The round whose combat was last seen: a kill that is told after the number
    /// changed is of this one.
    pub(super) fought: Option<u32>,
    /// The number changed while a round was fought: the end that is told next may be
    /// that of the round before.
    turned_in_combat: bool,
    side: Option<Side>,
    pub(super) score: Option<Score>,
    score_before: Option<Score>,
    /// The round that ended, while its score is not told yet.
    closing: Option<u32>,
    last_ended: u32,
    /// The game said that it began.
    pub(super) announced: bool,
    started: bool,
    pub(super) ended: bool,
    /// The player went to the menu.
    pub(super) left: bool,
    rosters: u32,
    learnt: Option<String>,
    /// How often each pair was told in its round, where nothing numbers their kills.
    pub(super) pairs: BTreeMap<String, u32>,
    /// What became of the spike, by native key.
    bombs: BTreeSet<String>,
    unknown: u32,
    pub(super) kills: u32,
    /// The round that a kill was last told in.
    killed_in: Option<u32>,
}

impl Session {
    pub(super) fn begin(of: Play) -> Self {
        Self {
            // A match that begins anew was told to have begun.
            started: of.epoch > 0,
            of,
            map: None,
            mode: None,
            board: Board::default(),
            round: None,
            phase: None,
            fought: None,
            turned_in_combat: false,
            side: None,
            score: None,
            score_before: None,
            closing: None,
            last_ended: 0,
            announced: false,
            ended: false,
            left: false,
            rosters: 0,
            learnt: None,
            pairs: BTreeMap::new(),
            bombs: BTreeSet::new(),
            unknown: 0,
            kills: 0,
            killed_in: None,
        }
    }

    /// Tells what a piece of news means for the match.
    pub(super) fn take(&mut self, news: News, step: &mut Step) {
        match news {
            News::MatchId(id) => self.learn(id, step),
            News::Account(_) => {}
            News::Began => {
                self.announced = true;
                self.start(false, step);
            }
            News::Ended(word) => self.end(word, step),
            News::Round(number) => self.turn_to(number, step),
            News::Phase(phase) => self.pass_to(phase, step),
            News::Score(score) => {
                let is_news = self.score != Some(score);
                self.score = Some(score);
                if is_news && self.closing.is_some() {
                    self.close(step);
                }
            }
            News::Side(side) => self.side = Some(side),
            News::Map(map) => self.map = self.map.take().or(Some(map)),
            News::Mode(mode) => self.mode = self.mode.take().or(Some(mode)),
            News::Menu => self.left = true,
            News::Row(row) => {
                if self.board.take(&row, &mut step.drift) {
                    self.tell_roster(step);
                }
            }
            News::Kill(feed) => self.kill(&feed, step),
            News::Bomb(bomb) => self.bomb(bomb, step),
            News::Unknown(name) => self.unknown(&name, step),
        }
    }

    /// Nothing more comes for now: what waits for its other half comes without it.
    pub(super) fn settle(&mut self, step: &mut Step) {
        self.close(step);
    }

    fn start(&mut self, late: bool, step: &mut Step) {
        if self.started {
            return;
        }
        self.started = true;
        let details = late.then(|| ("joined_late".to_owned(), Value::Bool(true)));
        step.events.push(self.about_match(Kind::MatchStarted, details));
    }

    fn turn_to(&mut self, number: u32, step: &mut Step) {
        if self.round == Some(number) {
            return;
        }
        if self.round.is_some_and(|round| number < round) {
            // A new beginning is another session; all else is told too late.
            step.drift.count("round_number (told too late)");
            return;
        }
        self.close(step);
        let former = self.round.replace(number);
        if former.is_some_and(|former| number == former + 1 && self.last_ended < former) {
            self.close_round(number - 1, true, step);
        }
        self.score_before = self.score;
        self.forget_rounds();
        self.start(former.is_none() && number > 1, step);
        if self.phase == Some(Phase::Combat) {
            self.turned_in_combat = former.is_some();
            self.fight(step);
        }
        // Of the round that was under way the beginning was not seen.
        if former.is_some() || number == 1 {
            let data = EventData { round: Some(number), ..self.data() };
            step.events.push(self.identified(Kind::RoundStarted, &format!("round {number}"), data));
        }
    }

    fn pass_to(&mut self, phase: Phase, step: &mut Step) {
        if self.phase.replace(phase) == Some(phase) {
            return;
        }
        match phase {
            Phase::Shopping => self.close(step),
            Phase::Combat => {
                if std::mem::take(&mut self.turned_in_combat) {
                    // What was settled when the number changed was not all shown yet.
                    self.fought = None;
                }
                self.close(step);
                self.fight(step);
            }
            // The round before ended when the number changed.
            Phase::End if self.turned_in_combat => {}
            Phase::End => {
                self.closing = self.round.filter(|round| *round > self.last_ended);
                // The score may be told before the end of the round is.
                if self.score != self.score_before {
                    self.close(step);
                }
            }
            Phase::GameEnd => self.end(None, step),
        }
    }

    /// A round is played from here on.
    fn fight(&mut self, step: &mut Step) {
        if self.fought != self.round {
            self.fought = self.round;
            self.forget_rounds();
            // A number that was given in this round is not given again.
            let is_fresh = self.killed_in != self.round;
            self.board.settle(is_fresh, &mut step.drift);
        }
    }

    /// Nothing is told any more of rounds before the one that was last fought.
    fn forget_rounds(&mut self) {
        let kept = [in_round(self.fought), in_round(self.round)];
        let is_kept = |key: &str| kept.iter().any(|round| key.ends_with(round.as_str()));
        self.pairs.retain(|key, _| is_kept(key));
        self.bombs.retain(|key| is_kept(key));
    }

    fn close(&mut self, step: &mut Step) {
        if let Some(round) = self.closing.take() {
            self.close_round(round, false, step);
        }
    }

    fn close_round(&mut self, round: u32, inferred: bool, step: &mut Step) {
        self.last_ended = round;
        let mut details = vec![("score".to_owned(), self.score_by_side())];
        details.extend(self.winner().map(|side| ("winner".to_owned(), side.as_str().into())));
        if inferred {
            details.push(("inferred".to_owned(), Value::Bool(true)));
        }
        self.score_before = self.score;
        let data = EventData { round: Some(round), ..self.with(details) };
        step.events.push(self.identified(Kind::RoundEnded, &format!("round {round}"), data));
    }

    fn end(&mut self, word: Option<String>, step: &mut Step) {
        if self.round.is_some_and(|round| round > self.last_ended) && self.closing.is_none() {
            self.closing = self.round.filter(|_| self.score != self.score_before);
        }
        self.close(step);
        if self.ended {
            return;
        }
        self.ended = true;
        let mut details = vec![("score".to_owned(), self.score_by_side())];
        details.extend(word.map(|word| ("result".to_owned(), word.into())));
        step.events.push(self.about_match(Kind::MatchEnded, details));
    }

    fn kill(&mut self, feed: &Feed, step: &mut Step) {
        self.kills = self.kills.saturating_add(1);
        let round = self.fought.or(self.round);
        self.killed_in = round;
        let told = kill::told(&mut self.board, &mut self.pairs, feed, round, &mut step.drift);
        let data = EventData {
            actors: told.actors,
            actor_ids: told.actor_ids,
            round,
            ordinal: told.ordinal,
            identity: if told.is_numbered { self.of.identity() } else { Identity::Counted },
            details: told.details,
            ..self.data()
        };
        step.events.push(self.identified(Kind::Kill, &told.native_key, data));
    }

    fn bomb(&mut self, bomb: Bomb, step: &mut Step) {
        let (kind, word) = match bomb {
            Bomb::Planted => (Kind::BombPlanted, "planted"),
            Bomb::Defused => (Kind::BombDefused, "defused"),
            Bomb::Detonated => (Kind::BombExploded, "exploded"),
        };
        let round = self.fought.or(self.round);
        let native_key = format!("bomb {word} {}", in_round(round));
        // It is planted once a round.
        if !self.bombs.insert(native_key.clone()) {
            return;
        }
        let data = EventData { round, ..self.data() };
        step.events.push(self.identified(kind, &native_key, data));
    }

    fn unknown(&mut self, name: &str, step: &mut Step) {
        if self.unknown >= UNKNOWN_MAX {
            step.drift.count("event (more unknown ones than become events)");
            return;
        }
        self.unknown += 1;
        let native_key = format!("{name} {} {}", in_round(self.round), self.unknown);
        let details = [("name".to_owned(), Value::from(name))];
        let data =
            EventData { round: self.round, identity: Identity::Counted, ..self.with(details) };
        step.events.push(self.identified(Kind::Other, &native_key, data));
    }

    /// Whether an id can be the one that the session still lacks: it has learnt no other.
    pub(super) fn may_be(&self, id: &str) -> bool {
        self.of.match_id.is_none() && self.learnt.as_deref().is_none_or(|learnt| learnt == id)
    }

    /// The id came when the session stood for the match already.
    fn learn(&mut self, id: String, step: &mut Step) {
        if self.of.match_id.is_some() || self.learnt.as_ref() == Some(&id) {
            return;
        }
        let details = [("match_id".to_owned(), Value::from(id.as_str()))];
        let native_key = format!("match id {id}");
        self.learnt = Some(id);
        let data = self.with(details);
        step.events.push(self.identified(Kind::SessionEvidence, &native_key, data));
    }

    /// What a server joins sessions by: again whenever another player is seen.
    fn tell_roster(&mut self, step: &mut Step) {
        let roster = self.board.roster();
        if roster.is_empty() || self.rosters >= ROSTERS_MAX {
            return;
        }
        let mut details = vec![("roster".to_owned(), json!(roster))];
        details.extend(self.map.as_deref().map(|map| ("map".to_owned(), map.into())));
        details.extend(self.mode.as_deref().map(|mode| ("mode".to_owned(), mode.into())));
        let native_key = format!("evidence {}", self.rosters);
        self.rosters += 1;
        let data = self.with(details);
        step.events.push(self.identified(Kind::SessionEvidence, &native_key, data));
    }

    /// By side, as everybody in the match would tell it; by team where that is not known.
    fn score_by_side(&self) -> Value {
        match (self.score, self.side) {
            (Some(Score { won, lost }), Some(side)) => {
                json!({ side.as_str(): won, side.other().as_str(): lost })
            }
            (Some(Score { won, lost }), None) => json!({ "own": won, "other": lost }),
            (None, _) => Value::Null,
        }
    }

    fn winner(&self) -> Option<Side> {
        let (now, before) = (self.score?, self.score_before.unwrap_or(Score { won: 0, lost: 0 }));
        let side = self.side?;
        let gained = (now.won.checked_sub(before.won)?, now.lost.checked_sub(before.lost)?);
        match gained {
            (1, 0) => Some(side),
            (0, 1) => Some(side.other()),
            _ => None,
        }
    }

    fn about_match(&self, kind: Kind, details: impl IntoIterator<Item = (String, Value)>) -> Event {
        let map = [("map", &self.map), ("mode", &self.mode)];
        let map = map
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), Value::from(value.as_deref()?))));
        self.identified(kind, "match", self.with(map.chain(details)))
    }

    fn with(&self, details: impl IntoIterator<Item = (String, Value)>) -> EventData {
        EventData { details: details.into_iter().collect(), ..self.data() }
    }

    fn data(&self) -> EventData {
        let of_match = EventData::of_match(self.of.game.clone(), self.of.match_ref());
        EventData { observer: self.of.observer.clone(), identity: self.of.identity(), ..of_match }
    }

    fn identified(&self, kind: Kind, native_key: &str, data: EventData) -> Event {
        let id = EventIdFields {
            game: &self.of.game,
            session: &self.of.key,
            observer: self.of.observer.as_deref().unwrap_or_default(),
            epoch: self.of.epoch,
            kind,
            native_key,
        };
        Event { id: id.event_id(), kind, data }
    }

    pub(super) fn map(&self) -> Option<&str> {
        self.map.as_deref()
    }
}

/// How a native key names the round.
pub(super) fn in_round(round: Option<u32>) -> String {
    round.map_or_else(|| "in no round".to_owned(), |round| format!("in round {round}"))
}

impl Side {
    fn as_str(self) -> &'static str {
        match self {
            Self::Attack => "attack",
            Self::Defense => "defense",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Attack => Self::Defense,
            Self::Defense => Self::Attack,
        }
    }
}

impl Play {
    /// A match that the game did not name is known by the page's own numbers, which
    /// whoever reads it anew has other ones of.
    fn identity(&self) -> Identity {
        if self.match_id.is_some() { Identity::Native } else { Identity::Counted }
    }

    pub(super) fn match_ref(&self) -> MatchRef {
        match &self.match_id {
            Some(id) => {
                MatchRef { key: MatchKey::native(&self.game, id), origin: MatchOrigin::Native }
            }
            None => MatchRef {
                key: MatchKey::session(&self.game, &self.key),
                origin: MatchOrigin::Session,
            },
        }
    }
}
