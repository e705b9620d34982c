//! What games said, kept as recordings, and played again to look at.

use std::sync::Arc;

use companion::{RecordingRow, Recordings, Speed, WithoutNames};
use live_view::LiveUpdate;
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager, State, WebviewWindow, ipc::Channel};

use super::{
    problem::{Problem, ProblemCode},
    waited,
};
use crate::{
    companion_task::CompanionTask,
    replay_task::{ReplayTask, ReplayTold},
};

/// Every recording, and whether there are to be more.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct RecordingList {
    /// Whether what games say is recorded at the moment.
    records: bool,
    /// Where they are; files that are put there can be played too.
    folder: String,
    /// The newest first.
    rows: Vec<RecordingRow>,
}

/// How fast a recording is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplaySpeed {
    /// As it went.
    Recorded,
    /// Ten times as fast.
    TenTimes,
    /// Without waiting.
    Max,
}

/// Every recording.
#[tauri::command]
#[specta::specta]
pub(crate) async fn recordings_list(
    task: State<'_, CompanionTask>,
    recordings: State<'_, Recordings>,
) -> Result<RecordingList, Problem> {
    let (records, running) = {
        let companion = task.companion().await;
        let companion = companion.as_ref();
        let running = companion.map(companion::Companion::being_recorded);
        (companion.is_some_and(companion::Companion::records), running.unwrap_or_default())
    };
    let recordings = recordings.inner().clone();
    let folder = recordings.folder().display().to_string();
    let rows = waited(move || recordings.list(&running)).await?;
    Ok(RecordingList { records, folder, rows })
}

/// Records what games say from now on, or no more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn recording_switch(
    task: State<'_, CompanionTask>,
    on: bool,
) -> Result<(), Problem> {
    let companion = task.companion().await;
    Ok(companion.as_ref().ok_or(ProblemCode::NotRunning)?.record(on).await?)
}

/// Deletes a recording for good.
#[tauri::command]
#[specta::specta]
pub(crate) async fn recording_delete(
    task: State<'_, CompanionTask>,
    recordings: State<'_, Recordings>,
    name: String,
) -> Result<(), Problem> {
    let running = {
        let companion = task.companion().await;
        companion.as_ref().map(companion::Companion::being_recorded).unwrap_or_default()
    };
    let recordings = recordings.inner().clone();
    waited(move || recordings.delete(&name, &running)).await
}

/// Copies a recording into the player's downloads; where it is then.
#[tauri::command]
#[specta::specta]
pub(crate) async fn recording_export(
    app: AppHandle,
    recordings: State<'_, Recordings>,
    name: String,
) -> Result<String, Problem> {
    let downloads = app.path().download_dir().or_else(|_| app.path().home_dir());
    let folder = downloads.map_err(|_| ProblemCode::File)?.join("Ringside");
    let recordings = recordings.inner().clone();
    let path = waited(move || recordings.export(&name, &folder)).await?;
    Ok(path.display().to_string())
}

/// Makes a copy of a recording with every player called by a number.
#[tauri::command]
#[specta::specta]
pub(crate) async fn recording_redact(
    recordings: State<'_, Recordings>,
    name: String,
) -> Result<WithoutNames, Problem> {
    let recordings = recordings.inner().clone();
    waited(move || recordings.without_names(&name)).await
}

/// Plays a recording to the page, beside whatever is captured: nothing of it is
/// kept or sent. One that was being played ends.
#[tauri::command]
#[specta::specta]
pub(crate) async fn replay_start(
    window: WebviewWindow,
    recordings: State<'_, Recordings>,
    name: String,
    speed: ReplaySpeed,
    live: Channel<LiveUpdate>,
    told: Channel<ReplayTold>,
) -> Result<(), Problem> {
    let file = recordings.path(&name)?;
    let speed = match speed {
        ReplaySpeed::Recorded => Speed::Times(1.0),
        ReplaySpeed::TenTimes => Speed::Times(10.0),
        ReplaySpeed::Max => Speed::Max,
    };
    let replay: State<'_, Arc<ReplayTask>> = window.state();
    replay.start(&window, file, speed, live, told);
    Ok(())
}

/// Ends the replay, and what was shown of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn replay_stop(window: WebviewWindow) {
    window.state::<Arc<ReplayTask>>().stop(&window);
}
