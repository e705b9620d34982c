//! What stands between each game and its events, as codes for a page.

use std::path::PathBuf;

use serde::Serialize;

use crate::{
    DataDir, Edition, Error, Game, Settings, Setup,
    error::with_cause,
    setup::{FileState, Standing},
};

/// What is known of a game without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct GameLook {
    /// The game.
    pub game: Game,
    /// Whether the settings have it on.
    pub enabled: bool,
    /// The port of its local API, or the one that it posts to; none for a game that is
    /// read from its files.
    pub port: Option<u16>,
    /// The folder of its files, where the player named one.
    pub folder: Option<String>,
    /// Whether another program of the game's is asked which match runs, where there is one:
    /// League's client.
    pub client_asked: Option<bool>,
    /// Where it is installed, where that can be told.
    pub found: Vec<FoundGame>,
    /// Why the installed games cannot be listed, for whoever looks further.
    pub trouble: Option<String>,
}

/// One installation of a game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct FoundGame {
    /// Which.
    pub edition: Edition,
    /// The file that makes it report here.
    pub path: String,
    /// How that file is.
    pub config: ConfigFound,
    /// Whether Ringside set it up, and can undo that.
    pub can_undo: bool,
}

/// How the file that makes a game report here is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ConfigFound {
    /// There is none.
    Missing,
    /// It says what is needed.
    Current,
    /// It says something else.
    Differs,
    /// It cannot be read.
    Unreadable,
}

/// Looks at every game that this version reads; changes nothing of a game's.
///
/// # Errors
/// Where this installation cannot be used.
pub fn look_at_games(dir: &DataDir) -> Result<Vec<GameLook>, Error> {
    let (settings, setup) = (Settings::load_or_create(dir)?, Setup::of(dir)?);
    let done = Setup::done(dir)?;
    Game::READ.into_iter().map(|game| look_at(game, &settings, &setup, &done)).collect()
}

fn look_at(
    game: Game,
    settings: &Settings,
    setup: &Setup,
    done: &[PathBuf],
) -> Result<GameLook, Error> {
    let (standing, trouble) = setup.standing(game)?;
    Ok(GameLook {
        game,
        enabled: settings.reads(game),
        port: settings.port_of(game),
        folder: settings.folder_of(game).map(|folder| folder.display().to_string()),
        client_asked: (game == Game::League).then_some(settings.league.client_api),
        found: standing.iter().map(|one| found_game(one, done)).collect(),
        trouble: trouble.map(|error| with_cause(&error)),
    })
}

fn found_game(standing: &Standing, done: &[PathBuf]) -> FoundGame {
    FoundGame {
        edition: standing.edition,
        can_undo: done.contains(&standing.path),
        path: standing.path.display().to_string(),
        config: match &standing.state {
            FileState::Missing => ConfigFound::Missing,
            FileState::Current => ConfigFound::Current,
            FileState::Differs { .. } => ConfigFound::Differs,
            FileState::Unreadable { .. } => ConfigFound::Unreadable,
        },
    }
}
