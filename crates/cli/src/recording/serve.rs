//! `ringside recording serve`: the game's side of a recording.

mod file_names;

use std::{
    io::BufRead as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use boot_clock::BootClock;
use companion::{
    DataDir, Identity,
    event_model::{Reading, Source},
    recording::{self, Entry, Item, Recording},
};
use game_stage::{
    Authority, BridgeTarget, Conductor, Cue, FileStage, GsiClient, GsiTarget, LeagueClientStage,
    LeagueServer, Pace, Pieces, Played, RecordedLeague, Script, TcpStage, Tempo, play_files,
    play_gsi, play_league, play_league_beside, play_tcp, play_to_bridge,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::{
    arguments::{ServeArguments, ServeSpeed},
    exit::Exit,
    output,
};

/// Where games and companions are expected that say nothing else.
const LEAGUE_PORT: u16 = 2999;
const CS2_PORT: u16 = 28_730;

/// Where the bridge takes messages.
const BRIDGE_PATH: &str = "/v1/gep";

/// Of a recording's hash, enough to tell a tester's recordings apart.
const RUN_DIGITS: usize = 16;

/// Steps that may be asked for ahead: who holds Enter down sees it.
const STEPS_AHEAD: usize = 16;

pub(super) async fn serve(arguments: ServeArguments) -> anyhow::Result<Exit> {
    let recording = recording::import(&arguments.file, None)?;
    let Some(target) = Target::of(&recording, &arguments)? else {
        return Ok(Exit::Usage);
    };
    let conductor = Conductor::new(script(&recording)?, tempo(arguments.speed));
    let pieces = arguments.pieces.map_or(Pieces::WHOLE, Pieces::by_seed);
    let told = Told { json: arguments.json };
    let played = tokio::select! {
        played = target.play(conductor, pieces, &told) => played?,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            return Ok(Exit::Done);
        }
    };
    told.played(played)?;
    Ok(Exit::Done)
}

/// What each game is played to.
enum Target {
    League(LeagueTarget),
    Gsi(GsiTarget),
    Bridge(BridgeTarget),
    Stream { port: u16 },
    Files { folder: PathBuf, name: &'static str, option: &'static str },
}

impl Target {
    /// `None` where the arguments lack something, which was said.
    fn of(recording: &Recording, arguments: &ServeArguments) -> anyhow::Result<Option<Self>> {
        let port = |usual: u16| arguments.port.unwrap_or(usual);
        Ok(match recording.header().source {
            Source::League => Some(Self::League(LeagueTarget {
                port: port(LEAGUE_PORT),
                root: arguments.root.clone(),
                client_folder: arguments.league_client_folder.clone(),
            })),
            Source::Cs2 => Some(gsi(arguments, CS2_PORT, 730)?),
            Source::Dota2 => Some(gsi(arguments, companion::DOTA2_PORT_DEFAULT, 570)?),
            Source::RocketLeague => {
                Some(Self::Stream { port: port(companion::ROCKET_LEAGUE_PORT_DEFAULT) })
            }
            Source::Elite => files(Source::Elite, arguments, "--elite-folder"),
            Source::Hearthstone => files(Source::Hearthstone, arguments, "--hearthstone-folder"),
            Source::Overwolf => {
                let url = address(arguments, companion::OVERWOLF_PORT_DEFAULT, BRIDGE_PATH);
                Some(Self::Bridge(BridgeTarget {
                    url,
                    token: token(arguments, Identity::overwolf_token)?,
                    run: run_of(recording)?,
                }))
            }
        })
    }

    async fn play(
        self,
        conductor: Conductor,
        pieces: Pieces,
        told: &Told,
    ) -> anyhow::Result<Played> {
        match self {
            Self::League(target) => target.play(conductor, told).await,
            Self::Gsi(target) => {
                told.posts(&target.url)?;
                play_gsi(&GsiClient::new(target)?, conductor).await
            }
            Self::Bridge(target) => {
                told.posts(&target.url)?;
                play_to_bridge(&target, conductor).await
            }
            Self::Stream { port } => {
                let stage = TcpStage::bind(port, pieces).await?;
                told.stream(stage.port())?;
                play_tcp(stage, conductor).await
            }
            Self::Files { folder, name, option } => {
                told.files(&folder, option)?;
                play_files(FileStage::new(folder, name, pieces), conductor).await
            }
        }
    }
}

/// The game, and the League client beside it where there is to be one.
struct LeagueTarget {
    port: u16,
    root: PathBuf,
    client_folder: Option<PathBuf>,
}

impl LeagueTarget {
    async fn play(self, conductor: Conductor, told: &Told) -> anyhow::Result<Played> {
        let authority = Authority::new(&self.root)?;
        let game = Arc::<RecordedLeague>::default();
        let server = LeagueServer::bind(self.port, &authority, Arc::clone(&game)).await?;
        let Some(folder) = &self.client_folder else {
            told.league(server.port(), &self)?;
            return play_league(server, conductor).await;
        };
        let client = LeagueClientStage::start(folder, &authority, game.client_says()).await?;
        told.league(server.port(), &self)?;
        play_league_beside(server, client, conductor).await
    }
}

/// A start of the page that no other recording has, and this one always.
fn run_of(recording: &Recording) -> Result<String, recording::Error> {
    let hash = recording.hash()?.to_string();
    Ok(format!("recording-{}", &hash[..RUN_DIGITS]))
}

fn gsi(arguments: &ServeArguments, usual_port: u16, appid: u32) -> anyhow::Result<Target> {
    let user_agent = format!("Valve/Steam HTTP Client 1.0 ({appid})");
    let url = address(arguments, usual_port, "/");
    Ok(Target::Gsi(GsiTarget { url, token: token(arguments, Identity::gsi_token)?, user_agent }))
}

fn address(arguments: &ServeArguments, usual_port: u16, path: &str) -> String {
    let port = arguments.port.unwrap_or(usual_port);
    arguments.url.clone().unwrap_or_else(|| format!("http://127.0.0.1:{port}{path}"))
}

/// What the listener asks for: named, or that of the installation in the data folder.
fn token(arguments: &ServeArguments, of: fn(&Identity) -> &str) -> anyhow::Result<String> {
    if let Some(token) = arguments.token.clone() {
        return Ok(token);
    }
    let dir = DataDir::open(arguments.data_dir.data_dir.clone())?;
    Ok(of(&Identity::load_or_create(&dir)?).to_owned())
}

fn files(source: Source, arguments: &ServeArguments, option: &'static str) -> Option<Target> {
    let Some(folder) = arguments.folder.clone() else {
        output::complain("name the folder to write the game's files into with --folder");
        return None;
    };
    Some(Target::Files { folder, name: file_names::unnamed(source), option })
}

fn tempo(speed: ServeSpeed) -> Tempo {
    match speed {
        ServeSpeed::Times(speed) => Tempo::Clocked(Pace::new(Arc::new(BootClock::new()), speed)),
        ServeSpeed::Max => Tempo::Max,
        ServeSpeed::Step => Tempo::Stepped(steps()),
    }
}

/// One for each line on stdin. The thread ends with it, or with the program.
fn steps() -> mpsc::Receiver<()> {
    let (asked, steps) = mpsc::channel(STEPS_AHEAD);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if line.is_err() || asked.blocking_send(()).is_err() {
                return;
            }
        }
    });
    steps
}

