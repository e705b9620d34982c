//! Dota 2: whether Ringside listens, what to do where Steam has no game, and what no
//! file can do.

use game_client::dota2::{CONFIG_FILE_NAME, LAUNCH_OPTION};

use super::{Advice, Looking, Page, heard};
use crate::Game;

pub(super) async fn page(looking: &Looking<'_>) -> Page {
    let mut advice = Vec::new();
    if looking.standing.is_empty() {
        advice.push(Advice::SetUpElsewhere {
            file: format!("game/dota/cfg/gamestate_integration/{CONFIG_FILE_NAME}"),
            content: looking.setup.own_file(Game::Dota2),
        });
    }
    advice.push(Advice::AddLaunchOption { option: LAUNCH_OPTION.to_owned() });
    Page { reachable: heard(looking.settings.dota2.port).await, advice }
}
