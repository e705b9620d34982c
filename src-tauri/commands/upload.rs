//! Whether and where events are sent.

use companion::{Backlog, UploadChange};
use tauri::State;

use super::problem::{Problem, ProblemCode};
use crate::companion_task::CompanionTask;

/// The player agrees that events are sent to this server, and says what becomes of
/// those that wait.
#[tauri::command]
#[specta::specta]
pub(crate) async fn upload_agree(
    task: State<'_, CompanionTask>,
    server: String,
    backlog: Backlog,
) -> Result<(), Problem> {
    let companion = task.companion().await;
    Ok(companion.as_ref().ok_or(NOT_RUNNING)?.agree(server, backlog).await?)
}

/// The player agrees no longer: nothing leaves this PC any more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn upload_withdraw(task: State<'_, CompanionTask>) -> Result<(), Problem> {
    change(&task, UploadChange::Withdraw).await
}

/// Keeps events on this PC for now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn upload_hold(task: State<'_, CompanionTask>) -> Result<(), Problem> {
    change(&task, UploadChange::Hold).await
}

/// Sends what was held.
#[tauri::command]
#[specta::specta]
pub(crate) async fn upload_let_go(task: State<'_, CompanionTask>) -> Result<(), Problem> {
    change(&task, UploadChange::LetGo).await
}

/// Tries to send at once, however long was to be waited.
#[tauri::command]
#[specta::specta]
pub(crate) async fn upload_retry_now(task: State<'_, CompanionTask>) -> Result<(), Problem> {
    let companion = task.companion().await;
    Ok(companion.as_ref().ok_or(NOT_RUNNING)?.retry_now()?)
}

/// Asked of a companion that does not run.
const NOT_RUNNING: ProblemCode = ProblemCode::NotRunning;

async fn change(task: &CompanionTask, change: UploadChange) -> Result<(), Problem> {
    let companion = task.companion().await;
    Ok(companion.as_ref().ok_or(NOT_RUNNING)?.change_upload(change).await?)
}
