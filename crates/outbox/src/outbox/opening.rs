//! Opens the file so that it can be written to.

use std::path::Path;

use event_model::{DeviceId, OutboxId};
use rusqlite::Connection;
use uuid::Uuid;

use crate::{
    Error,
    bounds::FILE_BYTES_MAX,
    connection::{self, IfAbsent, Log, write},
    folder,
    meta::Meta,
    schema,
    shrink::{self, Worth},
    spans::Spans,
};

/// A file that can be written to.
pub(crate) struct OpenFile {
    pub(crate) db: Connection,
    pub(crate) id: OutboxId,
    pub(crate) log: Log,
}

/// Opens the file at `path`, or makes it.
pub(crate) fn open_file(path: &Path, device: DeviceId) -> Result<OpenFile, Error> {
    open_within(path, device, FILE_BYTES_MAX)
}

fn open_within(path: &Path, device: DeviceId, bytes_max: u64) -> Result<OpenFile, Error> {
    let mut db = connection::open(path, IfAbsent::Create)?;
    let log = connection::begin_log(&db)?;
    // A file that is as large as it may be takes twice the room for a moment.
    // With its ids: where there is room for the tables alone nothing is made.
    schema::migrate(&mut db, |db| identify(db, device).map(drop))?;
    connection::bound(&db, bytes_max)?;
    shrink::if_hollow(&db, Worth::default())?;
    let id = match known_id(&db, device)? {
        Some(id) if Spans::InFlight.count(&db)? == 0 => id,
        Some(_) | None => write(&mut db, |db| {
            db.execute("DELETE FROM in_flight", [])?;
            identify(db, device)
        })?,
    };
    connection::take_time(&db)?;
    // The log's name too: where SQLite cannot open the folder it goes on.
    folder::sync_beside(path)?;
    Ok(OpenFile { db, id, log })
}

/// The file's id, where it has one and is this device's.
fn known_id(db: &Connection, device: DeviceId) -> Result<Option<OutboxId>, Error> {
    match Meta::Device.read(db)?.and_then(|text| text.parse().ok()) {
        Some(other) if other != device => Err(Error::OtherDevice(other)),
        Some(_) => Ok(Meta::Outbox.read(db)?.and_then(|text| text.parse().ok())),
        None => Ok(None),
    }
}

/// The file's id, made at the first opening.
fn identify(db: &Connection, device: DeviceId) -> Result<OutboxId, Error> {
    if let Some(id) = known_id(db, device)? {
        return Ok(id);
    }
    Meta::Device.write(db, &device.to_string())?;
    if let Some(id) = Meta::Outbox.read(db)?.and_then(|text| text.parse().ok()) {
        return Ok(id);
    }
    let id = OutboxId(random_uuid()?);
    Meta::Outbox.write(db, &id.to_string())?;
    Ok(id)
}

fn random_uuid() -> Result<Uuid, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_file_that_is_full_is_brought_to_the_newest_schema() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("x.db");
        let old = std::fs::read(fixtures.join("schema-1/closed/outbox.db")).unwrap();
        std::fs::write(&path, &old).unwrap();
        let bytes = old.len() as u64;
        let device = DeviceId(Uuid::from_u128(0xD));
        let OpenFile { db, .. } = open_within(&path, device, bytes).unwrap();
        assert!(schema::is_newest(schema::check(&db).unwrap()));
        let pages = db.pragma_query_value(None, "max_page_count", |row| row.get::<_, u64>(0));
        assert!(pages.unwrap() < 2 * bytes / 4096, "and is bounded from then on");
    }
}
