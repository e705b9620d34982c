//! Has a server erase what a device sent.

use std::time::Duration;

use delivery::Silence;
use event_model::DeviceId;
use ingest_api::DEVICES_PATH;
use reqwest::header::AUTHORIZATION;

use crate::{Answer, Error, ExtraRoots, ServerUrl, Token, client};

/// Between two requests: the server erases for two seconds at each.
const PAUSE: Duration = Duration::from_millis(200);
/// Where a server asks for patience in its own words, it is given this at least.
const BUSY_PAUSE: Duration = Duration::from_secs(2);
/// Answers in a row that ask for patience: with the pauses between them a minute.
const BUSY_MAX: u32 = 30;

/// Why a server did not erase everything.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// No answer.
    #[error("no answer from the server: {}", delivery::WaitReason::Silence(*.0))]
    Silence(Silence),
    /// The server does not take this device's token.
    #[error("the server does not take this PC's token")]
    Refused,
    /// An answer that is none to this question.
    #[error("the server answered with status {0}")]
    Answered(u16),
    /// It was at it for too long. What is left is erased when it is asked again.
    #[error("the server is not done yet; ask again")]
    Unfinished,
    /// The client could not be set up.
    #[error("could not speak to the server")]
    Client(#[from] Error),
}

/// What an answer comes to.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Done,
    AskAgain,
    AskLater,
    Fail(u16),
    Refused,
}

/// Erases all that `device` sent to `server`. Its own token shows that it may.
///
/// # Errors
/// See [`EraseError`]. To ask again does no harm.
pub async fn erase(
    server: &ServerUrl,
    extra_roots: &ExtraRoots,
    device: DeviceId,
    token: &Token,
) -> Result<(), EraseError> {
    let client = client::client(server, extra_roots)?;
    let mut url = server.at(&format!("{DEVICES_PATH}/{device}"));
    url.set_query(Some("erase=true"));
    let mut busy = 0;
    loop {
        let delete = client.delete(url.clone()).header(AUTHORIZATION, token.authorization());
        let status = match client::read(delete.send().await).await {
            Answer::Whole { status, .. } => status,
            Answer::Silence(silence) => return Err(EraseError::Silence(silence)),
        };
        match Next::after(status) {
            Next::Done => return Ok(()),
            Next::Refused => return Err(EraseError::Refused),
            Next::Fail(status) => return Err(EraseError::Answered(status)),
            Next::AskAgain => {
                busy = 0;
                tokio::time::sleep(PAUSE).await;
            }
            Next::AskLater if busy < BUSY_MAX => {
                busy += 1;
                tokio::time::sleep(BUSY_PAUSE).await;
            }
            Next::AskLater => return Err(EraseError::Unfinished),
        }
    }
}

impl Next {
    fn after(status: u16) -> Self {
        match status {
            204 => Self::Done,
            202 => Self::AskAgain,
            429 | 503 => Self::AskLater,
            401 | 403 => Self::Refused,
            other => Self::Fail(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_servers_word_that_nothing_is_left_ends_it_well() {
        let done: Vec<u16> =
            (100..600).filter(|status| Next::after(*status) == Next::Done).collect();
        assert_eq!(done, [204]);
        assert_eq!(Next::after(202), Next::AskAgain);
        assert_eq!(Next::after(200), Next::Fail(200), "a login page, say");
    }
}
