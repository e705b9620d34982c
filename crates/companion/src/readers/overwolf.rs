//! The page in Overwolf: it posts to a port of this PC what Overwolf tells it.

use std::sync::Arc;

use event_model::Game;
use game_client::{BridgeConfig, BridgeHealth, OverwolfBridge};
use live_view::{GameOff, SourceState};

use super::{Now, Started, With, unheard};
use crate::overwolf_page;

pub(super) async fn start(with: &With<'_>) -> Result<Started, SourceState> {
    let port = with.settings.overwolf.port;
    let config = BridgeConfig { port, token: with.page_token.clone() };
    let bound = OverwolfBridge::bind(config, with.clock()).await;
    let bridge = bound.map_err(|error| unheard(port, &error))?;
    let (off, shown) = (with.games_off.clone(), with.games_off.clone());
    let (posting, clock) = (with.posting.clone(), with.clock());
    let (league, league_is_read) = (Game::league(), with.league_is_read.clone());
    let bridge = bridge.leaving_out(Arc::new(move |game| {
        let is_unread = *game == league && !*league_is_read.borrow();
        let is_off = off.borrow().iter().any(|off| off.game == game.as_str());
        is_unread || is_off || posting.speaks_for(game, &*clock)
    }));
    let (health, address) = (bridge.health(), bridge.local_addr());
    if let Some(dir) = with.dir
        && let Err(error) = overwolf_page::write(dir, address.port(), with.page_token.expose())
    {
        tracing::error!(%error, "The page for Overwolf could not be written");
    }
    let run = |readings, stop| async move {
        if let Err(error) = bridge.run(readings, stop).await {
            tracing::error!(%error, "The bridge to Overwolf stopped");
        }
    };
    Ok(with.spawn(move || now(&health.borrow(), &shown.borrow()), run).at(address))
}

fn now(health: &BridgeHealth, games_off: &[GameOff]) -> Now {
    let state = match (health.messages, health.unauthorised) {
        (0, 0) => SourceState::Listening,
        (0, _) => SourceState::OtherToken,
        (_, _) => SourceState::Receiving,
    };
    let refused_posts = health.foreign + health.unauthorised + health.oversized + health.malformed;
    let games_off = games_off.to_vec();
    Now { refused_posts, frames_dropped: health.missing, games_off, ..Now::at(state) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_lost_and_what_was_refused_is_shown() {
        let health = BridgeHealth {
            messages: 9,
            missing: 3,
            foreign: 2,
            malformed: 1,
            ..BridgeHealth::default()
        };
        let shown = now(&health, &[]);
        assert_eq!(shown.state, SourceState::Receiving);
        assert_eq!((shown.frames_dropped, shown.refused_posts), (3, 3));
        let other = BridgeHealth { unauthorised: 1, ..BridgeHealth::default() };
        assert_eq!(now(&other, &[]).state, SourceState::OtherToken);
        assert_eq!(now(&BridgeHealth::default(), &[]).state, SourceState::Listening);
    }
}
