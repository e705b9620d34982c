//! What goes over before a damaged file is read through.

use std::path::Path;

use rusqlite::Connection;

use super::set_aside;
use crate::{
    Error,
    connection::{self, write},
    known_ids::remember_unplaced,
    view::event_id,
};

/// Ids of events that are gone that are carried before the outbox opens, the
/// latest first: more than any game shows again.
const KNOWN_IDS_AHEAD: u32 = 20_000;

/// What capture asks for in a file that takes longer to read: it goes on from its
/// session states at once, and what was deleted must not come back meanwhile.
/// What cannot be read so is looked for like everything else.
///
/// # Errors
/// Where the states were not carried.
pub(super) fn carry_ahead(damaged: &Path, to: &mut Connection) -> Result<(), Error> {
    let from = connection::look(damaged)?;
    let carried = write(to, |to| carry_states(&from, to));
    // Where one cannot be carried the survey finds it.
    drop(write(to, |to| carry_known_ids(&from, to)));
    drop(from);
    drop(std::fs::remove_file(set_aside::beside(damaged, "-shm")));
    carried
}

fn carry_states(from: &Connection, to: &Connection) -> Result<(), Error> {
    let mut select =
        from.prepare("SELECT source, name, state, checksum, changed_ms FROM stream")?;
    let mut insert = to.prepare("INSERT OR IGNORE INTO stream VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut rows = select.query([])?;
    while let Ok(Some(row)) = rows.next() {
        insert.execute((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, Vec<u8>>(2)?,
            row.get::<_, u32>(3)?,
            row.get::<_, i64>(4)?,
        ))?;
    }
    Ok(())
}

fn carry_known_ids(from: &Connection, to: &Connection) -> Result<(), Error> {
    let mut select =
        from.prepare("SELECT event_id, known_ms FROM known_id ORDER BY known_ms DESC LIMIT ?1")?;
    let mut rows = select.query([KNOWN_IDS_AHEAD])?;
    while let Ok(Some(row)) = rows.next() {
        remember_unplaced(to, event_id(row, 0)?, row.get(1)?)?;
    }
    Ok(())
}
