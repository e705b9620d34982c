//! What Ringside does on this PC, its log, and a file for whoever helps.

use std::sync::Arc;

use boot_clock::BootClock;
use companion::{DataDir, Findings, Safety, event_model::Clock};
use tauri::{AppHandle, Manager, State};

use super::{
    problem::{Problem, ProblemCode},
    waited,
};

/// Of the log a page shows so many lines.
const LOG_LINES_SHOWN: usize = 200;

/// What Ringside does on this PC.
#[tauri::command]
#[specta::specta]
pub(crate) async fn about(dir: State<'_, Arc<DataDir>>) -> Result<Safety, Problem> {
    let dir = Arc::clone(&dir);
    waited(move || companion::safety(&dir)).await
}

/// What stands between each game and its events: `ringside doctor`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn examine(dir: State<'_, Arc<DataDir>>) -> Result<Findings, Problem> {
    let dir = dir.path().to_owned();
    Ok(companion::doctor(Some(dir)).await?.findings)
}

/// The last lines of the log, the oldest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn log_lines(dir: State<'_, Arc<DataDir>>) -> Result<Vec<String>, Problem> {
    dir.last_log_lines(LOG_LINES_SHOWN).map_err(|_| ProblemCode::File.into())
}

/// What a file for whoever helps would say. Nothing is sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn support_file(dir: State<'_, Arc<DataDir>>) -> Result<String, Problem> {
    Ok(companion::support_file(&dir, BootClock::new().now()).await?)
}

/// Writes what the player has seen of it into their downloads, and the recordings that it
/// names beside it; where it stands.
#[tauri::command]
#[specta::specta]
pub(crate) async fn keep_support_file(
    app: AppHandle,
    dir: State<'_, Arc<DataDir>>,
    text: String,
) -> Result<String, Problem> {
    let downloads = app.path().download_dir().or_else(|_| app.path().home_dir());
    let folder = downloads.map_err(|_| ProblemCode::File)?.join("Ringside");
    let now = BootClock::new().now();
    let dir = DataDir::clone(&dir);
    let kept = waited(move || companion::keep_support(&dir, &text, folder, now)).await?;
    for reason in kept.left_out {
        tracing::warn!(reason, "A recording does not go along");
    }
    Ok(kept.file.display().to_string())
}
