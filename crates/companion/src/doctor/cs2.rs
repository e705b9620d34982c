//! Counter-Strike: whether Ringside listens, and what to do where Steam has no game.

use super::{Advice, Looking, Page, heard};
use crate::Game;

pub(super) async fn page(looking: &Looking<'_>) -> Page {
    let mut advice = Vec::new();
    if looking.standing.is_empty() {
        advice.push(Advice::SetUpElsewhere {
            file: format!("game/csgo/cfg/{}", game_client::cs2::CONFIG_FILE_NAME),
            content: looking.setup.own_file(Game::Cs2),
        });
    }
    Page { reachable: heard(looking.settings.cs2.port).await, advice }
}
