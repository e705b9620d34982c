//! League: its own server is asked while a match runs.

use std::{path::PathBuf, sync::Arc};

use event_model::Clock;
use game_client::{
    Error as ClientError, LeagueClientConfig, LeagueClientHealth, LeagueClientReader, LeagueConfig,
    LeagueHealth, LeaguePoller,
};
use live_view::SourceState;
use tokio::sync::watch;

use super::{Now, Started, With};
use crate::Settings;

pub(super) fn start(with: &With<'_>) -> Result<Started, SourceState> {
    let cannot = |detail| SourceState::CannotRead { detail };
    let root_pem = root_pem(with.settings).map_err(cannot)?;
    let not_pinned = |error: ClientError| cannot(error.to_string());
    let poller = poller(with.settings, root_pem.clone(), with.clock()).map_err(not_pinned)?;
    let client = client_reader(with.settings, root_pem, with.clock()).map_err(not_pinned)?;
    let health = poller.health();
    let now = move || Now::at(state(&health.borrow()));
    let Some(client) = client else {
        return Ok(with.spawn(now, |readings, stop| poller.run(readings, stop)));
    };
    // The match is read without the client as well, so its health is the log's and the
    // doctor's.
    let told = client.health();
    Ok(with.spawn(now, |readings, stop| async move {
        let beside = client.run(readings.clone(), stop.clone());
        tokio::join!(poller.run(readings, stop), beside, tell(told));
    }))
}

/// The root that the player named, or in one sentence why it cannot be had.
fn root_pem(settings: &Settings) -> Result<Option<Vec<u8>>, String> {
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    settings.league.root_certificate.as_ref().map(read).transpose()
}

fn poller(
    settings: &Settings,
    root_pem: Option<Vec<u8>>,
    clock: Arc<dyn Clock>,
) -> Result<LeaguePoller, ClientError> {
    let config = LeagueConfig { port: settings.league.port, root_pem, ..Default::default() };
    LeaguePoller::new(config, clock)
}

/// What asks the League client, where the player wants that.
fn client_reader(
    settings: &Settings,
    root_pem: Option<Vec<u8>>,
    clock: Arc<dyn Clock>,
) -> Result<Option<LeagueClientReader>, ClientError> {
    if !settings.league.client_api {
        return Ok(None);
    }
    let config = LeagueClientConfig::of(settings.league.client_folder.clone(), root_pem);
    LeagueClientReader::new(config, clock).map(Some)
}

/// Until the reader ends: what a player could do something about is worth a warning.
async fn tell(mut health: watch::Receiver<LeagueClientHealth>) {
    while health.changed().await.is_ok() {
        let client = health.borrow_and_update().clone();
        if client.is_trouble() {
            tracing::warn!(%client, "The League client does not say which match runs");
        } else {
            tracing::debug!(%client, "The League client was asked");
        }
    }
}

/// What `ringside doctor` sees of the client: it is asked once.
pub(crate) async fn look_at_client(
    settings: &Settings,
    clock: Arc<dyn Clock>,
) -> Result<Option<LeagueClientHealth>, String> {
    let reader = client_reader(settings, root_pem(settings)?, clock);
    match reader.map_err(|error| error.to_string())? {
        Some(reader) => Ok(Some(reader.look().await)),
        None => Ok(None),
    }
}

fn state(health: &LeagueHealth) -> SourceState {
    match health {
        LeagueHealth::NotAsked => SourceState::NotAsked,
        LeagueHealth::NotRunning => SourceState::NotRunning,
        LeagueHealth::Loading => SourceState::Loading,
        LeagueHealth::InMatch => SourceState::InMatch,
        LeagueHealth::TlsRefused { reason } => SourceState::TlsRefused { detail: reason.clone() },
        LeagueHealth::NotAnswering { reason } => {
            SourceState::NotAnswering { detail: reason.clone() }
        }
        LeagueHealth::Unexpected { status } => SourceState::Unexpected { status: *status },
        LeagueHealth::TooLarge => SourceState::TooLarge,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_reads_the_readers_own_words() {
        let reason = || "reset by peer".to_owned();
        for health in [
            LeagueHealth::NotAsked,
            LeagueHealth::NotRunning,
            LeagueHealth::Loading,
            LeagueHealth::InMatch,
            LeagueHealth::TlsRefused { reason: reason() },
            LeagueHealth::NotAnswering { reason: reason() },
            LeagueHealth::Unexpected { status: 418 },
            LeagueHealth::TooLarge,
        ] {
            assert_eq!(state(&health).to_string(), health.to_string());
        }
    }
}
