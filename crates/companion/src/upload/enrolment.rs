//! Gets this device a token.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::sync::watch;
use uploader::{EnrolError, ExtraRoots, ServerUrl, Token};

use super::{enrolment_key, extra_roots, parsed};
use crate::{DataDir, Error, Identity, Settings, UploadOptions};

/// Why there is no token, for a person; shared with whoever shows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trouble(Arc<Mutex<Option<String>>>);

impl Trouble {
    pub(crate) fn reason(&self) -> Option<String> {
        self.0.lock().expect("no holder of the reason panics").clone()
    }

    pub(super) fn set(&self, reason: Option<String>) {
        *self.0.lock().expect("no holder of the reason panics") = reason;
    }
}

/// What an enrolment in the background needs.
pub(super) struct Enrolling {
    pub(super) server: String,
    pub(super) url: ServerUrl,
    pub(super) extra_roots: ExtraRoots,
    pub(super) key: Token,
    pub(super) dir: DataDir,
    pub(super) identity: Identity,
}

impl Enrolling {
    /// Tries until the server answers; then hands the token on.
    ///
    /// Events are kept meanwhile. A key that is refused is not tried again.
    pub(super) async fn run(
        mut self,
        token: watch::Sender<Option<Token>>,
        trouble: Trouble,
        mut stop: watch::Receiver<bool>,
    ) {
        for failures in 1.. {
            match self.enrol().await {
                Ok(new) => {
                    trouble.set(None);
                    token.send_replace(Some(new));
                    return;
                }
                Err(error) => {
                    let reason = in_words(&error);
                    tracing::warn!(server = %self.server, %reason, "Not enrolled");
                    trouble.set(Some(reason));
                    if !is_passing(&error) {
                        return;
                    }
                }
            }
            let random = getrandom::u64().unwrap_or(0);
            let wait = Duration::from_millis(delivery::backoff_ms(failures, None, random));
            tokio::select! {
                _ = stop.wait_for(|stopping| *stopping) => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn enrol(&mut self) -> Result<Token, Error> {
        let device = self.identity.device();
        let name = device_name();
        let wished = self.identity.wished_token(&self.dir, &self.server)?;
        let wished = enrolment_key(&wished)?;
        let token =
            uploader::enrol(&self.url, &self.extra_roots, &self.key, device, &name, &wished)
                .await
                .map_err(|cause| Error::Enrolment { server: self.server.clone(), cause })?;
        if let Err(error) = self.identity.keep_token(&self.dir, &self.server, token.reveal()) {
            // It is good for this run, and the next one asks for it again.
            tracing::warn!(%error, "The token could not be kept");
        }
        Ok(token)
    }
}

/// Enrols this installation at a server and keeps its token.
///
/// # Errors
/// Where the server cannot be reached or refuses.
pub async fn enrol(data_dir: Option<PathBuf>, options: &UploadOptions) -> Result<String, Error> {
    let dir = DataDir::open(data_dir)?;
    let settings = Settings::load_or_create(&dir)?;
    let identity = Identity::load_or_create(&dir)?;
    let (Some(server), Some(key)) = (&options.server, &options.enrolment_key) else {
        return Err(Error::Server("a server and an enrolment key are needed".to_owned()));
    };
    let url: ServerUrl = parsed(server)?;
    let server = url.to_string();
    let mut enrolling = Enrolling {
        url,
        extra_roots: extra_roots(options, &settings)?,
        key: enrolment_key(key)?,
        server: server.clone(),
        dir,
        identity,
    };
    enrolling.enrol().await?;
    Ok(server)
}

/// Whether the same attempt may succeed later.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::Enrolment { cause, .. } => match cause {
            EnrolError::Silence(_) => true,
            // Without a word of our server's own it was somebody else who
            // answered: a hotel's login page, say.
            EnrolError::Answered { status, detail } => {
                detail.is_none() || *status >= 500 || *status == 429
            }
            EnrolError::KeyRefused | EnrolError::AlreadyEnrolled | EnrolError::Client(_) => false,
        },
        // A token is wished for on disk first: when there is room.
        Error::Identity { cause, .. } => outbox::wants_room(cause),
        Error::NoDataDir
        | Error::DataDir { .. }
        | Error::Settings { .. }
        | Error::NoRandomness
        | Error::AlreadyRunning { .. }
        | Error::Outbox(_)
        | Error::BadInput(_)
        | Error::NoRules { .. }
        | Error::Server(_)
        | Error::QueueDeleted(_)
        | Error::Listener { .. } => false,
    }
}

fn in_words(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("not enrolled: {cause}"),
        None => format!("not enrolled: {error}"),
    }
}

/// How the operator's list calls this device. Not the PC's own name: that is
/// nobody's business.
fn device_name() -> String {
    format!("Ringside on {}", std::env::consts::OS)
}
