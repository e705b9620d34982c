//! Binary `ringside-desktop`: windows, tray and hotkeys over the companion.
//!
//! The shell shows and forwards; it decides nothing. What the companion tells
//! it (`companion::Shell`) is kept in a live view, of which each page that can
//! be seen has a stream; what a page may ask stands in [`commands`].

// A console window would open behind the app; logs go to stderr all the same.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod actions;
mod arguments;
mod attention;
mod autostart;
#[cfg(test)]
mod bindings;
mod chapters;
mod click_through;
mod commands;
mod companion_task;
mod entrance;
mod game_watch;
mod hotkeys;
mod invitations;
mod live;
mod logging;
mod main_window;
mod monitors;
mod no_window;
mod on_screen;
mod overlay_state;
mod overlay_task;
mod overlay_window;
mod presence;
mod quiet;
mod replay_task;
mod second_start;
mod stream;
mod tray;
mod words;
mod worn;

use std::{error::Error, process::ExitCode, sync::Arc};

use clap::Parser;
use companion::{DataDir, OverlaySettings, Recordings, Settings};
use tauri::{App, AppHandle, Manager, RunEvent, WindowEvent, async_runtime};
use tokio::sync::oneshot;

use crate::{
    arguments::Arguments, attention::Attentions, autostart::Autostart, chapters::Chapters,
    commands::FirstRun, companion_task::CompanionTask, invitations::Invitations, live::Live,
    no_window::Lack, overlay_state::Overlay, overlay_task::Stagehand, presence::Staying,
    quiet::QuietRule, replay_task::ReplayTask, worn::Worn,
};

/// What the machine lacks: `ringside` ends so too.
const EXIT_ENVIRONMENT: u8 = 4;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let dir = DataDir::look(arguments.data_dir().map(Into::into)).map(Arc::new);
    logging::begin(dir.as_deref().ok());

    let known = dir.as_deref().ok().cloned();
    if let Some(lack) = no_window::lack() {
        return no_window::end(lack, None, known.as_ref());
    }
    let opened =
        no_window::or_lack(|| dir.map_err(Into::into).and_then(|dir| open(arguments, dir)));
    match opened {
        Ok(app) => app.run(|app, event| on_event(app, &event)),
        Err(error) => return no_window::end(Lack::Other, Some(&error), known.as_ref()),
    }
    ExitCode::SUCCESS
}

fn open(arguments: Arguments, dir: Arc<DataDir>) -> Result<App, Box<dyn Error>> {
    let asked = FirstRun { is_asked: arguments.asks_what_is_new() };
    let context = tauri::generate_context!();
    let is_named = arguments.data_dir().is_some();
    let mut builder = tauri::Builder::default();
    // The first of all plugins: a second start ends here.
    if let Some(plugin) = second_start::plugin(&context.config().identifier, &dir, is_named) {
        builder = builder.plugin(plugin);
    }
    let app = builder
        .invoke_handler(commands::builder().invoke_handler())
        .setup(move |app| {
            let live = Arc::new(Live::new());
            app.manage(overlay_of(&dir));
            be_present(app.handle(), &arguments, &dir, &live);
            app.manage(Attentions::default());
            app.manage(Stagehand::new());
            app.manage(Recordings::of(&dir));
            app.manage(Arc::new(ReplayTask::default()));
            app.manage(dir);
            app.manage(asked);
            app.manage(Arc::clone(&live));
            async_runtime::spawn(overlay_task::run(app.handle().clone(), Arc::clone(&live)));
            async_runtime::spawn(game_watch::run(app.handle().clone(), Arc::clone(&live)));
            game_watch::watch_compositing(app.handle());
            app.manage(stream::Stream::default());
            app.manage(stream::Lan::default());
            async_runtime::spawn(stream::follow_language(app.handle().clone()));
            async_runtime::spawn(stream::begin(app.handle().clone()));
            let (begun, begins) = oneshot::channel();
            let hidden = arguments.hidden();
            async_runtime::spawn(entrance::appear(app.handle().clone(), begins, hidden));
            app.manage(CompanionTask::spawn(arguments.run_options(), live, begun));
            Ok(())
        })
        .build(context)?;
    Ok(app)
}

/// What there is of the app beside its windows.
fn be_present(app: &AppHandle, arguments: &Arguments, dir: &Arc<DataDir>, live: &Arc<Live>) {
    let settings = Settings::as_they_stand(dir);
    let invitations = Invitations::default();
    if let Some(link) = arguments.link() {
        invitations.offer(link);
    }
    app.manage(invitations);
    app.manage(Chapters::of_installation(dir));
    app.manage(QuietRule::default());
    app.manage(Autostart::of(arguments));
    app.manage(Staying::new(Arc::clone(dir), settings.presence));
    app.manage(Arc::new(Worn::new(Arc::clone(dir), settings.look)));
    worn::dress(app);
    hotkeys::begin(app, Arc::clone(dir), &settings);
    tray::begin(app, live);
    async_runtime::spawn(quiet::follow(app.clone(), Arc::clone(live)));
}

/// As it was chosen and left. Settings that cannot be read are said elsewhere.
fn overlay_of(dir: &DataDir) -> Overlay {
    let settings = OverlaySettings::load(dir).unwrap_or_default();
    Overlay::new(settings, companion::load_overlay_places(dir))
}

fn on_event(app: &AppHandle, event: &RunEvent) {
    // Who ends the app says so; windows come and go.
    if let RunEvent::ExitRequested { code: None, api, .. } = event {
        api.prevent_exit();
    }
    if let RunEvent::WindowEvent { label, event, .. } = event {
        on_window(app, label, event);
    }
    if matches!(event, RunEvent::Exit) {
        app.state::<CompanionTask>().stop();
    }
}

/// A system tells of minimising by a new size or by the focus that goes.
fn on_window(app: &AppHandle, label: &str, event: &WindowEvent) {
    let attentions = app.state::<Attentions>();
    if matches!(event, WindowEvent::Destroyed) {
        attentions.closed(label);
        if label == main_window::LABEL {
            app.state::<Arc<ReplayTask>>().end(&attentions, label);
            presence::window_closed(app);
        }
        if label == overlay_window::LABEL {
            overlay_task::window_is_gone(app);
        }
        return;
    }
    let Some(window) = app.get_webview_window(label) else { return };
    if matches!(event, WindowEvent::Resized(_) | WindowEvent::Focused(_)) {
        attentions.set(label, attention::of(&window));
    }
    if let (main_window::LABEL, WindowEvent::ThemeChanged(theme)) = (label, event) {
        main_window::wear(app, *theme);
    }
    if label == overlay_window::LABEL
        && matches!(event, WindowEvent::Resized(_) | WindowEvent::Moved(_))
    {
        overlay_window::obey_mode(&window);
    }
}
