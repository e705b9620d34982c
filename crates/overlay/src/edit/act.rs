//! What is done to the overlay, and what the shell has to do for it.

use serde::{Deserialize, Serialize};

use super::Handle;
use crate::placement::{Anchor, Desktop, LogicalSize, OpacityPercent, Place, Point, ScalePercent};

/// Whether the overlay is played beside or worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It takes no click.
    Play,
    /// It takes all clicks and shows its frame.
    Edit,
}

/// What is done to the overlay.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// The hotkey or the tray: into edit mode, or locked.
    Toggle,
    /// Into edit mode.
    Enter,
    /// Back to play, with what was changed.
    Lock,
    /// Back to play, as it was before: Escape, or a page that stopped answering.
    Cancel,
    /// As on the first day. In play it is saved at once: who cannot find the
    /// overlay cannot lock it either.
    Reset,
    /// Another game is played, with a place of its own.
    Load(Place),
    /// Something that only edit mode does.
    Work(Work),
}

/// What is done to the overlay in edit mode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Work {
    /// The pointer is pressed on it, here on the desktop.
    PickUp(Handle, Point),
    /// The pointer was moved there, pressed.
    PullTo(Point),
    /// The pointer was let go.
    LetGo,
    /// The window system moved the window's corner there on its own, as a native
    /// drag does.
    MovedTo(Point),
    /// An arrow key.
    Nudge(Direction, Step),
    /// Another field, size or opacity.
    Restyle(Restyle),
}

/// How it is to look, or in which field of its monitor to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Restyle {
    /// Into one of the nine fields of its monitor.
    Anchor(Anchor),
    /// One step larger or smaller.
    Scale(Adjustment),
    /// To this size.
    ScaleTo(ScalePercent),
    /// One step more or less opaque.
    Opacity(Adjustment),
    /// To this opacity.
    OpacityTo(OpacityPercent),
}

/// Where an arrow key points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Upwards.
    Up,
    /// Downwards.
    Down,
}

/// How far an arrow key moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// [`super::NUDGE_LOGICAL_PX`].
    Near,
    /// [`super::NUDGE_FAR_LOGICAL_PX`].
    Far,
}

/// One step up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Adjustment {
    /// Up.
    More,
    /// Down.
    Less,
}

/// What the shell has to do, in the order given.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Let the window take clicks and keys, and show the frame.
    TakeClicks,
    /// Let all clicks through to what lies below, and hide the frame.
    PassClicks,
    /// Put the window where [`super::OverlayEdit::place`] resolves to, and draw
    /// it so.
    Stand,
    /// Save this place for the game that is played.
    Save(Place),
}

/// What the overlay stands in at the moment of an act.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// What the page asks for, at a scale of 1.
    pub size: LogicalSize,
    /// The monitors there are.
    pub desktop: &'a Desktop,
}