/// What a game says, read as it is played.
fn script(recording: &Recording) -> Result<Script, recording::Error> {
    let source = recording.header().source;
    let mut unread = None;
    let cues = recording.entries()?.filter_map(move |entry| match entry {
        Ok(Entry { t_ms, item: Item::Frame(mut frame) }) => {
            if let Some(name) = frame.file.as_ref().filter(|name| unread.as_ref() != Some(*name))
                && !file_names::is_read(source, name)
            {
                output::complain(&format!(
                    "{name} is no name of the game's: the companion does not read it; rename \
                     the file and import it again"
                ));
                unread.clone_from(&frame.file);
            }
            frame.file = frame.file.map(|name| file_names::on_disk(source, name));
            Some(Ok(Cue { at_ms: t_ms, reading: Reading::Frame(frame) }))
        }
        Ok(Entry { t_ms, item: Item::Fault(fault) }) => {
            Some(Ok(Cue { at_ms: t_ms, reading: Reading::Fault(fault) }))
        }
        Ok(Entry { item: Item::Mark(_) | Item::Event(_) | Item::End(_), .. }) => None,
        Err(error) => Some(Err(error.into())),
    });
    Ok(Box::new(cues))
}

/// What whoever started it reads: where it serves, `ready`, what was played.
struct Told {
    json: bool,
}

