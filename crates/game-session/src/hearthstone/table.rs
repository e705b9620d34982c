//! The game that was created last, as the lines since then have it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{
    command::{Command, Entity},
    glance,
    line::{Line, Spoken},
    names::{Outcome, Players},
    opening,
    session::{Beginning, Session},
    zones::{Card, Cards},
};
use crate::{MatchNow, Step};

/// Longest word for the kind of game that is read, in bytes.
const MODE_BYTES_MAX: usize = 64;

/// A game.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Table {
    /// The time of day at which it was created, as it stands in the log.
    created: String,
    watching: bool,
    stage: Stage,
    /// Whose tags the following lines list.
    listed: Option<Target>,
    game_entity: Option<u32>,
    players: Players,
    cards: Cards,
    turn: u32,
    step: Option<String>,
    seed: Option<String>,
    mode: Option<String>,
    /// The entity whose block of play is open, and whether that was told.
    playing: Option<(u32, Telling)>,
}

/// How much of it is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Stage {
    /// What there is, is being listed.
    Listing,
    /// The hands are being dealt.
    Dealing,
    /// It is known which game it is.
    Known(Box<Session>),
}

/// What a tag is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Target {
    Game,
    Player(usize),
    Card(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Telling {
    Told,
    /// The card is hidden still.
    Waits,
}

/// What one line may touch besides the table.
struct Hand<'h> {
    time: &'h str,
    former: &'h mut VecDeque<Session>,
    step: &'h mut Step,
}

impl Table {
    pub(super) fn created(time: &str, watching: bool) -> Self {
        Self {
            created: time.to_owned(),
            watching,
            stage: Stage::Listing,
            listed: None,
            game_entity: None,
            players: Players::default(),
            cards: Cards::default(),
            turn: 0,
            step: None,
            seed: None,
            mode: None,
            playing: None,
        }
    }

    pub(super) fn into_session(self) -> Option<Session> {
        match self.stage {
            Stage::Known(session) => Some(*session),
            Stage::Listing | Stage::Dealing => None,
        }
    }

    pub(super) fn take(
        &mut self,
        line: &Line<'_>,
        former: &mut VecDeque<Session>,
        step: &mut Step,
    ) {
        let mut hand = Hand { time: line.time, former, step };
        match line.spoken {
            Spoken::Power { content, is_outermost } => {
                let command = Command::read(content);
                if !command.lists() {
                    self.end_listing(&mut hand);
                }
                self.obey(command, is_outermost, &mut hand);
            }
            Spoken::Game(content) => {
                self.end_listing(&mut hand);
                self.take_game(content, hand.step);
            }
            Spoken::Choice(content) => {
                self.end_listing(&mut hand);
                self.players.choose(content);
            }
            Spoken::Other => self.end_listing(&mut hand),
            Spoken::Aside | Spoken::Watching(_) | Spoken::Truncated | Spoken::Unknown(_) => {}
        }
        self.cards.count_left_out(&mut step.drift);
        if let Stage::Known(session) = &mut self.stage {
            session.tell_evidence(&self.players, self.mode.as_deref(), line.time, step);
        }
    }

    fn take_game(&mut self, content: &str, step: &mut Step) {
        let Some((key, value)) = content.split_once('=') else {
            step.drift.count("DebugPrintGame: (no known word)");
            return;
        };
        match key {
            "GameType" if value.len() <= MODE_BYTES_MAX => self.mode = Some(value.to_owned()),
            "PlayerID" => {
                if let Some((seat, name)) = value.split_once(", PlayerName=")
                    && let Ok(seat) = seat.parse()
                {
                    self.players.introduce(seat, name);
                }
            }
            "GameType" | "BuildNumber" | "FormatType" | "ScenarioID" => {}
            _ => step.drift.count("DebugPrintGame: (no known word)"),
        }
    }

    /// Everything is listed that there is: from nothing, or of a game that runs.
    fn end_listing(&mut self, hand: &mut Hand<'_>) {
        if self.stage != Stage::Listing {
            return;
        }
        if self.step.as_deref().is_some_and(opening::is_over_at) {
            self.recognise_late(hand);
        } else {
            self.stage = Stage::Dealing;
        }
    }

