//! Elite Dangerous: where its journals are, and which is the newest.

use game_client::elite::{self, JOURNALS};

use super::{Looking, Page, files::Place};
use crate::Game;

pub(super) fn page(looking: &Looking<'_>) -> Page {
    let named = looking.settings.elite.folder.clone();
    let place = Place { is_named: named.is_some(), folder: named.or_else(elite::journal_folder) };
    let reachable = place.look(&JOURNALS);
    let advice = place.to_name(Game::Elite, &reachable).into_iter().collect();
    Page { reachable, advice }
}
