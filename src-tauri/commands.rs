//! What a page may ask of the shell.

use std::sync::Arc;

use live_view::LiveUpdate;
use tauri::{State, WebviewWindow, async_runtime, ipc::Channel};

use crate::{
    attention::{self, Attentions},
    live::Live,
};

/// Everything a page may ask, for the handler and for the page's types alike.
pub(crate) fn builder() -> tauri_specta::Builder<tauri::Wry> {
    tauri_specta::Builder::new()
        .commands(tauri_specta::collect_commands![watch_live])
        .error_handling(tauri_specta::ErrorHandlingMode::Throw)
}

/// Tells the page the live view through `channel`: everything at once, then
/// what changes, while the window can be seen.
#[tauri::command]
#[specta::specta]
pub(crate) fn watch_live(
    window: WebviewWindow,
    live: State<'_, Arc<Live>>,
    attentions: State<'_, Attentions>,
    channel: Channel<LiveUpdate>,
) {
    let looks = attentions.look(window.label(), attention::of(&window));
    let live = Arc::clone(&live);
    async_runtime::spawn(async move { live.tell(channel, looks).await });
}
