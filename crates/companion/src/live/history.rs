//! The history beside a running companion: filled before the outbox forgets, and
//! matches that a player erases are gone on with.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use event_model::Clock;
use outbox::Outbox;
use tokio::sync::watch;

use crate::{
    DataDir, Error, Matches, UploadOptions,
    history::{self, From, beside},
    owned_outbox::lock,
};

/// Between two tries to erase what could not be erased yet: a request is over by then,
/// and a server that is away is not asked often.
const ERASE_AGAIN: Duration = Duration::from_secs(60);

/// How far the history was filled, and whether that is in the way.
#[derive(Debug, Default)]
pub(crate) struct History {
    through: Option<u64>,
    is_failing: bool,
}

impl History {
    /// Takes in what is new; opens nothing where nothing is.
    pub(crate) async fn fill(&mut self, dir: &DataDir, outbox: &Arc<Mutex<Outbox>>) {
        let (known, queue) = (self.through, Arc::clone(outbox));
        let is_new = beside(move || {
            let Some(through) = known else { return Ok(true) };
            let page = lock(&queue).view().captured_beyond(through, 1).map_err(Error::Outbox)?;
            Ok(page.through.is_some())
        });
        // Where it cannot be read, filling says why.
        if is_new.await.unwrap_or(true) {
            self.work(dir, outbox, |_, _| Ok(())).await;
        }
    }

    /// The same before the outbox forgets, with what it knows of the upload.
    pub(crate) async fn fill_and_note(&mut self, dir: &DataDir, outbox: &Arc<Mutex<Outbox>>) {
        self.work(dir, outbox, history::note_sent).await;
    }

    async fn work(
        &mut self,
        dir: &DataDir,
        outbox: &Arc<Mutex<Outbox>>,
        then: fn(&mut match_archive::Archive, &From<'_>) -> Result<(), Error>,
    ) {
        let (dir, outbox) = (dir.clone(), Arc::clone(outbox));
        let filled = beside(move || {
            let (mut archive, from) = (history::open(&dir)?, From::Owned(&outbox));
            let through = history::fill(&mut archive, &from)?;
            then(&mut archive, &from)?;
            Ok(through)
        });
        match filled.await {
            Ok(through) => {
                self.through = Some(through);
                self.is_failing = false;
            }
            Err(error) => self.tell(&error),
        }
    }

    /// Once, until it works again: it is tried many times.
    fn tell(&mut self, error: &Error) {
        if !std::mem::replace(&mut self.is_failing, true) {
            let error = error as &dyn std::error::Error;
            tracing::warn!(
                error,
                "The history of matches is not filled; the upload queue keeps the events"
            );
        }
    }
}

/// Goes on with matches that are being erased, until told to stop.
pub(crate) async fn go_on_erasing(
    dir: DataDir,
    upload: UploadOptions,
    clock: Arc<dyn Clock>,
    mut stop: watch::Receiver<bool>,
) {
    let matches = Matches::of(&dir).asking(upload);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stopping| *stopping) => return,
            () = tokio::time::sleep(ERASE_AGAIN) => {}
        }
        if let Err(error) = matches.go_on_erasing(clock.now()).await {
            tracing::debug!(%error, "A match could not be erased yet");
        }
    }
}