    fn obey(&mut self, command: Command<'_>, is_outermost: bool, hand: &mut Hand<'_>) {
        if !matches!(command, Command::Tag { .. }) {
            self.listed = None;
        }
        match command {
            Command::GameEntity(id) => {
                self.game_entity = Some(id);
                self.listed = Some(Target::Game);
            }
            Command::Player { entity, seat, account } => {
                self.players.sit_down(entity, seat, account);
                self.listed = self.players.by_entity(entity).map(Target::Player);
            }
            Command::FullEntity { entity: Entity::Id(id), card }
            | Command::ShowEntity { entity: Entity::Id(id), card } => {
                self.cards.show(id, card);
                self.listed = Some(Target::Card(id));
                self.tell_play(id, hand);
            }
            Command::Tag { tag, value } => {
                if let Some(target) = self.listed {
                    self.list(target, tag, value);
                }
            }
            Command::TagChange { entity, tag, value } => {
                if let Some(target) = self.target(entity, tag, value) {
                    self.change(target, tag, value, hand);
                }
            }
            Command::BlockStart { kind, entity } => self.open_block(kind, entity, hand),
            Command::BlockEnd if is_outermost => self.close_play(hand),
            Command::Reset => {
                if let Stage::Known(session) = &mut self.stage {
                    session.go_back();
                }
            }
            Command::Unknown(word) => hand.step.drift.count(word),
            Command::FullEntity { .. }
            | Command::ShowEntity { .. }
            | Command::BlockEnd
            | Command::Nothing => {}
        }
    }

    fn target(&mut self, entity: Entity<'_>, tag: &str, value: &str) -> Option<Target> {
        match entity {
            Entity::Game => Some(Target::Game),
            Entity::Id(id) if self.game_entity == Some(id) => Some(Target::Game),
            Entity::Id(id) => {
                let player = self.players.by_entity(id).map(Target::Player);
                Some(player.unwrap_or(Target::Card(id)))
            }
            Entity::Name(name) => self.players.by_name(name, tag, value).map(Target::Player),
        }
    }

    /// What is listed is so already: it never happens here.
    fn list(&mut self, target: Target, tag: &str, value: &str) {
        match (target, tag) {
            (Target::Game, "TURN") => self.turn = value.parse().unwrap_or(self.turn),
            (Target::Game, "STEP") => self.set_step(value),
            (Target::Game, "GAME_SEED") => {
                self.seed = Some(value.to_owned()).filter(|seed| seed.len() <= 20)
            }
            (Target::Player(index), "CURRENT_PLAYER") => self.players.set_current(index, value),
            (Target::Player(index), "HERO_ENTITY") => self.players.set_hero(index, value),
            (Target::Card(id), tag) => self.cards.set(id, tag, value),
            (Target::Game | Target::Player(_), _) => {}
        }
    }

    fn change(&mut self, target: Target, tag: &str, value: &str, hand: &mut Hand<'_>) {
        match (target, tag) {
            (Target::Game, "TURN") => self.change_turn(value, hand),
            (Target::Game, "STEP") => self.change_step(value, hand),
            (Target::Game, "STATE") if value == "COMPLETE" => {
                if let Stage::Known(session) = &mut self.stage {
                    session.end(&self.players, hand.time, hand.step);
                }
                self.show(hand.step);
            }
            (Target::Player(index), "PLAYSTATE") => self.change_standing(index, value, hand),
            (Target::Card(id), "ZONE") => {
                let died = self.cards.bury(id, value);
                if let (Some(card), Stage::Known(session)) = (died, &mut self.stage) {
                    session.bury(id, &card, hand.time, hand.step);
                }
            }
            (target, tag) => self.list(target, tag, value),
        }
    }

    fn change_turn(&mut self, value: &str, hand: &mut Hand<'_>) {
        let Ok(turn) = value.parse() else { return };
        self.turn = turn;
        if let Stage::Known(session) = &mut self.stage {
            session.set_turn(turn, &self.players, hand.time, hand.step);
        }
    }

    fn change_step(&mut self, value: &str, hand: &mut Hand<'_>) {
        self.set_step(value);
        if self.stage == Stage::Dealing && opening::is_over_at(value) {
            self.recognise(hand);
        }
        if let Stage::Known(session) = &mut self.stage
            && value == "MAIN_READY"
        {
            session.begin_turn(self.turn, &self.players, hand.time, hand.step);
        }
        self.show(hand.step);
    }

