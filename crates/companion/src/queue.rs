//! The upload queue as a player looks at it and acts on it.
//!
//! Everything here works beside a running companion and without one: the outbox
//! lets any process look, and each act is one transaction that its owner notices.

use std::{io::Write, path::PathBuf};

use delivery::QuarantineReason;
use event_model::{EventId, Game, Moment, WallTime};
use outbox::{
    Entry, EntryState, Error as OutboxError, Filter, Order, OutboxView, Selection, ShownEvent,
};
use serde::{Deserialize, Serialize};

use crate::{
    DataDir, Error, Settings,
    data_dir::create_private,
    history::{self, From},
    outgoing::Preview,
};

/// Rows of one page: three screens of them.
const PAGE_ROWS: usize = 100;

/// Events deleted in one transaction: some hundredths of a second, in which capture waits.
const DELETED_AT_ONCE: usize = 500;

/// Which events to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum QueueFilter {
    /// Every event that is still on this PC.
    All,
    /// Waiting to be sent, in the order in which they will be.
    Waiting,
    /// In a request at the moment.
    Sending,
    /// On the server's disk, the last one first.
    Sent,
    /// Refused by the server.
    Refused,
}

/// Some rows, and where they go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct QueuePage {
    /// The rows.
    pub rows: Vec<QueueRow>,
    /// Where the next page begins; absent on the last one.
    pub next: Option<u64>,
    /// How many rows all pages have.
    pub total: u64,
}

/// One event in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct QueueRow {
    /// Its place in the outbox.
    pub sequence: u64,
    /// Its id.
    pub event_id: String,
    /// The match, or the outbox for the news of a gap.
    pub match_key: String,
    /// Where it stands.
    pub state: QueueState,
    /// Its type, such as `ringside.kill.v1`; absent where its bytes cannot be read.
    pub event_type: Option<String>,
    /// When it was seen, RFC 3339.
    pub time: Option<String>,
    /// How long it has been here, in seconds; absent where its bytes cannot be read.
    pub age_s: Option<u64>,
    /// What is next for it.
    pub next: QueueNext,
    /// Bytes of its body.
    pub bytes: u64,
    /// Why it was refused, as a word of the wire's.
    pub reason: Option<String>,
    /// The server's own words.
    pub detail: Option<String>,
}

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum QueueState {
    /// Waiting to be sent.
    Waiting,
    /// In a request at the moment.
    Sending,
    /// On the server's disk.
    Sent,
    /// Refused by the server.
    Refused,
}

/// What is next for an event. When that is, the counts of the upload say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum QueueNext {
    /// It goes with the queue.
    Turn,
    /// It was refused, and is tried again behind the others.
    Aside,
    /// The server wants it again later: it waits with the others of its kind.
    AskedAgain,
    /// Its game is not sent: it stays until the player decides otherwise.
    KeptHere,
    /// The server's answer.
    Answer,
    /// Nothing: the server has it.
    Nothing,
    /// Nothing by itself: the player may send it again or delete it.
    Player,
}

/// What became of events that were to be deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Removal {
    /// They are gone, and will not come back.
    pub deleted: u64,
    /// They are being sent at this moment, and stay.
    pub being_sent: u64,
    /// They were gone before.
    pub absent: u64,
}

/// What becomes of events that wait when the player agrees to send.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Backlog {
    /// They are sent as well.
    #[default]
    Send,
    /// They are deleted before anything is sent: only what happens from then on leaves.
    Delete,
}

/// An installation's upload queue.
#[derive(Debug, Clone)]
pub struct Queue(DataDir);

impl Queue {
    /// The queue of `dir`.
    #[must_use]
    pub fn of(dir: &DataDir) -> Self {
        Self(dir.clone())
    }

    /// Up to a hundred rows, beyond the one at `beyond` where a list is gone on with;
    /// their age is that at `now`.
    ///
    /// # Errors
    /// Where the queue cannot be read.
    pub fn page(
        &self,
        filter: QueueFilter,
        beyond: Option<u64>,
        now: Moment,
    ) -> Result<QueuePage, Error> {
        let Some(view) = self.open()? else { return Ok(QueuePage::default()) };
        let (wanted, order) = filter.wanted();
        let entries = view.list_beyond(wanted, order, beyond, PAGE_ROWS).map_err(Error::Outbox)?;
        let is_full = entries.len() == PAGE_ROWS;
        let seen = Seen { now: now.wall, kept: self.kept() };
        Ok(QueuePage {
            next: entries.last().filter(|_| is_full).map(|last| last.sequence),
            rows: entries.into_iter().map(|entry| seen.row(entry)).collect(),
            total: view.count(wanted).map_err(Error::Outbox)?,
        })
    }

