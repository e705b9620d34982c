//! The command line of `ringside-sim`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};
use event_model::Channel;

use crate::{
    Attendance, GsiStage, LeagueClientStages, LeagueStage, Length, OverwolfStage, PlayedGame,
    REVIVAL_PERCENT_MAX, RocketLeagueStage, Show, Speed, cast::PLAYERS,
};
use crate::{crowd_command::CrowdArgs, grid::GridArgs};

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
    Serve(Box<ServeArgs>),
    /// Write the reports of a simulated crowd with their truth, or play crowds
    /// straight into association.
    Crowd(CrowdArgs),
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
#[command(
    group(clap::ArgGroup::new("games").required(true).multiple(true).args(["league_port", "gsi_url", "dota2", "rocket_league", "valorant", "elite", "hearthstone"])),
    after_help = EXAMPLES
)]
pub struct ServeArgs {
    /// The same seed gives the same matches.
    #[arg(long)]
    pub seed: u64,
    /// Play League on this port of 127.0.0.1; 0 for any free one. Further clients
    /// of the match have the ports after it.
    #[arg(long, value_name = "PORT", requires = "league_root")]
    pub league_port: Option<u16>,
    /// Where to write the root certificate that League's clients must pin.
    #[arg(long, value_name = "FILE", requires = "league_port")]
    pub league_root: Option<PathBuf>,
    /// How many players' clients of the one League match to play, each on a port
    /// of its own.
    #[arg(
        long, value_name = "N", default_value_t = 1, requires = "league_port",
        value_parser = clap::value_parser!(u8).range(1..=10)
    )]
    pub league_clients: u8,
    /// How many of them join in mid-match: the last ones.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "league_port")]
    pub league_late: u8,
    /// How many of the others leave and come back, with their lists begun anew.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "league_port")]
    pub league_returning: u8,
    /// Run a League client beside each of them, with its lockfile in a folder `client-1`,
    /// `client-2` and so on of this one.
    #[arg(long, value_name = "DIR", requires = "league_port")]
    pub league_client_folder: Option<PathBuf>,
    /// Have the League clients end in mid-match and start again.
    #[arg(long, requires = "league_client_folder")]
    pub league_client_restart: bool,
    /// Of a hundred kills in League, how many happen again: the victim is revived,
    /// and the same player kills them within seconds.
    #[arg(
        long, value_name = "PERCENT", default_value_t = 0, requires = "league_port",
        value_parser = clap::value_parser!(u8).range(0..=i64::from(REVIVAL_PERCENT_MAX))
    )]
    pub revivals: u8,
    /// Play Counter-Strike to the listener at this address. Given several times,
    /// each is the listener of another player of one match.
    #[arg(long, value_name = "URL", requires = "gsi_token")]
    pub gsi_url: Vec<String>,
    /// Play Dota 2 to the listener at this address. Given several times, each is the
    /// listener of another player of one match.
    #[arg(long, value_name = "URL", requires = "gsi_token")]
    pub dota2: Vec<String>,
    /// Play Rocket League on this port of 127.0.0.1; 0 for any free one. Further clients
    /// of the match have the ports after it.
    #[arg(long, value_name = "PORT")]
    pub rocket_league: Option<u16>,
    /// How many players' clients of the one Rocket League match to play.
    #[arg(
        long, value_name = "N", default_value_t = 1, requires = "rocket_league",
        value_parser = clap::value_parser!(u8).range(1..=5)
    )]
    pub rocket_league_clients: u8,
    /// Play VALORANT to the bridge at this address, as Overwolf's page tells it. Given
    /// several times, each is the bridge of another player of one match.
    #[arg(long, value_name = "URL", requires = "overwolf_token")]
    pub valorant: Vec<String>,
    /// The token of the page's settings; of several bridges one each, with commas between,
    /// in the same order.
    #[arg(
        long,
        value_name = "TOKEN",
        value_delimiter = ',',
        env = "RINGSIDE_SIM_OVERWOLF_TOKEN",
        hide_env_values = true
    )]
    pub overwolf_token: Vec<String>,
    /// Tell the bridges over WebSockets, not by requests.
    #[arg(long, requires = "valorant")]
    pub overwolf_socket: bool,
    /// Play Elite Dangerous into the journals of this folder, which grow meanwhile.
    #[arg(long, value_name = "DIR")]
    pub elite: Option<PathBuf>,
    /// Play Hearthstone into the Power.log of a start in this folder, as one of its two
    /// sides writes it.
    #[arg(long, value_name = "DIR")]
    pub hearthstone: Option<PathBuf>,
    /// The token of the listener's config file; of several listeners one each, with
    /// commas between, in the same order, those of Dota 2 behind those of
    /// Counter-Strike.
    #[arg(
        long,
        value_name = "TOKEN",
        value_delimiter = ',',
        env = "RINGSIDE_SIM_GSI_TOKEN",
        hide_env_values = true
    )]
    pub gsi_token: Vec<String>,
    /// How long each match lasts by its own clock.
    #[arg(long, default_value_t = 300, value_parser = length_range())]
    pub seconds: u32,
    /// How much faster than real time, 0.1 to 50.
    #[arg(long, default_value = "1")]
    pub speed: Speed,
    /// Where to write the truth at the end: of each client what a companion beside
    /// it must record.
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
    /// Where to write what happened at the end, as JSON lines: the match, then each
    /// happening once, with the accounts whose clients show it.
    #[arg(long, value_name = "FILE")]
    pub shared_truth: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Prints a line for each client that is up, `league https://127.0.0.1:PORT`, `cs2 URL`, \
