//! Looks through every page of a damaged file for what was in it.
//!
//! A row is believed where it lies, and not because some other page points to
//! it: so a damaged interior page, header or index costs no event. A page that
//! SQLite would not have written so is searched byte by byte. What a mark says
//! is settled by the mark that errs on the side of sending: twice is harmless.

use std::collections::BTreeMap;

use event_model::EventId;

use super::{
    cells::{self, Cell, Tree},
    images::{Image, Images, Page, Word},
    marks::Marks,
    owners::Owners,
    rows::{self, Intact, Mark, Quarantined, StreamRow},
};
use crate::checksum;

/// Where a row lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    image: Image,
    at: u16,
}

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Survey {
    next: Image,
    owners: Owners,
    /// By sequence: what looks like an event, in all its places.
    pub(super) events: Vec<(u64, Place)>,
    pub(super) waiting: Marks,
    pub(super) settled: Marks,
    pub(super) quarantined: BTreeMap<u64, Quarantined>,
    pub(super) streams: BTreeMap<(String, String), StreamRow>,
    pub(super) meta: BTreeMap<String, String>,
    pub(super) counters: BTreeMap<String, u64>,
    /// Taken out as they are written elsewhere: there may be very many.
    pub(super) known_ids: Vec<(EventId, i64)>,
}

impl Survey {
    pub(super) fn of(images: &Images) -> Self {
        Self { owners: Owners::find(images), ..Self::default() }
    }

    /// Looks at the next `pages`; whether there are more.
    pub(super) fn look(&mut self, images: &Images, pages: u32) -> bool {
        let end = self.next.saturating_add(pages).min(images.count());
        for image in self.next..end {
            let word = images.word(image);
            if word != Word::Nothing
                && let Some(page) = images.read(image)
            {
                self.look_at(images, image, &page, word);
            }
        }
        self.next = end;
        let more = end < images.count();
        if !more {
            self.close();
        }
        more
    }

    /// Only what was never heard of: rows of a log that SQLite passes over.
    pub(super) fn look_at_unheard(&mut self, images: &Images) {
        for image in images.unheard() {
            if let Some(page) = images.read(image) {
                self.look_at(images, image, &page, Word::Unended);
            }
        }
    }

    fn close(&mut self) {
        self.waiting.close();
        self.settled.close();
        self.events.sort_unstable();
        self.events.dedup();
    }

    fn look_at(&mut self, images: &Images, image: Image, page: &Page, word: Word) {
        let found = cells::find(page, image == 0);
        if let Some((tree, child_bytes)) = found.rows {
            for &at in &found.at {
                if let Some(cell) = cells::cell(page, usize::from(at), tree, child_bytes) {
                    self.note(images, Place { image, at }, page, cell, word);
                }
            }
        }
        if !found.whole {
            self.search(images, image, page);
        }
    }

    fn note(&mut self, images: &Images, place: Place, page: &Page, cell: Cell, word: Word) {
        let is_event = cell.local(page).and_then(rows::event_id).is_some();
        if is_event && cell.tree == Tree::Table {
            if let Ok(sequence) = u64::try_from(cell.key) {
                self.events.push((sequence, place));
            }
            return;
        }
        let owner = self.owners.of(images.number(place.image));
        let mark = cell.payload(images, place.image, page, |record| {
            rows::mark(cell.tree, cell.key, owner, record)
        });
        match mark {
            // It does not become less true by what did not happen after it.
            Some(Mark::Waiting(first, last)) => self.waiting.add(first, last),
            Some(mark) if word == Word::Last => self.mark(mark),
            Some(_) | None => {}
        }
    }

    fn mark(&mut self, mark: Mark) {
        match mark {
            Mark::Waiting(first, last) => self.waiting.add(first, last),
            Mark::Settled(first, last) => self.settled.add(first, last),
            Mark::Quarantined(sequence, why) => drop(self.quarantined.insert(sequence, why)),
            Mark::KnownId(id, known_ms) => self.known_ids.push((id, known_ms)),
            Mark::Meta(name, value) => drop(self.meta.insert(name, value)),
            Mark::Counter(name, value) => drop(self.counters.insert(name, value)),
            Mark::Stream(row) => self.stream(row),
        }
    }

    /// Of two that are as they were written the later one.
    fn stream(&mut self, row: StreamRow) {
        let key = (row.source.clone(), row.name.clone());
        let later = self.streams.get(&key).is_none_or(|known| known.changed_ms <= row.changed_ms);
        if later && checksum::of_state(&row.state) == row.checksum {
            self.streams.insert(key, row);
        }
    }

    /// Events in a page whose own list of them is damaged.
    fn search(&mut self, images: &Images, image: Image, page: &Page) {
        for payload_at in 0..page.len() {
            if rows::event_id(&page[payload_at..]).is_none() {
                continue;
            }
            for (start, cell) in Cell::before(page, payload_at) {
                let (Ok(at), Ok(sequence)) = (u16::try_from(start), u64::try_from(cell.key)) else {
                    continue;
                };
                let read = |record: &[u8]| rows::intact(sequence, record);
                if cell.payload(images, image, page, read).is_some() {
                    self.events.push((sequence, Place { image, at }));
                }
            }
        }
    }
}

/// The event at `place`, where it is as it was written.
pub(super) fn read(images: &Images, sequence: u64, place: Place) -> Option<Intact> {
    let (page, cell) = row(images, place)?;
    cell.payload(images, place.image, &page, |record| rows::intact(sequence, record))
}

/// Its id, which may be damaged.
pub(super) fn read_id(images: &Images, place: Place) -> Option<EventId> {
    let (page, cell) = row(images, place)?;
    rows::event_id(cell.local(&page)?)
}

fn row(images: &Images, place: Place) -> Option<(Page, Cell)> {
    let page = images.read(place.image)?;
    let cell = cells::cell(&page, usize::from(place.at), Tree::Table, 0)?;
    Some((page, cell))
}
