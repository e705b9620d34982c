//! How the app appears: with its window, in the tray, or not at all where
//! another one owns the folder.

use std::{sync::Arc, time::Duration};

use companion::{DataDir, Error};
use tauri::{AppHandle, Manager, async_runtime};
use tokio::sync::oneshot;
use tracing::{error, info, warn};

use crate::{
    EXIT_ENVIRONMENT,
    main_window::{self, Page},
    no_window::{self, Lack},
    quiet, tray,
};

/// What became of the companion's start.
#[derive(Debug)]
pub(crate) enum Begun {
    /// It runs, or the window says why it does not.
    Here,
    /// Another process owns the folder, as this sentence says.
    Elsewhere(String),
}

impl Begun {
    /// What a start came to, for whoever opens the window.
    pub(crate) fn of<T>(started: &Result<T, Error>) -> Self {
        match started {
            Err(error @ Error::AlreadyRunning { .. }) => Self::Elsewhere(error.to_string()),
            Ok(_) | Err(_) => Self::Here,
        }
    }
}

/// The window waits no longer to be opened: who owns a folder is known within a
/// tenth of a second, and putting a damaged queue in order may take minutes.
const WINDOW_WAITS: Duration = Duration::from_secs(1);

/// The panel of a desktop that has just begun is there within seconds.
const TRAY_TRIES: u32 = 20;
const TRAY_PAUSE: Duration = Duration::from_millis(500);

/// Appears once it is known whose folder it is.
pub(crate) async fn appear(app: AppHandle, begun: oneshot::Receiver<Begun>, hidden: bool) {
    if let Ok(Ok(Begun::Elsewhere(problem))) = tokio::time::timeout(WINDOW_WAITS, begun).await {
        error!("{problem}");
        return app.exit(EXIT_ENVIRONMENT.into());
    }
    if hidden && a_tray_comes(&app).await {
        return info!("Ringside runs in the tray");
    }
    let handle = app.clone();
    // A match may have begun while a tray was waited for.
    let open = move || if hidden { quiet::appear(&handle) } else { open(&handle) };
    app.run_on_main_thread(open).ok();
}

/// The window opens, for somebody who waits to see it.
pub(crate) fn open(app: &AppHandle) {
    if let Err(error) = main_window::show(app, Page::AsItStands) {
        go_without_a_window(app, &error);
    }
}

/// Says that there is no window, and ends the app where there is no tray either.
pub(crate) fn go_without_a_window(app: &AppHandle, error: &tauri::Error) {
    warn!(%error, "The window cannot be shown");
    no_window::say(Lack::WebView, Some(error), Some(&app.state::<Arc<DataDir>>()));
    let app = app.clone();
    // Without a window and a tray nobody could end it, or see what it does.
    async_runtime::spawn_blocking(move || {
        if main_window::find(&app).is_none() && !tray::is_seen(&app) {
            app.exit(EXIT_ENVIRONMENT.into());
        }
    });
}

/// Whether the player could open the window from a tray.
async fn a_tray_comes(app: &AppHandle) -> bool {
    for _ in 0..TRAY_TRIES {
        let looking = app.clone();
        let seen = async_runtime::spawn_blocking(move || tray::is_seen(&looking));
        if seen.await.unwrap_or(false) {
            return true;
        }
        tokio::time::sleep(TRAY_PAUSE).await;
    }
    info!("There is no tray here, so the window is opened");
    false
}
