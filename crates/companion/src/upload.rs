//! Whether, where and under which token events leave this machine.

mod enrolled_elsewhere;
mod enrolment;
mod noted;
mod pause;
mod roots;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use delivery::{BatchLimits, WaitReason};
use event_model::Clock;
use outbox::{Outbox, Standing};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};
use uploader::{HttpTransport, ServerUrl, Token, UploadProgress, UploadState, Uploader};

use crate::{
    DataDir, Error, Identity, Settings, installation::Installation, outgoing::OutgoingNames,
    owned_outbox::lock,
};
use enrolled_elsewhere::EnrolledElsewhere;
pub(crate) use enrolment::Trouble;
pub use enrolment::enrol;
pub(crate) use enrolment::enrol_by;
use enrolment::{Asked, Enrolling};
use noted::NotedTransport;
pub(crate) use noted::Notes;
pub(crate) use pause::Pause;
pub(crate) use roots::{is_one_server, keep as keep_root, keep_file as keep_root_in, roots_for};

/// How often a drain looks whether anything is left.
const DRAIN_LOOK: Duration = Duration::from_millis(100);

/// Where events go in this run.
#[derive(Debug, Clone, Default)]
pub struct UploadOptions {
    /// The server. Naming one is consent for this run; without one the settings
    /// say where to, and whether the player agreed.
    pub server: Option<String>,
    /// A key to enrol with, where this device has no token yet.
    pub enrolment_key: Option<String>,
    /// The server's own certificate authority, as a PEM file.
    pub server_ca: Option<PathBuf>,
}

/// What an upload has sent since the start of this run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) stored: u64,
    pub(crate) duplicates: u64,
    pub(crate) refused: u64,
}

/// How a drain ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Drained {
    /// There is no server to send to.
    #[default]
    NothingToSend,
    /// Everything is settled or refused.
    Done,
    /// Events still wait, and nothing moved for the given time.
    StillWaiting,
    /// Events still wait: this device has no token, and nobody is getting one.
    NotEnrolled,
}

/// How requests get to the server: straight, unless a replay wants otherwise.
#[derive(Default)]
pub(crate) struct Way {
    /// Where connections go instead of to the server. It hands on what it is sent.
    pub(crate) via: Option<String>,
    /// Where what was sent and answered is noted.
    pub(crate) notes: Option<Notes>,
}

/// A running upload.
pub(crate) struct Upload {
    server: String,
    progress: watch::Receiver<UploadProgress>,
    stop: watch::Sender<bool>,
    wake: Arc<Notify>,
    trouble: Trouble,
    uploading: JoinHandle<()>,
    enrolling: Option<JoinHandle<()>>,
    looking: JoinHandle<()>,
}

impl std::ops::AddAssign for Sent {
    fn add_assign(&mut self, more: Self) {
        self.stored += more.stored;
        self.duplicates += more.duplicates;
        self.refused += more.refused;
    }
}

impl Upload {
    /// The server that the player agreed to and holds the upload back from.
    pub(crate) fn held_back(options: &UploadOptions, settings: &Settings) -> Option<String> {
        agreed_server(options, settings).filter(|_| settings.upload.held)
    }

    /// Starts it where there is a server that the player agreed to.
    ///
    /// # Errors
    /// Where the address is none that events may be sent to.
    pub(crate) fn start(
        options: &UploadOptions,
        settings: &Settings,
        dir: &DataDir,
        identity: &Identity,
        outbox: Arc<Mutex<Outbox>>,
        clock: Arc<dyn Clock>,
        wake: Arc<Notify>,
    ) -> Result<Option<Self>, Error> {
        let (dir, settings, identity) = (dir.clone(), settings.clone(), identity.clone());
        let installation = Installation { dir, settings, identity, outbox, wake };
        Self::start_by(Way::default(), options, &installation, clock)
    }

