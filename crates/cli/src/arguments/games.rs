//! Games as the command line names them, and where a run reads them.

use std::path::PathBuf;

use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use companion::{Game, RunOptions};

/// Ports and folders of games, for testing and for a second installation.
#[derive(Args)]
pub(crate) struct GamesArguments {
    /// Port of League's local API, where it is not the usual one; for testing
    #[arg(long, value_name = "PORT")]
    league_port: Option<u16>,
    /// Root certificate of League's local API, as a PEM file; for testing
    #[arg(long, value_name = "FILE")]
    league_root: Option<PathBuf>,
    /// Ask the League client in this folder for the number of the match
    #[arg(long, value_name = "DIR")]
    league_client_folder: Option<PathBuf>,
    /// Port that Counter-Strike posts to; 0 for any free one
    #[arg(long, value_name = "PORT")]
    gsi_port: Option<u16>,
    /// Port that Dota 2 posts to; 0 for any free one
    #[arg(long, value_name = "PORT")]
    dota2_port: Option<u16>,
    /// Port of Rocket League's local API, where it is not the usual one
    #[arg(long, value_name = "PORT")]
    rocket_league_port: Option<u16>,
    /// Port that the page in Overwolf reports to; 0 for any free one
    #[arg(long, value_name = "PORT")]
    overwolf_port: Option<u16>,
    /// Folder of Elite Dangerous's journals
    #[arg(long, value_name = "DIR")]
    elite_folder: Option<PathBuf>,
    /// Folder of Hearthstone's logs
    #[arg(long, value_name = "DIR")]
    hearthstone_folder: Option<PathBuf>,
}

impl GamesArguments {
    /// A run with these.
    pub(crate) fn options(self) -> RunOptions {
        RunOptions {
            league_port: self.league_port,
            league_root: self.league_root,
            league_client_folder: self.league_client_folder,
            gsi_port: self.gsi_port,
            dota2_port: self.dota2_port,
            rocket_league_port: self.rocket_league_port,
            overwolf_port: self.overwolf_port,
            elite_folder: self.elite_folder,
            hearthstone_folder: self.hearthstone_folder,
            ..RunOptions::default()
        }
    }
}

/// A game of [`Game::READ`], by its source's name.
pub(crate) fn game() -> impl TypedValueParser<Value = Game> {
    let values =
        Game::READ.map(|game| PossibleValue::new(game.source().as_str()).help(game.title()));
    PossibleValuesParser::new(values).map(|name| {
        let is_it = |game: &Game| game.source().as_str() == name;
        Game::READ.into_iter().find(is_it).expect("one of the possible values")
    })
}
