//! Events of a last transaction that SQLite passes over, kept beside the file
//! until they are appended again.
//!
//! The first write to the file takes them out of its log. So they are written
//! down before it, and the next start finds them where this one was killed in
//! between.

use std::{collections::HashSet, fs, io::ErrorKind, path::Path};

use event_model::{CloudEvent, EventId, WallTime};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{
    rows::Intact,
    set_aside::{UNHEARD, beside, keep_away, remove, replace},
};
use crate::{
    Error,
    append::{Maker, NewRow, RowWriter},
    connection::write,
    folder,
    known_ids::KnownIds,
    origin,
};

/// What is written beside the file: its events as JSON, with their sum.
#[derive(Serialize, Deserialize)]
struct Written {
    events: String,
    checksum: u32,
}

#[derive(Serialize, Deserialize)]
struct Row {
    id: EventId,
    match_key: String,
    origin: String,
    appended_ms: i64,
    body: String,
}

/// Whether there are any beside the file at `path`.
pub(super) fn are_kept(path: &Path) -> bool {
    beside(path, UNHEARD).exists()
}

/// Puts `events` on disk, behind those that are there.
pub(super) fn keep(path: &Path, events: Vec<Intact>) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let mut rows = read(path)?;
    // A start that failed has kept them already.
    let kept: HashSet<EventId> = rows.iter().map(|row| row.id).collect();
    rows.extend(events.into_iter().filter(|event| !kept.contains(&event.id)).map(Row::of));
    let events = json(&rows);
    let checksum = crc32fast::hash(events.as_bytes());
    replace(&beside(path, UNHEARD), json(&Written { events, checksum }).as_bytes())
}

/// Appends those that are there; one that the file knows is left as it is.
pub(super) fn append(db: &mut Connection, path: &Path) -> Result<(), Error> {
    if !are_kept(path) {
        return Ok(());
    }
    let kept: Vec<Intact> = read(path)?.into_iter().filter_map(Row::intact).collect();
    write(db, |db| {
        let (mut rows, mut known) = (RowWriter::begin(db)?, KnownIds::default());
        for Intact { id, match_key, origin, appended, mut event } in kept {
            let row =
                NewRow { maker: Maker::of(&event), id, match_key: &match_key, origin, appended };
            rows.write(&mut known, &row, |sequence| {
                event.sequence = Some(sequence);
                event.to_json()
            })?;
        }
        rows.finish()
    })?;
    remove(&beside(path, UNHEARD))?;
    folder::sync_beside(path)
}

/// None where they are not as they were written: then they are moved away, for
/// a person to look at.
fn read(path: &Path) -> Result<Vec<Row>, Error> {
    let file = beside(path, UNHEARD);
    let bytes = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(Error::Folder(cause)),
    };
    match rows(&bytes) {
        Some(rows) => Ok(rows),
        None => keep_away(&file).map(|()| Vec::new()),
    }
}

fn rows(bytes: &[u8]) -> Option<Vec<Row>> {
    let written: Written = serde_json::from_slice(bytes).ok()?;
    let whole = crc32fast::hash(written.events.as_bytes()) == written.checksum;
    if whole { serde_json::from_str(&written.events).ok() } else { None }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain values are always JSON")
}

impl Row {
    fn of(event: Intact) -> Self {
        Self {
            id: event.id,
            match_key: event.match_key,
            origin: origin::word(event.origin).to_owned(),
            appended_ms: event.appended.unix_ms(),
            body: event.event.to_json(),
        }
    }

    fn intact(self) -> Option<Intact> {
        Some(Intact {
            id: self.id,
            match_key: self.match_key,
            origin: origin::parse(&self.origin)?,
            appended: WallTime::from_unix_ms(self.appended_ms),
            event: CloudEvent::parse(&serde_json::from_str(&self.body).ok()?).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use event_model::Origin;
    use uuid::Uuid;

    use super::*;

    fn event(n: u128) -> Intact {
        let id = EventId(Uuid::from_u128(n));
        let text = format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"urn:a","type":"b","subject":"c"}}"#
        );
        let event = CloudEvent::parse(&serde_json::from_str(&text).unwrap()).unwrap();
        let appended = WallTime::from_unix_ms(0);
        Intact { id, match_key: "c".to_owned(), origin: Origin::Live, appended, event }
    }

    #[test]
    fn an_event_is_kept_once_however_often_a_start_fails() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("x.db");
        for _ in 0..3 {
            keep(&path, vec![event(1), event(2)]).unwrap();
        }
        keep(&path, vec![event(3)]).unwrap();
        let ids = read(&path).unwrap().into_iter().map(|row| row.id.0.as_u128());
        assert_eq!(ids.collect::<Vec<_>>(), [1, 2, 3]);
    }
}
