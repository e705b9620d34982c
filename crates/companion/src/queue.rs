//! The upload queue as a player looks at it and acts on it.
//!
//! Everything here works beside a running companion and without one: the outbox
//! lets any process look, and each act is one transaction that its owner notices.

use std::{io::Write, path::PathBuf};

use event_model::{EventId, Moment};
use outbox::{Entry, EntryState, Error as OutboxError, Filter, Order, OutboxView, Selection};
use serde::{Deserialize, Serialize};

use crate::{DataDir, Error, data_dir::create_private};

/// Rows of one page: three screens of them.
const PAGE_ROWS: usize = 100;

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

/// An installation's upload queue.
#[derive(Debug, Clone)]
pub struct Queue(DataDir);

impl Queue {
    /// The queue of `dir`.
    #[must_use]
    pub fn of(dir: &DataDir) -> Self {
        Self(dir.clone())
    }

    /// Up to a hundred rows, beyond the one at `beyond` where a list is gone on with.
    ///
    /// # Errors
    /// Where the queue cannot be read.
    pub fn page(&self, filter: QueueFilter, beyond: Option<u64>) -> Result<QueuePage, Error> {
        let Some(view) = self.open()? else { return Ok(QueuePage::default()) };
        let (wanted, order) = filter.wanted();
        let entries = view.list_beyond(wanted, order, beyond, PAGE_ROWS).map_err(Error::Outbox)?;
        let is_full = entries.len() == PAGE_ROWS;
        Ok(QueuePage {
            next: entries.last().filter(|_| is_full).map(|last| last.sequence),
            rows: entries.into_iter().map(QueueRow::from).collect(),
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
        Ok(view.show(id).map_err(Error::Outbox)?.map(|shown| shown.body))
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
            for shown in view.export(filter.wanted().0) {
                writeln!(out, "{}", shown.map_err(Error::Outbox)?.body).map_err(failed)?;
                count += 1;
            }
        }
        out.into_inner().map_err(|error| failed(error.into_error()))?.sync_all().map_err(failed)?;
        Ok((path, count))
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

impl From<Entry> for QueueRow {
    fn from(entry: Entry) -> Self {
        Self {
            sequence: entry.sequence,
            event_id: entry.event_id.to_string(),
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
}

#[cfg(test)]
mod tests;
