//! Looks how the game's window lies while an overlay could be shown over it, and
//! whether windows are blended.

use std::{sync::Arc, thread, time::Duration};

use tauri::{AppHandle, Manager, async_runtime};
use tracing::debug;
use window_system::{WindowSystem, scene::Sight};

use crate::{live::Live, overlay_state::Overlay, overlay_task};

/// Long enough to cost nothing beside a game, and short enough that no overlay
/// lies over what the player turned to for longer than it takes to look there.
const LOOKED_EVERY: Duration = Duration::from_millis(500);

/// Follows the game's window for as long as the app runs. A look may wait for the
/// window system, so it is made on a thread of its own.
pub(crate) async fn run(app: AppHandle, live: Arc<Live>) {
    let mut changed = live.changes();
    let mut system = WindowSystem::default();
    loop {
        changed.mark_unchanged();
        let game = app.state::<Overlay>().state().watched_game().map(str::to_owned);
        if let Some(game) = game {
            let looked = async_runtime::spawn_blocking(move || {
                let sight = system.look(&game);
                (system, sight)
            });
            let Ok((same, sight)) = looked.await else {
                return debug!("The game's window is not looked at any more");
            };
            system = same;
            overlay_task::change(&app, |state| state.tell_sight(sight));
            tokio::time::sleep(LOOKED_EVERY).await;
        } else {
            overlay_task::change(&app, |state| state.tell_sight(Sight::default()));
            tokio::select! {
                still = changed.changed() => if still.is_err() { return },
                // What is chosen in the midst of a match is no news of the match.
                () = tokio::time::sleep(LOOKED_EVERY), if live.running().is_some() => {}
            }
        }
    }
}

/// Has the overlay drawn for what the window system can do with it. The thread
/// waits for the display's word and ends with the app.
pub(crate) fn watch_compositing(app: &AppHandle) {
    let app = app.clone();
    let watch = move || {
        window_system::watch_compositing(|compositing| {
            overlay_task::change(&app, |state| state.tell_compositing(compositing));
        });
    };
    if let Err(error) = thread::Builder::new().name("compositing".to_owned()).spawn(watch) {
        debug!(%error, "Whether windows are blended is not watched");
    }
}
