//! Whether the window asks what the first start asks.

use std::sync::Arc;

use companion::{DataDir, Settings};
use tauri::{State, async_runtime::spawn_blocking};

use super::problem::{Problem, ProblemCode};

/// What the command line says of the first run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FirstRun {
    /// It may be asked for.
    pub(crate) is_asked: bool,
}

/// Whether the player was not asked yet.
#[tauri::command]
#[specta::specta]
pub(crate) async fn first_run_is_due(
    dir: State<'_, Arc<DataDir>>,
    asked: State<'_, FirstRun>,
) -> Result<bool, Problem> {
    if !asked.is_asked {
        return Ok(false);
    }
    let dir = Arc::clone(&dir);
    let looked = spawn_blocking(move || Settings::first_run_is_due(&dir)).await;
    looked.map_err(|_| ProblemCode::Other.into())
}

/// The player has answered, or wants to hear no more of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn first_run_end(dir: State<'_, Arc<DataDir>>) -> Result<(), Problem> {
    let dir = Arc::clone(&dir);
    let ended = spawn_blocking(move || Settings::end_first_run(&dir)).await;
    Ok(ended.map_err(|_| ProblemCode::Other)??)
}
