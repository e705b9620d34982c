//! What the page may ask: what was told before it could listen.

use std::sync::Arc;

use tauri::State;

use crate::{
    page::Page,
    view::{FeedLine, Status},
};

/// The feed's recent lines, newest first.
#[tauri::command]
pub(crate) fn feed_recent(page: State<'_, Arc<Page>>) -> Vec<FeedLine> {
    page.feed_recent()
}

/// The status at this moment.
#[tauri::command]
pub(crate) fn status_now(page: State<'_, Arc<Page>>) -> Status {
    page.status_now()
}
