//! How the game's window lies, asked of the window system, and whether that
//! system blends windows.
//!
//! - [`scene`]: what a list of windows says of the game's. Pure.
//! - [`games`]: which window is a game's.
//! - [`WindowSystem`]: asks for that list: on X11 what window managers publish
//!   (EWMH, ICCCM), on Windows what any program may ask of the desktop.
//! - [`watch_compositing`]: whether what is translucent is seen through.
//!
//! No game's process is opened, and nothing is asked of a game. Wayland tells no
//! program of another's windows: there, and wherever nobody manages windows,
//! everything is unknown, and what is unknown hides nothing.

mod cover;
pub mod games;
pub mod scene;

#[cfg(not(any(target_os = "linux", windows)))]
mod elsewhere;
#[cfg(windows)]
mod windows;
#[cfg(target_os = "linux")]
mod x11;

#[cfg(not(any(target_os = "linux", windows)))]
use crate::elsewhere as system;
#[cfg(windows)]
use crate::windows as system;
#[cfg(target_os = "linux")]
use crate::x11 as system;
use crate::{games::Game, scene::Sight};

/// The window system of this PC. What it takes to ask is kept from one look to
/// the next, and made anew where it broke.
#[derive(Debug, Default)]
pub struct WindowSystem {
    system: system::System,
}

impl WindowSystem {
    /// How the window of this game lies, by its source's name. It may wait for
    /// the window system: not for the thread that draws.
    pub fn look(&mut self, game: &str) -> Sight {
        let Some(game) = Game::of(game) else { return Sight::default() };
        self.system.scene(game).map(|scene| scene.sight()).unwrap_or_default()
    }
}

/// Whether the window system blends windows: where it does not, what is
/// translucent lies on black instead of on what is below.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compositing {
    /// What is translucent is seen through. Windows and Wayland always do it.
    #[default]
    On,
    /// Each window covers what is below: X11 without a compositor.
    Off,
}

/// Tells whether windows are blended, at once and whenever it changes, for as
/// long as the display runs. Returns where it cannot change.
pub fn watch_compositing(told: impl FnMut(Compositing)) {
    system::watch_compositing(told);
}

/// Whether there is a desktop that a window could be opened on.
#[must_use]
pub fn has_screen() -> bool {
    system::has_screen()
}

/// Says a sentence in a window of the system's own, where the app has none, and
/// waits until the player has read it. Not where programs are started from a
/// terminal: there standard error is read.
pub fn say_without_a_window(title: &str, sentence: &str) {
    system::say_without_a_window(title, sentence);
}
