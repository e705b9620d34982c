//! What stands between each game and its events.

use std::path::{Path, PathBuf};

use game_client::{GsiToken, cs2};
use outbox::{OutboxView, Salvaged};
use serde::Serialize;

use crate::{DataDir, Error, Identity, Settings, SourceStatus, error::with_cause};

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
    let identity = Identity::load_or_create(&dir)?;
    let last: Vec<SourceStatus> = std::fs::read(dir.source_report())
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let of = |name: &str| last.iter().find(|status| status.source == name).cloned();
    Ok(DoctorReport {
        data_dir: dir.path().to_owned(),
        queue: trouble_of(&dir.outbox()),
        salvaged: Salvaged::beside(&dir.outbox()),
        sources: vec![
            league(&settings, of("league")).await,
            counter_strike(&settings, &identity, of("cs2")).await?,
        ],
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

async fn league(settings: &Settings, last_run: Option<SourceStatus>) -> SourceDiagnosis {
    let port = settings.league.port;
    let reachable = if answers(port).await {
        format!("something answers on 127.0.0.1:{port}: a match is running or loading")
    } else {
        format!("nothing answers on 127.0.0.1:{port}: the game serves only while a match runs")
    };
    SourceDiagnosis {
        source: "league",
        enabled: settings.league.enabled,
        installed: Vec::new(),
        reachable,
        advice: switch_on(settings.league.enabled, "league"),
        last_run,
    }
}

async fn counter_strike(
    settings: &Settings,
    identity: &Identity,
    last_run: Option<SourceStatus>,
) -> Result<SourceDiagnosis, Error> {
    let failed = |cause| Error::Listener { game: "Counter-Strike", cause };
    let port = settings.cs2.port;
    let token = GsiToken::new(identity.gsi_token()).map_err(failed)?;
    let content = cs2::config_file(port, &token);
    let found = cs2::find_installations(&content).map_err(failed)?;
    let reachable = if answers(port).await {
        format!("Ringside listens on 127.0.0.1:{port}")
    } else {
        format!("nothing listens on 127.0.0.1:{port}: Ringside is not running")
    };
    Ok(SourceDiagnosis {
        source: "cs2",
        enabled: settings.cs2.enabled,
        installed: found
            .iter()
            .map(|installation| Installed {
                config_path: installation.config_path(),
                config: in_words(&installation.config),
            })
            .collect(),
        reachable,
        advice: counter_strike_advice(settings, &found, content),
        last_run,
    })
}

/// What is left to do in the game's folders, so that it posts.
fn counter_strike_advice(
    settings: &Settings,
    found: &[cs2::Installation],
    content: String,
) -> Vec<Advice> {
    let mut advice = switch_on(settings.cs2.enabled, "cs2");
    for installation in found {
        if installation.config != cs2::ConfigState::Current {
            let path = installation.config_path();
            advice.push(Advice {
                what: format!("write this into {} and start the game again", path.display()),
                content: Some(content.clone()),
            });
        }
    }
    if found.is_empty() {
        advice.push(Advice {
            what: format!(
                "no Counter-Strike was found through Steam; where it is installed elsewhere, \
                 write this into its folder game/csgo/cfg as {}",
                cs2::CONFIG_FILE_NAME
            ),
            content: Some(content),
        });
    }
    advice
}

fn in_words(config: &cs2::ConfigState) -> String {
    match config {
        cs2::ConfigState::Missing => "not installed".to_owned(),
        cs2::ConfigState::Current => "installed".to_owned(),
        cs2::ConfigState::Differs { line } => {
            format!("installed, but line {line} says something else than it should")
        }
        cs2::ConfigState::Unreadable { reason } => format!("cannot be read: {reason}"),
    }
}

fn switch_on(enabled: bool, section: &str) -> Vec<Advice> {
    if enabled {
        return Vec::new();
    }
    let what = format!("it is switched off: set enabled = true under [{section}] in settings.toml");
    vec![Advice { what, content: None }]
}

/// Whether anything takes connections there.
async fn answers(port: u16) -> bool {
    /// Loopback answers or refuses at once; this is for a full backlog.
    const PATIENCE: std::time::Duration = std::time::Duration::from_millis(500);
    let connect = tokio::net::TcpStream::connect((std::net::Ipv4Addr::LOCALHOST, port));
    matches!(tokio::time::timeout(PATIENCE, connect).await, Ok(Ok(_)))
}
