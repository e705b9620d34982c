//! Rocket League: two keys in an ini of the game's.

use std::path::Path;

use game_client::{Error as ClientError, rocket_league};

use super::{Content, Edition, Needs, Planned};

/// Wherever Steam or Epic's launcher has the game, and what it keeps of the ini among
/// the player's documents.
pub(super) fn found(needs: &Needs<'_>) -> Result<Vec<Planned>, ClientError> {
    let port = needs.settings.rocket_league.port;
    let found = rocket_league::find_installations()?;
    Ok(found.into_iter().map(|one| planned(one, port)).collect())
}

/// At a folder that the player named, or one of the game's.
pub(super) fn at(needs: &Needs<'_>, named: &Path) -> Vec<Planned> {
    let port = needs.settings.rocket_league.port;
    let found = rocket_league::find_installations_at(named);
    found.into_iter().map(|one| planned(one, port)).collect()
}

fn planned(found: rocket_league::Installation, port: u16) -> Planned {
    Planned {
        path: found.ini,
        edition: Edition::RocketLeague,
        content: Content::Inside(Box::new(move |text| {
            rocket_league::with_stats_api_text(text, port)
        })),
    }
}
