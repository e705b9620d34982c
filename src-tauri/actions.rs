//! What a hotkey or the tray's menu does. Each is asked for by the player, and
//! none takes the keyboard from a game.

use std::sync::Arc;

use boot_clock::BootClock;
use companion::{UploadChange, event_model::Clock};
use overlay::{edit::Act, hotkey::Action};
use tauri::{AppHandle, Manager, async_runtime};
use tracing::{info, warn};

use crate::{
    chapters::Chapters,
    companion_task::CompanionTask,
    live::Live,
    overlay_state::{Overlay, OverlayState},
    overlay_task, quiet,
};

/// Does what an action says.
pub(crate) fn perform(app: &AppHandle, action: Action) {
    match action {
        Action::ToggleOverlay if has_overlay(app) => toggle_overlay(app),
        Action::ToggleOverlay => quiet::ask_for_settings(app),
        Action::EditOverlay => edit_overlay(app),
        Action::MarkChapter => mark_chapter(app),
        Action::PauseUpload => hold_or_let_go(app),
    }
}

/// Whether there is an overlay to switch on and off. Where the player chose none yet, or
/// none but the page in a stream, a switch would do nothing that anybody sees.
pub(crate) fn has_overlay(app: &AppHandle) -> bool {
    app.state::<Overlay>().state().has_a_window()
}

/// Switches the overlay off for this run, or on again: then it is seen wherever
/// the player's choice shows it.
pub(crate) fn toggle_overlay(app: &AppHandle) {
    overlay_task::change(app, OverlayState::turn_switch);
}

/// Lets the overlay be moved, or locks it as it stands.
pub(crate) fn edit_overlay(app: &AppHandle) {
    overlay_task::change(app, |state| state.act(Act::Toggle));
}

/// Marks this moment of the match that runs, and says so where the match is shown.
pub(crate) fn mark_chapter(app: &AppHandle) {
    let (app, at) = (app.clone(), BootClock::new().now().wall);
    async_runtime::spawn_blocking(move || {
        let live = app.state::<Arc<Live>>();
        let Some(marked) = app.state::<Chapters>().mark(live.glance().as_ref(), at) else {
            info!("A chapter is marked in a match, and none runs");
            return;
        };
        live.tell_chapters(&marked.match_key, marked.of_match);
        if let Some(error) = marked.not_kept {
            warn!(%error, "A marked chapter is forgotten when Ringside closes");
        }
    });
}

/// Holds the upload back, or lets it go: the opposite of what is.
pub(crate) fn hold_or_let_go(app: &AppHandle) {
    let app = app.clone();
    async_runtime::spawn(async move {
        let held = app.state::<Arc<Live>>().status().companion.upload.held;
        let change = if held { UploadChange::LetGo } else { UploadChange::Hold };
        let task = app.state::<CompanionTask>();
        let companion = task.companion().await;
        let Some(companion) = companion.as_ref() else { return };
        if let Err(error) = companion.change_upload(change).await {
            warn!(%error, "The upload goes on as it was");
        }
    });
}
