//! What the server asks not to read, asked for now and then, and the local file looked
//! at: see [`crate::kill_switch`].

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;
use uploader::{Reads, Token};

use super::reading::Reading;
use crate::{
    DataDir, Identity, UploadOptions,
    kill_switch::ServerSaid,
    upload,
    uploads::{Heading, Whither},
};

/// Between two looks at the files: a person who writes one waits for it.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Looks between two questions to a server that answered: ten minutes. A source that
/// goes wrong is no emergency, and ten thousand devices are 17 questions a second.
const ASK_EVERY_LOOKS: u32 = 120;

/// Looks until a server is asked again that did not answer: a minute.
const ASK_AGAIN_LOOKS: u32 = 12;

/// Looks until it is looked again whether there is a token to ask with.
const NO_TOKEN_LOOKS: u32 = 1;

/// What came of a question.
#[derive(Clone, Copy)]
enum Asked {
    /// The answer is kept.
    Answered,
    /// None that counts.
    Unanswered,
    /// This device is not enrolled there yet.
    NoToken,
}

impl Asked {
    /// When to ask again.
    fn looks(self) -> u32 {
        match self {
            Self::Answered => ASK_EVERY_LOOKS,
            Self::Unanswered => ASK_AGAIN_LOOKS,
            Self::NoToken => NO_TOKEN_LOOKS,
        }
    }
}

/// What it takes to ask.
pub(super) struct Asking {
    pub(super) dir: DataDir,
    pub(super) upload: UploadOptions,
    pub(super) heading: Heading,
    pub(super) reading: Arc<Reading>,
}

impl Asking {
    /// Asks and looks until told to stop.
    pub(super) async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut looks_left = 0;
        let mut asked: Option<String> = None;
        loop {
            let going = self.going();
            // Another server is asked at once.
            if looks_left == 0 || going != asked {
                looks_left = match &going {
                    Some(server) => tokio::select! {
                        _ = stop.wait_for(|stopping| *stopping) => return,
                        asked = self.ask(server) => asked.looks(),
                    },
                    None => ASK_AGAIN_LOOKS,
                };
                asked = going;
            }
            self.reading.look_again().await;
            tokio::select! {
                _ = stop.wait_for(|stopping| *stopping) => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            looks_left -= 1;
        }
    }

    /// The server that events go to; none while they are held back.
    fn going(&self) -> Option<String> {
        match self.heading.now() {
            Whither::To { server, .. } => Some(server),
            Whither::Held { .. } | Whither::Nowhere => None,
        }
    }

    /// Asks, and keeps the answer. Whatever is no whole answer leaves the last one.
    async fn ask(&self, server: &str) -> Asked {
        let known = Identity::look(&self.dir);
        let token = known.as_ref().and_then(|identity| identity.token(server));
        let Some(Ok(token)) = token.map(Token::new) else { return Asked::NoToken };
        let Some(reads) = self.reads(server, token).await else { return Asked::Unanswered };
        let policy = match reads.sources().await {
            Ok(policy) => policy,
            Err(error) => {
                tracing::debug!(%error, "The server did not say which games to read");
                return Asked::Unanswered;
            }
        };
        if let Err(error) = ServerSaid::new(server, &policy).save(&self.dir) {
            tracing::warn!(%error, "What the server said of games could not be kept");
            return Asked::Unanswered;
        }
        Asked::Answered
    }

    /// Questions to the server, as the upload speaks to it.
    async fn reads(&self, server: &str, token: Token) -> Option<Reads> {
        let settings = self.reading.settings.lock().await;
        let roots = upload::roots_for(&self.dir, &self.upload, &settings, server).ok()?;
        Reads::new(server.parse().ok()?, &roots, token).ok()
    }
}
