//! The matches of one shooter: which of them a piece of news belongs to.

use std::collections::VecDeque;

use event_model::{Game, Moment, SessionKey};
use serde::{Deserialize, Serialize};

use super::{
    board::Row,
    news::{News, Phase},
    session::{Play, Session},
    twins::Twins,
};
use crate::Step;

/// Matches that were left and are remembered, should the player come back to one.
const FORMER_MAX: usize = 2;

/// News that waits for the match to have a name. A row is held once however often it
/// is told, so that these are the kills and rounds of more than the first minutes.
const HELD_MAX: usize = 256;

/// Messages that a match waits for its name: an app that reads the same waits one to
/// five seconds, in which ten players' rows make a hundred.
const WAIT_MESSAGES_MAX: u32 = 400;

/// The same where the game never names a match, and only the account is missing.
const WAIT_UNNAMED_MAX: u32 = 40;

/// What of the next match is told before anything that it begins with: a row of each
/// player in each list, and the map.
const AHEAD_MAX: usize = 48;

/// What is known of the matches of one game.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Shooter {
    account: Option<String>,
    session: Option<Session>,
    former: VecDeque<Session>,
    waiting: Option<Waiting>,
    /// Told before a match began, or after it ended.
    ahead: Vec<Held>,
    /// What the last match without a name began with, and how many began so: messages
    /// that no page numbered are all alike.
    unnamed: (String, u32),
    pub(super) twins: Twins,
}

/// A match that has begun and has no name yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Waiting {
    why: Why,
    match_id: Option<String>,
    held: Vec<Held>,
    messages: u32,
    /// The page's own number of the message that it began with.
    began: String,
    round: Option<u32>,
}

/// What waits for the name of its match, and when it was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Held {
    news: News,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Moment>,
}

/// The message that news are of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Of<'a> {
    /// The page's own number of it.
    pub(super) began: &'a str,
    /// When it came, where somebody asks.
    pub(super) at: Option<Moment>,
}

/// Why a match is taken for another than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Why {
    /// There was none, or it was over, or the game says that one begins.
    Begins,
    /// The rounds are counted from one again.
    CountsAnew,
    /// The player was in the menu.
    Returns,
}

/// What tells the games apart.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) game: Game,
    /// Whether the game names its matches.
    pub(super) names_matches: bool,
}

impl Shooter {
    /// Takes news of a message.
    pub(super) fn take(&mut self, rules: &Rules, news: News, of: Of<'_>, step: &mut Step) {
        match (&mut self.waiting, news) {
            (_, News::Account(account)) => self.account = Some(account),
            (Some(waiting), News::MatchId(id)) => waiting.match_id = Some(id),
            (Some(_), news) => self.hold(rules, news, of, step),
            (None, News::MatchId(id)) => self.take_id(id, of.began, step),
            (None, news) => self.take_now(news, of, step),
        }
        self.resolve(rules, step);
    }

    /// Another message has come.
    pub(super) fn age(&mut self, rules: &Rules, step: &mut Step) {
        let limit = if rules.names_matches { WAIT_MESSAGES_MAX } else { WAIT_UNNAMED_MAX };
        if let Some(waiting) = &mut self.waiting {
            waiting.messages = waiting.messages.saturating_add(1);
            if waiting.messages > limit {
                self.settle(rules, step);
            }
        }
    }

    /// The messages have ended.
    pub(super) fn finish(&mut self, rules: &Rules, step: &mut Step) {
        self.settle(rules, step);
        if let Some(session) = &mut self.session {
            session.settle(step);
        }
    }

    /// The match that runs.
    pub(super) fn running(&self) -> Option<&Session> {
        let shown = self.session.as_ref().filter(|session| !session.left && !session.ended);
        shown.filter(|_| self.waiting.is_none())
    }

    fn take_id(&mut self, id: String, began: &str, step: &mut Step) {
        match &mut self.session {
            Some(session) if session.of.match_id.as_ref() == Some(&id) => session.left = false,
            // The name of a match that stands for itself so far.
            Some(session) if session.may_be(&id) && !session.ended && !session.left => {
                session.take(News::MatchId(id), step);
            }
            Some(_) | None => {
                let mut waiting = Waiting::new(Why::Begins, began);
                waiting.match_id = Some(id);
                self.waiting = Some(waiting);
            }
        }
    }

