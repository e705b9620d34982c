//! The overlay as a page for a stream.

use tauri::{AppHandle, State};

use super::problem::Problem;
use crate::stream::{Lan, LanState, Stream, StreamChoice, StreamState};

/// Whether the page is served, and where.
#[tauri::command]
#[specta::specta]
pub(crate) async fn stream_state(
    app: AppHandle,
    stream: State<'_, Stream>,
) -> Result<StreamState, Problem> {
    stream.state(&app).await
}

/// Serves the page as the player chose, from now on and after a restart.
#[tauri::command]
#[specta::specta]
pub(crate) async fn stream_change(
    app: AppHandle,
    stream: State<'_, Stream>,
    choice: StreamChoice,
) -> Result<StreamState, Problem> {
    stream.choose(&app, choice).await
}

/// Replaces the page's address: who follows under the old one does so no more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn stream_new_address(
    app: AppHandle,
    stream: State<'_, Stream>,
) -> Result<StreamState, Problem> {
    stream.new_address(&app).await
}

/// Whether other devices may read the page, and what a player needs then.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lan_state(lan: State<'_, Lan>) -> Result<LanState, Problem> {
    Ok(lan.state().await)
}

/// Lets other devices of the same network read the page, or no more; for this run
/// alone.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lan_switch(
    app: AppHandle,
    lan: State<'_, Lan>,
    on: bool,
) -> Result<LanState, Problem> {
    lan.switch(&app, on).await
}

/// Another code for the next device.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lan_new_code(lan: State<'_, Lan>) -> Result<LanState, Problem> {
    Ok(lan.offer_code().await)
}

/// Sends every device away that was let in.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lan_end_devices(lan: State<'_, Lan>) -> Result<LanState, Problem> {
    Ok(lan.end_devices().await)
}
