//! League: its own server is asked while a match runs.

use std::{path::PathBuf, sync::Arc};

use event_model::Clock;
use game_client::{LeagueConfig, LeagueHealth, LeaguePoller};
use live_view::SourceState;

use super::{Now, Started, With};
use crate::Settings;

pub(super) fn start(with: &With<'_>) -> Result<Started, SourceState> {
    let poller =
        poller(with.settings, with.clock).map_err(|detail| SourceState::CannotRead { detail })?;
    let health = poller.health();
    let now = move || Now::at(state(&health.borrow()));
    Ok(with.spawn(now, |readings, stop| poller.run(readings, stop)))
}

/// The poller, or in one sentence why there is none.
fn poller(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<LeaguePoller, String> {
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let root_pem = settings.league.root_certificate.as_ref().map(read).transpose()?;
    let config = LeagueConfig { port: settings.league.port, root_pem, ..Default::default() };
    LeaguePoller::new(config, Arc::clone(clock)).map_err(|error| error.to_string())
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
