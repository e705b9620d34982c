//! The one question that the client is asked.
//!
//! The client could be told to do much: to accept a match, to pick a champion, to write to
//! friends. [`Client`] has one method, which sends one GET of one path, and keeps to itself
//! what could send anything else.

use std::{net::Ipv4Addr, sync::Arc};

use event_model::Clock;
use game_session::{LEAGUE_CLIENT_PATH, LeagueClientSession};
use reqwest::{Response, StatusCode};

use super::{LeagueClientHealth, lockfile::Lockfile};
use crate::{
    Error,
    league::{
        PinnedRoot,
        https::{self, Failure, NoBody},
    },
};

/// Who asks, as the client knows the holder of its password.
const USER: &str = "riot";

/// The longest answer taken. It names ten players with what they chose, and the files of
/// the map: some tens of KiB.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// What a question came to.
pub(super) enum Answer {
    /// The client's word.
    Says(LeagueClientSession),
    /// There was none.
    Nothing(LeagueClientHealth),
}

/// What can ask the client, and do nothing else to it.
pub(super) struct Client {
    http: reqwest::Client,
}

impl Client {
    pub(super) fn new(root: PinnedRoot, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Ok(Self { http: https::client(root, clock)? })
    }

    /// Asks the client of this lockfile. The password is sent to nobody who cannot show a
    /// certificate under the pinned root: the port may be another program's by now.
    pub(super) async fn ask(&self, at: &Lockfile) -> Answer {
        let url = format!("https://{}:{}{LEAGUE_CLIENT_PATH}", Ipv4Addr::LOCALHOST, at.port());
        match self.http.get(url).basic_auth(USER, Some(at.password())).send().await {
            Ok(response) => read(response).await,
            Err(error) => Answer::Nothing(Failure::of(&error).into()),
        }
    }
}

async fn read(response: Response) -> Answer {
    match response.status() {
        StatusCode::OK => read_body(response).await,
        // So the client says that there is no lobby, no queue and no match.
        StatusCode::NOT_FOUND => Answer::Nothing(LeagueClientHealth::NoMatch { phase: None }),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Answer::Nothing(LeagueClientHealth::PasswordRefused)
        }
        other => Answer::Nothing(LeagueClientHealth::Unexpected { status: other.as_u16() }),
    }
}

async fn read_body(response: Response) -> Answer {
    match https::body(response, BODY_BYTES_MAX).await {
        Ok(body) => match LeagueClientSession::read(&body) {
            Ok(session) => Answer::Says(session),
            Err(why) => {
                Answer::Nothing(LeagueClientHealth::NotUnderstood { reason: why.to_string() })
            }
        },
        Err(NoBody::TooLarge) => Answer::Nothing(LeagueClientHealth::TooLarge),
        Err(NoBody::Failed(failure)) => Answer::Nothing(failure.into()),
    }
}

impl From<Failure> for LeagueClientHealth {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused => Self::Gone,
            Failure::Tls { reason } => Self::TlsRefused { reason },
            Failure::Broken { reason } => Self::NotAnswering { reason },
        }
    }
}
