//! One question to the Live Client Data API, and every way it can end.

use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc};

use event_model::{Channel, Clock, Frame};
use reqwest::{Response, StatusCode, header::HeaderMap};

use super::{
    LeagueHealth, PinnedRoot,
    https::{self, Failure, NoBody},
};
use crate::Error;

/// Events, scores and players from one instant; the parts asked one by one
/// would not fit together.
const PATH: &str = "/liveclientdata/allgamedata";

/// The longest answer taken: forty times the longest ever seen (90 KiB, the
/// end of a 34 minute match).
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Response headers that stay with the frame.
const HEADERS_KEPT: [&str; 2] = ["content-type", "content-length"];

/// What a question came to.
pub(super) enum Answer {
    /// The document, byte for byte.
    Frame(Frame),
    /// There was none.
    Nothing(LeagueHealth),
}

/// The game's own server on this machine.
pub(super) struct LiveClientData {
    http: reqwest::Client,
    url: String,
}

impl LiveClientData {
    pub(super) fn new(port: u16, root: PinnedRoot, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let http = https::client(root, clock)?;
        Ok(Self { http, url: format!("https://{}:{port}{PATH}", Ipv4Addr::LOCALHOST) })
    }

    pub(super) async fn ask(&self) -> Answer {
        match self.http.get(&self.url).send().await {
            Ok(response) => read(response).await,
            Err(error) => Answer::Nothing(Failure::of(&error).into()),
        }
    }
}

async fn read(response: Response) -> Answer {
    match response.status() {
        StatusCode::OK => read_frame(response).await,
        StatusCode::NOT_FOUND => Answer::Nothing(LeagueHealth::Loading),
        other => Answer::Nothing(LeagueHealth::Unexpected { status: other.as_u16() }),
    }
}

async fn read_frame(response: Response) -> Answer {
    let mut frame = Frame::new(Channel::Poll, Vec::new());
    frame.method = Some("GET".to_owned());
    frame.path = Some(PATH.to_owned());
    frame.status = Some(response.status().as_u16());
    frame.headers = kept(response.headers());
    match https::body(response, BODY_BYTES_MAX).await {
        Ok(body) => Answer::Frame(Frame { body, ..frame }),
        Err(NoBody::TooLarge) => Answer::Nothing(LeagueHealth::TooLarge),
        Err(NoBody::Failed(failure)) => Answer::Nothing(failure.into()),
    }
}

fn kept(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    HEADERS_KEPT.iter().filter_map(|name| Some(((*name).to_owned(), text(name)?))).collect()
}

impl From<Failure> for LeagueHealth {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused => Self::NotRunning,
            Failure::Tls { reason } => Self::TlsRefused { reason },
            Failure::Broken { reason } => Self::NotAnswering { reason },
        }
    }
}
