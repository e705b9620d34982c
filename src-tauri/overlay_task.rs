//! Shows the overlay while a match runs, and gives its memory back after.

use std::{sync::Arc, time::Duration};

use tauri::AppHandle;
use tokio::sync::watch;

use crate::{live::Live, overlay_window};

/// A hidden overlay is kept so long, ready to be shown at once: a match that
/// loads and the break between two are shorter, and its page costs some 65 MB.
const KEPT_HIDDEN: Duration = Duration::from_secs(60);

/// How often it is seen whether a monitor came or went while the overlay is
/// shown: no window system tells Tauri of it.
const MONITORS_LOOKED_AT: Duration = Duration::from_secs(1);

/// Follows the live view for as long as the app runs.
pub(crate) async fn run(app: AppHandle, live: Arc<Live>) {
    let mut changed = live.changes();
    loop {
        until(&mut changed, || live.a_match_runs()).await;
        on_main(&app, overlay_window::show);
        while !within(MONITORS_LOOKED_AT, until(&mut changed, || !live.a_match_runs())).await {
            on_main(&app, overlay_window::keep_on_screen);
        }
        on_main(&app, overlay_window::hide);
        let again = until(&mut changed, || live.a_match_runs());
        if !within(KEPT_HIDDEN, again).await {
            on_main(&app, overlay_window::close);
        }
    }
}

/// Whether it came about within that time.
async fn within(time: Duration, what: impl Future<Output = ()>) -> bool {
    tokio::time::timeout(time, what).await.is_ok()
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
