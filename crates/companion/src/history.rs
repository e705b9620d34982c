//! Fills the history from the outbox, before it forgets.

use std::sync::Mutex;

use event_model::OutboxId;
use match_archive::{Archive, Captured, Taken};
use outbox::{CapturedPage, MatchStanding, Outbox, OutboxView, Salvaged};

use crate::{DataDir, Error, data_dir::create_private, owned_outbox::lock};

/// Events taken in at once: some hundredths of a second, in which nobody else writes
/// into the history, nor the owner of the outbox into that.
const EVENTS: usize = 1_000;

/// Times that another process may be in the way; then it has filled the history.
const OVERTAKEN_MAX: usize = 3;

/// From where the history is filled.
pub(crate) enum From<'o> {
    /// By the owner of the outbox, between two appends.
    Owned(&'o Mutex<Outbox>),
    /// By whoever looks.
    View(&'o OutboxView),
}

impl From<'_> {
    fn look<T>(
        &self,
        look: impl FnOnce(&OutboxView) -> Result<T, outbox::Error>,
    ) -> Result<T, Error> {
        match self {
            Self::Owned(outbox) => look(lock(outbox).view()),
            Self::View(view) => look(view),
        }
        .map_err(Error::Outbox)
    }

    fn beyond(&self, through: u64) -> Result<CapturedPage, Error> {
        self.look(|view| view.captured_beyond(through, EVENTS))
    }

    fn matches(&self) -> Result<Vec<(String, MatchStanding)>, Error> {
        self.look(OutboxView::matches)
    }

    /// Whose sequences they are, and what became of the file.
    fn origin(&self) -> Result<(OutboxId, String), Error> {
        self.look(|view| Ok((view.id(), salvages(view))))
    }
}

/// The history of this installation.
pub(crate) fn open(dir: &DataDir) -> Result<Archive, Error> {
    let path = dir.history();
    let folder = path.parent().unwrap_or(dir.path());
    create_private(folder).map_err(|cause| Error::DataDir { path: folder.to_owned(), cause })?;
    Archive::open(&path).map_err(Error::History)
}

/// Takes everything into the history that the outbox has and it has not; the sequence
/// that it has come to.
pub(crate) fn fill(archive: &mut Archive, from: &From<'_>) -> Result<u64, Error> {
    let mut overtaken = 0;
    loop {
        let (outbox, file) = from.origin()?;
        let place = archive.place(outbox, &file).map_err(Error::History)?;
        let page = from.beyond(place.through())?;
        let Some(through) = page.through else {
            return Ok(place.through());
        };
        let events: Vec<_> = page.events.into_iter().map(captured).collect();
        match archive.take_in(&place, &events, through).map_err(Error::History)? {
            Taken::In { given_up: 0 } => {}
            Taken::In { given_up } => {
                tracing::info!(given_up, "The history is full: the oldest matches were given up");
            }
            Taken::Overtaken if overtaken < OVERTAKEN_MAX => overtaken += 1,
            Taken::Overtaken => return Ok(place.through()),
        }
    }
}

/// Keeps what was sent of each match, as long as the outbox knows it.
pub(crate) fn note_sent(archive: &mut Archive, from: &From<'_>) -> Result<(), Error> {
    let sent: Vec<_> = from
        .matches()?
        .into_iter()
        .filter(|(_, standing)| standing.sent > 0)
        .map(|(key, standing)| (key, standing.sent))
        .collect();
    archive.note_sent(&sent).map_err(Error::History)
}

/// A salvage brings events back in their old places, behind what was taken in.
fn salvages(view: &OutboxView) -> String {
    let salvaged = Salvaged::beside(view.path());
    salvaged.map_or_else(String::new, |of| format!("{}/{}/{}", of.files, of.events, of.unreadable))
}

fn captured(event: outbox::Captured) -> Captured {
    Captured {
        event_id: event.event_id,
        match_key: event.match_key,
        appended_ms: event.appended_ms,
        body: event.body,
    }
}

/// Waits for a disk on a thread that may wait.
pub(crate) async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}
