//! HTTPS to a program of Riot's on this machine, and every way it can fail.

use std::{error, io, sync::Arc, time::Duration};

use event_model::Clock;
use reqwest::{Client, Response, redirect};

use super::PinnedRoot;
use crate::Error;

/// Loopback connects at once; but Windows tries a port that refuses for about
/// two seconds, and refused must not look like slow.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// A whole answer. A game under load takes hundreds of milliseconds.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(6);

/// Why there is no answer.
pub(super) enum Failure {
    /// Nobody has the port.
    Refused,
    /// Whoever has it cannot show a certificate under the pinned root.
    Tls { reason: String },
    /// The connection broke or took too long.
    Broken { reason: String },
}

/// Why an answer's body is not there.
pub(super) enum NoBody {
    TooLarge,
    Failed(Failure),
}

/// A client that trusts the root alone, and goes nowhere but where it is sent.
pub(super) fn client(root: PinnedRoot, clock: Arc<dyn Clock>) -> Result<Client, Error> {
    Client::builder()
        .tls_backend_preconfigured(root.client_config(clock)?)
        .https_only(true)
        .http1_only()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(ANSWER_TIMEOUT)
        .build()
        .map_err(Error::Client)
}

/// The body, where it has no more than `bytes_max`.
pub(super) async fn body(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, NoBody> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(piece)) if body.len() + piece.len() > bytes_max => {
                return Err(NoBody::TooLarge);
            }
            Ok(Some(piece)) => body.extend_from_slice(&piece),
            Ok(None) => return Ok(body),
            Err(error) => return Err(NoBody::Failed(Failure::of(&error))),
        }
    }
}

impl Failure {
    /// What failed, found in the error's chain of causes.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Broken { reason: "timed out".to_owned() };
        }
        let mut cause: Option<&(dyn error::Error + 'static)> = Some(error);
        let mut innermost = String::new();
        while let Some(link) = cause {
            if let Some(failure) = Self::recognised(link) {
                return failure;
            }
            innermost = link.to_string();
            cause = link.source();
        }
        Self::Broken { reason: innermost }
    }

    fn recognised(link: &(dyn error::Error + 'static)) -> Option<Self> {
        if let Some(tls) = link.downcast_ref::<rustls::Error>() {
            return Some(Self::Tls { reason: tls.to_string() });
        }
        let io = link.downcast_ref::<io::Error>()?;
        if io.kind() == io::ErrorKind::ConnectionRefused {
            return Some(Self::Refused);
        }
        // An I/O error's `source` skips the error it wraps.
        Self::recognised(io.get_ref()?)
    }
}
