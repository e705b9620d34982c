//! What leaves this PC of other players and of which games; its identity; export and
//! erasure.

use std::{path::PathBuf, sync::Arc};

use boot_clock::BootClock;
use companion::{
    DataDir, GamesSent, Look, NamesSent, Presence, Privacy, Settings,
    event_model::Clock,
    privacy::{self, EraseReach, Erased, LeftBehind, NewIdentity, PrivacyState},
};
use overlay::hotkey::{Action, Bindings};
use tauri::{AppHandle, Manager, State};
use tracing::warn;

use super::{
    problem::{Problem, ProblemCode},
    queue::{Exported, exports},
    waited,
};
use crate::{
    autostart::Autostart,
    chapters::Chapters,
    companion_task::CompanionTask,
    hotkeys::Hotkeys,
    live::Live,
    overlay_state::OverlayState,
    overlay_task,
    presence::Staying,
    stream::{Lan, Stream},
    tray,
    worn::{self, Worn},
};

/// What leaves this PC, and under which identity.
#[tauri::command]
#[specta::specta]
pub(crate) async fn privacy_state(dir: State<'_, Arc<DataDir>>) -> Result<PrivacyState, Problem> {
    let dir = Arc::clone(&dir);
    waited(move || privacy::state(&dir)).await
}

/// How other players' names leave from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn privacy_names(
    task: State<'_, CompanionTask>,
    names: NamesSent,
) -> Result<(), Problem> {
    change(&task, |privacy| privacy.names = names).await
}

/// Which games' events leave from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn privacy_games(
    task: State<'_, CompanionTask>,
    send: GamesSent,
) -> Result<(), Problem> {
    change(&task, |privacy| privacy.send = send).await
}

/// Writes everything that this PC keeps of the player into a file in their downloads.
#[tauri::command]
#[specta::specta]
pub(crate) async fn privacy_export(
    app: AppHandle,
    dir: State<'_, Arc<DataDir>>,
) -> Result<Exported, Problem> {
    let (dir, folder) = (Arc::clone(&dir), exports(&app)?);
    let written = move || privacy::export(&dir, &folder, BootClock::new().now());
    let (path, events): (PathBuf, u64) = waited(written).await?;
    Ok(Exported { path: path.display().to_string(), events })
}

/// Makes this PC another device: capture stops for a moment. Not while a match runs,
/// which would link the two.
#[tauri::command]
#[specta::specta]
pub(crate) async fn privacy_new_identity(
    task: State<'_, CompanionTask>,
    live: State<'_, Arc<Live>>,
    dir: State<'_, Arc<DataDir>>,
) -> Result<NewIdentity, Problem> {
    if live.running().is_some() {
        return Err(ProblemCode::MatchRuns.into());
    }
    let dir = Arc::clone(&dir);
    let renewed = task.while_stopped(async move || waited(move || privacy::renew(&dir)).await);
    renewed.await.ok_or(ProblemCode::NotRunning)?
}

/// Erases what this PC keeps, and with `everywhere` what it sent before: capture stops
/// meanwhile, and goes on with an empty folder under another identity. Not while a match
/// runs, of which the half would be kept under the new one.
#[tauri::command]
#[specta::specta]
pub(crate) async fn privacy_erase(
    app: AppHandle,
    task: State<'_, CompanionTask>,
    live: State<'_, Arc<Live>>,
    dir: State<'_, Arc<DataDir>>,
    reach: EraseReach,
) -> Result<Erased, Problem> {
    if live.running().is_some() {
        return Err(ProblemCode::MatchRuns.into());
    }
    let (dir, upload) = (Arc::clone(&dir), task.upload_options());
    let shell = app.clone();
    let erased = task.while_stopped(async move || {
        let servers = match reach {
            EraseReach::Everywhere => privacy::erase_on_servers(&dir, &upload).await?,
            EraseReach::Here => Vec::new(),
        };
        let (erasing, settings) = (Arc::clone(&dir), Arc::clone(&dir));
        let here = waited(move || privacy::erase_here(&erasing)).await;
        // Also where it got stuck: nothing is shown any more of what may be gone.
        live.forget();
        shell.state::<Stream>().end().await;
        shell.state::<Lan>().end().await;
        // The companion would make them with its start, and what is chosen is kept there.
        if let Err(problem) = waited(move || Settings::load_or_create(&settings)).await {
            warn!(?problem, "There are no settings after an erasure");
        }
        let mut left = here.map_err(stuck)?;
        if reach == EraseReach::Here {
            left.insert(0, LeftBehind::OnServers);
        }
        Ok(Erased { servers, left })
    });
    let erased: Result<Erased, Problem> = erased.await.ok_or(ProblemCode::NotRunning)?;
    match &erased {
        Ok(_) => forget_choices(&app),
        Err(problem) if problem.is(ProblemCode::PartlyErased) => forget_choices(&app),
        Err(_) => {}
    }
    erased
}

/// A file that cannot be deleted is found after others are gone.
fn stuck(problem: Problem) -> Problem {
    if problem.is(ProblemCode::File) {
        problem.known_as(ProblemCode::PartlyErased)
    } else {
        problem
    }
}

/// What the windows wear, what closing one does, the overlay and the hotkeys are as on
/// the first day. Where it cannot be written it is so with the next start.
fn forget_choices(app: &AppHandle) {
    let worn = app.state::<Arc<Worn>>().choose(Look::default());
    let staying = app.state::<Staying>().choose(Presence::default().close_to_tray);
    if let Err(error) = worn.and(staying) {
        warn!(%error, "What was chosen before an erasure holds until the next start");
    }
    worn::dress(app);
    app.state::<Chapters>().forget();
    if let Err(error) = app.state::<Autostart>().switch(false) {
        warn!(error, "Ringside still starts with the system");
    }
    overlay_task::change(app, OverlayState::forget);
    tray::look_again(app);
    forget_hotkeys(app);
}

/// First none, so that none is refused since another still has its keys.
fn forget_hotkeys(app: &AppHandle) {
    let (hotkeys, first_day) = (app.state::<Hotkeys>(), Bindings::default());
    let none = Action::ALL.map(|action| (action, None));
    let first_day = Action::ALL.map(|action| (action, first_day.of(action)));
    for (action, keys) in none.into_iter().chain(first_day) {
        if let Err(problem) = hotkeys.bind(app, action, keys) {
            warn!(?problem, ?action, "A hotkey is kept until the next start");
        }
    }
}

async fn change(task: &CompanionTask, change: impl FnOnce(&mut Privacy)) -> Result<(), Problem> {
    let companion = task.companion().await;
    Ok(companion.as_ref().ok_or(ProblemCode::NotRunning)?.change_privacy(change).await?)
}
