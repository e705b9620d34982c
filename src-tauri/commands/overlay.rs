//! The overlay: what the player chose of it, moving it, and its page's own words.

use std::sync::Arc;

use companion::{DataDir, OverlaySettings};
use overlay::{
    edit::{Act, Direction, Handle, Restyle, Step, Work},
    placement::Point,
    watchdog::Nonce,
};
use serde::Deserialize;
use tauri::{
    AppHandle, Manager, State, WebviewWindow, async_runtime::spawn_blocking, ipc::Channel,
};

use super::problem::{Problem, ProblemCode};
use crate::{
    overlay_state::{Overlay, OverlayChosen, OverlayReport, OverlayTold},
    overlay_task, overlay_window, stream, tray,
};

/// What is done about moving the overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OverlayEditing {
    /// It is shown, and takes clicks and keys until it is locked.
    Start,
    /// It stays as it is, and lets clicks through.
    Lock,
    /// It goes back to where it was.
    Cancel,
    /// It stands and looks as on the first day.
    Reset,
}

/// What the player does with the overlay while it is moved.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OverlayAct {
    /// Takes it by this.
    PickUp {
        /// By this.
        handle: Handle,
        /// Where on the page, in CSS pixels from its left.
        x: i32,
        /// In CSS pixels from its top.
        y: i32,
    },
    /// Pulls it to where the pointer is.
    Pull,
    /// Lets it go.
    LetGo,
    /// Moves it by a step.
    Nudge {
        /// There.
        direction: Direction,
        /// So far.
        step: Step,
    },
    /// Makes it look otherwise.
    Look(Restyle),
}

/// What the player chose of the overlay, and how it is at the moment.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overlay_settings(app: AppHandle) -> OverlayReport {
    app.state::<Overlay>().state().report()
}

/// Takes what the player chooses, for this run and the next.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overlay_configure(
    app: AppHandle,
    dir: State<'_, Arc<DataDir>>,
    settings: OverlayChosen,
) -> Result<OverlayReport, Problem> {
    let (dir, settings) = (Arc::clone(&dir), OverlaySettings::from(settings));
    spawn_blocking(move || settings.save(&dir)).await.map_err(|_| ProblemCode::Other)??;
    overlay_task::change(&app, |state| state.configure(settings));
    tray::look_again(&app);
    stream::take_look(&app).await;
    Ok(app.state::<Overlay>().state().report())
}

/// Begins or ends to move the overlay. While no match runs, `game` says for
/// which game it is moved, by its source's name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overlay_edit(
    app: AppHandle,
    editing: OverlayEditing,
    game: Option<String>,
) -> OverlayReport {
    let act = match editing {
        OverlayEditing::Start => Act::Enter,
        OverlayEditing::Lock => Act::Lock,
        OverlayEditing::Cancel => Act::Cancel,
        OverlayEditing::Reset => Act::Reset,
    };
    overlay_task::change(&app, |state| {
        let mut effects = game.map_or_else(Vec::new, |game| state.choose_game(&game));
        effects.extend(state.act(act));
        effects
    });
    app.state::<Overlay>().state().report()
}

/// Moves the overlay, or makes it look otherwise, while it is moved.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overlay_act(app: AppHandle, act: OverlayAct) {
    let Some(work) = work(&app, act) else { return };
    overlay_task::change(&app, |state| state.act(Act::Work(work)));
}

/// The overlay's page says its first word, and is told through `channel` how to
/// look and whether it still answers.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overlay_watch(app: AppHandle, channel: Channel<OverlayTold>) {
    overlay_task::page_is_there(&app, channel);
}

/// The overlay's page answers.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overlay_alive(app: AppHandle, nonce: Nonce) {
    overlay_task::page_answers(&app, nonce);
}

/// Makes the overlay as high as its page is, in CSS pixels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overlay_fit(window: WebviewWindow, height: u32) {
    if window.state::<Overlay>().state().fit(height) {
        overlay_window::place(&window);
    }
}

/// Where it is pulled to, the system is asked: a page in a window that moves and
/// is enlarged counts other pixels. Where it was taken, the page alone knows: the
/// pointer may be elsewhere by now.
fn work(app: &AppHandle, act: OverlayAct) -> Option<Work> {
    match act {
        OverlayAct::PickUp { handle, x, y } => {
            app.state::<Overlay>().state().on_desktop(x, y).map(|at| Work::PickUp(handle, at))
        }
        OverlayAct::Pull => {
            let at = app.cursor_position().ok()?;
            Some(Work::PullTo(Point { x: at.x.round() as i32, y: at.y.round() as i32 }))
        }
        OverlayAct::LetGo => Some(Work::LetGo),
        OverlayAct::Nudge { direction, step } => Some(Work::Nudge(direction, step)),
        OverlayAct::Look(look) => Some(Work::Restyle(look)),
    }
}
