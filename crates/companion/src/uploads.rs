//! The upload of a running companion: begun, held and given another server
//! while capture goes on.

use std::sync::{Arc, Mutex, MutexGuard};

use event_model::Clock;
use live_view::PauseCode;
use outbox::{Outbox, Standing};
use tokio::sync::Notify;

use crate::{
    DataDir, Error, Identity, Settings,
    owned_outbox::lock,
    upload::{self, Drained, Pause, Sent, Trouble, Upload, UploadOptions},
};

/// At most one upload at a time.
pub(crate) struct Uploads {
    dir: DataDir,
    identity: Identity,
    outbox: Arc<Mutex<Outbox>>,
    clock: Arc<dyn Clock>,
    wake: Arc<Notify>,
    heading: Heading,
    /// Held while one is exchanged: two of them would send the same events.
    now: tokio::sync::Mutex<Now>,
}

struct Now {
    /// What the command line said, as far as it still stands.
    options: UploadOptions,
    running: Option<Upload>,
    /// What earlier ones of this run have sent.
    sent: Sent,
}

/// Where events go at the moment; shared with whoever shows it.
#[derive(Clone, Default)]
pub(crate) struct Heading(Arc<Mutex<Whither>>);

/// Where events go.
#[derive(Clone, Default)]
pub(crate) enum Whither {
    /// Nowhere: there is no server, or the player did not agree.
    #[default]
    Nowhere,
    /// Nowhere for now: the player holds them back.
    Held {
        /// Where they would go.
        server: String,
    },
    /// There.
    To {
        /// The address.
        server: String,
        /// Why there is no token, where that is in the way.
        trouble: Trouble,
    },
}

impl Uploads {
    /// Begins with `running`, as the settings of the start have it.
    pub(crate) fn new(
        options: UploadOptions,
        dir: DataDir,
        identity: Identity,
        outbox: Arc<Mutex<Outbox>>,
        clock: Arc<dyn Clock>,
        wake: Arc<Notify>,
    ) -> Self {
        let heading = Heading::default();
        let now = tokio::sync::Mutex::new(Now { options, running: None, sent: Sent::default() });
        Self { dir, identity, outbox, clock, wake, heading, now }
    }

    /// Where events go at the moment.
    pub(crate) fn heading(&self) -> Heading {
        self.heading.clone()
    }

    /// The player has decided where to: what the command line named stands no longer.
    pub(crate) async fn forget_named_server(&self) {
        self.now.lock().await.options.server = None;
    }

    /// Goes on as the settings say from here on. A request under way is given
    /// up, and its events stay queued.
    ///
    /// # Errors
    /// Where the address is none that events may be sent to: then nothing is sent.
    pub(crate) async fn apply(&self, settings: &Settings) -> Result<(), Error> {
        let mut now = self.now.lock().await;
        now.halt().await;
        self.heading.set(Whither::Nowhere);
        upload::keep_here(&self.outbox, settings);
        if let Some(server) = Upload::held_back(&now.options, settings) {
            self.heading.set(Whither::Held { server });
            return Ok(());
        }
        now.running = Upload::start(
            &now.options,
            settings,
            &self.dir,
            &self.identity(),
            Arc::clone(&self.outbox),
            Arc::clone(&self.clock),
            Arc::clone(&self.wake),
        )?;
        if let Some(upload) = &now.running {
            let (server, trouble) = (upload.server().to_owned(), upload.trouble());
            self.heading.set(Whither::To { server, trouble });
        }
        Ok(())
    }

    /// Sends nothing more until [`apply`](Self::apply). A request under way is given up,
    /// and its events wait.
    pub(crate) async fn halt(&self) {
        self.now.lock().await.halt().await;
        self.heading.set(Whither::Nowhere);
    }

    /// Whether what was sent is at another server than `server`, which would be sent it
    /// again.
    ///
    /// # Errors
    /// Where the address is none that events may be sent to, or the outbox cannot be used.
    pub(crate) fn sent_elsewhere(&self, server: &str) -> Result<bool, Error> {
        let server = upload::parsed(server)?.to_string();
        let mut outbox = lock(&self.outbox);
        outbox.set_server(&server).map_err(Error::Outbox)?;
        Ok(outbox.standing().map_err(Error::Outbox)? == Standing::Elsewhere)
    }

    /// The identity with every token that it was given since the start.
    fn identity(&self) -> Identity {
        let now = Identity::look(&self.dir);
        let now = now.filter(|now| now.device() == self.identity.device());
        now.unwrap_or_else(|| self.identity.clone())
    }

    /// Forgets what is left of a wait: a person asks for a try now.
    ///
    /// # Errors
    /// Where the outbox cannot be written.
    pub(crate) fn retry_now(&self) -> Result<(), outbox::Error> {
        lock(&self.outbox).change_circuit(delivery::Circuit::retry_now)?;
        self.wake.notify_one();
        Ok(())
    }

    /// Gives what waits `drain` at most to be sent, and stops.
    ///
    /// # Errors
    /// Where the outbox cannot be read any more; it has stopped all the same.
    pub(crate) async fn stop(self, drain: std::time::Duration) -> (Sent, Result<Drained, Error>) {
        let Now { running, mut sent, .. } = self.now.into_inner();
        let Some(upload) = running else { return (sent, Ok(Drained::NothingToSend)) };
        let draining = upload.drain(&self.outbox, &*self.clock, drain, |_| {});
        let drained = tokio::time::timeout(drain, draining).await;
        sent += upload.stop().await;
        (sent, drained.unwrap_or(Ok(Drained::StillWaiting)))
    }
}

impl Now {
    async fn halt(&mut self) {
        if let Some(running) = self.running.take() {
            self.sent += running.stop().await;
        }
    }
}

impl Heading {
    /// Where events go now.
    pub(crate) fn now(&self) -> Whither {
        self.whither().clone()
    }

    fn set(&self, whither: Whither) {
        *self.whither() = whither;
    }

    fn whither(&self) -> MutexGuard<'_, Whither> {
        self.0.lock().expect("no holder of the heading panics")
    }
}

impl Whither {
    /// The server's address, where there is one.
    pub(crate) fn server(&self) -> Option<&str> {
        match self {
            Self::Nowhere => None,
            Self::Held { server } | Self::To { server, .. } => Some(server),
        }
    }

    /// Why nothing is sent, as far as it lies here.
    pub(crate) fn pause(&self) -> Option<Pause> {
        let (code, reason) = match self {
            Self::Nowhere => (PauseCode::NoServer, "no server: everything stays on this PC"),
            Self::Held { .. } => (PauseCode::Held, "you hold the upload back"),
            Self::To { trouble, .. } => return trouble.pause(),
        };
        Some(Pause::new(code, reason))
    }
}
