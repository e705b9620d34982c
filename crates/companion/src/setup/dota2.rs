//! Dota 2: a file of ours among its configuration.

use std::path::Path;

use game_client::{Error as ClientError, dota2};

use super::{Content, Edition, Needs, Planned};

/// Wherever Steam has the game.
pub(super) fn found(needs: &Needs<'_>) -> Result<Vec<Planned>, ClientError> {
    let content = content(needs);
    let found = dota2::find_installations()?;
    Ok(found.iter().map(|one| planned(one, &content)).collect())
}

/// At a folder that the player named, or one of the game's.
pub(super) fn at(needs: &Needs<'_>, named: &Path) -> Vec<Planned> {
    let content = content(needs);
    let found = dota2::find_installations_at(named);
    found.iter().map(|one| planned(one, &content)).collect()
}

pub(crate) fn content(needs: &Needs<'_>) -> String {
    dota2::config_file(needs.settings.dota2.port, needs.token)
}

fn planned(found: &dota2::Installation, content: &str) -> Planned {
    Planned {
        path: found.config_path(),
        edition: Edition::Dota2,
        content: Content::Ours(content.to_owned()),
    }
}
