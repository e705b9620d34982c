//! A replay from its beginning to its end, over every kill in between.

use std::{
    path::PathBuf,
    sync::{Arc, MutexGuard},
    time::Duration,
};

use event_model::{Clock, Origin};
use outbox::Outbox;
use replay_report::Exchange;
use tempfile::TempDir;

use super::{
    Drained, Error, FaultyServer, Notes, PlayedFault, ReplayOptions, ReplayProgress, Shell,
    UploadOptions,
    playing::{Playing, Stopped},
    totals::Totals,
};
use crate::{
    SettingsFrom,
    installation::Installation,
    owned_outbox::{self, lock},
    pipeline::Pipeline,
    upload::{Sent, Upload, Way},
};

/// How long what a killed upload had handed to another thread may take to end: it writes
/// to a disk.
const LAST_BREATH: Duration = Duration::from_millis(10);
const LAST_BREATHS_MAX: u32 = 500;

/// What a replay works with, whatever is killed.
pub(super) struct Stage {
    data_dir: Option<PathBuf>,
    /// Gone with this.
    _temporary: Option<TempDir>,
    upload: UploadOptions,
    drain_timeout: Duration,
    clock: Arc<dyn Clock>,
    shell: Arc<dyn Shell>,
    notes: Option<Notes>,
    faulty_server: Option<FaultyServer>,
}

impl Stage {
    pub(super) async fn set(
        options: &ReplayOptions,
        clock: Arc<dyn Clock>,
        shell: Arc<dyn Shell>,
    ) -> Result<Self, Error> {
        let temporary = match (options.faults, &options.data_dir) {
            (Some(_), None) => Some(
                tempfile::tempdir()
                    .map_err(|cause| Error::DataDir { path: std::env::temp_dir(), cause })?,
            ),
            (_, _) => None,
        };
        let data_dir = temporary.as_ref().map(|folder| folder.path().to_owned());
        let faulty_server = match (options.faults, &options.upload.server) {
            (Some(seed), Some(server)) => {
                Some(FaultyServer::before(server.trim_end_matches('/'), seed).await?)
            }
            (_, _) => None,
        };
        Ok(Self {
            data_dir: data_dir.or_else(|| options.data_dir.clone()),
            _temporary: temporary,
            upload: options.upload.clone(),
            drain_timeout: options.drain_timeout,
            notes: options.is_traced.then(|| Notes::new(Arc::clone(&clock))),
            clock,
            shell,
            faulty_server,
        })
    }

    /// What the server did wrong.
    pub(super) fn faults_of_server(&self) -> Vec<PlayedFault> {
        self.faulty_server.as_ref().map(FaultyServer::played).unwrap_or_default()
    }

    /// What was sent, and how many requests are not among it.
    pub(super) fn exchanges(&self) -> (Vec<Exchange>, u64) {
        self.notes.as_ref().map(Notes::take).unwrap_or_default()
    }

    fn way(&self) -> Way {
        let via = self.faulty_server.as_ref().map(|server| server.url().to_owned());
        Way { via, notes: self.notes.clone() }
    }
}

/// One start of everything: what is on disk, the pipeline, the upload.
struct Life {
    installation: Installation,
    pipeline: Pipeline,
    upload: Option<Upload>,
}

/// All of them, one after another.
pub(super) struct Lives<'s> {
    stage: &'s Stage,
    totals: Totals,
    sent: Sent,
}

/// What they came to.
pub(super) struct Lived {
    pub(super) totals: Totals,
    pub(super) sent: Sent,
    pub(super) drained: Drained,
    /// What stands in the way of a token.
    pub(super) trouble: Option<String>,
    pub(super) installation: Installation,
}

impl Lived {
    pub(super) fn outbox(&self) -> MutexGuard<'_, Outbox> {
        lock(&self.installation.outbox)
    }
}

impl<'s> Lives<'s> {
    pub(super) fn of(stage: &'s Stage) -> Self {
        Self { stage, totals: Totals::default(), sent: Sent::default() }
    }

    pub(super) async fn play(
        mut self,
        playing: &mut Playing<'_>,
        progress: &mut (impl FnMut(ReplayProgress) + Send),
    ) -> Result<Lived, Error> {
        loop {
            let mut life = self.begin(playing)?;
            let stopped = playing.play(&mut life.pipeline, progress).await?;
            self.totals.add(&life.pipeline, playing.source());
            match stopped {
                Stopped::Killed => self.kill(life).await?,
                Stopped::Over => return self.end(life, progress).await,
            }
        }
    }

    fn begin(&self, playing: &mut Playing<'_>) -> Result<Life, Error> {
        let stage = self.stage;
        let installation = Installation::open(
            stage.data_dir.clone(),
            SettingsFrom::File,
            |settings| settings,
            &stage.clock,
        )?;
        let clock = Arc::clone(&stage.clock);
        let upload = Upload::start_by(stage.way(), &stage.upload, &installation, clock)?;
        let outbox = Arc::clone(&installation.outbox);
        let mut pipeline = Pipeline::new(outbox, Arc::clone(&stage.shell), Origin::Replay);
        if upload.is_some() {
            pipeline.wake_after_append(Arc::clone(&installation.wake));
            // Somebody waits for this upload: a wait from an earlier run is over.
            let retried = lock(&installation.outbox).change_circuit(delivery::Circuit::retry_now);
            if let Err(error) = retried {
                // It stands in memory.
                tracing::debug!(%error, "The end of the wait was not noted");
            }
        }
        playing.sent_by(installation.identity.device());
        playing.begin(&mut pipeline)?;
        Ok(Life { installation, pipeline, upload })
    }

    /// Drops everything, until nothing of it holds the queue: the next one opens it from
    /// disk.
    async fn kill(&mut self, life: Life) -> Result<(), Error> {
        let Life { installation, pipeline, upload } = life;
        drop(pipeline);
        if let Some(upload) = upload {
            self.sent += upload.kill().await;
        }
        let path = installation.dir.outbox();
        let mut held = Some(installation.outbox);
        for _ in 0..LAST_BREATHS_MAX {
            match held.take().map(Arc::try_unwrap) {
                Some(Err(still)) => held = Some(still),
                Some(Ok(_)) | None => return Ok(()),
            }
            tokio::time::sleep(LAST_BREATH).await;
        }
        Err(Error::AlreadyRunning { path })
    }

    async fn end(
        mut self,
        life: Life,
        progress: &mut (impl FnMut(ReplayProgress) + Send),
    ) -> Result<Lived, Error> {
        let Life { installation, upload, .. } = life;
        let (outbox, clock) = (&installation.outbox, &self.stage.clock);
        let trouble = upload.as_ref().map(Upload::trouble);
        let drained = match &upload {
            Some(upload) => {
                let pending = |pending| progress(ReplayProgress::Draining { pending });
                upload.drain(outbox, &**clock, self.stage.drain_timeout, pending).await
            }
            None => Ok(Drained::NothingToSend),
        };
        if let Some(upload) = upload {
            self.sent += upload.stop().await;
        }
        owned_outbox::keep(outbox, clock).await.map_err(Error::QueueDeleted)?;
        Ok(Lived {
            totals: self.totals,
            sent: self.sent,
            drained: drained?,
            trouble: trouble.and_then(|trouble| trouble.reason()),
            installation,
        })
    }
}
