//! What a list of windows says of the game's.
//!
//! # Invariants
//!
//! - Our own windows, and those that let clicks through, cover nothing.
//! - What does not touch the game on its own monitor changes nothing, whether it
//!   has the keyboard or not: a click on another monitor hides nothing.

use overlay::{placement::Rect, visibility::GameWindow};

use crate::cover::{common, left_free, square_px};

/// The game is covered where others hide at least so much of it on its monitor.
/// Half: a chat or a browser beside a game that is still being looked at is
/// smaller; what is larger is what the player reads, and the overlay is in its way.
pub const COVERED_PERCENT_MIN: u64 = 50;

/// More windows are not looked at, from the uppermost down. A desktop with more
/// than a hundred is rare; nothing here is to take longer, whatever is open.
pub const WINDOWS_MAX: usize = 256;

/// Whose window it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The game's.
    Game,
    /// Ours.
    Ours,
    /// Of a program that lets clicks through: another overlay.
    Glass,
    /// Any other's.
    Other,
}

/// Where a window is, as its owner or its user left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// It is minimised.
    Minimised,
    /// It is on another virtual desktop.
    Elsewhere,
    /// It is on the screen, though others may lie over it.
    OnScreen,
}

/// A window, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Whose it is.
    pub whose: Whose,
    /// Where it is.
    pub shown: Shown,
    /// What it takes of the desktop, in physical pixels.
    pub area: Rect,
    /// Whether what is typed goes to it.
    pub has_keyboard: bool,
}

/// What there is on the desktop.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scene {
    /// The lowest first.
    pub windows: Vec<Window>,
    /// Where the monitors are, in physical pixels.
    pub monitors: Vec<Rect>,
}

/// How the game's window lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sight {
    /// Whether it can be seen.
    pub game: GameWindow,
    /// Where the monitor lies that shows most of it; `None` where it is unknown.
    pub monitor: Option<Rect>,
}

impl Scene {
    /// How the game's window lies; unknown where there is none.
    #[must_use]
    pub fn sight(&self) -> Sight {
        let Some((index, game)) = self.game() else { return Sight::default() };
        let monitor = self.monitor_of(game.area);
        let window = match (game.shown, game.has_keyboard) {
            (Shown::Minimised, _) => GameWindow::Minimised,
            // Another desktop lies over it.
            (Shown::Elsewhere, _) => GameWindow::Covered,
            (Shown::OnScreen, true) => GameWindow::Front,
            (Shown::OnScreen, false) => match monitor.and_then(|it| common(it, game.area)) {
                Some(seen) => self.behind_others(index, seen),
                None => GameWindow::Unknown,
            },
        };
        Sight { game: window, monitor }
    }

    /// The game's own window where it has several, as while it starts or after a
    /// fault: the one that is played in, or the largest that can be seen.
    fn game(&self) -> Option<(usize, &Window)> {
        let games = self.windows.iter().enumerate().filter(|(_, it)| it.whose == Whose::Game);
        games.max_by_key(|(_, it)| (it.has_keyboard, it.shown, square_px(it.area)))
    }

    fn monitor_of(&self, area: Rect) -> Option<Rect> {
        let shared = |monitor: &Rect| common(*monitor, area).map_or(0, square_px);
        let most = self.monitors.iter().copied().max_by_key(shared)?;
        (shared(&most) > 0).then_some(most)
    }

    /// Whether what lies above this window hides it. `seen` is never empty.
    fn behind_others(&self, index: usize, seen: Rect) -> GameWindow {
        let above = self.windows.iter().skip(index + 1);
        let covers = above
            .filter(|it| it.whose == Whose::Other && it.shown == Shown::OnScreen)
            .filter_map(|it| common(it.area, seen));
        let hidden = square_px(seen) - left_free(seen, covers);
        if hidden * 100 >= square_px(seen) * COVERED_PERCENT_MIN {
            GameWindow::Covered
        } else {
            GameWindow::Visible
        }
    }
}

#[cfg(test)]
mod tests;
