//! The upload queue, event by event.

use std::{path::PathBuf, sync::Arc};

use boot_clock::BootClock;
use companion::{
    DataDir, Queue, QueueFilter, QueuePage, Removal,
    event_model::{Clock, EventId},
};
use serde::Serialize;
use tauri::{AppHandle, Manager, State};

use crate::companion_task::CompanionTask;

use super::{
    problem::{Problem, ProblemCode},
    waited,
};

/// Where an export stands.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct Exported {
    /// The file.
    pub(super) path: String,
    /// How many events it has.
    pub(super) events: u64,
}

/// A page of the queue, beyond the row at `beyond` where one is gone on with.
#[tauri::command]
#[specta::specta]
pub(crate) async fn queue_page(
    dir: State<'_, Arc<DataDir>>,
    task: State<'_, CompanionTask>,
    filter: QueueFilter,
    beyond: Option<u64>,
) -> Result<QueuePage, Problem> {
    let queue = Queue::of(&dir);
    let page = waited(move || queue.page(filter, beyond, BootClock::new().now())).await?;
    Ok(match task.companion().await.as_ref() {
        Some(companion) => companion.tell_asked_again(page).await,
        None => page,
    })
}

/// What leaves this PC of one event, byte for byte.
#[tauri::command]
#[specta::specta]
pub(crate) async fn queue_body(
    dir: State<'_, Arc<DataDir>>,
    event_id: String,
) -> Result<Option<String>, Problem> {
    let (queue, id) = (Queue::of(&dir), parsed(&event_id)?);
    waited(move || queue.body(id)).await
}

/// Lets refused events wait to be sent again: those named, or all.
#[tauri::command]
#[specta::specta]
pub(crate) async fn queue_requeue(
    dir: State<'_, Arc<DataDir>>,
    event_ids: Option<Vec<String>>,
) -> Result<u64, Problem> {
    let ids = event_ids.map(|ids| all_parsed(&ids)).transpose()?;
    let queue = Queue::of(&dir);
    waited(move || queue.requeue(ids)).await
}

/// Deletes events for good, sent or not.
#[tauri::command]
#[specta::specta]
pub(crate) async fn queue_delete(
    dir: State<'_, Arc<DataDir>>,
    event_ids: Vec<String>,
) -> Result<Removal, Problem> {
    let (queue, ids) = (Queue::of(&dir), all_parsed(&event_ids)?);
    waited(move || queue.delete(&ids, BootClock::new().now())).await
}

/// Deletes every event that waits to be sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn queue_delete_waiting(dir: State<'_, Arc<DataDir>>) -> Result<Removal, Problem> {
    let queue = Queue::of(&dir);
    waited(move || queue.delete_waiting(BootClock::new().now())).await
}

/// Writes events into a file in the player's downloads, one a line.
#[tauri::command]
#[specta::specta]
pub(crate) async fn queue_export(
    app: AppHandle,
    dir: State<'_, Arc<DataDir>>,
    filter: QueueFilter,
) -> Result<Exported, Problem> {
    let folder = exports(&app)?;
    let queue = Queue::of(&dir);
    let (path, events) =
        waited(move || queue.export(filter, folder, BootClock::new().now())).await?;
    Ok(Exported { path: path.display().to_string(), events })
}

/// Where exports are put: the player finds their downloads.
pub(super) fn exports(app: &AppHandle) -> Result<PathBuf, Problem> {
    let downloads = app.path().download_dir().or_else(|_| app.path().home_dir());
    Ok(downloads.map_err(|_| ProblemCode::File)?.join("Ringside"))
}

fn all_parsed(ids: &[String]) -> Result<Vec<EventId>, Problem> {
    ids.iter().map(|id| parsed(id)).collect()
}

fn parsed(id: &str) -> Result<EventId, Problem> {
    id.parse().map_err(|_| ProblemCode::NoSuchEvent.into())
}
