//! League: its own server answers while a match runs, and the League client beside it
//! where the player wants it asked.

use std::sync::Arc;

use boot_clock::BootClock;
use game_client::LeagueClientHealth;

use super::{Advice, Looking, Page, answers};
use crate::{Game, Settings, readers::look_at_league_client};

/// What the client's folder is set with.
const WHERE: &str = "where it is installed elsewhere, set client_folder under [league] in \
                     settings.toml to the folder that has its lockfile while it runs";

/// What may have become of an API that nobody promises.
const CHANGED: &str = "where it stays so, Riot has changed it: set client_api = false under \
                       [league] in settings.toml; matches are read without it";

pub(super) async fn page(looking: &Looking<'_>) -> Page {
    let port = looking.settings.league.port;
    let reachable = if answers(port).await {
        format!("something answers on 127.0.0.1:{port}: a match is running or loading")
    } else {
        format!("nothing answers on 127.0.0.1:{port}: the game serves only while a match runs")
    };
    Page { reachable, advice: Vec::new() }
}

/// Whether the League client says which match runs, and what is to be done that it does.
/// It is asked only where the player has that on.
pub(super) async fn client(settings: &Settings) -> (String, Option<Advice>) {
    if !settings.reads(Game::League) || !settings.league.client_api {
        let off = "the League client is not asked: client_api is off under [league] in \
                   settings.toml";
        return (off.to_owned(), None);
    }
    match look_at_league_client(settings, Arc::new(BootClock::new())).await {
        Err(why) => (format!("the League client cannot be asked: {why}"), None),
        Ok(None) => ("the League client is not asked".to_owned(), None),
        Ok(Some(health)) => {
            let todo = todo(&health).map(Advice::sentence);
            (format!("the League client: {health}"), todo)
        }
    }
}

fn todo(health: &LeagueClientHealth) -> Option<String> {
    match health {
        LeagueClientHealth::NotAsked
        | LeagueClientHealth::NoMatch { .. }
        | LeagueClientHealth::InMatch => None,
        LeagueClientHealth::NoLockfile { .. } => Some(format!("start the League client; {WHERE}")),
        LeagueClientHealth::Gone => Some(format!("start the League client again; {WHERE}")),
        LeagueClientHealth::SpoiltLockfile { .. } | LeagueClientHealth::PasswordRefused => Some(
            "close the League client and start it again: it writes its lockfile anew".to_owned(),
        ),
        LeagueClientHealth::TlsRefused { .. } => Some(
            "another program has the port of the lockfile: start the League client again"
                .to_owned(),
        ),
        LeagueClientHealth::NotAnswering { .. }
        | LeagueClientHealth::Unexpected { .. }
        | LeagueClientHealth::TooLarge
        | LeagueClientHealth::NotUnderstood { .. } => {
            Some(format!("start the League client again; {CHANGED}"))
        }
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
        let (said, todo) = client(&settings).await;
        assert!(said.contains("not asked") && todo.is_none(), "{said}");
        assert!(listener.accept().is_err(), "nobody came");
    }

    #[tokio::test]
    async fn what_is_in_the_way_is_said_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.league.client_api = true;
        settings.league.client_folder = Some(folder.path().to_owned());
        let (said, todo) = client(&settings).await;
        assert!(said.contains("no lockfile in"), "{said}");
        assert!(todo.unwrap().what.contains("client_folder"));

        std::fs::write(folder.path().join("lockfile"), "LeagueClient:1:2").unwrap();
        let (said, todo) = client(&settings).await;
        assert!(said.contains("is no lockfile of the client's"), "{said}");
        assert!(todo.unwrap().what.contains("start it again"));
    }
}
