//! What a page may ask of the shell, by area.
//!
//! Every command is asynchronous: one that makes a window would else wait for
//! itself on Windows. Which page may ask what stands in `capabilities/`.

#![expect(clippy::let_underscore_must_use, reason = "written by `tauri::command`")]

mod first_run;
mod games;
mod help;
mod hotkeys;
mod join;
mod live;
mod matches;
mod overlay;
mod privacy;
mod problem;
mod queue;
mod recordings;
mod settings;
mod stream;
mod upload;

pub(crate) use first_run::FirstRun;
pub(crate) use problem::{Problem, ProblemCode};
use tauri::async_runtime::spawn_blocking;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

/// Everything a page may ask, for the handler and for the page's types alike.
#[expect(clippy::too_many_lines, reason = "one list, a line for each command")]
pub(crate) fn builder() -> Builder<tauri::Wry> {
    Builder::new().error_handling(ErrorHandlingMode::Result).commands(collect_commands![
        help::about,
        help::examine,
        help::keep_support_file,
        help::log_lines,
        help::support_file,
        hotkeys::hotkey_bind,
        hotkeys::hotkey_test,
        hotkeys::hotkeys_ask,
        hotkeys::hotkeys_configure,
        hotkeys::hotkeys_state,
        hotkeys::hotkeys_watch,
        live::watch_live,
        overlay::overlay_act,
        overlay::overlay_alive,
        overlay::overlay_configure,
        overlay::overlay_edit,
        overlay::overlay_fit,
        overlay::overlay_settings,
        overlay::overlay_watch,
        first_run::first_run_end,
        first_run::first_run_is_due,
        join::invitation_accept,
        join::invitation_pending,
        join::invitation_read,
        games::game_enable,
        games::game_setup,
        games::game_setup_preview,
        games::game_setup_undo,
        games::game_setup_undo_preview,
        games::games_look,
        games::league_client_ask,
        privacy::privacy_erase,
        privacy::privacy_export,
        privacy::privacy_games,
        privacy::privacy_names,
        privacy::privacy_new_identity,
        privacy::privacy_state,
        matches::match_chapters,
        matches::match_csv,
        matches::match_erase,
        matches::match_open,
        matches::match_witnesses,
        matches::matches_page,
        queue::queue_body,
        queue::queue_delete,
        queue::queue_delete_waiting,
        queue::queue_export,
        queue::queue_page,
        queue::queue_requeue,
        stream::lan_end_devices,
        stream::lan_new_code,
        stream::lan_state,
        stream::lan_switch,
        stream::stream_change,
        stream::stream_new_address,
        stream::stream_state,
        settings::close_to_tray,
        settings::look_choose,
        settings::start_at_login,
        settings::start_state,
        settings::watch_look,
        recordings::recording_delete,
        recordings::recording_export,
        recordings::recording_redact,
        recordings::recording_switch,
        recordings::recordings_list,
        recordings::replay_start,
        recordings::replay_stop,
        upload::upload_agree,
        upload::upload_hold,
        upload::upload_let_go,
        upload::upload_retry_now,
        upload::upload_withdraw,
    ])
}

/// What waits for a disk does so beside the threads that serve the windows.
async fn waited<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, companion::Error> + Send + 'static,
) -> Result<T, Problem> {
    let done = spawn_blocking(work).await.map_err(|_| ProblemCode::Other)?;
    Ok(done?)
}
