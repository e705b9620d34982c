//! Overwolf's Game Events Provider: VALORANT and Counter-Strike. Of League's keys nothing
//! but the match's number is read, for League's own stream: that game tells more itself.
//!
//! Messages carry neither a time nor an id. What can go wrong, and what becomes of it:
//!
//! | the provider | here |
//! |---|---|
//! | tells each kill as an event and as an info | whichever comes first counts, and its twin does not |
//! | writes a value as number, text, JSON in a text, or that URI-encoded | read as the same |
//! | names players without their tag, or by their agent where they hide | joined to the scoreboard, by team where two have one name |
//! | tells the same pair again in a round, after a revive | the victim's deaths number it, as the scoreboard counts them; else the repeats in the round |
//! | shows a death on the scoreboard after the kill, or before | reconciled when a round begins and when the player is alive again |
//! | names the match seconds after it began, or never | the match waits for its name, for so long; then the session stands for it |
//! | has an id of its own for a match | never used |
//! | tells no end of a custom match | the phase or the outcome tells it |
//! | changes the number of the round while kills of the last are told | a kill is of the round that was last fought |
//! | tells `null`, `open` and `closed` between the values | noise |
//! | shows the last kill again when the page starts | skipped |
//! | shows how far the last match was when the page starts | skipped where it names no match |

mod agents;
mod board;
mod glance;
mod kill;
mod league;
mod leaving_out;
mod message;
mod news;
mod pages;
mod session;
mod shooter;
mod twins;
mod value;

use event_model::{Game, Moment, Reading};
use serde::{Deserialize, Serialize};

use self::{
    message::{Channel, Message},
    news::{News, Reading as Meaning},
    pages::Pages,
    shooter::{Of, Rules, Shooter},
};
use crate::{MatchNow, Step};

pub(crate) use agents::stands_for_a_name;
pub use league::LeagueMatch;
pub use leaving_out::{LeavingOut, overwolf_games};
pub(crate) use value::json_in;

/// Largest message that is read: everything of a match at once has under 32 KiB.
const FRAME_BYTES_MAX: usize = 1024 * 1024;

/// What is known of an Overwolf stream so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OverwolfState {
    pages: Pages,
    /// The game that a message named last.
    game: Option<GepGame>,
    valorant: Shooter,
    counter_strike: Shooter,
}

/// A game that the provider speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum GepGame {
    Valorant,
    CounterStrike,
    League,
}

impl GepGame {
    const ALL: [Self; 3] = [Self::Valorant, Self::CounterStrike, Self::League];

    /// Overwolf's own messages do not name the game; the first that was asked for is this.
    const UNNAMED: Self = Self::Valorant;

    /// Overwolf's number.
    fn id(self) -> u64 {
        match self {
            Self::Valorant => 21_640,
            Self::CounterStrike => 22_730,
            Self::League => 5_426,
        }
    }

    /// By Overwolf's number, which has one digit more for an instance of the game.
    fn of(id: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|game| id == game.id() || id / 10 == game.id())
    }

    fn game(self) -> Game {
        match self {
            Self::Valorant => Game::valorant(),
            Self::CounterStrike => Game::cs2(),
            Self::League => Game::league(),
        }
    }
}

impl OverwolfState {
    pub(crate) fn observe(&mut self, reading: &Reading, at: Option<Moment>) -> Step {
        match reading {
            Reading::Frame(frame) => match Message::read(&frame.body) {
                Ok(message) => {
                    let mut step = Step::default();
                    if self.pages.is_new(&message, &frame.body, &mut step.drift) {
                        self.advance(message, at, &mut step);
                    }
                    step
                }
                Err(why) => Step::unreadable(why),
            },
            Reading::Fault(_) => Step::default(),
        }
    }

    /// The messages have ended: what waits comes out without what it waits for.
    pub(crate) fn finish(&mut self) -> Step {
        let mut step = Step::default();
        for game in GepGame::ALL {
            if let Some((shooter, rules)) = self.shooter(game) {
                shooter.finish(&rules, &mut step);
            }
        }
        step
    }