    fn take_now(&mut self, news: News, of: Of<'_>, step: &mut Step) {
        if let Some(why) = self.begins(&news) {
            let mut waiting = Waiting::new(why, of.began);
            waiting.hold(news, of.at);
            self.waiting = Some(waiting);
            return;
        }
        let is_over = self.session.as_ref().is_none_or(|session| session.ended || session.left);
        if is_over && is_ahead(&news) {
            hold(&mut self.ahead, Held { news: news.clone(), at: of.at }, AHEAD_MAX);
        }
        if let Some(session) = &mut self.session {
            session.take(news, step);
        }
    }

    /// Whether news is of another match than the present one.
    fn begins(&self, news: &News) -> Option<Why> {
        let Some(session) = &self.session else {
            return is_course(news).then_some(Why::Begins);
        };
        if session.left {
            return is_course(news).then_some(Why::Returns);
        }
        let round = session.round.unwrap_or(0);
        match news {
            News::Round(1) if round > 1 => {
                Some(if session.ended { Why::Begins } else { Why::CountsAnew })
            }
            News::Round(number) if session.ended && *number < round => Some(Why::Begins),
            News::Phase(Phase::Shopping) if session.ended => Some(Why::Begins),
            News::Began => {
                let under_way = session.announced && (round > 1 || session.kills > 0);
                (session.ended || under_way).then_some(Why::Begins)
            }
            News::MatchId(_)
            | News::Account(_)
            | News::Ended(_)
            | News::Round(_)
            | News::Phase(_)
            | News::Score(_)
            | News::Side(_)
            | News::Map(_)
            | News::Mode(_)
            | News::Menu
            | News::Row(_)
            | News::Kill(_)
            | News::Bomb(_)
            | News::Unknown(_) => None,
        }
    }

    fn hold(&mut self, rules: &Rules, news: News, of: Of<'_>, step: &mut Step) {
        let Some(waiting) = &mut self.waiting else { return };
        if waiting.is_in_vain(&news) {
            self.settle(rules, step);
            self.take_now(news, of, step);
            return;
        }
        waiting.hold(news, of.at);
        if waiting.held.len() > HELD_MAX {
            self.settle(rules, step);
        }
    }

    /// Gives the waiting match its name, where both parts of it are known.
    fn resolve(&mut self, rules: &Rules, step: &mut Step) {
        let Some(waiting) = &self.waiting else { return };
        let account = self.account.clone().or_else(|| waiting.local_account(&self.ahead));
        if account.is_none() {
            return;
        }
        match &waiting.match_id {
            Some(id) => {
                let id = id.clone();
                self.turn_to(rules, Some(id), account, step);
            }
            None if !rules.names_matches && waiting.has_map(&self.ahead) => {
                self.turn_to(rules, None, account, step);
            }
            None => {}
        }
    }

    /// No name is to be expected any more.
    fn settle(&mut self, rules: &Rules, step: &mut Step) {
        let Some(waiting) = &self.waiting else { return };
        let account = self.account.clone().or_else(|| waiting.local_account(&self.ahead));
        let same = (waiting.why == Why::CountsAnew)
            .then(|| self.session.as_ref()?.of.match_id.clone())
            .flatten();
        let id = waiting.match_id.clone().or(same);
        self.turn_to(rules, id, account, step);
    }

    /// Goes to the match of this name, and tells it what was held.
    fn turn_to(
        &mut self,
        rules: &Rules,
        id: Option<String>,
        account: Option<String>,
        step: &mut Step,
    ) {
        let Some(waiting) = self.waiting.take() else { return };
        let is_same =
            id.is_some() && self.session.as_ref().is_some_and(|session| session.of.match_id == id);
        let next = match (is_same, waiting.why) {
            (true, Why::Returns) => None,
            (true, Why::Begins | Why::CountsAnew) => self.again(),
            (false, _) => self
                .back_to(id.as_deref())
                .or_else(|| Some(Session::begin(self.play(rules, id, account, &waiting)))),
        };
        if let Some(next) = next {
            self.twins.forget_before(waiting.messages);
            self.leave(&next, step);
            self.session = Some(next);
        }
        let Some(session) = &mut self.session else { return };
        session.left = false;
        for Held { news, at } in self.ahead.drain(..).chain(waiting.held) {
            let before = step.events.len();
            session.take(news, step);
            let seen = at.map(|at| step.events[before..].iter().map(move |event| (event.id, at)));
            step.seen.extend(seen.into_iter().flatten());
        }
    }