impl Told {
    fn league(&self, port: u16, target: &LeagueTarget) -> anyhow::Result<()> {
        let (url, root) = (format!("https://127.0.0.1:{port}"), target.root.display().to_string());
        let folder = target.client_folder.as_ref().map(|folder| folder.display().to_string());
        let beside = folder.as_ref().map(|folder| format!(" --league-client-folder {folder}"));
        self.ready(
            &format!("league {url}, under the root certificate in {root}"),
            &format!(
                "companion: ringside run --league-port {port} --league-root {root}{}",
                beside.unwrap_or_default()
            ),
            json!({
                "source": "league", "url": url, "port": port, "root": root, "client_folder": folder,
            }),
        )
    }

    fn posts(&self, url: &str) -> anyhow::Result<()> {
        self.ready(
            &format!("posts to {url}"),
            "companion: any that listens there, with the token named by --token or of its data \
             folder",
            json!({ "posts_to": url }),
        )
    }

    fn stream(&self, port: u16) -> anyhow::Result<()> {
        self.ready(
            &format!("rocket-league 127.0.0.1:{port}"),
            &format!("companion: ringside run --rocket-league-port {port}"),
            json!({ "source": "rocket-league", "port": port }),
        )
    }

    fn files(&self, folder: &Path, option: &str) -> anyhow::Result<()> {
        let folder = folder.display().to_string();
        self.ready(
            &format!("writes into {folder}"),
            &format!("companion: ringside run {option} {folder}"),
            json!({ "folder": folder }),
        )
    }

    fn ready(&self, place: &str, companion: &str, fields: Value) -> anyhow::Result<()> {
        if self.json {
            return output::json_line(&json!({ "serving": fields }));
        }
        output::line(place);
        output::line(companion);
        output::line("ready");
        Ok(())
    }

    fn played(&self, played: Played) -> anyhow::Result<()> {
        let Played { frames, refused, faults } = played;
        if self.json {
            let counts = json!({ "frames": frames, "refused": refused, "faults": faults });
            return output::json_line(&json!({ "played": counts }));
        }
        let refused = match refused {
            0 => String::new(),
            count => format!(", {count} of them not taken"),
        };
        output::line(&format!("played {frames} frames{refused} and {faults} failed readings"));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_recording_is_a_start_of_the_page_of_its_own() {
        let folder = std::env::temp_dir().join(format!("ringside-serve-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let run = |name: &str, round: u32| {
            let path = folder.join(name);
            let line = format!(r#"{{"info":{{"match_info":{{"round_number":"{round}"}}}}}}"#);
            std::fs::write(&path, line).unwrap();
            run_of(&recording::import(&path, None).unwrap()).unwrap()
        };
        let runs = [run("a.log", 1), run("b.log", 2), run("c.log", 1)];
        std::fs::remove_dir_all(&folder).unwrap();
        assert_ne!(runs[0], runs[1]);
        assert_eq!(runs[0], runs[2], "wherever it lies");
        assert!(runs[0].len() <= 64, "a bridge takes no longer ones");
    }
}
