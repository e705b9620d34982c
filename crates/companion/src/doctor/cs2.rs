//! Counter-Strike: whether Ringside listens, and what to do where Steam has no game.

use super::{Advice, Looking, Page, answers};
use crate::Game;

pub(super) async fn page(looking: &Looking<'_>) -> Page {
    let port = looking.settings.cs2.port;
    let reachable = if answers(port).await {
        format!("Ringside listens on 127.0.0.1:{port}")
    } else {
        format!("nothing listens on 127.0.0.1:{port}: Ringside is not running")
    };
    let mut advice = Vec::new();
    if looking.standing.is_empty() {
        advice.push(Advice {
            what: format!(
                "no Counter-Strike was found through Steam; where it is installed elsewhere, \
                 write this into its folder game/csgo/cfg as {}",
                game_client::cs2::CONFIG_FILE_NAME
            ),
            content: looking.setup.own_file(Game::Cs2),
        });
    }
    Page { reachable, advice }
}
