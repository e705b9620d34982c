//! The live view.

use std::sync::Arc;

use live_view::LiveUpdate;
use tauri::{Manager, WebviewWindow, async_runtime, ipc::Channel};

use crate::{
    attention::{self, Attentions},
    live::Live,
};

/// Tells the page the live view through `channel`: everything at once, then
/// what changes, while the window can be seen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_live(window: WebviewWindow, channel: Channel<LiveUpdate>) {
    let looks = window.state::<Attentions>().look(window.label(), attention::of(&window));
    let live = Arc::clone(&window.state::<Arc<Live>>());
    async_runtime::spawn(async move { live.tell(channel, looks).await });
}
