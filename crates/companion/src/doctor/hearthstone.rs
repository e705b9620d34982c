//! Hearthstone: where its logs are, which is the newest, and what it takes that there
//! is one.

use game_client::hearthstone::{self, POWER_LOGS};

use super::{Advice, Looking, Page, files::Place};
use crate::Game;

pub(super) fn page(looking: &Looking<'_>) -> Page {
    let named = looking.settings.hearthstone.folder.clone();
    let place = Place { is_named: named.is_some(), folder: named.or_else(hearthstone::log_folder) };
    let reachable = place.look(&POWER_LOGS);
    let mut advice = Vec::new();
    if looking.standing.is_empty() {
        advice.push(Advice::StartGameOnce);
    }
    advice.extend(place.to_name(Game::Hearthstone, &reachable));
    Page { reachable, advice }
}
