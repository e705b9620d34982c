//! What pages are told of the overlay, and what they tell.

use companion::{OverlayRows, OverlaySettings};
use overlay::{
    edit::Mode,
    placement::{Along, OpacityPercent, ScalePercent},
    visibility::{Seen, When, Where},
    watchdog::Nonce,
};
use serde::{Deserialize, Serialize};
use window_system::Compositing;

/// What lies behind the words of the overlay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ground {
    /// The game is seen through it, as far as the player wants.
    #[default]
    SeenThrough,
    /// Nothing is: without a compositor it would lie on black.
    Opaque,
}

impl From<Compositing> for Ground {
    fn from(compositing: Compositing) -> Self {
        match compositing {
            Compositing::On => Self::SeenThrough,
            Compositing::Off => Self::Opaque,
        }
    }
}

/// How the overlay's page is to look.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub(crate) struct OverlayLook {
    /// Whether it is being moved.
    pub(super) mode: Mode,
    /// How many events it shows.
    pub(super) rows: u8,
    /// How much its ground hides.
    pub(super) opacity: OpacityPercent,
    /// Whether anything can be seen through it.
    pub(super) ground: Ground,
    /// How large it is drawn.
    pub(super) scale: ScalePercent,
    /// Where it stands from left to right.
    pub(super) across: Along,
    /// Where it stands from top to bottom.
    pub(super) down: Along,
    /// The name of the monitor that it stands on; empty where the system gives none.
    pub(super) monitor: String,
    /// The game that it stands there for, by its source's name.
    pub(super) game: String,
}

/// What the overlay's page is told.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OverlayTold {
    /// How it is to look from here on.
    Look(OverlayLook),
    /// It is asked whether it lives, and answers with this.
    Ask(Nonce),
}

/// What the player chooses of the overlay: its settings, all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct OverlayChosen {
    /// Where it is seen; absent until the player was asked.
    pub(super) show: Option<Where>,
    /// When it is seen over the game.
    pub(super) when: When,
    /// How many events it shows, from 2 to 8.
    pub(super) rows: OverlayRows,
}

impl From<OverlaySettings> for OverlayChosen {
    fn from(OverlaySettings { show, when, rows }: OverlaySettings) -> Self {
        Self { show, when, rows }
    }
}

impl From<OverlayChosen> for OverlaySettings {
    fn from(OverlayChosen { show, when, rows }: OverlayChosen) -> Self {
        Self { show, when, rows }
    }
}

/// What the settings page shows of the overlay.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub(crate) struct OverlayReport {
    /// What the player chose.
    pub(super) settings: OverlayChosen,
    /// How it looks at the moment.
    pub(super) look: OverlayLook,
    /// Whether it is seen at the moment, and if not, why.
    pub(super) seen: Seen,
}
