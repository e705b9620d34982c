//! One question to the Live Client Data API, and every way it can end.

use std::{collections::BTreeMap, error, io, net::Ipv4Addr, sync::Arc, time::Duration};

use event_model::{Channel, Clock, Frame};
use reqwest::{Response, StatusCode, header::HeaderMap, redirect};

use super::{LeagueHealth, PinnedRoot};
use crate::Error;

/// Events, scores and players from one instant; the parts asked one by one
/// would not fit together.
const PATH: &str = "/liveclientdata/allgamedata";

/// The longest answer taken: forty times the longest ever seen (90 KiB, the
/// end of a 34 minute match).
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Loopback connects at once; but Windows tries a port that refuses for about
/// two seconds, and refused must not look like slow.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// A whole answer. A game under load takes hundreds of milliseconds.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(6);

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
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(root.client_config(clock)?)
            .https_only(true)
            .http1_only()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .build()
            .map_err(Error::Client)?;
        Ok(Self { http, url: format!("https://{}:{port}{PATH}", Ipv4Addr::LOCALHOST) })
    }

    pub(super) async fn ask(&self) -> Answer {
        match self.http.get(&self.url).send().await {
            Ok(response) => read(response).await,
            Err(error) => Answer::Nothing(classify(&error)),
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

async fn read_frame(mut response: Response) -> Answer {
    let mut frame = Frame::new(Channel::Poll, Vec::new());
    frame.method = Some("GET".to_owned());
    frame.path = Some(PATH.to_owned());
    frame.status = Some(response.status().as_u16());
    frame.headers = kept(response.headers());
    loop {
        match response.chunk().await {
            Ok(Some(piece)) if frame.body.len() + piece.len() > BODY_BYTES_MAX => {
                return Answer::Nothing(LeagueHealth::TooLarge);
            }
            Ok(Some(piece)) => frame.body.extend_from_slice(&piece),
            Ok(None) => return Answer::Frame(frame),
            Err(error) => return Answer::Nothing(classify(&error)),
        }
    }
}

fn kept(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    HEADERS_KEPT.iter().filter_map(|name| Some(((*name).to_owned(), text(name)?))).collect()
}

/// The state behind a failed request, found in its chain of causes.
fn classify(error: &reqwest::Error) -> LeagueHealth {
    if error.is_timeout() {
        return LeagueHealth::NotAnswering { reason: "timed out".to_owned() };
    }
    let mut cause: Option<&(dyn error::Error + 'static)> = Some(error);
    let mut innermost = String::new();
    while let Some(link) = cause {
        if let Some(health) = recognised(link) {
            return health;
        }
        innermost = link.to_string();
        cause = link.source();
    }
    LeagueHealth::NotAnswering { reason: innermost }
}

fn recognised(link: &(dyn error::Error + 'static)) -> Option<LeagueHealth> {
    if let Some(tls) = link.downcast_ref::<rustls::Error>() {
        return Some(LeagueHealth::TlsRefused { reason: tls.to_string() });
    }
    let io = link.downcast_ref::<io::Error>()?;
    if io.kind() == io::ErrorKind::ConnectionRefused {
        return Some(LeagueHealth::NotRunning);
    }
    // An I/O error's `source` skips the error it wraps.
    recognised(io.get_ref()?)
}
