//! What a row is, told by its shape alone: which table a page belongs to may
//! be written in a page that is damaged.
//!
//! Only an event carries a checksum, and is believed for it. The other rows are
//! marks: a false one is outvoted by the true ones, see [`super::survey`].

use event_model::{CloudEvent, EventId, Origin, WallTime};
use uuid::Uuid;

use super::{
    cells::Tree,
    owners::Owner,
    record::{Column, columns},
};
use crate::{checksum, origin};

/// No row number is as large, and no instant since 1973 as small.
const FIRST_INSTANT_MS: i64 = 100_000_000_000;

/// Serial types in an event's record: a row id that is the key, 16 bytes.
const NULL: u8 = 0;
const ID: u8 = 12 + 2 * 16;

/// A row other than an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// From the one to the other they are to be sent, or in a request.
    Waiting(u64, u64),
    /// The server has them.
    Settled(u64, u64),
    /// A person must look at it.
    Quarantined(u64, Quarantined),
    /// Its event is gone and must not come back.
    KnownId(EventId, i64),
    /// Where a session stands.
    Stream(StreamRow),
    /// A fact by its name.
    Meta(String, String),
    /// A sum by its name.
    Counter(String, u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quarantined {
    pub(super) reason: String,
    pub(super) detail: Option<String>,
    pub(super) since: WallTime,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StreamRow {
    pub(super) source: String,
    pub(super) name: String,
    pub(super) state: Vec<u8>,
    pub(super) checksum: u32,
    pub(super) changed_ms: i64,
}

/// An event as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Intact {
    pub(super) id: EventId,
    pub(super) match_key: String,
    pub(super) origin: Origin,
    pub(super) appended: WallTime,
    pub(super) event: CloudEvent,
}

/// The id in the first bytes of what looks like an event, whatever its body.
pub(super) fn event_id(record: &[u8]) -> Option<EventId> {
    match record {
        [header @ 6..=16, NULL, ID, match_id, origin, ..]
            if is_integer(*match_id) && origin::LENGTHS.contains(&text_bytes(*origin)?) =>
        {
            let id = record.get(usize::from(*header)..)?.get(..16)?;
            Some(EventId(Uuid::from_slice(id).ok()?))
        }
        _ => None,
    }
}

fn is_integer(serial_type: u8) -> bool {
    matches!(serial_type, 1..=6 | 8 | 9)
}

fn text_bytes(serial_type: u8) -> Option<usize> {
    usize::from(serial_type).checked_sub(13).filter(|bytes| bytes % 2 == 0).map(|bytes| bytes / 2)
}

/// The event in `record`, where every byte that matters is as it was written.
/// Its match stands in its body as well, so no other row is asked for it.
pub(super) fn intact(sequence: u64, record: &[u8]) -> Option<Intact> {
    let columns = columns(record)?;
    let [
        Column::Null,
        Column::Blob(id),
        Column::Integer(_),
        Column::Text(word),
        Column::Integer(appended_ms),
        Column::Integer(sum),
        Column::Text(body),
    ] = columns.as_slice()
    else {
        return None;
    };
    let id = EventId(Uuid::from_slice(id).ok()?);
    let origin = origin::parse(std::str::from_utf8(word).ok()?)?;
    let body = std::str::from_utf8(body).ok()?;
    let event = CloudEvent::parse(&serde_json::from_str(body).ok()?).ok()?;
    let match_key = event.subject.clone()?;
    let fits = i64::from(checksum::of_event(sequence, id, &match_key, origin, body)) == *sum;
    let appended = WallTime::from_unix_ms(*appended_ms);
    fits.then_some(Intact { id, match_key, origin, appended, event })
}

/// What any other record marks.
pub(super) fn mark(tree: Tree, key: i64, owner: Option<Owner>, record: &[u8]) -> Option<Mark> {
    let columns = columns(record)?;
    match tree {
        Tree::Table => of_table(u64::try_from(key).ok()?, owner, &columns),
        Tree::Index => of_index(&columns),
    }
}

fn of_table(sequence: u64, owner: Option<Owner>, columns: &[Column<'_>]) -> Option<Mark> {
    Some(match columns {
        [Column::Null, Column::Integer(last), Column::Integer(_), Column::Integer(since_ms)] => {
            let last = u64::try_from(*last).ok()?;
            match owner {
                Some(Owner::Settled) => Mark::Settled(sequence, last),
                Some(Owner::Waiting) => Mark::Waiting(sequence, last),
                None if *since_ms < FIRST_INSTANT_MS => Mark::Waiting(sequence, last),
                // It may be either: nothing is said.
                None => return None,
            }
        }
        // In schema 1: an instant, or the number of a match.
        [Column::Null, Column::Integer(FIRST_INSTANT_MS..)] => Mark::Settled(sequence, sequence),
        [Column::Null, Column::Integer(_)] => Mark::Waiting(sequence, sequence),
        [Column::Null, Column::Text(reason), detail, Column::Integer(since_ms)] => {
            let detail = match detail {
                Column::Text(detail) => Some(text(detail)?),
                Column::Null | Column::Integer(_) | Column::Blob(_) => None,
            };
            let since = WallTime::from_unix_ms(*since_ms);
            Mark::Quarantined(sequence, Quarantined { reason: text(reason)?, detail, since })
        }
        _ => return None,
    })
}

fn of_index(columns: &[Column<'_>]) -> Option<Mark> {
    Some(match columns {
        // The table, and its index by age; the last two in schema 1.
        [Column::Integer(_), Column::Blob(id), Column::Integer(known_ms)]
        | [Column::Integer(known_ms), Column::Integer(_), Column::Blob(id)]
        | [Column::Blob(id), Column::Integer(known_ms @ FIRST_INSTANT_MS..)]
        | [Column::Integer(known_ms), Column::Blob(id)] => {
            Mark::KnownId(EventId(Uuid::from_slice(id).ok()?), *known_ms)
        }
        [Column::Text(name), Column::Text(value)] => Mark::Meta(text(name)?, text(value)?),
        [Column::Text(name), Column::Integer(value)] => {
            Mark::Counter(text(name)?, u64::try_from(*value).ok()?)
        }
        [
            Column::Text(source),
            Column::Text(name),
            Column::Blob(state),
            Column::Integer(checksum),
            Column::Integer(changed_ms),
        ] => Mark::Stream(StreamRow {
            source: text(source)?,
            name: text(name)?,
            state: state.to_vec(),
            checksum: u32::try_from(*checksum).ok()?,
            changed_ms: *changed_ms,
        }),
        _ => return None,
    })
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}
