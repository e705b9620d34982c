//! Counter-Strike: it posts to a port of this PC.

use game_client::{GsiConfig, GsiGame, GsiHealth, GsiListener};
use live_view::SourceState;

use super::{Now, Started, With, unheard};

pub(super) async fn start(with: &With<'_>) -> Result<Started, SourceState> {
    let port = with.settings.cs2.port;
    let config = GsiConfig { game: GsiGame::CounterStrike, port, token: with.token.clone() };
    let bound = GsiListener::bind(config, with.clock()).await;
    let listener = bound.map_err(|error| unheard(port, &error))?;
    let (health, address) = (listener.health(), listener.local_addr());
    with.posting.is_heard_by(listener.health());
    let run = |readings, stop| async move {
        if let Err(error) = listener.run(readings, stop).await {
            tracing::error!(%error, "The listener for Counter-Strike stopped");
        }
    };
    Ok(with.spawn(move || now(&health.borrow()), run).at(address))
}

pub(super) fn now(health: &GsiHealth) -> Now {
    let state = match (health.frames, health.unauthorised) {
        (0, 0) => SourceState::Listening,
        (0, _) => SourceState::OtherToken,
        (_, _) => SourceState::Receiving,
    };
    let refused_posts = health.foreign + health.unauthorised + health.oversized;
    Now { refused_posts, frames_dropped: health.dropped, ..Now::at(state) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_reads_the_readers_own_words() {
        for (frames, unauthorised) in [(0, 0), (0, 3), (9, 3)] {
            let health = GsiHealth { frames, unauthorised, ..GsiHealth::default() };
            assert_eq!(now(&health).state.to_string(), health.to_string());
        }
    }
}
