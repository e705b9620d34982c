//! Binary `ringside-desktop`: one window over the companion.
//!
//! The shell shows and forwards; it decides nothing. What the companion tells
//! it (`companion::Shell`) is kept in a live view, of which each page that can
//! be seen has a stream; what a page may ask stands in [`commands`].

// A console window would open behind the app; logs go to stderr all the same.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod arguments;
mod attention;
#[cfg(test)]
mod bindings;
mod click_through;
mod commands;
mod companion_task;
mod live;
mod monitors;
mod overlay_task;
mod overlay_window;

use std::{error::Error, process::ExitCode, sync::Arc};

use clap::Parser;
use companion::DataDir;
use tauri::{App, AppHandle, Manager, RunEvent, WindowEvent, async_runtime};
use tracing_subscriber::EnvFilter;

use crate::{
    arguments::Arguments, attention::Attentions, companion_task::CompanionTask, live::Live,
};

/// What the machine lacks: `ringside` ends so too.
const EXIT_ENVIRONMENT: u8 = 4;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    match open(arguments) {
        Ok(app) => app.run(|app, event| on_event(app, &event)),
        Err(error) => {
            tracing::error!(
                error,
                "The window cannot be opened. Nothing is lost; `ringside run` captures without one"
            );
            return ExitCode::from(EXIT_ENVIRONMENT);
        }
    }
    ExitCode::SUCCESS
}

fn open(arguments: Arguments) -> Result<App, Box<dyn Error>> {
    let options = arguments.run_options();
    let dir = Arc::new(DataDir::look(options.data_dir.clone())?);
    let app = tauri::Builder::default()
        .invoke_handler(commands::builder().invoke_handler())
        .setup(move |app| {
            let live = Arc::new(Live::new());
            app.manage(Attentions::default());
            app.manage(overlay_window::Known::default());
            app.manage(overlay_window::PageHeight::default());
            app.manage(dir);
            app.manage(Arc::clone(&live));
            async_runtime::spawn(overlay_task::run(app.handle().clone(), Arc::clone(&live)));
            app.manage(CompanionTask::spawn(options, live));
            Ok(())
        })
        .build(tauri::generate_context!())?;
    Ok(app)
}

fn on_event(app: &AppHandle, event: &RunEvent) {
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
        return attentions.closed(label);
    }
    let Some(window) = app.get_webview_window(label) else { return };
    if matches!(event, WindowEvent::Resized(_) | WindowEvent::Focused(_)) {
        attentions.set(label, attention::of(&window));
    }
    if label == overlay_window::LABEL
        && matches!(event, WindowEvent::Resized(_) | WindowEvent::Moved(_))
    {
        overlay_window::placed(&window);
    }
}
