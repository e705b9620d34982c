//! Gets this device a token.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use ingest_api::Invitation;
use live_view::PauseCode;
use tokio::sync::watch;
use uploader::{EnrolError, EnrolledDevice, ExtraRoots, ServerUrl, Token};

use super::{Pause, enrolment_key, keep_root_in, parsed, pause::code_of_enrolment, roots_for};
use crate::{DataDir, Error, Identity, NamesSent, Settings, UploadOptions};

/// What a player can do about a server that is older than pseudonyms.
const NO_NAMES_KEY: &str = "the server is too old to hide other players' names: ask its operator \
                            for a newer one, or send real names";

/// Why there is no token, for a person; shared with whoever shows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trouble(Arc<Mutex<Option<Pause>>>);

impl Trouble {
    pub(crate) fn pause(&self) -> Option<Pause> {
        self.0.lock().expect("no holder of the reason panics").clone()
    }

    pub(crate) fn reason(&self) -> Option<String> {
        self.pause().map(|pause| pause.reason)
    }

    pub(super) fn set(&self, pause: Option<Pause>) {
        *self.0.lock().expect("no holder of the reason panics") = pause;
    }
}

/// What a server is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// A token, with an enrolment key.
    Enrolment,
    /// Its key of pseudonyms, with the token that this device has.
    NamesKey,
}

/// What an enrolment in the background needs.
pub(super) struct Enrolling {
    pub(super) server: String,
    pub(super) url: ServerUrl,
    pub(super) extra_roots: ExtraRoots,
    pub(super) key: Token,
    pub(super) asked: Asked,
    /// How names are to leave.
    pub(super) names: NamesSent,
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
                Ok(EnrolledDevice { names_key: None, .. })
                    if self.names == NamesSent::Pseudonyms =>
                {
                    trouble.set(Some(Pause::new(PauseCode::NamesNotHidden, NO_NAMES_KEY)));
                    return;
                }
                Ok(EnrolledDevice { token: new, .. }) => {
                    trouble.set(None);
                    token.send_replace(Some(new));
                    return;
                }
                Err(error) => {
                    let reason = self.asked.in_words(&error);
                    tracing::warn!(server = %self.server, %reason, "Not enrolled");
                    let code = code_of_enrolment(self.asked, &error);
                    trouble.set(Some(Pause::new(code, reason)));
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

    /// What is being done, for a person.
    pub(super) fn pause(&self) -> Pause {
        let server = &self.server;
        match self.asked {
            Asked::Enrolment => Pause::new(PauseCode::Enrolling, format!("enrolling at {server}")),
            Asked::NamesKey => Pause::new(
                PauseCode::AskingNamesKey,
                format!("asking {server} for its key of pseudonyms"),
            ),
        }
    }

    async fn enrol(&mut self) -> Result<EnrolledDevice, Error> {
        let device = self.identity.device();
        let name = device_name();
        let wished = self.identity.wished_token(&self.dir, &self.server)?;
        let wished = enrolment_key(&wished)?;
        let enrolled =
            uploader::enrol(&self.url, &self.extra_roots, &self.key, device, &name, &wished)
                .await
                .map_err(|cause| Error::Enrolment { server: self.server.clone(), cause })?;
        let EnrolledDevice { token, names_key } = &enrolled;
        let kept = self.identity.keep(&self.dir, &self.server, token.reveal(), names_key.as_ref());
        if let Err(error) = kept {
            // It is good for this run, and the next one asks for it again.
            tracing::warn!(%error, "The token could not be kept");
        }
        Ok(enrolled)
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
        extra_roots: roots_for(&dir, options, &settings, &server)?,
        key: enrolment_key(key)?,
        asked: Asked::Enrolment,
        names: settings.privacy.names,
        server: server.clone(),
        dir: dir.clone(),
        identity,
    };
    enrolling.enrol().await?;
    if let Some(path) = &options.server_ca {
        keep_root_in(&dir, &server, path)?;
    }
    Ok(server)
}

/// Enrols this installation as an invitation says and keeps its token. Gives the
/// certificate authority that the server must have, in PEM, where the invitation names
/// one.
pub(crate) async fn enrol_by(
    dir: &DataDir,
    settings: &Settings,
    invitation: &Invitation,
) -> Result<Option<String>, Error> {
    let url: ServerUrl = parsed(&invitation.server())?;
    let server = url.to_string();
    let root = match invitation.ca_sha256() {
        Some(sha256) => Some(
            uploader::named_root(&url, sha256)
                .await
                .map_err(|cause| Error::Enrolment { server: server.clone(), cause })?,
        ),
        None => None,
    };
    let (pem, extra_roots) = root.map(|root| (root.pem, root.roots)).unzip();
    let mut enrolling = Enrolling {
        url,
        extra_roots: extra_roots.unwrap_or_default(),
        key: enrolment_key(invitation.key())?,
        asked: Asked::Enrolment,
        names: settings.privacy.names,
        server,
        dir: dir.clone(),
        identity: Identity::load_or_create(dir)?,
    };
    enrolling.enrol().await?;
    Ok(pem)
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
        | Error::NoSuchSection(_)
        | Error::Server(_)
        | Error::QueueDeleted(_)
        | Error::UnderWay(_)
        | Error::NotErased { .. }
        | Error::Setup(_)
        | Error::History(_)
        | Error::Recording(_)
        | Error::Listener { .. } => false,
    }
}

impl Asked {
    fn in_words(self, error: &Error) -> String {
        let cause = match (self, error) {
            (Self::NamesKey, Error::Enrolment { cause: EnrolError::KeyRefused, .. }) => {
                "the server does not take this PC's token".to_owned()
            }
            (Self::Enrolment | Self::NamesKey, error) => match std::error::Error::source(error) {
                Some(cause) => cause.to_string(),
                None => error.to_string(),
            },
        };
        match self {
            Self::Enrolment => format!("not enrolled: {cause}"),
            Self::NamesKey => format!("other players' names cannot be hidden yet: {cause}"),
        }
    }
}

/// How the operator's list calls this device. Not the PC's own name: that is
/// nobody's business.
fn device_name() -> String {
    format!("Ringside on {}", std::env::consts::OS)
}
