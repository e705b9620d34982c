//! What of a feed is read and sent at a time.

use std::sync::Arc;

use ingest_api::FeedEvent;
use ingest_store::{Cursor, FeedStart, Generation, Looked, PageRequest, Store, Viewer};

use super::{Mark, event_stream};
use crate::{app::App, rejection::Rejection};

/// Revisions read at a time: a few milliseconds of one of the connections that
/// only read, and about as much as a piece holds.
const PAGE_REVISIONS: u32 = 64;
/// Occurrences read at a time where all of them are told anew.
const PAGE_OCCURRENCES: u32 = 16;
/// Bytes from which a piece is full. A feed holds two of them and an event,
/// whether anybody reads or not: 512 feeds some forty megabytes.
const PIECE_BYTES: usize = 32 * 1024;

/// Events in the form they are sent in.
pub(super) struct Piece {
    pub(super) bytes: Vec<u8>,
    pub(super) then: Then,
}

/// What comes after a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// The next, at once.
    GoOn,
    /// The next when something changed.
    Wait,
    /// Nothing: this match goes on under another key, or is gone.
    End,
}

/// Where a feed stands.
#[derive(Debug, Clone)]
pub(super) enum At {
    /// Among the changes of its match.
    Changes(FeedStart),
    /// Among the occurrences, which are told anew because what the consumer has
    /// is of another index. It goes on behind the revision at which that began: a
    /// change of meanwhile is told once more.
    Anew { generation: Generation, revision: u64, after: Option<Cursor> },
}

/// Who reads which feed, and from where.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) viewer: Viewer,
    pub(super) key: Arc<str>,
    pub(super) at: At,
}

impl Reading {
    /// The next piece, read away from the threads that serve sockets.
    pub(super) async fn next(&mut self, app: &App) -> Result<Looked<Piece>, Rejection> {
        let _turn = app.feeds.turn().await?;
        let reading = self.clone();
        let found = app.read_index(move |store| reading.read(store)).await?;
        Ok(match found {
            Looked::Found((piece, at)) => {
                self.at = at;
                Looked::Found(piece)
            }
            Looked::Moved(to) => Looked::Moved(to),
            Looked::Unknown => Looked::Unknown,
        })
    }

    /// The last piece of a match that was joined into another. Who comes back to
    /// this one is sent there.
    pub(super) fn moved(&self, to: String) -> Piece {
        last(&FeedEvent::Moved { revision: self.revision(), to })
    }

    /// The last piece of a match of which nothing is left that may be seen: what the
    /// consumer has of it is to be forgotten, and nothing follows.
    pub(super) fn gone(&self) -> Piece {
        last(&FeedEvent::Reset { revision: self.revision() })
    }

    fn revision(&self) -> u64 {
        match &self.at {
            At::Changes(FeedStart::Beginning) => 0,
            At::Changes(FeedStart::After { revision, .. }) | At::Anew { revision, .. } => *revision,
        }
    }

    fn read(&self, store: &Store) -> ingest_store::Result<Looked<(Piece, At)>> {
        match &self.at {
            At::Changes(start) => self.changes(store, start),
            At::Anew { generation, revision, after } => {
                self.anew(store, *generation, *revision, after.clone())
            }
        }
    }

    fn changes(
        &self,
        store: &Store,
        start: &FeedStart,
    ) -> ingest_store::Result<Looked<(Piece, At)>> {
        let page = match store.feed(self.viewer, &self.key, start.clone(), PAGE_REVISIONS)? {
            Looked::Found(page) => page,
            Looked::Moved(to) => return Ok(Looked::Moved(to)),
            Looked::Unknown => return Ok(Looked::Unknown),
        };
        let generation = page.generation;
        if page.events.iter().any(|event| matches!(event, FeedEvent::Reset { .. })) {
            return self.anew(store, generation, page.through, None);
        }
        let behind =
            |revision| At::Changes(FeedStart::After { generation: Some(generation), revision });
        let mut out = Vec::new();
        for event in &page.events {
            let revision = event.revision();
            write(&mut out, Some(self.mark(generation, revision)), event);
            if out.len() >= PIECE_BYTES && revision < page.through {
                // What was read behind it is read again when this has left.
                return Ok(found(out, Then::GoOn, behind(revision)));
            }
        }
        let then = if page.more { Then::GoOn } else { Then::Wait };
        Ok(found(out, then, behind(page.through)))
    }

    /// Only the last event of all has an id: who is cut off before comes back
    /// without one, or with that of another index, and is told anew again.
    fn anew(
        &self,
        store: &Store,
        generation: Generation,
        revision: u64,
        after: Option<Cursor>,
    ) -> ingest_store::Result<Looked<(Piece, At)>> {
        let mut out = Vec::new();
        let request = PageRequest { after: after.clone(), limit: PAGE_OCCURRENCES };
        let page = match store.occurrences(self.viewer, &self.key, &request)? {
            Looked::Found(page) => page,
            Looked::Moved(to) => return Ok(Looked::Moved(to)),
            Looked::Unknown => return Ok(Looked::Unknown),
        };
        let mark = |is_last: bool| is_last.then(|| self.mark(generation, revision));
        let mut left = page.occurrences.len();
        if after.is_none() {
            write(&mut out, mark(left == 0 && page.next.is_none()), &FeedEvent::Reset { revision });
        }
        for occurrence in page.occurrences {
            left -= 1;
            let place = Cursor::of(&occurrence);
            let is_last = left == 0 && page.next.is_none();
            write(&mut out, mark(is_last), &FeedEvent::Created { revision, occurrence });
            if out.len() >= PIECE_BYTES && !is_last {
                let at = At::Anew { generation, revision, after: Some(place) };
                return Ok(found(out, Then::GoOn, at));
            }
        }
        let at = match page.next {
            Some(after) => At::Anew { generation, revision, after: Some(after) },
            None => At::Changes(FeedStart::After { generation: Some(generation), revision }),
        };
        Ok(found(out, Then::GoOn, at))
    }

    fn mark(&self, generation: Generation, revision: u64) -> Mark {
        Mark::new(generation.0, &self.key, revision)
    }
}

fn found(bytes: Vec<u8>, then: Then, at: At) -> Looked<(Piece, At)> {
    Looked::Found((Piece { bytes, then }, at))
}

fn last(event: &FeedEvent) -> Piece {
    let mut bytes = Vec::new();
    write(&mut bytes, None, event);
    Piece { bytes, then: Then::End }
}

fn write(out: &mut Vec<u8>, id: Option<Mark>, event: &FeedEvent) {
    let id = id.map(|mark| mark.to_string());
    event_stream::write(out, id.as_deref(), event.name(), event);
}