    /// The same by another way.
    ///
    /// # Errors
    /// Where the address is none that events may be sent to.
    pub(crate) fn start_by(
        way: Way,
        options: &UploadOptions,
        installation: &Installation,
        clock: Arc<dyn Clock>,
    ) -> Result<Option<Self>, Error> {
        let Installation { dir, settings, identity, outbox, wake } = installation;
        keep_here(outbox, settings);
        let Some(named) = agreed_server(options, settings) else { return Ok(None) };
        let url: ServerUrl = parsed(&named)?;
        // One spelling for the tokens, however the address was typed.
        let server = url.to_string();
        let extra_roots = roots_for(dir, options, settings, &server)?;
        let token = identity.token(&server).and_then(|token| Token::new(token).ok());
        let names = settings.privacy.names;
        let key = match &token {
            Some(_) if identity.names_key(&server).is_some() => None,
            Some(own) => Some((own.clone(), Asked::NamesKey)),
            None => {
                let key = options.enrolment_key.as_deref().map(enrolment_key).transpose()?;
                key.map(|key| (key, Asked::Enrolment))
            }
        };
        // Nothing leaves before it is known under which names.
        let token = token.filter(|_| key.is_none());
        let enrolling = key.map(|(key, asked)| Enrolling {
            server: server.clone(),
            url: url.clone(),
            extra_roots: extra_roots.clone(),
            key,
            asked,
            names,
            dir: dir.clone(),
            identity: identity.clone(),
        });
        let outgoing = {
            let mut outbox = lock(outbox);
            begin_with(&mut outbox, &server);
            Arc::new(OutgoingNames::begin(dir, &server, names, outbox.view())?)
        };
        let (token_sender, token) = watch::channel(token);
        let limits = BatchLimits::within(&ingest_api::Limits::default());
        let connected = way.via.as_deref().map_or_else(|| Ok(url.clone()), parsed)?;
        let inner = HttpTransport::new(&connected, &extra_roots, Arc::clone(&clock))
            .map_err(|cause| Error::Server(cause.to_string()))?;
        let transport = NotedTransport { inner, notes: way.notes };
        let outbox = Arc::clone(outbox);
        let config =
            uploader::Config { server: url, extra_roots, outbox, clock, token, limits, outgoing };
        let uploader = Uploader::over(transport, config);
        let elsewhere = EnrolledElsewhere {
            server,
            dir: dir.clone(),
            device: identity.device(),
            progress: uploader.progress(),
            token: token_sender,
            trouble: Trouble::default(),
        };
        Ok(Some(Self::begin(uploader, enrolling, elsewhere, Arc::clone(wake))))
    }

    /// Starts the tasks of it.
    fn begin(
        uploader: Uploader<NotedTransport>,
        enrolling: Option<Enrolling>,
        elsewhere: EnrolledElsewhere,
        wake: Arc<Notify>,
    ) -> Self {
        let (server, progress) = (elsewhere.server.clone(), elsewhere.progress.clone());
        let (token, trouble) = (elsewhere.token.clone(), elsewhere.trouble.clone());
        let (stop, mut stopping) = watch::channel(false);
        let enrolling = enrolling.map(|enrolling| {
            trouble.set(Some(enrolling.pause()));
            tokio::spawn(enrolling.run(token.clone(), trouble.clone(), stop.subscribe()))
        });
        let looking = tokio::spawn(elsewhere.run(stop.subscribe()));
        let woken = Arc::clone(&wake);
        let uploading = tokio::spawn(async move {
            uploader
                .run(woken, async move {
                    // An error means that nobody is left to stop it: then stop.
                    drop(stopping.wait_for(|stopping| *stopping).await);
                    drop(token);
                })
                .await;
        });
        Self { server, progress, stop, wake, trouble, uploading, enrolling, looking }
    }

    /// Where events go.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// Why there is no token, where that is in the way.
    pub(crate) fn trouble(&self) -> Trouble {
        self.trouble.clone()
    }

