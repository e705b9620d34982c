//! What happens to an outbox's file from outside: no room, and damage.

use std::{fs, path::Path};

use event_model::EventId;
use rusqlite::Connection;
use simulator::Prng;

/// SQLite's page size, which the outbox does not change.
const PAGE: usize = 4096;

/// Makes every write to the file fail, as a full disk does: by triggers, since a
/// limit would have to be set on the owner's own connection.
pub(crate) fn fill(path: &Path) {
    each_trigger(path, |name, table, write| {
        format!(
            "CREATE TRIGGER IF NOT EXISTS \"{name}\" BEFORE {write} ON \"{table}\"
             BEGIN SELECT RAISE(ABORT, 'no room (simulated)'); END;"
        )
    });
}

/// Ends that.
pub(crate) fn make_room(path: &Path) {
    each_trigger(path, |name, _, _| format!("DROP TRIGGER IF EXISTS \"{name}\";"));
}

fn each_trigger(path: &Path, statement: impl Fn(&str, &str, &str) -> String) {
    // Nobody has made the file yet: there is nothing to fill.
    if !path.exists() {
        return;
    }
    let db = Connection::open(path).unwrap();
    let mut select = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let tables = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let mut batch = String::new();
    for table in tables.map(Result::unwrap) {
        for write in ["INSERT", "UPDATE", "DELETE"] {
            batch.push_str(&statement(&format!("full_{table}_{write}"), &table, write));
        }
    }
    db.execute_batch(&batch).unwrap();
}

/// Changes a byte in the body of an event, so that only its checksum tells.
pub(crate) fn damage_row(path: &Path, event: EventId, chance: &mut Prng) {
    settle_wal(path);
    let mut bytes = fs::read(path).unwrap();
    let id = format!(r#""id":"{event}""#);
    if let Some(at) = find(&bytes, id.as_bytes()) {
        // Behind the id there are at least the device and the type.
        let hit = at + id.len() + chance.index(60);
        if let Some(byte) = bytes.get_mut(hit) {
            *byte ^= 1 << chance.below(8);
        }
    }
    fs::write(path, bytes).unwrap();
}

/// A page that was overwritten, and the file as it was.
pub(crate) struct Overwritten {
    before: Vec<u8>,
    page: usize,
}

impl Overwritten {
    /// Whether the file had `part`, and no copy of it in that page. What is in
    /// one piece lies within a page: SQLite begins each with something else.
    pub(crate) fn spared(&self, part: &[u8]) -> bool {
        let mut copies = places(&self.before, part).peekable();
        copies.peek().is_some() && copies.all(|at| at / PAGE != self.page)
    }
}

/// Overwrites a page.
pub(crate) fn damage_page(path: &Path, chance: &mut Prng) -> Overwritten {
    let before = fs::read(path).unwrap();
    let mut bytes = before.clone();
    let page = chance.index(bytes.len() / PAGE);
    for byte in &mut bytes[page * PAGE..(page + 1) * PAGE] {
        *byte = u8::try_from(chance.below(256)).unwrap();
    }
    fs::write(path, bytes).unwrap();
    Overwritten { before, page }
}

/// Brings everything into the main file.
pub(crate) fn settle_wal(path: &Path) {
    let db = Connection::open(path).unwrap();
    // A file that is damaged already stays as it is.
    drop(db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    places(bytes, part).next()
}

fn places<'b>(bytes: &'b [u8], part: &'b [u8]) -> impl Iterator<Item = usize> + 'b {
    bytes
        .windows(part.len())
        .enumerate()
        .filter(move |(_, window)| *window == part)
        .map(|(at, _)| at)
}
