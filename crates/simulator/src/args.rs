//! The command line of `ringside-sim`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::grid::GridArgs;
use crate::{Cs2Stage, LeagueStage, Length, PlayedGame, Show, Speed};

/// A seeded match with its truth, played on the games' own local protocols.
#[derive(Debug, Parser)]
#[command(name = "ringside-sim", version)]
pub struct CommandLine {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `ringside-sim` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a match: truth.json, and frames.jsonl that `ringside` can import.
    Match(MatchArgs),
    /// Play a match of each game on its real protocol, then write the truth.
    Serve(ServeArgs),
    /// Measure association and the usual answers on simulated crowds.
    Grid(GridArgs),
}

/// Arguments of `match`.
#[derive(Debug, Args)]
pub struct MatchArgs {
    /// The same seed gives the same match.
    #[arg(long)]
    pub seed: u64,
    /// Which game's match.
    #[arg(long, value_enum)]
    pub game: PlayedGame,
    /// The folder to write to.
    #[arg(long)]
    pub out: PathBuf,
    /// How long the match lasts.
    #[arg(long, default_value_t = 300, value_parser = length_range())]
    pub seconds: u32,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("games").required(true).multiple(true).args(["league_port", "gsi_url"])))]
pub struct ServeArgs {
    /// The same seed gives the same matches.
    #[arg(long)]
    pub seed: u64,
    /// Play League on this port of 127.0.0.1; 0 for any free one.
    #[arg(long, requires = "league_root")]
    pub league_port: Option<u16>,
    /// Where to write the root certificate that League's client must pin.
    #[arg(long, requires = "league_port")]
    pub league_root: Option<PathBuf>,
    /// Play Counter-Strike to the listener at this address.
    #[arg(long, requires = "gsi_token")]
    pub gsi_url: Option<String>,
    /// The token of the listener's config file.
    #[arg(long, requires = "gsi_url", env = "RINGSIDE_SIM_GSI_TOKEN", hide_env_values = true)]
    pub gsi_token: Option<String>,
    /// How long each match lasts by its own clock.
    #[arg(long, default_value_t = 300, value_parser = length_range())]
    pub seconds: u32,
    /// How much faster than real time, 0.1 to 50.
    #[arg(long, default_value = "1")]
    pub speed: Speed,
    /// Where to write the truth at the end.
    #[arg(long)]
    pub truth: Option<PathBuf>,
}

impl ServeArgs {
    /// The show that was asked for.
    #[must_use]
    pub fn show(self) -> Show {
        let league = self.league_port.zip(self.league_root);
        let cs2 = self.gsi_url.zip(self.gsi_token);
        Show {
            seed: self.seed,
            length: Length::seconds(self.seconds),
            speed: self.speed,
            league: league.map(|(port, root)| LeagueStage { port, root }),
            cs2: cs2.map(|(url, token)| Cs2Stage { url, token }),
            truth: self.truth,
        }
    }
}

fn length_range() -> clap::builder::RangedI64ValueParser<u32> {
    let (min, max) = (i64::from(Length::SECONDS_MIN), i64::from(Length::SECONDS_MAX));
    clap::value_parser!(u32).range(min..=max)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_show_needs_a_game_and_a_game_all_it_needs() {
        let parse = |args: &[&str]| CommandLine::try_parse_from(args).is_ok();
        let serve = ["ringside-sim", "serve", "--seed", "1"];
        assert!(!parse(&serve), "no game");
        assert!(!parse(&[&serve[..], &["--league-port", "0"]].concat()), "no root");
        assert!(parse(&[&serve[..], &["--league-port", "0", "--league-root", "r"]].concat()));
    }
}
