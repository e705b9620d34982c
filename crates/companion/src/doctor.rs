//! What stands between each game and its events.
//!
//! A game is one file here: what its own page says beside what is said of every game.

mod cs2;
mod dota2;
mod elite;
mod files;
mod findings;
mod hearthstone;
mod league;
mod overwolf;
mod rocket_league;

use std::path::{Path, PathBuf};

use outbox::{OutboxView, Salvaged};

use crate::{
    DataDir, Error, Game, Settings, Setup, SourceStatus, drift_report,
    error::with_cause,
    kill_switch::TurnedOff,
    overwolf_page,
    setup::{FileState, Standing},
};
use findings::Facts;
pub use findings::{
    Advice, DoctorReport, Findings, Installed, LeagueClientHeard, ProgramsHeard, QueueTrouble,
    Reachable, SourceDiagnosis, Verdict,
};

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
        salvaged: Salvaged::beside(&dir.outbox()),
        findings: Findings {
            queue: trouble_of(&dir.outbox()),
            kill_switch,
            programs: programs(&settings).await,
            sources,
        },
    })
}

/// Whether programs find someone at the port that the settings name.
async fn programs(settings: &Settings) -> Option<ProgramsHeard> {
    let programs = settings.programs;
    if !programs.enabled {
        return None;
    }
    Some(ProgramsHeard { port: programs.port, answered: answers(programs.port).await })
}

fn trouble_of(queue: &Path) -> Option<QueueTrouble> {
    match OutboxView::open(queue) {
        Ok(_) | Err(outbox::Error::Absent(_)) => None,
        Err(damage) if damage.is_damage() => {
            Some(QueueTrouble::Damaged { path: queue.display().to_string() })
        }
        Err(error) => Some(QueueTrouble::Unusable { detail: with_cause(&error) }),
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
    /// Whether the game answers at the moment.
    reachable: Reachable,
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
    advice.extend(trouble.map(|error| Advice::SeeWhyUnlisted { detail: with_cause(&error) }));
    advice.extend(standing.iter().filter_map(to_install));
    advice.extend(page.advice);
    let league_client = match game {
        Game::League => Some(league::client(settings).await),
        Game::Overwolf
        | Game::Cs2
        | Game::Dota2
        | Game::RocketLeague
        | Game::Elite
        | Game::Hearthstone => None,
    };
    let installed: Vec<_> = standing.iter().map(installed).collect();
    let turned_off = turned_off.state(game);
    let enabled = settings.reads(game);
    let last_run = last.iter().find(|status| status.source == source).cloned();
    let verdict = Verdict::of(&Facts {
        enabled,
        is_turned_off: turned_off.is_some(),
        needs_file: Setup::installs(game),
        installed: &installed,
        reachable: &page.reachable,
        last: last_run.as_ref().map(|status| &status.state),
    });
    Ok(SourceDiagnosis {
        source: source.to_owned(),
        game,
        verdict,
        enabled,
        needs_file: Setup::installs(game),
        installed,
        reachable: page.reachable,
        league_client,
        advice,
        turned_off,
        games_off,
        last_run,
    })
}

fn installed(standing: &Standing) -> Installed {
    Installed {
        edition: standing.edition,
        config_path: standing.path.display().to_string(),
        config: standing.state.clone(),
    }
}

/// What is left to do in the game's folder, so that it reports here.
fn to_install(standing: &Standing) -> Option<Advice> {
    let path = standing.path.display().to_string();
    if standing.state == FileState::Current {
        return None;
    }
    Some(match &standing.ours {
        Some(content) => Advice::WriteFile { path, content: content.clone() },
        None => Advice::ChangeFile { path },
    })
}

fn switch_on(settings: &Settings, game: Game) -> Vec<Advice> {
    if settings.reads(game) {
        return Vec::new();
    }
    vec![Advice::SwitchOn { section: game.section().to_owned() }]
}

/// Whether Ringside listens at the port that a game posts to.
async fn heard(port: u16) -> Reachable {
    if answers(port).await { Reachable::Heard { port } } else { Reachable::Unheard { port } }
}

/// Whether a game answers at the port that it serves.
async fn served(port: u16) -> Reachable {
    if answers(port).await { Reachable::Answers { port } } else { Reachable::Silent { port } }
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
        let heard = programs(&settings).await.unwrap();
        assert_eq!(heard, ProgramsHeard { port: settings.programs.port, answered: true });
        drop(listener);
        assert!(!programs(&settings).await.unwrap().answered, "Ringside does not run");
    }
}
