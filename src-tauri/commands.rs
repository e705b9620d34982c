//! What a page may ask of the shell, by area.
//!
//! Every command is asynchronous: one that makes a window would else wait for
//! itself on Windows. Which page may ask what stands in `capabilities/`.

#![expect(clippy::let_underscore_must_use, reason = "written by `tauri::command`")]

mod live;
mod problem;
mod queue;
mod upload;

use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

/// Everything a page may ask, for the handler and for the page's types alike.
pub(crate) fn builder() -> Builder<tauri::Wry> {
    Builder::new().error_handling(ErrorHandlingMode::Result).commands(collect_commands![
        live::overlay_fit,
        live::watch_live,
        queue::queue_body,
        queue::queue_delete,
        queue::queue_export,
        queue::queue_page,
        queue::queue_requeue,
        upload::upload_agree,
        upload::upload_hold,
        upload::upload_let_go,
        upload::upload_retry_now,
        upload::upload_withdraw,
    ])
}