    /// What leaves this machine of one event, byte for byte; `None` where it is
    /// there no more.
    ///
    /// # Errors
    /// Where the queue cannot be read.
    pub fn body(&self, id: EventId) -> Result<Option<String>, Error> {
        let Some(view) = self.open()? else { return Ok(None) };
        let Some(shown) = view.show(id).map_err(Error::Outbox)? else { return Ok(None) };
        Ok(Some(Preview::of(&self.0, &view)?.body(shown.entry.sequence, shown.body)))
    }

    /// Lets refused events wait to be sent again: these, or all. How many did.
    ///
    /// # Errors
    /// Where the queue cannot be written.
    pub fn requeue(&self, ids: Option<Vec<EventId>>) -> Result<u64, Error> {
        let Some(mut view) = self.open()? else { return Ok(0) };
        let selection = ids.map_or(Selection::All, Selection::Ids);
        view.requeue(&selection).map_err(Error::Outbox)
    }

    /// Deletes events, sent or not. The server is told which sequences will never
    /// come, and the game's telling again does not bring them back.
    ///
    /// # Errors
    /// Where the queue cannot be written.
    pub fn delete(&self, ids: &[EventId], now: Moment) -> Result<Removal, Error> {
        let Some(mut view) = self.open()? else { return Ok(Removal::default()) };
        let deleted = view.delete(ids, now).map_err(Error::Outbox)?;
        Ok(Removal {
            deleted: deleted.deleted,
            being_sent: deleted.in_flight,
            absent: deleted.absent,
        })
    }

    /// Deletes every event that waits, also those of games that stay here. The history
    /// of matches takes them in first, so that no match is missing there.
    ///
    /// # Errors
    /// Where the queue or the history cannot be written: what was deleted before that
    /// stays deleted.
    pub fn delete_waiting(&self, now: Moment) -> Result<Removal, Error> {
        self.delete_all(now, |view| all(view, QueueFilter::Waiting, |_| true))
    }

    /// The same, and with it what another server would be sent again: what the last one
    /// has, and what it would have taken once it is newer.
    ///
    /// # Errors
    /// As [`delete_waiting`](Self::delete_waiting).
    pub(crate) fn delete_for_another_server(&self, now: Moment) -> Result<Removal, Error> {
        self.delete_all(now, |view| {
            let mut ids = all(view, QueueFilter::Waiting, |_| true)?;
            ids.extend(all(view, QueueFilter::Sent, |_| true)?);
            ids.extend(all(view, QueueFilter::Refused, |entry| {
                entry.reason == Some(QuarantineReason::UnknownKind)
            })?);
            Ok(ids)
        })
    }

    fn delete_all(
        &self,
        now: Moment,
        which: impl FnOnce(&OutboxView) -> Result<Vec<EventId>, Error>,
    ) -> Result<Removal, Error> {
        let Some(mut view) = self.open()? else { return Ok(Removal::default()) };
        let which = which(&view)?;
        let mut archive = history::open(&self.0)?;
        history::fill(&mut archive, &From::View(&view))?;
        // What the queue forgets the history knows alone.
        history::note_sent(&mut archive, &From::View(&view))?;
        let mut removal = Removal::default();
        for ids in which.chunks(DELETED_AT_ONCE) {
            let deleted = view.delete(ids, now).map_err(Error::Outbox)?;
            removal.deleted += deleted.deleted;
            removal.being_sent += deleted.in_flight;
            removal.absent += deleted.absent;
        }
        Ok(removal)
    }

    /// Writes the events as they leave this machine into a new file in `folder`,
    /// one a line; the file and how many it has.
    ///
    /// # Errors
    /// Where the queue cannot be read or the file not be written.
    pub fn export(
        &self,
        filter: QueueFilter,
        folder: PathBuf,
        now: Moment,
    ) -> Result<(PathBuf, u64), Error> {
        let stamp = now.wall.to_string().replace(':', "-");
        let path = folder.join(format!("ringside-events-{stamp}.ndjson"));
        let failed = |cause| Error::DataDir { path: path.clone(), cause };
        create_private(&folder).map_err(failed)?;
        let file = std::fs::File::create_new(&path).map_err(failed)?;
        let mut out = std::io::BufWriter::new(file);
        let mut count = 0;
        if let Some(view) = self.open()? {
            let preview = Preview::of(&self.0, &view)?;
            for shown in view.export(filter.wanted().0) {
                let ShownEvent { entry, body } = shown.map_err(Error::Outbox)?;
                writeln!(out, "{}", preview.body(entry.sequence, body)).map_err(failed)?;
                count += 1;
            }
        }
        out.into_inner().map_err(|error| failed(error.into_error()))?.sync_all().map_err(failed)?;
        Ok((path, count))
    }

