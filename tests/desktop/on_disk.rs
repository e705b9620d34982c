//! The upload queue as SQL has it, asked without going through the app.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::installation::Installation;

/// Changes one letter of the last event that waits, as a failing disk does.
pub(crate) fn change_a_waiting_event(installation: &Installation) {
    let path = Path::new(&installation.data_dir()).join("outbox.sqlite");
    let db = Connection::open(path).expect("the queue is there");
    let changed = db.execute(
        "UPDATE event SET body = replace(body, '1.0', '1.1')
         WHERE sequence = (SELECT max(last) FROM queue)",
        [],
    );
    assert_eq!(changed, Ok(1), "an event waits");
}

/// How many events stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Queue {
    /// Not on the server's disk yet: those in a request as well.
    pub(crate) waiting: u64,
    /// On the server's disk.
    pub(crate) settled: u64,
    /// Refused.
    pub(crate) refused: u64,
    /// All that are in the file.
    pub(crate) events: u64,
}

impl Queue {
    /// Looks into the file.
    pub(crate) fn of(installation: &Installation) -> Self {
        let path = Path::new(&installation.data_dir()).join("outbox.sqlite");
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .expect("the queue is there");
        // One snapshot, so that the counts fit each other.
        let _snapshot = db.unchecked_transaction().expect("it can be read");
        let count =
            |sql: &str| db.query_row(sql, [], |row| row.get(0)).expect("its tables as well");
        // Neighbours that stand alike are one row.
        let spans =
            |table: &str| count(&format!("SELECT coalesce(sum(last - first + 1), 0) FROM {table}"));
        Self {
            waiting: spans("queue"),
            settled: spans("settled"),
            refused: count("SELECT count(*) FROM quarantine"),
            events: count("SELECT count(*) FROM event"),
        }
    }
}
