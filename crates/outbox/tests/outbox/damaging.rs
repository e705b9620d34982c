//! How files are damaged, and what of them goes out.

use std::{
    fs::OpenOptions,
    io::{Seek, SeekFrom, Write},
    path::Path,
};

use event_model::EventId;
use outbox::{Claimed, Outbox};
use rusqlite::Connection;

use crate::{
    damage_worlds::{Files, PAGE},
    support::{Folder, append, claim, conclude, ids, stored},
};

/// More than the outbox checks whole at every start.
pub(crate) const LARGE_BYTES: u64 = 33 * 1024 * 1024;

pub(crate) fn overwrite(path: &Path, at: u64, bytes: &[u8]) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(bytes).unwrap();
}

pub(crate) fn tamper(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

/// Writes the checksum of the sums as the outbox would, so that a changed sum is one
/// that only a law finds.
pub(crate) fn seal(path: &Path) {
    let db = Connection::open(path).unwrap();
    let sums = "SELECT name, value FROM counter WHERE name <> 'check' ORDER BY name";
    let mut select = db.prepare(sums).unwrap();
    let mut rows = select.query([]).unwrap();
    let mut hasher = crc32fast::Hasher::new();
    while let Some(row) = rows.next().unwrap() {
        hasher.update(row.get::<_, String>(0).unwrap().as_bytes());
        hasher.update(&[0xFF]);
        hasher.update(&row.get::<_, i64>(1).unwrap().to_le_bytes());
    }
    let upsert = "INSERT OR REPLACE INTO counter VALUES ('check', ?1)";
    db.execute(upsert, [hasher.finalize()]).unwrap();
}

/// Leaves of the table of events, which are most pages of such a file.
pub(crate) fn damage_leaves(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let leaves = bytes.chunks(PAGE).enumerate().filter(|(_, page)| {
        page[0] == 0x0D && page.windows(12).any(|bytes| bytes == b"\"specversion")
    });
    for (number, _) in leaves {
        overwrite(path, (number * PAGE) as u64, &[0xFF]);
    }
}

/// Everything that waits; the news of gaps apart.
pub(crate) fn drain(outbox: &mut Outbox) -> (Vec<Claimed>, Vec<Claimed>) {
    let (mut events, mut gaps) = (Vec::new(), Vec::new());
    while let claimed = claim(outbox, 1_000)
        && !claimed.is_empty()
    {
        conclude(outbox, &claimed, &stored(&claimed));
        for event in claimed {
            let is_gap = event.match_key.as_str().starts_with("outbox:");
            if is_gap { gaps.push(event) } else { events.push(event) }
        }
    }
    (events, gaps)
}

pub(crate) fn sorted_ids(claimed: &[Claimed]) -> Vec<EventId> {
    let mut ids = ids(claimed);
    ids.sort_unstable();
    ids
}

/// Makes a file too large to be checked whole: what SQLite does not count as its
/// pages is of no meaning to it.
pub(crate) fn enlarge(path: &Path) {
    let file = OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(LARGE_BYTES).unwrap();
}

/// A killed owner's files: three appends in the log.
pub(crate) fn killed(folder: &Folder) -> Files {
    let mut outbox = folder.open();
    for n in 0..3 {
        append(&mut outbox, "a", n..n + 1);
    }
    let files = Files::read(&folder.path);
    drop(outbox);
    files
}