    /// Waits until nothing is left to send, or nothing moves for `patience`.
    pub(crate) async fn drain(
        &self,
        outbox: &Arc<Mutex<Outbox>>,
        clock: &dyn Clock,
        patience: Duration,
        mut waiting: impl FnMut(u64),
    ) -> Result<Drained, Error> {
        self.wake.notify_one();
        let mut moved_at_ms = clock.now().clock.mono_ms;
        let mut last = None;
        loop {
            let (now, outbox) = (clock.now(), Arc::clone(outbox));
            let (status, kept, standing) = tokio::task::spawn_blocking(move || {
                let mut outbox = lock(&outbox);
                Ok((outbox.healed_status(now)?, outbox.kept_here()?, outbox.standing()?))
            })
            .await
            .expect("reading the status does not panic")
            .map_err(Error::Outbox)?;
            let left = (status.pending + status.in_flight).saturating_sub(kept);
            // What another server has, this one has to say that it has it too.
            if left == 0 && standing != Standing::Elsewhere {
                return Ok(Drained::Done);
            }
            waiting(left);
            if self.is_hopeless() {
                return Ok(Drained::NotEnrolled);
            }
            let state = (status.settled, status.quarantined, left);
            if last != Some(state) {
                last = Some(state);
                moved_at_ms = now.clock.mono_ms;
            }
            let waited_ms = now.clock.mono_ms.saturating_sub(moved_at_ms);
            if u128::from(waited_ms) >= patience.as_millis() {
                return Ok(Drained::StillWaiting);
            }
            tokio::time::sleep(DRAIN_LOOK).await;
        }
    }

    /// Whether there is no token and nobody who gets one.
    fn is_hopeless(&self) -> bool {
        let state = self.progress.borrow().state;
        let no_token =
            matches!(state, UploadState::Waiting { reason: WaitReason::NotEnrolled, .. });
        // A token that has just come has not been seen by the upload yet: only
        // an enrolment that ended in trouble brings none.
        no_token
            && self
                .enrolling
                .as_ref()
                .is_none_or(|enrolling| enrolling.is_finished() && self.trouble.reason().is_some())
    }

    /// Ends it as the end of the process would: nothing is put back, and a request under
    /// way is heard of no more. What it had counted by then.
    pub(crate) async fn kill(self) -> Sent {
        for task in [Some(self.uploading), Some(self.looking), self.enrolling].into_iter().flatten()
        {
            task.abort();
            drop(task.await);
        }
        let progress = self.progress.borrow();
        Sent {
            stored: progress.stored,
            duplicates: progress.duplicates,
            refused: progress.quarantined,
        }
    }

    /// Stops it; a request under way is given up and its events stay queued.
    pub(crate) async fn stop(self) -> Sent {
        self.stop.send_replace(true);
        drop(self.uploading.await);
        if let Some(enrolling) = self.enrolling {
            // Whatever it was doing is asked for again by the next run.
            enrolling.abort();
        }
        self.looking.abort();
        let progress = self.progress.borrow();
        Sent {
            stored: progress.stored,
            duplicates: progress.duplicates,
            refused: progress.quarantined,
        }
    }
}

/// Games that the player does not send stay here, whoever is sent to.
pub(crate) fn keep_here(outbox: &Mutex<Outbox>, settings: &Settings) {
    lock(outbox).keep_here(&settings.privacy.send.kept());
}

/// From here on events go to `server`: noted before a drain may ask where things
/// stand. A full disk takes no note and stops nobody: what was changed stands in
/// memory, and is on disk with the first write that there is room for.
fn begin_with(outbox: &mut Outbox, server: &str) {
    let noted = outbox.set_server(server);
    // A pause for the sake of a token that was wrong in an earlier run is over.
    let begun = outbox.change_circuit(delivery::Circuit::token_changed);
    if let Err(error) = noted.and(begun) {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, "The server could not be noted in the upload queue yet");
    }
}

/// The server of this run, where one was named or agreed to.
pub(crate) fn agreed_server(options: &UploadOptions, settings: &Settings) -> Option<String> {
    let agreed = settings.upload.server.as_ref().filter(|_| settings.upload.consent);
    let server = options.server.as_ref().or(agreed)?;
    Some(server.trim_end_matches('/').to_owned())
}

/// Whether events may be sent there: to loopback alone without encryption.
pub(crate) fn check_address(server: &str) -> Result<(), Error> {
    parsed(server).map(drop)
}

pub(crate) fn parsed(server: &str) -> Result<ServerUrl, Error> {
    server.parse().map_err(|invalid: uploader::InvalidServerUrl| Error::Server(invalid.to_string()))
}

fn enrolment_key(key: &str) -> Result<Token, Error> {
    Token::new(key)
        .map_err(|invalid| Error::Server(format!("the enrolment key is none: {invalid}")))
}