    fn advance(&mut self, message: Message, at: Option<Moment>, step: &mut Step) {
        if let Some(id) = message.game_id {
            let Some(game) = GepGame::of(id) else {
                step.drift.count(&format!("gameId {id} (no rules for this game)"));
                return;
            };
            self.game = Some(game);
        }
        let game = self.game.unwrap_or(GepGame::UNNAMED);
        if message.is_turned_off {
            step.match_now = MatchNow::NoMatch;
            return;
        }
        let began = format!("{} {}", message.run, message.seq.unwrap_or_default());
        let of = Of { began: &began, at };
        let Some((shooter, rules)) = self.shooter(game) else {
            league::count_unknown(&message.told, &mut step.drift);
            return;
        };
        shooter.twins.age();
        shooter.age(&rules, step);
        for news in news_of(message, &rules, shooter, step) {
            shooter.take(&rules, news, of, step);
        }
        step.match_now = match shooter.running() {
            Some(session) => MatchNow::Running(Box::new(glance::glance(session))),
            None => MatchNow::NoMatch,
        };
    }

    /// The game's matches and its rules, where it is one that events are made of.
    fn shooter(&mut self, game: GepGame) -> Option<(&mut Shooter, Rules)> {
        let (shooter, names_matches) = match game {
            GepGame::Valorant => (&mut self.valorant, true),
            GepGame::CounterStrike => (&mut self.counter_strike, false),
            GepGame::League => return None,
        };
        Some((shooter, Rules { game: game.game(), names_matches }))
    }
}

/// The version of Overwolf's events, where a message tells it.
pub(crate) fn version_of_events(body: &[u8]) -> Option<String> {
    const KEY: &[u8] = b"version_info";
    // Few messages do, and all are asked.
    body.windows(KEY.len()).find(|window| *window == KEY)?;
    let told = Message::read(body).ok()?.told;
    let versions = told.into_iter().find(|told| told.key.as_bytes() == KEY)?.value;
    Some(versions.get("local_version")?.as_str()?.to_owned())
}

/// What a message tells, in the order in which it is to be taken: one message may tell
/// the match, its players and a kill at once, in any order.
fn news_of(message: Message, rules: &Rules, shooter: &mut Shooter, step: &mut Step) -> Vec<News> {
    let mut all = Vec::new();
    for told in &message.told {
        match Meaning::of(told, &mut step.drift) {
            Meaning::News(news) => all.push(news),
            Meaning::Feed(channel, feed) => {
                let counts = match channel {
                    Channel::Event => shooter.twins.event(&feed),
                    Channel::Info | Channel::Snapshot => shooter.twins.info(&feed),
                };
                all.extend(counts.then_some(News::Kill(feed)));
            }
            Meaning::Nothing => {}
        }
    }
    let is_snapshot = message.told.iter().any(|told| told.channel == Channel::Snapshot);
    let names_one = all.iter().any(|news| matches!(news, News::MatchId(_)));
    if is_snapshot && rules.names_matches && !names_one {
        all.retain(|news| !is_how_far(news));
    }
    // Sorting keeps the order of what has the same place.
    all.sort_by_key(place);
    all
}

/// What a snapshot may tell of the match before, where it does not say of which.
fn is_how_far(news: &News) -> bool {
    matches!(news, News::Round(_) | News::Phase(_) | News::Score(_) | News::Ended(_))
}

/// First whose match it is and who plays, then how far it is, then what happened.
fn place(news: &News) -> u8 {
    match news {
        News::Menu => 0,
        News::Account(_) => 1,
        News::MatchId(_) => 2,
        News::Began => 3,
        News::Map(_) | News::Mode(_) | News::Side(_) => 4,
        News::Round(_) => 5,
        News::Score(_) => 6,
        News::Phase(_) => 7,
        News::Kill(_) => 8,
        News::Row(_) => 9,
        News::Bomb(_) | News::Unknown(_) => 10,
        News::Ended(_) => 11,
    }
}