    /// The games that stay here; none where there are no settings that can be read:
    /// then nothing is sent at all.
    fn kept(&self) -> Vec<Game> {
        // A look makes no file.
        if !self.0.settings().exists() {
            return Vec::new();
        }
        let settings = Settings::load_or_create(&self.0);
        settings.map(|settings| settings.privacy.send.kept()).unwrap_or_default()
    }

    /// `None` where nothing was captured yet.
    fn open(&self) -> Result<Option<OutboxView>, Error> {
        match OutboxView::open(&self.0.outbox()) {
            Ok(view) => Ok(Some(view)),
            Err(OutboxError::Absent(_)) => Ok(None),
            Err(error) => Err(Error::Outbox(error)),
        }
    }
}

/// Every event that waits at this moment, in the order of sending.
/// The ids of a list, of those that are meant.
fn all(
    view: &OutboxView,
    filter: QueueFilter,
    is_meant: impl Fn(&Entry) -> bool,
) -> Result<Vec<EventId>, Error> {
    let (wanted, order) = filter.wanted();
    let (mut ids, mut beyond) = (Vec::new(), None);
    loop {
        let page = view.list_beyond(wanted, order, beyond, PAGE_ROWS).map_err(Error::Outbox)?;
        ids.extend(page.iter().filter(|entry| is_meant(entry)).map(|entry| entry.event_id));
        beyond = page.last().map(|last| last.sequence);
        if page.len() < PAGE_ROWS {
            return Ok(ids);
        }
    }
}

impl QueueFilter {
    fn wanted(self) -> (Filter, Order) {
        match self {
            Self::All => (Filter::All, Order::NewestFirst),
            Self::Waiting => (Filter::In(EntryState::Pending), Order::OldestFirst),
            Self::Sending => (Filter::In(EntryState::InFlight), Order::OldestFirst),
            Self::Sent => (Filter::In(EntryState::Settled), Order::NewestFirst),
            Self::Refused => (Filter::In(EntryState::Quarantined), Order::NewestFirst),
        }
    }
}

/// When, and under which decisions, a page is looked at.
struct Seen {
    now: WallTime,
    kept: Vec<Game>,
}

impl Seen {
    fn row(&self, entry: Entry) -> QueueRow {
        QueueRow {
            sequence: entry.sequence,
            event_id: entry.event_id.to_string(),
            age_s: entry.appended.map(|at| self.age_s(at)),
            next: self.next(&entry),
            match_key: entry.match_key,
            state: match entry.state {
                EntryState::Pending => QueueState::Waiting,
                EntryState::InFlight => QueueState::Sending,
                EntryState::Settled => QueueState::Sent,
                EntryState::Quarantined => QueueState::Refused,
            },
            event_type: entry.event_type,
            time: entry.time,
            bytes: entry.bytes,
            reason: entry.reason.map(|reason| reason.as_str().to_owned()),
            detail: entry.detail,
        }
    }

    /// A clock that was set back makes nothing younger than it is.
    fn age_s(&self, appended: WallTime) -> u64 {
        let age_ms = self.now.unix_ms().saturating_sub(appended.unix_ms());
        u64::try_from(age_ms).unwrap_or(0) / 1_000
    }

    fn next(&self, entry: &Entry) -> QueueNext {
        match entry.state {
            EntryState::Pending if self.is_kept(&entry.match_key) => QueueNext::KeptHere,
            EntryState::Pending if entry.aside => QueueNext::Aside,
            EntryState::Pending => QueueNext::Turn,
            EntryState::InFlight => QueueNext::Answer,
            EntryState::Settled => QueueNext::Nothing,
            EntryState::Quarantined => QueueNext::Player,
        }
    }

    /// The key of a match begins with its game.
    fn is_kept(&self, match_key: &str) -> bool {
        let game = match_key.split_once(':').map(|(game, _)| game);
        self.kept.iter().any(|kept| Some(kept.as_str()) == game)
    }
}

#[cfg(test)]
mod tests;
