//! Hearthstone: its Power.log is followed as the game writes it.

use event_model::Source;
use game_client::{FollowConfig, LogFollower, hearthstone};
use live_view::SourceState;

use super::{Started, With, followed};
use crate::Game;

pub(super) fn start(with: &With<'_>) -> Result<Started, SourceState> {
    let folder = with.settings.followed(Game::Hearthstone).ok_or(SourceState::NotFound)?;
    let (source, layout) = (Source::Hearthstone, hearthstone::POWER_LOGS);
    let config = FollowConfig { source, folder, layout, from: with.taken_to(source) };
    let follower = LogFollower::new(config, with.clock());
    let health = follower.health();
    let now = move || followed::now(&health.borrow());
    Ok(with.spawn(now, |readings, stop| follower.run(readings, stop)))
}
