//! Shows the overlay while a match runs, and gives its memory back after.

use std::{sync::Arc, time::Duration};

use tauri::AppHandle;
use tokio::sync::watch;

use crate::{live::Live, overlay_window};

/// A hidden overlay is kept so long, ready to be shown at once: a match that
/// loads and the break between two are shorter, and its page costs some 65 MB.
const KEPT_HIDDEN: Duration = Duration::from_secs(60);

/// Follows the live view for as long as the app runs.
pub(crate) async fn run(app: AppHandle, live: Arc<Live>) {
    let mut changed = live.changes();
    loop {
        until(&mut changed, || live.a_match_runs()).await;
        on_main(&app, overlay_window::show);
        until(&mut changed, || !live.a_match_runs()).await;
        on_main(&app, overlay_window::hide);
        let again = until(&mut changed, || live.a_match_runs());
        if tokio::time::timeout(KEPT_HIDDEN, again).await.is_err() {
            on_main(&app, overlay_window::close);
        }
    }
}

async fn until(changed: &mut watch::Receiver<()>, holds: impl Fn() -> bool) {
    while !holds() {
        if changed.changed().await.is_err() {
            // The app is ending: nothing changes any more.
            std::future::pending::<()>().await;
        }
    }
}

/// Windows belong to the main thread; elsewhere Windows would wait for itself.
fn on_main(app: &AppHandle, what: fn(&AppHandle)) {
    let handle = app.clone();
    if let Err(error) = app.run_on_main_thread(move || what(&handle)) {
        tracing::debug!(%error, "The app is ending");
    }
}