    /// The same match from its first round on.
    fn again(&self) -> Option<Session> {
        let session = self.session.as_ref()?;
        let epoch = session.of.epoch.saturating_add(1);
        Some(Session::begin(Play { epoch, ..session.of.clone() }))
    }

    fn back_to(&mut self, id: Option<&str>) -> Option<Session> {
        let id = id?;
        let found =
            self.former.iter().position(|session| session.of.match_id.as_deref() == Some(id));
        found.and_then(|index| self.former.remove(index))
    }

    fn play(
        &mut self,
        rules: &Rules,
        match_id: Option<String>,
        observer: Option<String>,
        waiting: &Waiting,
    ) -> Play {
        let key = if let Some(id) = &match_id {
            SessionKey::from_values([id.as_str()])
        } else {
            // Nothing of the game's tells one such match from the next.
            let nth = self.nth_of(&waiting.began).to_string();
            let account = observer.as_deref().unwrap_or_default();
            SessionKey::from_values(["", account, &waiting.began, &nth])
        };
        Play { game: rules.game.clone(), key, match_id, observer, epoch: 0 }
    }

    /// The how manieth match without a name begins with this message: the first, as long
    /// as messages have numbers, whatever was seen before.
    fn nth_of(&mut self, began: &str) -> u32 {
        if self.unnamed.0 != began {
            self.unnamed = (began.to_owned(), 0);
        }
        self.unnamed.1 = self.unnamed.1.saturating_add(1);
        self.unnamed.1
    }

    /// A match that begins anew is never gone back to as it was before.
    fn leave(&mut self, for_next: &Session, step: &mut Step) {
        let Some(mut session) = self.session.take() else { return };
        session.settle(step);
        let is_again = session.of.match_id == for_next.of.match_id;
        if session.of.match_id.is_some() && !is_again {
            self.former.push_back(session);
            if self.former.len() > FORMER_MAX {
                self.former.pop_front();
            }
        }
    }
}

impl Waiting {
    fn new(why: Why, began: &str) -> Self {
        let began = began.to_owned();
        Self { why, match_id: None, held: Vec::new(), messages: 0, began, round: None }
    }

    fn hold(&mut self, news: News, at: Option<Moment>) {
        if let News::Round(number) = news {
            self.round = self.round.or(Some(number));
        }
        hold(&mut self.held, Held { news, at }, HELD_MAX + 1);
    }

    /// Whether no name comes once this is told: another round, the end, the menu.
    fn is_in_vain(&self, news: &News) -> bool {
        let is_other = |number: u32| self.round.is_some_and(|round| round != number);
        matches!(news, News::Ended(_) | News::Menu)
            || matches!(news, News::Round(number) if is_other(*number))
    }

    fn local_account(&self, ahead: &[Held]) -> Option<String> {
        self.held.iter().chain(ahead).find_map(|held| {
            let News::Row(row) = &held.news else { return None };
            row.account.clone().filter(|_| row.local == Some(true))
        })
    }

    fn has_map(&self, ahead: &[Held]) -> bool {
        self.held.iter().chain(ahead).any(|held| matches!(held.news, News::Map(_)))
    }
}

/// What a match begins with, and no menu shows.
fn is_course(news: &News) -> bool {
    matches!(news, News::Began | News::Round(_) | News::Phase(_) | News::Kill(_) | News::Bomb(_))
        && !matches!(news, News::Phase(Phase::GameEnd))
}

/// What may be told of a match before it begins; rows with deaths are of the last one.
fn is_ahead(news: &News) -> bool {
    if let News::Row(Row { deaths, .. }) = news {
        return deaths.is_none_or(|deaths| deaths == 0);
    }
    matches!(news, News::Map(_) | News::Mode(_) | News::Side(_))
}

/// Keeps news, of each row and setting only the last as long as nothing came between.
fn hold(held: &mut Vec<Held>, one: Held, max: usize) {
    let replaces = |known: &Held| match (&known.news, &one.news) {
        (News::Row(known), News::Row(row)) => {
            (&known.place, &known.account, &known.name, known.deaths, known.alive)
                == (&row.place, &row.account, &row.name, row.deaths, row.alive)
        }
        (News::Map(_), News::Map(_))
        | (News::Mode(_), News::Mode(_))
        | (News::Side(_), News::Side(_)) => true,
        _ => false,
    };
    if let Some(known) = held.iter_mut().rev().find(|known| replaces(known)) {
        *known = one;
    } else if held.len() < max {
        held.push(one);
    }
}
