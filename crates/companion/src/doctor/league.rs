//! League: its own server answers while a match runs, and the League client beside it
//! where the player wants it asked.

use std::sync::Arc;

use boot_clock::BootClock;
use game_client::LeagueClientHealth;

use super::{LeagueClientHeard, Looking, Page, served};
use crate::{Game, Settings, readers::look_at_league_client};

pub(super) async fn page(looking: &Looking<'_>) -> Page {
    Page { reachable: served(looking.settings.league.port).await, advice: Vec::new() }
}

/// Whether the League client says which match runs. It is asked only where the player has
/// that on.
pub(super) async fn client(settings: &Settings) -> LeagueClientHeard {
    if !settings.reads(Game::League) || !settings.league.client_api {
        return LeagueClientHeard::NotAsked;
    }
    match look_at_league_client(settings, Arc::new(BootClock::new())).await {
        Err(why) => LeagueClientHeard::CannotAsk { detail: why.to_string() },
        Ok(None) => LeagueClientHeard::NotAsked,
        Ok(Some(health)) => heard(&health),
    }
}

fn heard(health: &LeagueClientHealth) -> LeagueClientHeard {
    let detail = health.to_string();
    match health {
        LeagueClientHealth::NotAsked => LeagueClientHeard::NotAsked,
        LeagueClientHealth::NoMatch { .. } | LeagueClientHealth::InMatch => {
            LeagueClientHeard::Answers { detail }
        }
        LeagueClientHealth::NoLockfile { .. } | LeagueClientHealth::Gone => {
            LeagueClientHeard::NotRunning { detail }
        }
        LeagueClientHealth::SpoiltLockfile { .. } | LeagueClientHealth::PasswordRefused => {
            LeagueClientHeard::Locked { detail }
        }
        LeagueClientHealth::TlsRefused { .. } => LeagueClientHeard::OtherProgram { detail },
        LeagueClientHealth::NotAnswering { .. }
        | LeagueClientHealth::Unexpected { .. }
        | LeagueClientHealth::TooLarge
        | LeagueClientHealth::NotUnderstood { .. } => LeagueClientHeard::Changed { detail },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_client_that_is_not_to_be_asked_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let lockfile = format!("LeagueClient:1:{port}:p:https");
        std::fs::write(folder.path().join("lockfile"), lockfile).unwrap();
        let mut settings = Settings::default();
        settings.league.client_folder = Some(folder.path().to_owned());
        assert_eq!(client(&settings).await, LeagueClientHeard::NotAsked);
        assert!(listener.accept().is_err(), "nobody came");
    }

    #[tokio::test]
    async fn what_is_in_the_way_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.league.client_api = true;
        settings.league.client_folder = Some(folder.path().to_owned());
        let LeagueClientHeard::NotRunning { detail } = client(&settings).await else {
            panic!("there is no lockfile");
        };
        assert!(detail.contains("no lockfile in"), "{detail}");

        std::fs::write(folder.path().join("lockfile"), "LeagueClient:1:2").unwrap();
        let LeagueClientHeard::Locked { detail } = client(&settings).await else {
            panic!("the lockfile is cut");
        };
        assert!(detail.contains("is no lockfile of the client's"), "{detail}");
    }
}