`dota2 URL`, `rocket-league 127.0.0.1:PORT`, `valorant URL` or `logs FOLDER`, then `ready`. A match begins when a companion has asked each of its clients.

One client of each game:
  ringside-sim serve --seed 7 --league-port 2999 --league-root root.pem \\
    --gsi-url http://127.0.0.1:28730/ --gsi-token TOKEN
Ten players of one League match, ten times as fast; two join late:
  ringside-sim serve --seed 7 --seconds 1800 --speed 10 --league-port 41000 --league-root root.pem \\
    --league-clients 10 --league-late 2 --revivals 10 --shared-truth truth.jsonl";

impl ServeArgs {
    /// The show that was asked for.
    ///
    /// # Errors
    /// Where there are not as many tokens as listeners, or more than ten.
    pub fn show(self) -> Result<Show> {
        let (urls, dota2) = (self.gsi_url.len(), self.dota2.len());
        let (listeners, tokens) = (urls + dota2, self.gsi_token.len());
        if listeners != tokens || urls > PLAYERS || dota2 > PLAYERS {
            bail!(
                "{listeners} listeners and {tokens} tokens: give one each, of ten players at most"
            );
        }
        let (bridges, tokens) = (self.valorant.len(), self.overwolf_token.len());
        if bridges != tokens || bridges > PLAYERS {
            bail!("{bridges} bridges and {tokens} tokens: give one each, of ten players at most");
        }
        let attendance = Attendance {
            clients: self.league_clients.into(),
            late: self.league_late.into(),
            returning: self.league_returning.into(),
        };
        let restart = self.league_client_restart;
        let clients_beside =
            self.league_client_folder.map(|folder| LeagueClientStages { folder, restart });
        let league = self.league_port.zip(self.league_root);
        let listeners = self.gsi_url.into_iter().chain(self.dota2).zip(self.gsi_token);
        let mut cs2: Vec<GsiStage> =
            listeners.map(|(url, token)| GsiStage { url, token }).collect();
        let dota2 = cs2.split_off(urls);
        let clients = self.rocket_league_clients.into();
        let channel = if self.overwolf_socket { Channel::WebSocket } else { Channel::Http };
        let valorant = self.valorant.into_iter().zip(self.overwolf_token);
        let valorant = valorant.map(|(url, token)| OverwolfStage { url, token, channel });
        Ok(Show {
            seed: self.seed,
            length: Length::seconds(self.seconds),
            speed: self.speed,
            league: league.map(|(port, root)| LeagueStage {
                port,
                root,
                attendance,
                revival_percent: self.revivals,
                clients_beside,
            }),
            cs2,
            dota2,
            rocket_league: self.rocket_league.map(|port| RocketLeagueStage { port, clients }),
            valorant: valorant.collect(),
            elite: self.elite,
            hearthstone: self.hearthstone,
            truth: self.truth,
            shared_truth: self.shared_truth,
        })
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
        let league = [&serve[..], &["--league-port", "0", "--league-root", "r"]].concat();
        assert!(parse(&league));
        assert!(!parse(&[&league[..], &["--league-clients", "11"]].concat()), "ten players");
    }

    #[test]
    fn each_listener_has_a_token_of_its_own() {
        let show = |tokens: &str| {
            let args = ["ringside-sim", "serve", "--seed", "1", "--gsi-url", "a", "--gsi-url", "b"];
            let args = args.into_iter().chain(["--gsi-token", tokens]);
            match CommandLine::parse_from(args).command {
                Command::Serve(args) => args.show(),
                Command::Match(_) | Command::Crowd(_) | Command::Grid(_) => {
                    unreachable!("it says serve")
                }
            }
        };
        let stages = show("first,second").unwrap().cs2;
        let pairs = stages.iter().map(|stage| (stage.url.as_str(), stage.token.as_str()));
        assert_eq!(pairs.collect::<Vec<_>>(), [("a", "first"), ("b", "second")]);
        assert!(show("first").is_err());
    }
}
