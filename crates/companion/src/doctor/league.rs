//! League: its own server answers while a match runs.

use super::{Looking, Page, served};

pub(super) async fn page(looking: &Looking<'_>) -> Page {
    Page { reachable: served(looking.settings.league.port).await, advice: Vec::new() }
}
