//! What stands between each game and its events.
//!
//! A game is one file here: what its own page says beside what is said of every game.

mod cs2;
mod dota2;
mod elite;
mod hearthstone;
mod league;
mod overwolf;
mod rocket_league;

use std::path::{Path, PathBuf};

use outbox::{OutboxView, Salvaged};
use serde::Serialize;

use crate::{
    DataDir, Error, Game, Settings, Setup, SourceStatus, drift_report,
    error::with_cause,
    kill_switch::TurnedOff,
    overwolf_page,
    setup::{FileState, Standing},
};

/// The state of this installation, source by source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DoctorReport {
    /// Where this installation keeps its files.
    pub data_dir: PathBuf,
    /// Why the upload queue cannot be used as it is, and what to do; nothing where
    /// it can, or where there is none yet.
    pub queue: Option<String>,
    /// What became of damaged files of the upload queue, as long as they are
    /// there.
    pub salvaged: Option<Salvaged>,
    /// What is wrong with the file that turns games off, where something is.
    pub kill_switch: Option<String>,
    /// Whether other programs are listened to, in words; nothing where they are not to be.
    pub programs: Option<String>,
    /// One per source that this version reads.
    pub sources: Vec<SourceDiagnosis>,
}

/// What is known of one source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceDiagnosis {
    /// The source's name.
    pub source: &'static str,
    /// Whether the settings have it on.
    pub enabled: bool,
    /// Where the game is installed, where that can be told.
    pub installed: Vec<Installed>,
    /// Whether the game answers at the moment, in words.
    pub reachable: String,
    /// Whether another program of the game's says which match runs, in words: League's
    /// client, where there is one.
    pub client: Option<String>,
    /// Why it is not read although it is on, where somebody turned it off.
    pub turned_off: Option<String>,
    /// The games among those it could tell of that somebody turned off, and why.
    pub games_off: Vec<String>,
    /// What to do, in order; nothing where nothing is to be done.
    pub advice: Vec<Advice>,
    /// What the last run saw of it: last frame, unreadable frames, drift.
    pub last_run: Option<SourceStatus>,
}

/// One installation of a game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Installed {
    /// The file that makes the game report here.
    pub config_path: PathBuf,
    /// Whether it is there and right, in words.
    pub config: String,
}

/// Something for the player to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// One sentence.
    pub what: String,
    /// A file's content to put there, where that is the advice.
    pub content: Option<String>,
}

/// Looks at every source; changes nothing of a game's. A first look makes this
/// installation's folder, with its settings and the token that games show.
///
/// # Errors
/// Where this installation cannot be used.
pub async fn doctor(data_dir: Option<PathBuf>) -> Result<DoctorReport, Error> {
    let dir = DataDir::open(data_dir)?;
    let settings = Settings::load_or_create(&dir)?;
    let setup = Setup::of(&dir)?;
    let last = drift_report::last_run(&dir);
    let agreed = settings.upload.server.as_deref().filter(|_| settings.upload.consent);
    let (turned_off, kill_switch) = TurnedOff::load(&dir, agreed);
    let known = Known {
        dir: &dir,
        settings: &settings,
        setup: &setup,
        turned_off: &turned_off,
        last: &last,
    };
    let mut sources = Vec::new();
    for game in Game::READ {
        sources.push(diagnosis(game, &known).await?);
    }
    Ok(DoctorReport {
        data_dir: dir.path().to_owned(),
        queue: trouble_of(&dir.outbox()),
        salvaged: Salvaged::beside(&dir.outbox()),
        kill_switch,
        programs: programs(&settings).await,
        sources,
    })
}

/// Whether programs find someone at the port that the settings name.
async fn programs(settings: &Settings) -> Option<String> {
    let programs = settings.programs;
    if !programs.enabled {
        return None;
    }
    let at = format!("127.0.0.1:{}", programs.port);
    Some(if answers(programs.port).await {
        format!("other programs are answered on {at}")
    } else {
        format!("other programs are not answered on {at}: Ringside is not running")
    })
}

fn trouble_of(queue: &Path) -> Option<String> {
    match OutboxView::open(queue) {
        Ok(_) | Err(outbox::Error::Absent(_)) => None,
        // Whichever words SQLite has for it, this says what to do.
        Err(damage) if damage.is_damage() => {
            Some(outbox::Error::Damaged(queue.to_owned()).to_string())
        }
        Err(error) => Some(with_cause(&error)),
    }
}

/// What the pages of all games are made of.
struct Looking<'a> {
    settings: &'a Settings,
    setup: &'a Setup,
    /// Where the game was found, and how its file is there.
    standing: &'a [Standing],
    /// Where Ringside's page for Overwolf is, once it was written.
    overwolf_page: PathBuf,
}

/// What one game's own page says.
struct Page {
    /// Whether the game answers at the moment, in words.
    reachable: String,
    /// What else is to be done, behind what is to be done for every game.
    advice: Vec<Advice>,
}

