//! Which games are read, and what makes one report here.

use std::{path::PathBuf, sync::Arc};

use companion::{
    Change, DataDir, Game, GameLook, Setup, SetupPreview, UndoPreview, Undone, look_at_games,
};
use tauri::State;

use super::{
    problem::{Problem, ProblemCode},
    waited,
};
use crate::companion_task::CompanionTask;

/// What stands between each game and its events.
#[tauri::command]
#[specta::specta]
pub(crate) async fn games_look(dir: State<'_, Arc<DataDir>>) -> Result<Vec<GameLook>, Problem> {
    let dir = Arc::clone(&dir);
    waited(move || look_at_games(&dir)).await
}

/// What setting a game up would do, in the folder that the player names or
/// wherever it is found. Nothing is changed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn game_setup_preview(
    dir: State<'_, Arc<DataDir>>,
    game: Game,
    folder: Option<String>,
) -> Result<SetupPreview, Problem> {
    let dir = Arc::clone(&dir);
    let folder = folder.map(|folder| PathBuf::from(folder.trim()));
    waited(move || Setup::of(&dir)?.preview(game, folder.as_deref())).await
}

/// Does what the preview said to the file at `path`, where it is as it was then.
#[tauri::command]
#[specta::specta]
pub(crate) async fn game_setup(
    dir: State<'_, Arc<DataDir>>,
    path: String,
    seen: String,
) -> Result<Change, Problem> {
    let dir = Arc::clone(&dir);
    waited(move || Setup::of(&dir)?.write(path.as_ref(), &seen)).await
}

/// What putting the file at `path` back would do to it. Nothing is changed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn game_setup_undo_preview(
    dir: State<'_, Arc<DataDir>>,
    path: String,
) -> Result<UndoPreview, Problem> {
    let dir = Arc::clone(&dir);
    waited(move || Setup::preview_undo(&dir, path.as_ref())).await
}

/// Puts the file at `path` back as it was before it was set up, where it is as it was
/// when the preview was made.
#[tauri::command]
#[specta::specta]
pub(crate) async fn game_setup_undo(
    dir: State<'_, Arc<DataDir>>,
    path: String,
    seen: String,
) -> Result<Undone, Problem> {
    let dir = Arc::clone(&dir);
    waited(move || Setup::undo_seen(&dir, path.as_ref(), &seen)).await
}

/// Reads a game from now on, or no more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn game_enable(
    task: State<'_, CompanionTask>,
    game: Game,
    on: bool,
) -> Result<(), Problem> {
    let companion = task.companion().await;
    Ok(companion.as_ref().ok_or(ProblemCode::NotRunning)?.enable(game, on).await?)
}

/// Asks the League client from now on which match runs, or no more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn league_client_ask(
    task: State<'_, CompanionTask>,
    asked: bool,
) -> Result<(), Problem> {
    let companion = task.companion().await;
    Ok(companion.as_ref().ok_or(ProblemCode::NotRunning)?.ask_league_client(asked).await?)
}
