//! How Ringside looks and starts.

use std::sync::Arc;

use companion::Look;
use serde::Serialize;
use tauri::{AppHandle, Manager, State, WebviewWindow, async_runtime, ipc::Channel};

use super::problem::{Problem, ProblemCode};
use crate::{
    autostart::Autostart,
    presence::Staying,
    tray,
    words::Spoken,
    worn::{self, Worn},
};

/// How Ringside starts, and what becomes of it when its window is closed.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct StartShown {
    /// Whether it starts with the system; `None` where the system does not say.
    at_login: Option<bool>,
    /// Whether closing the window is to leave it in the tray.
    close_to_tray: bool,
    /// Whether there is a tray at the moment.
    tray: bool,
}

/// Tells the page the look through `channel`: at once, then as it changes.
/// `systems` is the language that the page's system wants.
#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_look(window: WebviewWindow, channel: Channel<Look>, systems: String) {
    let worn = window.state::<Arc<Worn>>();
    worn.heard(Spoken::of_tag(&systems));
    let mut changes = worn.changes();
    async_runtime::spawn(async move { Worn::tell(&mut changes, channel).await });
}

/// Wears this look in every window, from here on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn look_choose(app: AppHandle, look: Look) -> Result<(), Problem> {
    app.state::<Arc<Worn>>().choose(look)?;
    worn::dress(&app);
    Ok(())
}

/// How Ringside starts.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_state(app: AppHandle) -> Result<StartShown, Problem> {
    let close_to_tray = app.state::<Staying>().closes_to_tray();
    let at_login = app.state::<Autostart>().is_on();
    let tray = async_runtime::spawn_blocking(move || tray::is_seen(&app)).await;
    Ok(StartShown { at_login, close_to_tray, tray: tray.unwrap_or(false) })
}

/// Lets Ringside start with the system, or not.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_at_login(entry: State<'_, Autostart>, on: bool) -> Result<(), Problem> {
    entry.switch(on).map_err(|error| Problem::new(ProblemCode::File, error))
}

/// Lets closing the window leave Ringside in the tray, or end it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn close_to_tray(staying: State<'_, Staying>, on: bool) -> Result<(), Problem> {
    Ok(staying.choose(on)?)
}