/// What is known of this installation.
struct Known<'a> {
    dir: &'a DataDir,
    settings: &'a Settings,
    setup: &'a Setup,
    turned_off: &'a TurnedOff,
    last: &'a [SourceStatus],
}

async fn diagnosis(game: Game, known: &Known<'_>) -> Result<SourceDiagnosis, Error> {
    let Known { dir, settings, setup, turned_off, last } = *known;
    let (standing, trouble) = setup.standing(game)?;
    let overwolf_page = overwolf_page::folder(dir);
    let looking = Looking { settings, setup, standing: &standing, overwolf_page };
    let page = match game {
        Game::League => league::page(&looking).await,
        Game::Overwolf => overwolf::page(&looking).await,
        Game::Cs2 => cs2::page(&looking).await,
        Game::Dota2 => dota2::page(&looking).await,
        Game::RocketLeague => rocket_league::page(&looking).await,
        Game::Elite => elite::page(&looking),
        Game::Hearthstone => hearthstone::page(&looking),
    };
    let source = game.source().as_str();
    let games_off = match game {
        Game::Overwolf => turned_off.in_overwolf(),
        Game::League
        | Game::Cs2
        | Game::Dota2
        | Game::RocketLeague
        | Game::Elite
        | Game::Hearthstone => Vec::new(),
    };
    let mut advice = switch_on(settings, game);
    advice.extend(trouble.map(|error| Advice::sentence(listless(&error))));
    advice.extend(standing.iter().filter_map(|one| to_install(game, one)));
    advice.extend(page.advice);
    let client = match game {
        Game::League => {
            let (said, todo) = league::client(settings).await;
            advice.extend(todo);
            Some(said)
        }
        Game::Overwolf
        | Game::Cs2
        | Game::Dota2
        | Game::RocketLeague
        | Game::Elite
        | Game::Hearthstone => None,
    };
    Ok(SourceDiagnosis {
        source,
        enabled: settings.reads(game),
        installed: standing
            .iter()
            .map(|one| Installed { config_path: one.path.clone(), config: in_words(&one.state) })
            .collect(),
        reachable: page.reachable,
        client,
        advice,
        turned_off: turned_off.state(game).map(|state| state.to_string()),
        games_off: games_off.iter().map(ToString::to_string).collect(),
        last_run: last.iter().find(|status| status.source == source).cloned(),
    })
}

fn listless(error: &game_client::Error) -> String {
    format!("the installed games cannot be listed: {}", with_cause(error))
}

/// What is left to do in the game's folder, so that it reports here.
fn to_install(game: Game, standing: &Standing) -> Option<Advice> {
    let path = standing.path.display();
    if standing.state == FileState::Current {
        return None;
    }
    Some(match &standing.ours {
        Some(content) => Advice {
            what: format!("write this into {path} and start the game again"),
            content: Some(content.clone()),
        },
        None => Advice::sentence(format!(
            "`ringside setup {}` writes what is needed into {path}, and keeps the rest of it; \
             start the game again after that",
            game.source()
        )),
    })
}

fn in_words(state: &FileState) -> String {
    match state {
        FileState::Missing => "not installed".to_owned(),
        FileState::Current => "installed".to_owned(),
        FileState::Differs { line: Some(line) } => {
            format!("installed, but line {line} says something else than it should")
        }
        FileState::Differs { line: None } => "there, without what is needed".to_owned(),
        FileState::Unreadable { reason } => format!("cannot be read: {reason}"),
    }
}

fn switch_on(settings: &Settings, game: Game) -> Vec<Advice> {
    if settings.reads(game) {
        return Vec::new();
    }
    let section = game.section();
    let what = format!("it is switched off: set enabled = true under [{section}] in settings.toml");
    vec![Advice::sentence(what)]
}

impl Advice {
    fn sentence(what: String) -> Self {
        Self { what, content: None }
    }
}

/// Whether anything takes connections there.
async fn answers(port: u16) -> bool {
    /// Loopback answers or refuses at once; this is for a full backlog.
    const PATIENCE: std::time::Duration = std::time::Duration::from_millis(500);
    let connect = tokio::net::TcpStream::connect((std::net::Ipv4Addr::LOCALHOST, port));
    matches!(tokio::time::timeout(PATIENCE, connect).await, Ok(Ok(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_port_for_programs_is_spoken_of_where_it_is_to_be_open() {
        let mut settings = Settings::default();
        assert_eq!(programs(&settings).await, None);
        let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).unwrap();
        settings.programs.enabled = true;
        settings.programs.port = listener.local_addr().unwrap().port();
        let said = programs(&settings).await.unwrap();
        assert!(said.starts_with("other programs are answered"), "{said}");
        drop(listener);
        let said = programs(&settings).await.unwrap();
        assert!(said.contains("not answered") && said.contains("not running"), "{said}");
    }
}
