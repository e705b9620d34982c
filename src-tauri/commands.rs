//! What a page may ask of the shell.

use std::sync::Arc;

use live_view::LiveUpdate;
use tauri::{Manager, WebviewWindow, async_runtime, ipc::Channel};

use crate::{
    attention::{self, Attentions},
    live::Live,
    overlay_window,
};

/// Everything a page may ask, for the handler and for the page's types alike.
pub(crate) fn builder() -> tauri_specta::Builder<tauri::Wry> {
    tauri_specta::Builder::new()
        .commands(tauri_specta::collect_commands![overlay_fit, watch_live])
        .error_handling(tauri_specta::ErrorHandlingMode::Throw)
}

/// Makes the overlay as high as its page is, in CSS pixels.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overlay_fit(window: WebviewWindow, height: u32) {
    overlay_window::fit(&window, height);
}

/// Tells the page the live view through `channel`: everything at once, then
/// what changes, while the window can be seen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_live(window: WebviewWindow, channel: Channel<LiveUpdate>) {
    let looks = window.state::<Attentions>().look(window.label(), attention::of(&window));
    let live = Arc::clone(&window.state::<Arc<Live>>());
    async_runtime::spawn(async move { live.tell(channel, looks).await });
}
