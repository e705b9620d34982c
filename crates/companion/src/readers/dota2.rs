//! Dota 2: it posts to a port of this PC.

use game_client::{GsiConfig, GsiGame, GsiListener};
use live_view::SourceState;

use super::{Started, With, cs2::now, unheard};

pub(super) async fn start(with: &With<'_>) -> Result<Started, SourceState> {
    let port = with.settings.dota2.port;
    let config = GsiConfig { game: GsiGame::Dota2, port, token: with.token.clone() };
    let bound = GsiListener::bind(config, with.clock()).await;
    let listener = bound.map_err(|error| unheard(port, &error))?;
    let (health, address) = (listener.health(), listener.local_addr());
    let run = |readings, stop| async move {
        if let Err(error) = listener.run(readings, stop).await {
            tracing::error!(%error, "The listener for Dota 2 stopped");
        }
    };
    Ok(with.spawn(move || now(&health.borrow()), run).at(address))
}