    fn change_standing(&mut self, index: usize, value: &str, hand: &mut Hand<'_>) {
        let Some(player) = self.players.at_mut(index) else { return };
        let outcome = match value {
            "WON" => Outcome::Won,
            "LOST" => Outcome::Lost,
            "TIED" => Outcome::Tied,
            "CONCEDED" | "QUIT" | "DISCONNECTED" => {
                player.has_left = true;
                return;
            }
            "PLAYING" | "WINNING" | "LOSING" | "INVALID" => return,
            _ => {
                hand.step.drift.count("PLAYSTATE: (no known word)");
                return;
            }
        };
        player.outcome = Some(outcome);
        let fell = outcome != Outcome::Won && !player.has_left;
        if let (Stage::Known(session), true, Some(player)) =
            (&mut self.stage, fell, self.players.at(index))
        {
            session.fall(player, &self.players, hand.time, hand.step);
        }
    }

    fn open_block(&mut self, kind: &str, entity: Entity<'_>, hand: &mut Hand<'_>) {
        if let (true, Entity::Id(id)) = (kind == "PLAY", entity)
            && self.playing.is_none_or(|(playing, _)| playing != id)
        {
            self.close_play(hand);
            self.playing = Some((id, Telling::Waits));
            self.tell_play(id, hand);
        }
        self.show(hand.step);
    }

    /// Tells what is played, as soon as its card is known.
    fn tell_play(&mut self, id: u32, hand: &mut Hand<'_>) {
        let card = self.cards.get(id).filter(|card| !card.card.is_empty());
        if let (Some(card), Some((playing, Telling::Waits))) = (card.cloned(), self.playing)
            && playing == id
        {
            self.tell_played(id, &card, hand);
        }
    }

    /// What stays hidden to the end of its block was played all the same.
    fn close_play(&mut self, hand: &mut Hand<'_>) {
        if let Some((id, Telling::Waits)) = self.playing {
            let card = self.cards.get(id).cloned().unwrap_or_default();
            self.tell_played(id, &card, hand);
        }
        self.playing = None;
    }

    fn tell_played(&mut self, id: u32, card: &Card, hand: &mut Hand<'_>) {
        self.playing = Some((id, Telling::Told));
        if let Stage::Known(session) = &mut self.stage {
            session.play(id, card, self.players.of_seat(card.seat), hand.time, hand.step);
        }
    }

    /// The hands are dealt: it is known which game it is.
    fn recognise(&mut self, hand: &mut Hand<'_>) {
        let key = opening::key(&self.players, &self.cards, &self.created, self.seed.as_deref());
        let known = hand.former.iter().position(|session| session.is(&key));
        let mut session = match known.and_then(|index| hand.former.remove(index)) {
            Some(mut session) => {
                session.read_again(&self.created);
                session
            }
            None => Session::begin(key, self.beginning(false)),
        };
        session.tell_evidence(&self.players, self.mode.as_deref(), hand.time, hand.step);
        session.tell_start(hand.time, hand.step);
        session.resume(self.turn);
        self.stage = Stage::Known(Box::new(session));
    }

    /// A game that runs: one of those that were left, or one that was joined late.
    fn recognise_late(&mut self, hand: &mut Hand<'_>) {
        let at = self.beginning(true);
        let known = hand.former.iter().rposition(|session| session.goes_on(&at));
        let session = match known.and_then(|index| hand.former.remove(index)) {
            Some(mut session) => {
                session.resume(self.turn);
                session
            }
            None => {
                let key = opening::late_key(&self.players, &self.created, self.turn);
                let mut session = Session::begin(key, at);
                session.tell_evidence(&self.players, self.mode.as_deref(), hand.time, hand.step);
                session.tell_start(hand.time, hand.step);
                session
            }
        };
        self.stage = Stage::Known(Box::new(session));
        self.show(hand.step);
    }

    fn beginning(&self, joined_late: bool) -> Beginning<'_> {
        Beginning {
            players: &self.players,
            created: &self.created,
            seed: self.seed.as_deref(),
            turn: self.turn,
            own_seat: opening::own_seat(&self.players, &self.cards),
            watching: self.watching,
            joined_late,
        }
    }

    fn set_step(&mut self, value: &str) {
        if value.len() <= MODE_BYTES_MAX {
            self.step = Some(value.to_owned());
        }
    }

    /// What a look takes in, for a line at which that may have changed.
    fn show(&self, step: &mut Step) {
        if let Stage::Known(session) = &self.stage {
            let (key, own) = (session.match_key(), session.own_seat);
            let mode = self.mode.as_deref();
            let glance = glance::glance(&key, mode, self.turn, own, &self.players, session.ended);
            step.match_now = MatchNow::Running(Box::new(glance));
        }
    }
}
