//! Hearthstone: its Power.log is followed as the game writes it.

use game_client::hearthstone;
use live_view::SourceState;

use super::{Started, With, followed};
use crate::Game;

pub(super) fn start(with: &With<'_>) -> Result<Started, SourceState> {
    followed::start(with, Game::Hearthstone, hearthstone::POWER_LOGS)
}
