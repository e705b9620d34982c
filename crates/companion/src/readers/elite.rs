//! Elite Dangerous: its journals are followed as the game writes them.

use event_model::Source;
use game_client::{FollowConfig, LogFollower, elite};
use live_view::SourceState;

use super::{Started, With, followed};
use crate::Game;

pub(super) fn start(with: &With<'_>) -> Result<Started, SourceState> {
    let folder = with.settings.followed(Game::Elite).ok_or(SourceState::NotFound)?;
    let (source, layout) = (Source::Elite, elite::JOURNALS);
    let config = FollowConfig { source, folder, layout, from: with.taken_to(source) };
    let follower = LogFollower::new(config, with.clock());
    let health = follower.health();
    let now = move || followed::now(&health.borrow());
    Ok(with.spawn(now, |readings, stop| follower.run(readings, stop)))
}
