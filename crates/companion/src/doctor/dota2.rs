//! Dota 2: whether Ringside listens, what to do where Steam has no game, and what no
//! file can do.

use game_client::dota2::{CONFIG_FILE_NAME, LAUNCH_OPTION};

use super::{Advice, Looking, Page, answers};
use crate::Game;

pub(super) async fn page(looking: &Looking<'_>) -> Page {
    let port = looking.settings.dota2.port;
    let reachable = if answers(port).await {
        format!("Ringside listens on 127.0.0.1:{port}")
    } else {
        format!("nothing listens on 127.0.0.1:{port}: Ringside is not running")
    };
    let advice = if looking.standing.is_empty() {
        Advice {
            what: format!(
                "no Dota 2 was found through Steam; where it is installed elsewhere, write this \
                 into its folder game/dota/cfg/gamestate_integration as {CONFIG_FILE_NAME}, and \
                 add {LAUNCH_OPTION} to its launch options in Steam"
            ),
            content: looking.setup.own_file(Game::Dota2),
        }
    } else {
        Advice::sentence(format!(
            "add {LAUNCH_OPTION} to the game's launch options in Steam, where it is not there \
             yet: without it the game reads no such file"
        ))
    };
    Page { reachable, advice: vec![advice] }
}
