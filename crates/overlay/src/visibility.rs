//! Whether the overlay is seen, and if not, why.
//!
//! # Invariants
//!
//! - A page that does not answer is hidden, whatever else is so.
//! - A page that answers is shown in edit mode, whatever else is so.
//! - What a platform does not tell of the game's window hides nothing, nor does
//!   a click on another monitor.

use serde::{Deserialize, Serialize};

use crate::edit::Mode;
use crate::placement::MonitorId;
use crate::watchdog::Health;

/// Where the player wants the overlay. The first run asks for it, so there is
/// none by default: nobody gets a window over a game unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Where {
    /// Over the game.
    OverGame,
    /// Beside it, on another monitor, as long as there is another.
    OtherMonitor,
    /// As a page in OBS alone: no window of it is made.
    ObsOnly,
    /// Not at all.
    Nowhere,
}

/// On whose monitor the overlay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lies {
    /// On the game's: it may be in the way.
    OnGamesMonitor,
    /// On another: it is in nobody's way.
    OnAnother,
}

/// When the player wants the overlay, where it lies on the game's monitor.
///
/// "Yields to moments when the game says the player is dead, buying or between
/// rounds" can be read both ways. It is meant so: the overlay leaves the screen
/// to the *play* and waits for such a moment, since any window over a game may
/// cost it frames, and a player who fights has no look to spare.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// All the time.
    #[default]
    Always,
    /// Only in calm moments: dead, buying, between rounds or out of play. A game
    /// that never tells of its moments never shows it then.
    CalmMoments,
}

/// What the player switched with the hotkey or the tray. Not saved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Switch {
    /// As the settings say.
    #[default]
    On,
    /// Hidden until it is switched on again.
    Off,
}

/// Whether there is anything to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Content {
    /// No match, and nothing to tell.
    #[default]
    Nothing,
    /// A match, its end, or something that the player has to know.
    Something,
}

/// How the game's window lies, as far as the platform tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GameWindow {
    /// It has the keyboard.
    Front,
    /// Another window has the keyboard, and the game can be seen: a click on
    /// another monitor, or on a small window.
    Visible,
    /// Another window lies over it on its own monitor.
    Covered,
    /// It is minimised.
    Minimised,
    /// The platform does not tell, or nobody knows which window it is.
    #[default]
    Unknown,
}

/// What the game says that the player is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Moment {
    /// In the midst of it, or the game does not say.
    #[default]
    Playing,
    /// Dead until a respawn or the next round.
    Dead,
    /// In the time to buy before a round.
    Buying,
    /// A round is over, and the next has not begun.
    BetweenRounds,
    /// Before the match, in its break, or after it.
    OutOfPlay,
}

/// All that decides whether the overlay is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// Where the player wants it.
    pub choice: Where,
    /// On whose monitor it stands.
    pub lies: Lies,
    /// When the player wants it.
    pub when: When,
    /// Whether the player switched it off.
    pub switch: Switch,
    /// Whether there is anything to show.
    pub content: Content,
    /// How the game's window lies.
    pub game: GameWindow,
    /// What the player is doing.
    pub moment: Moment,
    /// Whether it is being moved.
    pub mode: Mode,
}

/// Whether the overlay is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// It is.
    Shown,
    /// It is not, and this is the first reason.
    Hidden(Why),
}

/// Why the overlay is not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its page does not answer, or has not answered yet.
    PageSilent,
    /// The player wants it in OBS only.
    InObsOnly,
    /// The player wants it nowhere.
    NotWanted,
    /// The player switched it off.
    SwitchedOff,
    /// There is nothing to show.
    NothingToShow,
    /// The game is minimised.
    GameMinimised,
    /// The game is covered on its own monitor.
    GameCovered,
    /// The player plays, and wants it in calm moments only.
    InPlay,
}

impl Lies {
    /// On whose monitor an overlay stands. Where the platform does not tell on
    /// which the game is, it stands where the player wants it.
    #[must_use]
    pub fn of(choice: Where, overlay: &MonitorId, game: Option<&MonitorId>) -> Self {
        match (game, choice) {
            (Some(game), _) if game == overlay => Self::OnGamesMonitor,
            (Some(_), _) | (None, Where::OtherMonitor) => Self::OnAnother,
            (None, Where::OverGame | Where::ObsOnly | Where::Nowhere) => Self::OnGamesMonitor,
        }
    }
}

/// Whether the overlay is seen, as far as its page answers.
#[must_use]
pub fn seen(situation: &Situation, page: Health) -> Seen {
    match page {
        Health::Silent => Seen::Hidden(Why::PageSilent),
        Health::Healthy => wanted(situation),
    }
}

/// Whether the overlay would be seen if its page answered: what a
/// [`Watchdog`](crate::watchdog::Watchdog) has to be told, lest a page that was
/// hidden for its silence is never asked again.
#[must_use]
pub fn wanted(situation: &Situation) -> Seen {
    if situation.mode == Mode::Edit {
        return Seen::Shown;
    }
    match not_wanted(situation).or_else(|| in_the_way(situation)) {
        Some(why) => Seen::Hidden(why),
        None => Seen::Shown,
    }
}

/// What hides it wherever it stands.
fn not_wanted(situation: &Situation) -> Option<Why> {
    match situation.choice {
        Where::ObsOnly => return Some(Why::InObsOnly),
        Where::Nowhere => return Some(Why::NotWanted),
        Where::OverGame | Where::OtherMonitor => {}
    }
    match (situation.switch, situation.content) {
        (Switch::Off, _) => Some(Why::SwitchedOff),
        (Switch::On, Content::Nothing) => Some(Why::NothingToShow),
        (Switch::On, Content::Something) => None,
    }
}

/// What hides it on the game's monitor. On another it stays also when the game
/// minimises itself, as exclusive fullscreen does at any click beside it.
fn in_the_way(situation: &Situation) -> Option<Why> {
    match situation.lies {
        Lies::OnGamesMonitor => {}
        Lies::OnAnother => return None,
    }
    match situation.game {
        GameWindow::Minimised => return Some(Why::GameMinimised),
        GameWindow::Covered => return Some(Why::GameCovered),
        GameWindow::Front | GameWindow::Visible | GameWindow::Unknown => {}
    }
    match (situation.when, situation.moment) {
        (When::CalmMoments, Moment::Playing) => Some(Why::InPlay),
        (
            When::CalmMoments,
            Moment::Dead | Moment::Buying | Moment::BetweenRounds | Moment::OutOfPlay,
        )
        | (When::Always, _) => None,
    }
}
