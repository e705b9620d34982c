//! Elite Dangerous: its journals are followed as the game writes them.

use game_client::elite;
use live_view::SourceState;

use super::{Started, With, followed};
use crate::Game;

pub(super) fn start(with: &With<'_>) -> Result<Started, SourceState> {
    followed::start(with, Game::Elite, elite::JOURNALS)
}
