//! Gets a device its token.

use delivery::Silence;
use event_model::{DeviceId, NamesKey};
use ingest_api::{DEVICES_PATH, Enrolled, Enrolment, Problem, ProblemKind};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use crate::{Answer, Error, ExtraRoots, ServerUrl, Token, client};

/// Why a device has no token.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The server does not take this enrolment key.
    #[error("the server does not take this enrolment key")]
    KeyRefused,
    /// The device is enrolled already, and nobody gets its token a second time.
    #[error(
        "this device is enrolled at the server already, and its token is not here: put back the \
         identity.json that has it; or delete identity.json and outbox.sqlite, with the events \
         that wait in it, and this PC enrols as another device"
    )]
    AlreadyEnrolled,
    /// No answer; trying again later may help.
    #[error("no answer from the server: {}", delivery::WaitReason::Silence(*.0))]
    Silence(Silence),
    /// An answer that is not an enrolment.
    #[error("{}", in_words(*status, detail.as_deref()))]
    Answered {
        /// HTTP status.
        status: u16,
        /// The server's own words, where it is one of ours.
        detail: Option<String>,
    },
    /// The client could not be set up.
    #[error("could not speak to the server")]
    Client(#[from] Error),
}

fn in_words(status: u16, detail: Option<&str>) -> String {
    match detail {
        Some(detail) => format!("the server answered with status {status}: {detail}"),
        None => format!("what answers there is not a Ringside server (status {status})"),
    }
}

/// What a device is given.
#[derive(Debug, Clone)]
pub struct EnrolledDevice {
    /// Its token.
    pub token: Token,
    /// The server's key of pseudonyms; an older server has none.
    pub names_key: Option<NamesKey>,
}

/// Enrols `device` under the name `name` with an enrolment key.
///
/// `wished` is the token that the device kept before it asked: where an answer
/// is lost, asking again gives it.
///
/// # Errors
/// See [`EnrolError`].
pub async fn enrol(
    server: &ServerUrl,
    extra_roots: &ExtraRoots,
    key: &Token,
    device: DeviceId,
    name: &str,
    wished: &Token,
) -> Result<EnrolledDevice, EnrolError> {
    let client = client::client(server, extra_roots)?;
    let enrolment = Enrolment {
        device: device.0,
        name: name.to_owned(),
        token: Some(wished.reveal().to_owned()),
    };
    let post = client
        .post(server.at(DEVICES_PATH))
        .header(AUTHORIZATION, key.authorization())
        .header(CONTENT_TYPE, "application/json")
        .body(json(&enrolment));
    let answer = client::read(post.send().await).await;
    enrolled(answer, device)
}

fn json(enrolment: &Enrolment) -> Vec<u8> {
    serde_json::to_vec(enrolment).expect("an enrolment of plain values is always JSON")
}

fn enrolled(answer: Answer, device: DeviceId) -> Result<EnrolledDevice, EnrolError> {
    let (status, body) = match answer {
        Answer::Whole { status, body, .. } => (status, body),
        Answer::Silence(silence) => return Err(EnrolError::Silence(silence)),
    };
    let problem: Option<Problem> = serde_json::from_slice(&body).ok();
    let kind = problem.as_ref().and_then(Problem::kind);
    match (status, kind) {
        (201, _) => serde_json::from_slice::<Enrolled>(&body)
            .ok()
            .filter(|enrolled| enrolled.device == device.0)
            .and_then(|enrolled| {
                let token = Token::new(&enrolled.token).ok()?;
                let key = enrolled.names_key.as_deref().map(NamesKey::from_hex).transpose().ok()?;
                Some(EnrolledDevice { token, names_key: key })
            })
            .ok_or(EnrolError::Answered { status, detail: None }),
        (_, Some(ProblemKind::Unauthenticated | ProblemKind::Revoked | ProblemKind::Forbidden)) => {
            Err(EnrolError::KeyRefused)
        }
        (_, Some(ProblemKind::AlreadyEnrolled)) => Err(EnrolError::AlreadyEnrolled),
        (_, Some(_) | None) => {
            let detail = kind.and(problem).and_then(|problem| problem.detail);
            let detail = detail.as_deref().map(delivery::server_words);
            Err(EnrolError::Answered { status, detail })
        }
    }
}
