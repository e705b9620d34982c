//! What a device asks of its server besides carrying batches: what became of a match,
//! that it be erased, and what not to read.

use delivery::Silence;
use event_model::MatchKey;
use ingest_api::{OccurrenceList, OccurrenceView, SOURCES_PATH, SourcePolicy};
use reqwest::{
    Client, Method, Url,
    header::{AUTHORIZATION, LOCATION},
};

use crate::{Answer, Error, ExtraRoots, ServerUrl, Token, client};

/// Every path of a match begins so; the server names no other in its answers.
const MATCHES: &str = "/v1/matches/";

/// Pages of one match: 200 occurrences each, more than any match has.
const PAGES_MAX: usize = 50;

/// Times that a match is followed to the one that it was joined into: a server
/// shortens its own ways.
const HOPS_MAX: usize = 3;

/// Times that an erasure is gone on with in one call, each some seconds of the
/// server's work.
const ERASURES_MAX: usize = 5;

/// A device's questions to its server.
#[derive(Debug, Clone)]
pub struct Reads {
    client: Client,
    server: ServerUrl,
    token: Token,
}

/// What the server made of a match.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrences {
    /// Whether nothing of it moves any more.
    pub sealed: bool,
    /// In the order they happened.
    pub occurrences: Vec<OccurrenceView>,
}

/// How far an erasure has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// Nothing of this device's is there.
    Whole,
    /// There is more than the server erases at once: ask again.
    InPart,
}

/// Why there is no answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No answer, or not a whole one.
    #[error("no answer from the server: {}", delivery::WaitReason::Silence(*.0))]
    Silence(Silence),
    /// The server has too much to do, or was asked too often.
    #[error("the server is busy")]
    Busy,
    /// The server does not know the token, or withdrew it.
    #[error("the server does not take this device's token")]
    NotAllowed,
    /// There is no such match for this device, or not yet.
    #[error("the server shows no such match to this device")]
    Unknown,
    /// It was there, and is no more.
    #[error("the server has it no more")]
    Gone,
    /// Something else answers there, or a server that this version does not know.
    #[error("what answers there was not understood")]
    NotUnderstood,
}

impl Reads {
    /// Questions to `server`, asked with the token that it gave.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(server: ServerUrl, roots: &ExtraRoots, token: Token) -> Result<Self, Error> {
        let client = client::client(&server, roots)?;
        Ok(Self { client, server, token })
    }

    /// Everything that the server made of a match.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn occurrences(&self, key: &MatchKey) -> Result<Occurrences, ReadError> {
        let mut all = Occurrences { sealed: true, occurrences: Vec::new() };
        let mut path = format!("{}/occurrences", path_of(key));
        for _ in 0..PAGES_MAX {
            let mut page = self.page(&path).await?;
            all.sealed &= page.sealed;
            all.occurrences.append(&mut page.occurrences);
            match page.next {
                Some(next) => path = next,
                None => return Ok(all),
            }
        }
        Err(ReadError::NotUnderstood)
    }

    /// Erases what this device sent of a match, as far as the server does at once.
    ///
    /// # Errors
    /// See [`ReadError`]. It may be erased all the same.
    pub async fn erase_match(&self, key: &MatchKey) -> Result<Erased, ReadError> {
        let path = format!("{}/events", path_of(key));
        for _ in 0..ERASURES_MAX {
            match self.ask(Method::DELETE, &path).await? {
                Reply { status: 204, .. } => return Ok(Erased::Whole),
                Reply { status: 202, .. } => {}
                other => return Err(other.refusal()),
            }
        }
        Ok(Erased::InPart)
    }

    /// Which sources the server asks its devices not to read.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn sources(&self) -> Result<SourcePolicy, ReadError> {
        match self.ask(Method::GET, SOURCES_PATH).await? {
            Reply { status: 200, body, .. } => {
                serde_json::from_slice(&body).map_err(|_| ReadError::NotUnderstood)
            }
            other => Err(other.refusal()),
        }
    }

    async fn page(&self, path: &str) -> Result<OccurrenceList, ReadError> {
        let mut path = path.to_owned();
        for _ in 0..HOPS_MAX {
            match self.ask(Method::GET, &path).await? {
                Reply { status: 200, body, .. } => {
                    return serde_json::from_slice(&body).map_err(|_| ReadError::NotUnderstood);
                }
                Reply { status: 308, location: Some(elsewhere), .. } => path = elsewhere,
                other => return Err(other.refusal()),
            }
        }
        Err(ReadError::NotUnderstood)
    }

    async fn ask(&self, method: Method, path: &str) -> Result<Reply, ReadError> {
        let url = self.url(path).ok_or(ReadError::NotUnderstood)?;
        let request = self.client.request(method, url);
        let sent = request.header(AUTHORIZATION, self.token.authorization()).send().await;
        let location = sent.as_ref().ok().and_then(|response| {
            response.headers().get(LOCATION)?.to_str().ok().map(str::to_owned)
        });
        match client::read(sent).await {
            Answer::Whole { status, body, .. } => Ok(Reply { status, location, body }),
            Answer::Silence(silence) => Err(ReadError::Silence(silence)),
        }
    }

    /// The address of a path of the contract's, with its query where it has one;
    /// whatever else a server names is not gone to.
    fn url(&self, path: &str) -> Option<Url> {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let is_plain = !path.split('/').any(|segment| segment == ".." || segment == ".");
        let is_ours = (path.starts_with(MATCHES) && is_plain) || path == SOURCES_PATH;
        is_ours.then(|| {
            let mut url = self.server.at(path);
            url.set_query(query);
            url
        })
    }
}

/// A whole answer.
struct Reply {
    status: u16,
    location: Option<String>,
    body: Vec<u8>,
}

impl Reply {
    fn refusal(&self) -> ReadError {
        let problem: Option<ingest_api::Problem> = serde_json::from_slice(&self.body).ok();
        match (self.status, problem) {
            // A proxy's page says nothing of ours.
            (_, None) if self.status < 500 => ReadError::NotUnderstood,
            (401 | 403, _) => ReadError::NotAllowed,
            (404, _) => ReadError::Unknown,
            (410, _) => ReadError::Gone,
            (429 | 500.., _) => ReadError::Busy,
            _ => ReadError::NotUnderstood,
        }
    }
}

/// A match's own path. A key may hold anything.
fn path_of(key: &MatchKey) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    let segment: String = key
        .as_str()
        .bytes()
        .map(|byte| match byte {
            byte if is_plain(byte) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    format!("{MATCHES}{segment}")
}
