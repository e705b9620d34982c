//! Binary `ringside-desktop`: one window over the companion.
//!
//! The shell shows and forwards; it decides nothing. What the companion tells
//! it (`companion::Shell`) goes to the page as Tauri events, and the page asks
//! two commands for what was told before it could listen.

// A console window would open behind the app; logs go to stderr all the same.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod arguments;
#[cfg(test)]
mod bindings;
mod commands;
mod companion_task;
mod page;
mod shown;
mod view;

use std::sync::Arc;

use clap::Parser;
use tauri::{Manager, RunEvent};
use tracing_subscriber::EnvFilter;

use crate::{arguments::Arguments, companion_task::CompanionTask, page::Page};

fn main() {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let app = tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![commands::feed_recent, commands::status_now])
        .setup(move |app| {
            let page = Arc::new(Page::new(app.handle().clone()));
            app.manage(Arc::clone(&page));
            app.manage(CompanionTask::spawn(arguments.run_options(), page));
            Ok(())
        })
        .build(tauri::generate_context!())
        .expect("a display to open the window on");
    app.run(|app, event| {
        if matches!(event, RunEvent::Exit) {
            app.state::<CompanionTask>().stop();
        }
    });
}
