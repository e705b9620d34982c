//! League: its own server answers while a match runs.

use super::{Looking, Page, answers};

pub(super) async fn page(looking: &Looking<'_>) -> Page {
    let port = looking.settings.league.port;
    let reachable = if answers(port).await {
        format!("something answers on 127.0.0.1:{port}: a match is running or loading")
    } else {
        format!("nothing answers on 127.0.0.1:{port}: the game serves only while a match runs")
    };
    Page { reachable, advice: Vec::new() }
}
