//! Rocket League: whether the game serves its Stats API, and what to do where no game
//! with one was found.

use super::{Advice, Looking, Page, served};

pub(super) async fn page(looking: &Looking<'_>) -> Page {
    let mut advice = Vec::new();
    if looking.standing.is_empty() {
        advice.push(Advice::SetUpElsewhere {
            file: "TAGame/Config/DefaultStatsAPI.ini".to_owned(),
            content: None,
        });
    }
    Page { reachable: served(looking.settings.rocket_league.port).await, advice }
}
